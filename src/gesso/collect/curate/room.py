"""The room in which works are sorted: a person labels, a head learns, the rest is labelled."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.collect.curate.asking import NO, YES, Asking, WordsInSpace, calibrated, certainty, holds
from gesso.collect.curate.heads.silence import Sureness
from gesso.collect.curate.heads.training import Report, train
from gesso.collect.curate.kept import (
    FEW_SHOT,
    ZERO_SHOT,
    head_of,
    head_row,
    words_of,
    words_row,
)
from gesso.collect.curate.vectors import Held, Vectors
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.findings.classifiers import ClassifierRow
from gesso.core.encoders.encoder import Encoder
from gesso.core.errors import GessoError, InputError, Interrupted, UnknownItem
from gesso.core.records.judgements import Decision, Label, LabelSource
from gesso.core.records.maker import PERSON, Maker, Setting

_LONGEST_NAME = 60
_BATCH = 512

Watch = Callable[[Mapping[str, int]], None]
Answers = Callable[[NDArray[np.float32]], tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]]
"""Vectors in; the number of each answer, its score, and whether to give it."""


@dataclass(frozen=True)
class ApplyReport:
    """What became of a round of labelling.

    Attributes:
        label_set: the set.
        version: of the classifier.
        counts: works by answer; "abstained" and "failed" beside them.
        reasons: why works failed.
        is_calibrated: whether its thresholds rest on a person's labels.
        ended: what ended it early, None for nothing.
        seconds: how long it took.
    """

    label_set: str
    version: str
    counts: Mapping[str, int]
    reasons: tuple[str, ...]
    is_calibrated: bool
    ended: GessoError | None
    seconds: float


@dataclass(frozen=True)
class SetRow:
    """One set of labels.

    Attributes:
        name: of the set.
        labelled: how many works each source has labelled.
        counts: how many works have each label, as it counts.
        classifiers: what was learnt from it, by kind.
    """

    name: str
    labelled: Mapping[str, int]
    counts: Mapping[str, int]
    classifiers: tuple[ClassifierRow, ...]


class CurateRoom:
    """Sorts works.

    A person's label stands beside what machines say and wins over it; no classifier is asked about
    a work that a person has labelled.

    Args:
        catalogue: where works are.
        vectors: the vectors that a head learns from.
        words: builds an encoder that reads words, and its vectors, when they are asked for.
        sureness: how sure answers have to be.
        stop: set it to stop: what was labelled is kept.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        vectors: Callable[[], Vectors],
        words: Callable[[], tuple[Encoder, Vectors]],
        sureness: Sureness,
        *,
        stop: threading.Event,
    ) -> None:
        self._catalogue = catalogue
        self._vectors = vectors
        self._words = words
        self._sureness = sureness
        self._stop = stop

    # A person -----------------------------------------------------------------------------

    def label(self, works: Sequence[int], label_set: str, label: str = YES) -> None:
        """Keep a person's label of some works, in place of an earlier one in that set.

        Raises:
            InputError: a name that cannot be one.
            UnknownItem: there is no such work; then none is labelled.
        """
        label_set, label = _named(label_set, "set"), _named(label, "label")
        decision: Decision = "pass" if label == NO else "keep"
        maker = Maker(PERSON)
        self._catalogue.labels.put(
            [Label(work, label_set, label, "human", 1.0, decision, maker) for work in works]
        )

    def unlabel(self, works: Sequence[int], label_set: str) -> int:
        """Take a person's labels back; returns from how many works."""
        return sum(self._catalogue.labels.withdraw(work, label_set, "human") for work in works)

    def sets(self) -> list[SetRow]:
        """Every set of labels, by name."""
        rows = self._catalogue.classifiers.list()
        labelled = self._catalogue.labels.sets()
        names = sorted({*labelled, *(row.label_set for row in rows)})
        return [
            SetRow(
                name,
                labelled.get(name, {}),
                self._catalogue.labels.counts(name),
                tuple(row for row in rows if row.label_set == name),
            )
            for name in names
        ]

    # A head -------------------------------------------------------------------------------

    def train(self, label_set: str) -> Report:
        """Learn a set from a person's labels, and keep what was learnt.

        Raises:
            InputError: nobody labelled anything in it, or too little.
        """
        said = self._said(label_set)
        source = self._vectors()
        held = source.vectors_of(list(said))
        names = sorted(set(said.values()))
        numbers = {name: at for at, name in enumerate(names)}
        targets = np.array([numbers[said[work]] for work in held.works], dtype=np.int64)
        groups = self._groups(held.works)
        trained, report = train(held.vectors, targets, names, self._sureness, groups=groups)
        self._catalogue.classifiers.put(
            head_row(label_set, source.space.id, names, trained, report)
        )
        return report

    def apply(self, label_set: str, watch: Watch = lambda _counts: None) -> ApplyReport:
        """Label all works that no person has labelled, by what was learnt.

        Raises:
            UnknownItem: nothing was learnt of that set.
            InputError: it was learnt in another space than the one of now.
        """
        row = self._catalogue.classifiers.latest(label_set, FEW_SHOT)
        if row is None:
            raise UnknownItem(
                f"Nothing was learnt of '{label_set}' yet.",
                f"Label works, then: gesso curate train {label_set}",
            )
        source = self._vectors()
        if source.space.id != row.space:
            raise InputError(
                f"'{label_set}' was learnt in the space '{row.space}', and works are in "
                f"'{source.space.id}' now.",
                f"Learn it anew: gesso curate train {label_set}",
            )
        names, trained = head_of(row)
        maker = Maker(FEW_SHOT, row.version, offline=True, settings={"space": row.space})
        job = _Job(label_set, FEW_SHOT, names, maker, is_calibrated=True)
        return self._go(job, source, trained.decide, watch)

    # Words --------------------------------------------------------------------------------

    def ask(
        self, label_set: str, asking: Asking, watch: Watch = lambda _counts: None
    ) -> ApplyReport:
        """Label all works that no person has labelled by words alone.

        The margins are calibrated on a person's labels in that set, where there are eight or more;
        else an answer has to lead by more than the noise of wording.

        Raises:
            InputError: no words, a name that cannot be one, or an encoder that reads none.
        """
        label_set = _named(label_set, "set")
        asking = Asking(
            tuple(dict.fromkeys(_named(word, "label") for word in asking.labels)), asking.is_choice
        )
        if not asking.labels or (asking.is_choice and len(asking.labels) < 2):
            raise InputError(
                "Which of one is no question.", "Name two labels or more, or ask with --any."
            )
        encoder, source = self._words()
        words = WordsInSpace(encoder, asking)
        found = self._calibrate(label_set, words, source)
        row = words_row(label_set, encoder.space.id, asking, words.version, found)
        self._catalogue.classifiers.put(row)
        asked, kept = words_of(row)
        settings: Mapping[str, Setting] = {"space": row.space, "calibrated": kept is not None}
        maker = Maker(ZERO_SHOT, row.version, offline=True, settings=settings)
        job = _Job(label_set, ZERO_SHOT, asked.answers, maker, is_calibrated=kept is not None)

        def answers(
            vectors: NDArray[np.float32],
        ) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.bool_]]:
            guess = words.guess(vectors)
            return guess.answers, certainty(guess), holds(guess, kept)

        return self._go(job, source, answers, watch)

    def _calibrate(self, label_set: str, words: WordsInSpace, source: Vectors) -> Any:
        answers = words.asking.answers
        said = self._catalogue.labels.said(label_set, source="human")
        known = {label.work: label.label for label in said if label.label in answers}
        held = source.vectors_of(list(known))
        if not held.works:
            return None
        targets = np.array([answers.index(known[work]) for work in held.works], dtype=np.int64)
        return calibrated(words.guess(held.vectors), targets, len(answers), self._sureness)

    # Both ---------------------------------------------------------------------------------

    def _go(self, job: _Job, source: Vectors, answers: Answers, watch: Watch) -> ApplyReport:
        began = time.monotonic()
        counts: Counter[str] = Counter()
        reasons: list[str] = []
        ended: GessoError | None = None
        for numbers in self._unlabelled(job.label_set):
            if self._stop.is_set():
                ended = Interrupted("Stopped as you asked; what was labelled is kept.")
                break
            held = source.vectors_of(numbers)
            labels = job.labels(held, answers)
            self._catalogue.labels.put(labels)
            for label in labels:
                counts["abstained" if label.decision == "abstain" else label.label] += 1
            counts["failed"] += len(held.failed)
            reasons += held.failed.values()
            watch(counts)
        return ApplyReport(
            job.label_set,
            job.maker.version,
            {name: count for name, count in counts.items() if count},
            tuple(reasons),
            job.is_calibrated,
            ended,
            time.monotonic() - began,
        )

    def _unlabelled(self, label_set: str) -> Iterator[list[int]]:
        last = 0
        while numbers := self._catalogue.labels.missing(
            label_set, "human", after=last, limit=_BATCH
        ):
            yield numbers
            last = numbers[-1]

    def _said(self, label_set: str) -> dict[int, str]:
        said = self._catalogue.labels.said(label_set, source="human")
        if not said:
            known = ", ".join(row.name for row in self.sets() if "human" in row.labelled)
            raise UnknownItem(
                f"Nobody has labelled anything in '{label_set}'.",
                f"The sets with labels are: {known}."
                if known
                else f"Label some works: gesso curate label 12 13 {label_set}",
            )
        return {label.work: label.label for label in said}

    def _groups(self, works: Sequence[int]) -> NDArray[np.int64]:
        """Scans of one picture bear one number, so that no fold learns from what it is asked."""
        group = {
            member.work: found.id
            for found in self._catalogue.duplicates.groups_of(works)
            for member in found.members
        }
        return np.array([group.get(work, work) for work in works], dtype=np.int64)


@dataclass(frozen=True)
class _Job:
    """What works are labelled with, and by whom."""

    label_set: str
    source: LabelSource
    names: tuple[str, ...]
    maker: Maker
    is_calibrated: bool

    def labels(self, held: Held, answers: Answers) -> list[Label]:
        """A label for each work, also where it abstains: then it is only the likeliest."""
        if not held.works:
            return []
        numbers, scores, given = answers(held.vectors)
        return [
            self._label(work, self.names[number], score, is_given)
            for work, number, score, is_given in zip(
                held.works, numbers.tolist(), scores.tolist(), given.tolist(), strict=True
            )
        ]

    def _label(self, work: int, name: str, score: float, is_given: bool) -> Label:
        decision: Decision = "abstain" if not is_given else "pass" if name == NO else "keep"
        return Label(
            work, self.label_set, name, self.source, min(1.0, max(0.0, score)), decision, self.maker
        )


def _named(name: str, what: str) -> str:
    """A name as it is kept: one line, not too long.

    Raises:
        InputError: it is none.
    """
    line = " ".join(name.split())
    is_plain = line.isprintable() and any(map(str.isalnum, line)) and "=" not in line
    if not is_plain or len(line) > _LONGEST_NAME:
        raise InputError(
            f"'{line[:_LONGEST_NAME]}' cannot name a {what}.",
            f"Use letters and digits, {_LONGEST_NAME} at most, and no equals sign.",
        )
    return line
