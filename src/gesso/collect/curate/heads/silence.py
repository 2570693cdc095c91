"""When to be silent: the belief from which on answers are right often enough."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.collect.curate.heads.chances import least_share

NEVER = math.inf
_FEWEST = 3
_MOST_GROWTH = 64


@dataclass(frozen=True)
class Sureness:
    """How sure answers have to be.

    Attributes:
        share: of the answers of each label so many are right at least, above 0 and below 1.
        doubt: the chance that they are not, as far as the examples tell.

    Raises:
        ValueError: outside these bounds.
    """

    share: float = 0.8
    doubt: float = 0.2

    def __post_init__(self) -> None:
        if not (0 < self.share < 1 and 0 < self.doubt < 1):
            raise ValueError(f"a share and a doubt are between 0 and 1, not {self}")

    @property
    def least_examples(self) -> int:
        """So many examples of a label it takes, even where all are told apart."""
        return math.ceil(math.log(self.doubt) / math.log(self.share) - 1e-9)


@dataclass(frozen=True)
class Threshold:
    """From which belief on one label is answered.

    Attributes:
        belief: answers at least as sure as this are given; infinity for none.
        needs: examples of this label that would make it speak, as far as those there are tell; 0
            where it speaks, None where more of the same would not help.
    """

    belief: float
    needs: int | None = 0

    @property
    def is_silent(self) -> bool:
        """It answers nothing."""
        return math.isinf(self.belief)


def thresholds(
    beliefs: NDArray[np.floating],
    answers: NDArray[np.int64],
    targets: NDArray[np.int64],
    count: int,
    sureness: Sureness,
    *,
    chance: float,
) -> tuple[Threshold, ...]:
    """The threshold of each label, from answers to examples that were not learnt from.

    For each label the longest list of its surest answers is taken of which the share that is right
    is at least `sureness.share`, but for `sureness.doubt`: selective classification as of Geifman
    and El-Yaniv (NeurIPS 2017), with the exact bound, for each label apart.

    Args:
        beliefs: (examples,) in the answer that was given.
        answers: (examples,) the numbers of the labels that were answered.
        targets: (examples,) the numbers of those that are right.
        count: how many labels there are.
        sureness: how sure answers have to be.
        chance: the belief that says nothing. Where every answer is right there is no border to be
            seen, and halfway to chance is spoken as well.
    """
    found = []
    for label in range(count):
        mine = answers == label
        order = np.argsort(-beliefs[mine], kind="stable")
        sure = beliefs[mine][order].tolist()
        right = (targets[mine][order] == label).tolist()
        examples = int((targets == label).sum())
        found.append(_threshold(_Answers(sure, right, examples), sureness, chance))
    return tuple(found)


@dataclass(frozen=True)
class _Answers:
    """The answers of one label, the surest first, and how many examples of it there are."""

    sure: Sequence[float]
    right: Sequence[bool]
    examples: int


def _threshold(answers: _Answers, sureness: Sureness, chance: float) -> Threshold:
    sure = answers.sure
    counts = np.cumsum(answers.right, dtype=np.int64).tolist()
    # Only where the belief falls is there a border between answers.
    ends = [m for m in range(1, len(sure) + 1) if m == len(sure) or sure[m] < sure[m - 1]]
    held = [m for m in ends if least_share(counts[m - 1], m, sureness.doubt) >= sureness.share]
    if not held:
        return Threshold(NEVER, _needs(ends, counts, answers.examples, sureness))
    last = held[-1]
    if last < len(sure):
        return Threshold((sure[last - 1] + sure[last]) / 2)
    is_all_right = counts[-1] == last
    return Threshold((sure[-1] + min(chance, sure[-1])) / 2 if is_all_right else sure[-1])


def _needs(
    ends: Sequence[int], counts: Sequence[int], examples: int, sureness: Sureness
) -> int | None:
    """How many examples it would take if they were told apart as those there are."""
    tried = [m for m in ends if m >= _FEWEST]
    if not tried:
        return max(sureness.least_examples, examples + 1)
    best = max(tried, key=lambda m: (least_share(counts[m - 1], m, sureness.doubt), m))
    right = counts[best - 1]
    if right / best <= sureness.share:
        return None
    for growth in range(2, 4 * _MOST_GROWTH):
        more = growth / 4
        if more <= 1:
            continue
        asked = round(best * more)
        if least_share(round(right * more), asked, sureness.doubt) >= sureness.share:
            return max(math.ceil(examples * more), sureness.least_examples, examples + 1)
    return None
