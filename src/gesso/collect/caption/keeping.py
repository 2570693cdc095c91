"""Keeping what was said of works: caption, scores, title and the state of the find, all or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gesso.collect.caption.captioner import Said
from gesso.collect.caption.measured.scores import SCORER
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.works.findings.captions import settled
from gesso.core.records.judgements import Score
from gesso.core.records.maker import Maker

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


def keep(catalogue: Catalogue, batch: Sequence[Words]) -> None:
    """Keep a batch in one transaction.

    A work without a title of its own bears the best that there is from now on; a person's word
    stays what it is.

    Raises:
        StorageError: the disk would not keep it; the catalogue is as before.
    """
    scores = [score for words in batch for score in _scores(words)]
    with catalogue.database.write() as connection:
        catalogue.captions.put_in(connection, [(one.work, one.said.caption) for one in batch])
        catalogue.scores.put_in(connection, scores)
        for one in batch:
            if one.needs_title and one.said.caption.title:
                best = settled(catalogue.captions.of_in(connection, one.work))
                if best is not None and best.title:
                    catalogue.works.set_title_in(connection, one.work, best.title)
        catalogue.finds.caption_in(connection, [one.work for one in batch])


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
