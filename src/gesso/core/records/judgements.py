"""What was measured and judged in a picture, and which of a pair is the better."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gesso.core.records.maker import Maker

Outcome = Literal["yes", "no", "unknown"]
LabelSource = Literal["zero-shot", "few-shot", "human", "source"]
Decision = Literal["keep", "pass", "abstain"]
Role = Literal["keep", "copy", "alternate", "detail"]


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


@dataclass(frozen=True)
class Label:
    """What a work was found to be, among the labels of a set.

    Attributes:
        work: its number.
        label_set: which question it answers: "style", "keep".
        label: one of the set.
        source: who says so; "human" is a person and wins over all others, "source" is where the
            work came from.
        score: how sure, 0 to 1; a person and a source are at 1.
        decision: whether to go by it: "abstain" where the margin was too small.
        maker: the model or the person.
    """

    work: int
    label_set: str
    label: str
    source: LabelSource
    score: float
    decision: Decision
    maker: Maker


@dataclass(frozen=True)
class Score:
    """One measured or judged quality of a work.

    Attributes:
        work: its number.
        scorer: who scored, with the version where scores of two versions do not compare.
        name: of what: "complexity", "contrast".
        value: 0 to 1, as the scorer defines it.
        maker: the tool or model.
    """

    work: int
    scorer: str
    name: str
    value: float
    maker: Maker


@dataclass(frozen=True)
class Duplicate:
    """A work's place in its group of duplicates.

    Attributes:
        work: its number.
        role: "keep" is the one to show, "copy" the same file or scan again, "alternate" another
            scan of the same work (cropped, framed, mirrored, recoloured), "detail" a part of it.
        method: what told: "bytes", "pixels", "hash" for pictures without points to hold on to,
            "points" for the local check, or "person".
        score: how alike to the one that is kept, 0 to 1.
        by_person: a person has spoken of its group.
    """

    work: int
    role: Role
    method: str
    score: float
    by_person: bool = False


@dataclass(frozen=True)
class DuplicateGroup:
    """Works that show one and the same picture.

    Attributes:
        id: the smallest of their numbers.
        members: two or more, the one to keep first.
    """

    id: int
    members: tuple[Duplicate, ...]

    @property
    def kept(self) -> int:
        """The number of the work to show."""
        return self.members[0].work
