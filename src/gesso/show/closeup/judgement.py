"""A judgement as bars: what was aimed at and how near it came, what was asked and found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gesso.core.records.judgements import Check, Evaluation, Measure

_NO_LABELS: Mapping[str, str] = MappingProxyType({})
_SAID = {"yes": 1.0, "unknown": 0.5, "no": 0.0}


@dataclass(frozen=True)
class Bar:
    """One line of a judgement.

    Attributes:
        name: of the property, or "The whole".
        share: 0 to 1, full is what was wished for.
        words: what was measured and aimed at.
    """

    name: str
    share: float
    words: str


def bars_of(evaluation: Evaluation, labels: Mapping[str, str] = _NO_LABELS) -> list[Bar]:
    """The whole first, then the questions together, then each aim, the worst met first.

    Args:
        evaluation: the judgement.
        labels: what measures are called for people, by their names.
    """
    aimed = [measure for measure in evaluation.measures if measure.error is not None]
    aimed.sort(key=lambda measure: -(measure.error or 0.0))
    found = [Bar("The whole", _within(evaluation.score), evaluation.maker.name)]
    if evaluation.checks:
        found.append(_questions(evaluation.checks))
    return [*found, *(_aim(measure, labels) for measure in aimed)]


def _questions(checks: tuple[Check, ...]) -> Bar:
    share = sum(_SAID[check.outcome] for check in checks) / len(checks)
    said = sum(check.outcome == "yes" for check in checks)
    open_ones = sum(check.outcome == "unknown" for check in checks)
    words = f"{said} of {len(checks)} yes" + (f", {open_ones} not to be told" if open_ones else "")
    return Bar("What was asked for", share, words)


def _aim(measure: Measure, labels: Mapping[str, str]) -> Bar:
    name = labels.get(measure.name) or measure.name.replace("_", " ").replace("-", " ")
    target = "" if measure.target is None else f", aimed at {measure.target:.3g}"
    words = f"{measure.value:.3g}{target}"
    return Bar(name[:1].upper() + name[1:], _within(1.0 - (measure.error or 0.0)), words)


def _within(share: float) -> float:
    return min(1.0, max(0.0, share))
