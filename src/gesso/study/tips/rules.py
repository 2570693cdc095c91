"""The rules of tips: data with conditions, read once and held against what they name."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from gesso.study.records import Intent, TipCategory, WhatIf
from gesso.study.tips.percentiles import percentile_of

Side = Literal["<", ">"]
Pointing = Literal["", "closest", "largest", "dominant"]


@dataclass(frozen=True)
class Condition:
    """A metric on one side of a percentile.

    Attributes:
        metric: its id.
        side: below or above.
        percentile: 0 to 1.
    """

    metric: str
    side: Side
    percentile: float

    def excess(self, metrics: Mapping[str, float]) -> float:
        """How far past the percentile it lies, 0 (not past) to 1 (as far as can be)."""
        value = metrics.get(self.metric)
        place = None if value is None else percentile_of(self.metric, value)
        if place is None:
            return 0.0
        if self.side == "<":
            return max(0.0, (self.percentile - place) / self.percentile)
        return max(0.0, (place - self.percentile) / (1 - self.percentile))


@dataclass(frozen=True)
class Rule:
    """When a tip is said, and how.

    Attributes:
        id: stable across versions.
        category: the two tips of a study have two.
        when: all must hold.
        muted: intents that it would contradict.
        what_if: demonstrates it.
        promise: the metric that the what-if moves, and the way: +1 up, -1 down.
        blocks: which blocks it points at.
        observation, action, why: with metric ids in braces.
        is_strength: says what is strong instead of what is weak.
    """

    id: str
    category: TipCategory
    when: tuple[Condition, ...]
    muted: tuple[Intent, ...]
    what_if: WhatIf
    promise: tuple[str, int] | None
    blocks: Pointing
    observation: str
    action: str
    why: str
    is_strength: bool = False

    def severity(self, metrics: Mapping[str, float], intents: Collection[Intent]) -> float:
        """How plainly it applies, 0 (not at all) to 1: the mean excess of its conditions."""
        if not set(self.muted).isdisjoint(intents):
            return 0.0
        excesses = [condition.excess(metrics) for condition in self.when]
        return sum(excesses) / len(excesses) if min(excesses) > 0 else 0.0


@cache
def rules() -> tuple[Rule, ...]:
    """What may be lacking, in the order of the file."""
    return tuple(_rule(row) for row in _rows()["rules"])


@cache
def strengths() -> tuple[Rule, ...]:
    """What may be pushed further, in the order of the file."""
    return tuple(_strength(row) for row in _rows()["strengths"])


def _rows() -> dict[str, Any]:
    return tomllib.loads(files("gesso.study.tips").joinpath("rules.toml").read_text("utf-8"))


def _rule(row: Mapping[str, Any]) -> Rule:
    metric, way = row["promise"]
    return Rule(
        id=row["id"],
        category=row["category"],
        when=tuple(Condition(*condition) for condition in row["when"]),
        muted=tuple(row.get("muted", ())),
        what_if=WhatIf(**row["what_if"]),
        promise=(metric, 1 if way == "+" else -1),
        blocks=row.get("blocks", ""),
        observation=row["observation"],
        action=row["action"],
        why=row["why"],
    )


def _strength(row: Mapping[str, Any]) -> Rule:
    # Better than the middle is enough: the most telling strength is chosen, not the first.
    when = Condition(row["metric"], ">" if row["high"] else "<", 0.5)
    return Rule(
        id=row["id"],
        category=row["category"],
        when=(when,),
        muted=(),
        what_if=WhatIf(**row["what_if"]),
        promise=None,
        blocks="",
        observation=row["observation"],
        action=row["action"],
        why=row["why"],
        is_strength=True,
    )
