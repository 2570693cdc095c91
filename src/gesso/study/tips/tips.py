"""Exactly two tips for a picture, from two categories, said from measurements alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from gesso.study.easel import Easel
from gesso.study.records import Evidence, Intent, Tip
from gesso.study.regions.blocks import BlockMap
from gesso.study.tips.kinds import no_picture
from gesso.study.tips.percentiles import percentile_of
from gesso.study.tips.rules import Rule, rules, strengths
from gesso.study.tips.wording import filled

_CHOICE = 4
_THIN = 16
"""Pixels of the shorter side, as it is read, below which places and shares are accidents."""
_EMPTY_SPREAD = 3.0
_EMPTY_REGIONS = 3
_GRAY = 0.012
"""The 95th percentile of OKLab chroma below which a picture was painted in grays."""


@dataclass(frozen=True)
class Advice:
    """The two tips, or the reason why there are none.

    Attributes:
        tips: two, from two categories; or none.
        silence: why there are none, "" where there are.
    """

    tips: tuple[Tip, ...]
    silence: str = ""


def advise(easel: Easel, metrics: Mapping[str, float], intent: Intent) -> Advice:
    """Choose the two tips that apply most plainly.

    What lacks comes first; where fewer than two categories lack anything, the most telling
    strength of another category is pushed. A picture that reads as empty, as noise or as text, or
    has next to no pixels, gets no tips.

    Args:
        easel: the picture, set up.
        metrics: its measurements.
        intent: what the painter is after.
    """
    if min(easel.values.shape) < _THIN:
        return Advice((), "The picture is too small or too thin to speak of.")
    if why := easel.once(no_picture):
        return Advice((), why)
    if _is_empty(easel, metrics):
        return Advice(
            (),
            "There is hardly anything on this picture to speak of yet: too few shapes, "
            "too little contrast.",
        )
    chosen = _of_two_categories([], lacking(metrics, intent))
    chosen = _of_two_categories(chosen, _ranked(strengths(), metrics, _meant(metrics, intent)))
    blocks = easel.blocks()
    return Advice(tuple(tip_of(rule, metrics, blocks) for rule in chosen))


def lessons_for(easel: Easel, metrics: Mapping[str, float], intent: Intent) -> tuple[Tip, ...]:
    """What an adviser may choose from, the plainest first: one lesson a category, four at most."""
    ranked = lacking(metrics, intent) + _ranked(strengths(), metrics, _meant(metrics, intent))
    first: dict[str, Rule] = {}
    for rule in ranked:
        first.setdefault(rule.category, rule)
    blocks = easel.blocks()
    return tuple(tip_of(rule, metrics, blocks) for rule in list(first.values())[:_CHOICE])


def lacking(metrics: Mapping[str, float], intent: Intent) -> list[Rule]:
    """Every rule that applies, the plainest first."""
    return _ranked(rules(), metrics, _meant(metrics, intent))


def _is_empty(easel: Easel, metrics: Mapping[str, float]) -> bool:
    few = metrics.get("regions", 0.0) < _EMPTY_REGIONS
    return metrics.get("L_std", 0.0) < _EMPTY_SPREAD or (few and easel.blocks().used < 2)


def _meant(metrics: Mapping[str, float], intent: Intent) -> frozenset[Intent]:
    """What is meant: what was said, and gray where there is no colour at all."""
    is_gray = metrics.get("chroma_p95", 0.0) < _GRAY
    return frozenset({intent, "grisaille"} if is_gray else {intent})


def _ranked(
    known: tuple[Rule, ...], metrics: Mapping[str, float], intents: frozenset[Intent]
) -> list[Rule]:
    severities = [(rule.severity(metrics, intents), rule) for rule in known]
    applying = [(severity, rule) for severity, rule in severities if severity > 0]
    return [rule for _, rule in sorted(applying, key=lambda found: (-found[0], found[1].id))]


def _of_two_categories(chosen: list[Rule], ranked: list[Rule]) -> list[Rule]:
    taken = list(chosen)
    for rule in ranked:
        if len(taken) < 2 and rule.category not in {held.category for held in taken}:
            taken.append(rule)
    return taken


def tip_of(rule: Rule, metrics: Mapping[str, float], blocks: BlockMap) -> Tip:
    """What a rule says of a picture, whether or not it applies.

    Args:
        rule: of what lacks or what is strong.
        metrics: of the picture; the rule's own must be there.
        blocks: its big shapes.
    """
    pointed = _pointed(rule, blocks)
    return Tip(
        rule=rule.id,
        category=rule.category,
        observation=filled(rule.observation, metrics, pointed),
        action=filled(rule.action, metrics, pointed),
        why=rule.why,
        evidence=tuple(
            Evidence(
                condition.metric,
                metrics[condition.metric],
                percentile_of(condition.metric, metrics[condition.metric]) or 0.0,
            )
            for condition in rule.when
        ),
        blocks=pointed,
        what_if=replace(rule.what_if, blocks=pointed),
        is_strength=rule.is_strength,
    )


def _pointed(rule: Rule, blocks: BlockMap) -> tuple[int, ...]:
    """Numbers of blocks as the sheets write them, 1 the darkest."""
    if rule.blocks == "closest":
        lower = int(np.diff(blocks.levels).argmin()) + 1
        return lower, lower + 1
    if rule.blocks == "largest":
        first, second = (1 + np.argsort(-blocks.shares, kind="stable")[:2]).tolist()
        return first, second
    return (int(blocks.shares.argmax()) + 1,) if rule.blocks == "dominant" else ()
