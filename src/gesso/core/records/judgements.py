"""What was measured and judged in a picture, and which of a pair is the better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gesso.core.records.maker import Maker

Outcome = Literal["yes", "no", "unknown"]


@dataclass(frozen=True)
class Check:
    """A yes/no question put to a picture; "unknown" where the critic cannot see it.

    Attributes:
        words: the question.
        outcome: never "yes" without evidence: a critic that cannot tell says "unknown".
        reason: one sentence of evidence.
    """

    words: str
    outcome: Outcome
    reason: str


@dataclass(frozen=True)
class Measure:
    """One measured property beside what was aimed at.

    Attributes:
        name: a scale of `make/aims.py`.
        value: as measured, in the scale's unit.
        target: as aimed at, None where nothing was asked.
        error: 0 (met) to 1 (as far off as counts), None where nothing was asked.
    """

    name: str
    value: float
    target: float | None = None
    error: float | None = None


@dataclass(frozen=True)
class Evaluation:
    """One picture held against its prompt.

    Attributes:
        checks: the questions and their outcomes.
        measures: the measured properties.
        error: mean error over the aims, 0 to 1; 0 where nothing was aimed at.
        score: 0 to 1: the mean of the checks (yes 1, unknown a half, no 0), times (1 - error).
        verdict: one or two sentences for a person, also the refiner's starting point.
        maker: who evaluated.
    """

    checks: tuple[Check, ...]
    measures: tuple[Measure, ...]
    error: float
    score: float
    verdict: str
    maker: Maker

    @property
    def passes(self) -> bool:
        """No check failed, and every aim is met within a fifth of what counts as a miss."""
        return all(check.outcome != "no" for check in self.checks) and all(
            measure.error is None or measure.error <= 0.2 for measure in self.measures
        )


@dataclass(frozen=True)
class Comparison:
    """A pair judged head to head, in both orders.

    Attributes:
        winner: 0 for the first picture, 1 for the second.
        agreed: both orders named the same winner; else the evaluations' scores decided.
        reason: one sentence.
        maker: who judged.
    """

    winner: Literal[0, 1]
    agreed: bool
    reason: str
    maker: Maker
