"""Refining a prompt: its clauses by arithmetic, its subjects by saying them plainly, once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from gesso.core.records.judgements import Evaluation
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.make import aims
from gesso.make.writers.offline.control import Trial, next_asks
from gesso.make.writers.offline.vocabulary.plain import listed, some
from gesso.make.writers.writer import Attempt

_EFFORTS = (1.0, 0.6, 1.4, 0.3)
"""Shares of a step, tried until the text is one that was not painted yet."""

_MOST_NAMED = 3
"""Changes that the reasoning spells out; the rest is counted."""

_PLAINLY = re.compile(r"^Show plainly: (?P<things>[^.\n]*)\.\s*")


class Refiner:
    """Writes better prompts, knowing only attempts."""

    def __init__(self, maker: Maker, leave_alone: float) -> None:
        self._maker = maker
        self._leave_alone = leave_alone

    def refine(self, attempts: Sequence[Attempt]) -> Prompt:
        """Refine the best of `attempts`; see `Writer.refine`.

        Raises:
            ValueError: there is no attempt.
        """
        if not attempts:
            raise ValueError("there is nothing to refine: no attempt was given")
        best = max(attempts, key=lambda attempt: attempt.evaluation.score)
        missing = _unsaid(best)
        base = _saying_plainly(best.prompt.text, missing)
        trials = _trials(attempts, best)
        targets = aims.as_targets(best.prompt.aims)
        tried = {attempt.prompt.text for attempt in attempts}
        for effort in _EFFORTS:
            asks = next_asks(trials, targets, self._leave_alone, effort)
            text = aims.with_clauses(base, asks) if asks else base
            if text not in tried:
                reasoning = _reasoning(best, trials, asks, missing)
                return replace(best.prompt, text=text, reasoning=reasoning, maker=self._maker)
        return best.prompt


def _trials(attempts: Sequence[Attempt], best: Attempt) -> list[Trial]:
    """The attempts as trials; errors are ranked so that `best` is the best of them."""
    return [
        Trial(
            asked=aims.as_targets(attempt.prompt.aims) | aims.read(attempt.prompt.text),
            measured=_measured(attempt.evaluation),
            error=-1.0 if attempt is best else attempt.evaluation.error,
        )
        for attempt in attempts
    ]


def _measured(evaluation: Evaluation) -> dict[str, float]:
    return {measure.name: measure.value for measure in evaluation.measures}


def _unsaid(attempt: Attempt) -> tuple[str, ...]:
    """Subjects that were looked for in vain and are not said plainly yet."""
    asked = {question.words: question.subject for question in attempt.prompt.questions}
    said = _said_plainly(attempt.prompt.text)
    failed = (check for check in attempt.evaluation.checks if check.outcome == "no")
    subjects = (asked.get(check.words, "") for check in failed)
    return tuple(
        dict.fromkeys(
            some(subject) for subject in subjects if subject and some(subject) not in said
        )
    )


def _said_plainly(text: str) -> tuple[str, ...]:
    found = _PLAINLY.match(text)
    return tuple(re.split(r", | and ", found["things"])) if found else ()


def _saying_plainly(text: str, missing: tuple[str, ...]) -> str:
    """The text with `missing` moved to its front."""
    if not missing:
        return text
    things = (*missing, *_said_plainly(text))
    return f"Show plainly: {listed(things)}. {_PLAINLY.sub('', text)}"


def _reasoning(
    best: Attempt, trials: list[Trial], asks: dict[str, float], missing: tuple[str, ...]
) -> str:
    said = []
    if missing:
        said.append(f"Not to be seen so far: {listed(missing)}; the text now opens with it.")
    if asks:
        said.append(_about_asks(best, next(t for t in trials if t.error < 0), asks))
    return " ".join(said)


def _about_asks(best: Attempt, start: Trial, asks: dict[str, float]) -> str:
    targets = aims.as_targets(best.prompt.aims)
    worst_first = sorted(
        asks, key=lambda name: -aims.SCALES[name].error(start.measured[name], targets[name])
    )
    named = [
        f"{aims.SCALES[name].label.lower()} measured {_figure(name, start.measured[name])} "
        f"for {_figure(name, targets[name])}, so the text asks for {_figure(name, asks[name])}"
        for name in worst_first[:_MOST_NAMED]
    ]
    rest = len(asks) - len(named)
    more = (
        f"; {rest} smaller {'miss is' if rest == 1 else 'misses are'} met likewise" if rest else ""
    )
    told = "; ".join(named)
    return f"{told[:1].upper()}{told[1:]}{more}."


def _figure(name: str, value: float) -> str:
    scale = aims.SCALES[name]
    if scale.circular:
        return f"{scale.word(value)} ({value:.0f}°)"
    return f"{value:.{scale.decimals}f}"
