"""Training a head on examples, and saying honestly how good it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.collect.curate.heads.chances import interval
from gesso.collect.curate.heads.folds import folds
from gesso.collect.curate.heads.logistic import Head, fit
from gesso.collect.curate.heads.silence import Sureness, Threshold, thresholds
from gesso.core.errors import InputError

RIDGES = (0.3, 0.03, 0.003)
LEAST_EXAMPLES = 4
"""Of each label: fewer cannot be dealt into folds within folds."""

_OUTER, _INNER = 5, 4
_LEAST = 1e-12

Beliefs = NDArray[np.float64]
Targets = NDArray[np.int64]
Groups = NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """What is learnt from.

    Attributes:
        vectors: (works, size) of one space.
        targets: (works,) numbers of labels.
        groups: (works,) equal numbers for scans of one picture.
        count: how many labels there are.
    """

    vectors: NDArray[np.floating]
    targets: Targets
    groups: Groups
    count: int

    def part(self, wanted: NDArray[np.bool_]) -> Examples:
        """Some of them."""
        return Examples(self.vectors[wanted], self.targets[wanted], self.groups[wanted], self.count)

    @property
    def smallest(self) -> int:
        """Examples of the label that has fewest."""
        return int(np.bincount(self.targets, minlength=self.count).min())


@dataclass(frozen=True)
class Trained:
    """A head with its thresholds.

    Attributes:
        head: what believes.
        thresholds: one for each label.
        ridge: the ridge that was chosen.
    """

    head: Head
    thresholds: tuple[Threshold, ...]
    ridge: float

    def decide(self, vectors: NDArray[np.floating]) -> tuple[Targets, Beliefs, NDArray[np.bool_]]:
        """(works,) each: the likeliest label, the belief in it, whether to answer it."""
        beliefs = self.head.beliefs(vectors)
        answers = beliefs.argmax(axis=1)
        best = beliefs[np.arange(len(beliefs)), answers]
        least = np.array([threshold.belief for threshold in self.thresholds])
        return answers, best, best >= least[answers]


@dataclass(frozen=True)
class LabelReport:
    """How one label does.

    Attributes:
        label: its name.
        examples: works of it that were learnt from.
        answered: answers of this label in cross-validation; abstentions are none.
        right: of these.
        needs: examples that would make it speak; 0 where it speaks, None where more would not.
    """

    label: str
    examples: int
    answered: int
    right: int
    needs: int | None


@dataclass(frozen=True)
class Report:
    """How good a head is, cross-validated.

    Every example was answered by a head that had neither learnt from it nor chosen its ridge or
    its thresholds by it.

    Attributes:
        examples: works that were learnt from.
        majority: the share of the commonest label: what always saying it would reach.
        forced: the share that is right where every example must be answered.
        forced_interval: its 95 % interval.
        answered: examples that were answered; the rest is abstentions.
        right: of the answered ones.
        right_interval: the 95 % interval of the share that is right among the answered.
        sureness: how sure answers had to be.
        labels: one for each label.
    """

    examples: int
    majority: float
    forced: float
    forced_interval: tuple[float, float]
    answered: int
    right: int
    right_interval: tuple[float, float]
    sureness: Sureness
    labels: tuple[LabelReport, ...]


def train(
    vectors: NDArray[np.floating],
    targets: Targets,
    names: Sequence[str],
    sureness: Sureness,
    *,
    groups: Groups | None = None,
    seed: int = 0,
) -> tuple[Trained, Report]:
    """Learn from examples.

    Args:
        vectors: (works, size) of one space.
        targets: (works,) numbers of `names`.
        names: the labels, two or more.
        sureness: how sure answers have to be.
        groups: (works,) equal numbers for scans of one picture; None where each is its own.
        seed: for the dealing of folds; the same seed gives the same head.

    Raises:
        InputError: too few labels, or too few examples of one.
    """
    _refuse_few(targets, names)
    apart = np.arange(len(targets)) if groups is None else groups
    examples = Examples(vectors, targets, apart, len(names))
    asked = _cross_validated(examples, sureness, seed)
    trained = _tuned(examples, sureness, seed)
    return trained, _report(asked, trained, targets, names, sureness)


def _refuse_few(targets: Targets, names: Sequence[str]) -> None:
    if len(names) < 2:
        raise InputError(
            "One label alone teaches nothing.", "Label some works otherwise, or with --no."
        )
    examples = np.bincount(targets, minlength=len(names))
    short = [
        f"{LEAST_EXAMPLES - n} more of '{name}'"
        for name, n in zip(names, examples.tolist(), strict=True)
        if n < LEAST_EXAMPLES
    ]
    if short:
        raise InputError(
            f"There are too few examples: it takes {', '.join(short)}.",
            f"{LEAST_EXAMPLES} of each are the least; with 8 to 30 of each it begins to answer.",
        )


def _cross_validated(
    examples: Examples, sureness: Sureness, seed: int
) -> tuple[Targets, NDArray[np.bool_]]:
    """Each example answered by a head that never met it: (works,) answers, whether given."""
    answers = np.full(len(examples.targets), -1, dtype=np.int64)
    given = np.zeros(len(examples.targets), dtype=np.bool_)
    dealt = folds(examples.targets, examples.groups, min(_OUTER, examples.smallest), seed)
    for fold in np.unique(dealt):
        out = dealt == fold
        rest = examples.part(~out)
        if rest.smallest < 2:
            continue  # twins may hold all of a label in one fold: those stay unanswered
        trained = _tuned(rest, sureness, seed + 1 + int(fold))
        answers[out], _, given[out] = trained.decide(examples.vectors[out])
    return answers, given


def _tuned(examples: Examples, sureness: Sureness, seed: int) -> Trained:
    """Choose the ridge and the thresholds by folds of their own, then learn from all."""
    vectors, targets, count = examples.vectors, examples.targets, examples.count
    dealt = folds(targets, examples.groups, min(_INNER, max(2, examples.smallest)), seed)
    believed = np.full((len(RIDGES), len(targets), count), 1.0 / count)
    for fold in np.unique(dealt):
        out = dealt == fold
        rest = examples.part(~out)
        if rest.smallest < 1:
            continue
        for at, head in enumerate(fit(rest.vectors, rest.targets, count, RIDGES)):
            believed[at, out] = head.beliefs(vectors[out])
    losses = [_loss(one, targets, count) for one in believed]
    best = int(np.argmin(losses))
    answers = believed[best].argmax(axis=1)
    sure = believed[best][np.arange(len(targets)), answers]
    found = thresholds(sure, answers, targets, count, sureness, chance=1.0 / count)
    return Trained(fit(vectors, targets, count, RIDGES)[best], found, RIDGES[best])


def _loss(beliefs: Beliefs, targets: Targets, count: int) -> float:
    """Mean surprise, each label alike."""
    surprise = -np.log(np.maximum(beliefs[np.arange(len(targets)), targets], _LEAST))
    return float(np.mean([surprise[targets == label].mean() for label in range(count)]))


def _report(
    asked: tuple[Targets, NDArray[np.bool_]],
    trained: Trained,
    targets: Targets,
    names: Sequence[str],
    sureness: Sureness,
) -> Report:
    answers, given = asked
    is_right = answers == targets
    examples = np.bincount(targets, minlength=len(names))
    total, answered, right = len(targets), int(given.sum()), int((is_right & given).sum())
    labels = tuple(
        LabelReport(
            name,
            int(examples[at]),
            int((given & (answers == at)).sum()),
            int((given & (answers == at) & is_right).sum()),
            trained.thresholds[at].needs,
        )
        for at, name in enumerate(names)
    )
    return Report(
        total,
        float(examples.max()) / total,
        int(is_right.sum()) / total,
        interval(int(is_right.sum()), total),
        answered,
        right,
        interval(right, answered),
        sureness,
        labels,
    )
