"""Keeping what was said of works: caption, scores, title and the state of the find, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from gesso.collect.caption.captioner import Said
from gesso.collect.caption.measured.scores import SCORER
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.findings.captions import settled
from gesso.core.errors import GessoError, Interrupted, OutsideError
from gesso.core.records.calls import Trouble
from gesso.core.records.judgements import Score
from gesso.core.records.maker import Maker

RUNS = "caption-"
"""How the names of rounds begin, unless somebody names one."""

MEASURER = Maker("measured", SCORER.removeprefix("measured-"), offline=True)


@dataclass(frozen=True)
class Words:
    """What was said of one work.

    Attributes:
        work: its number.
        said: by the captioner.
        measured: the measured scores by name.
        needs_title: it has no title of its own.
    """

    work: int
    said: Said
    measured: Mapping[str, float]
    needs_title: bool


class Keeping:
    """Keeps what is said in one round, and in the error log what goes wrong there.

    A work that gets its words in the end has recovered, also of what earlier rounds met.

    Args:
        catalogue: where it is kept.
        run: the round's name.
    """

    def __init__(self, catalogue: Catalogue, run: str) -> None:
        self._catalogue = catalogue
        self._run = run
        self._slate = catalogue.troubles.slate_of_runs(RUNS if run.startswith(RUNS) else run)
        self._troubles: list[Trouble] = []

    @property
    def waiting(self) -> int:
        """How many failures wait for the next batch."""
        return len(self._troubles)

    def fail(self, work: int, error: Exception) -> None:
        """Note why a work could not be captioned, unless whoever was asked has noted it."""
        if isinstance(error, OutsideError) and error.is_noted:
            return
        ours = error if isinstance(error, GessoError) else GessoError(type(error).__name__)
        row = Trouble(self._run, item_of(work), ours.kind, ours.message, "failed", False)
        self._troubles.append(row)

    def keep(self, batch: Sequence[Words], for_good: Sequence[Words]) -> None:
        """Keep a batch, and the failures that came with it, in one transaction.

        A work without a title of its own bears the best that there is from now on; a person's
        word stays what it is.

        Args:
            batch: what was said.
            for_good: what of it is not to be said once more.

        Raises:
            StorageError: the disk would not keep it; the catalogue is as before.
        """
        with self._catalogue.database.write() as connection:
            self._put_in(connection, batch)
            self._slate.recover_in(connection, [item_of(one.work) for one in for_good])
            self._slate.note_in(connection, self._troubles)
        self._troubles = []

    def end(self, error: GessoError | None, *, is_all: bool) -> None:
        """Note what ended the round early; one that has done all has got over such an end.

        Raises:
            StorageError: the disk would not keep it.
        """
        is_noted = isinstance(error, OutsideError) and error.is_noted
        if error is not None and not is_noted and not isinstance(error, Interrupted):
            row = Trouble(self._run, "", error.kind, error.message, "paused", False)
            with self._catalogue.database.write() as connection:
                self._slate.note_in(connection, [row])
        elif error is None and is_all and "" in self._slate:
            with self._catalogue.database.write() as connection:
                self._slate.recover_in(connection, [""])

    def _put_in(self, connection: Connection, batch: Sequence[Words]) -> None:
        if not batch:
            return
        scores = [score for words in batch for score in _scores(words)]
        self._catalogue.captions.put_in(connection, [(one.work, one.said.caption) for one in batch])
        self._catalogue.scores.put_in(connection, scores)
        for one in batch:
            if one.needs_title and one.said.caption.title:
                best = settled(self._catalogue.captions.of_in(connection, one.work))
                if best is not None and best.title:
                    self._catalogue.works.set_title_in(connection, one.work, best.title)
        self._catalogue.finds.caption_in(connection, [one.work for one in batch])


def item_of(work: int) -> str:
    """What a work is called in the ledger and in the error log."""
    return f"work-{work}"


def _scores(words: Words) -> list[Score]:
    said = words.said
    measured = [
        Score(words.work, SCORER, name, value, MEASURER) for name, value in words.measured.items()
    ]
    judged = [
        Score(words.work, said.scorer, name, min(1.0, max(0.0, value)), said.caption.maker)
        for name, value in said.judged.items()
    ]
    return measured + judged
