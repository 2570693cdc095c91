"""How the roll is read: rows of the catalogue become columns of numbers."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from gesso.core.catalogue.store.tables import evaluations, outbox, scores, works
from gesso.show.gallery.spectrum import Sums, cells_of

_CHUNK = 20_000
_FORMAT = 1
"""Of what is kept between two runs; another one is read anew."""
_MOST_IN_LIST = 400
_MOST_CHANGES = 50_000
"""Changes that are read one by one; after more of them everything is read anew."""
_OVERALL = ("overall", "quality", "aesthetic")
"""Scores by which a work is ranked that no critic of a run has judged."""
ASPECT = 1000
"""Aspects are kept in thousandths, 50 to 65,000."""

_COLUMNS = (
    works.c.id, works.c.added_at, works.c.width, works.c.height, works.c.origin, works.c.source,
    works.c.favourite, works.c.standing, works.c.swatches,
)  # fmt: skip


@dataclass(frozen=True)
class Entries:
    """Some works as columns of one length.

    Attributes:
        ids: their numbers.
        added: microseconds since 1970, UTC.
        aspects: width over height, in thousandths.
        origins: 0 made, 1 collected, 2 brought.
        sources: numbers of sources.
        favourites, hangs: marks; whether they hang at all.
        cells, shares: (works, 8) cells of the spectrum with their shares, 0 to 255.
    """

    ids: NDArray[np.int64]
    added: NDArray[np.int64]
    aspects: NDArray[np.uint16]
    origins: NDArray[np.uint8]
    sources: NDArray[np.uint16]
    favourites: NDArray[np.bool_]
    hangs: NDArray[np.bool_]
    cells: NDArray[np.uint8]
    shares: NDArray[np.uint8]


class Codes:
    """Numbers for words, in the order in which they were met."""

    def __init__(self, words: Sequence[str] = ()) -> None:
        self._numbers: dict[str, int] = {word: at for at, word in enumerate(words)}

    def of(self, words: Sequence[str]) -> list[int]:
        """The numbers of some words; new ones get the next."""
        numbers = self._numbers
        return [numbers.setdefault(word, len(numbers)) for word in words]

    def known(self, word: str) -> int | None:
        """The number of a word, None where it was never met."""
        return self._numbers.get(word)

    @property
    def words(self) -> list[str]:
        """All of them, by number."""
        return list(self._numbers)


def latest(connection: Connection) -> int:
    """The number of the last change; it grows with every change to a work or its scores."""
    return int(connection.scalar(select(func.max(outbox.c.seq))) or 0)


def changes(connection: Connection, since: int) -> tuple[set[int], bool] | None:
    """(works that changed, whether scores of made works did); None where it is too much."""
    asked = (
        select(outbox.c.kind, outbox.c.key)
        .where(outbox.c.seq > since, outbox.c.kind.in_(("work", "evaluation")))
        .limit(_MOST_CHANGES + 1)
    )
    rows = connection.execute(asked).all()
    if len(rows) > _MOST_CHANGES:
        return None
    changed = {int(key) for kind, key in rows if kind == "work"}
    judged = [key.split("/") for kind, key in rows if kind == "evaluation"]
    for run, item, number, slot in judged:
        is_it = (evaluations.c.run == run) & (evaluations.c.item == item)
        is_it &= (evaluations.c.number == int(number)) & (evaluations.c.slot == int(slot))
        work = connection.scalar(select(evaluations.c.work).where(is_it))
        changed |= {work} if work is not None else set()
    return changed, bool(judged)


def entries(
    connection: Connection,
    origins: Codes,
    sources: Codes,
    sums: Sums,
    only: Sequence[int] | None = None,
) -> Iterator[Entries]:
    """All works that hang, by number, in parts; or some works, hanging or not.

    Args:
        connection: a reading one.
        origins: what their numbers mean.
        sources: the same; new ones are added.
        sums: gathers the colours that are met.
        only: of these works.
    """
    if only is None:
        last = connection.scalar(select(func.max(works.c.id))) or 0
        for after in range(0, last, _CHUNK):
            # By their numbers, which is how they lie: an index of who hangs would lead about.
            within = works.c.id.between(after + 1, after + _CHUNK)
            asked = _written(connection, select(*_COLUMNS).where(within))
            hanging = [row for row in connection.exec_driver_sql(asked) if row[7] == "kept"]
            if hanging:
                yield _entries(hanging, origins, sources, sums)
        return
    for start in range(0, len(only), _MOST_IN_LIST):
        said = select(*_COLUMNS).where(works.c.id.in_(only[start : start + _MOST_IN_LIST]))
        rows = connection.exec_driver_sql(_written(connection, said)).all()
        if rows:
            yield _entries(rows, origins, sources, sums)


def best_scores(connection: Connection, only: Sequence[int] | None = None) -> Mapping[int, float]:
    """The score of each work: of its critic, else one that somebody else gave it for the whole."""
    found: dict[int, float] = {}
    told = scores.c.name.in_(_OVERALL)
    for table, column, where in ((scores, scores.c.value, told), (evaluations, None, None)):
        value = evaluations.c.score if column is None else column
        asked = select(table.c.work, func.max(value)).group_by(table.c.work)
        asked = asked if where is None else asked.where(where)
        if only is None:
            found.update({row[0]: row[1] for row in connection.execute(asked)})
            continue
        for start in range(0, len(only), _MOST_IN_LIST):
            some = asked.where(table.c.work.in_(only[start : start + _MOST_IN_LIST]))
            found.update({row[0]: row[1] for row in connection.execute(some)})
    return found


def _written(connection: Connection, said: Any) -> str:
    """A statement with its values in it, which are numbers and words of ours.

    The rows come as the driver hands them over: SQLAlchemy's own reading of each value would take
    most of the time.
    """
    told = said.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    return str(told)


def _entries(rows: Sequence[Any], origins: Codes, sources: Codes, sums: Sums) -> Entries:
    ids, added, width, height, origin, source, favourite, standing, swatches = zip(
        *rows, strict=True
    )
    wide = np.array(width, np.float64)
    high = np.maximum(np.array(height, np.float64), 1)
    cells, shares = cells_of(swatches, sums)
    stands = np.array([one == "kept" for one in standing], np.bool_)
    return Entries(
        ids=np.array(ids, np.int64),
        added=np.array(added, "datetime64[us]").astype(np.int64),
        aspects=np.clip(np.rint(ASPECT * wide / high), 50, 65_000).astype(np.uint16),
        origins=np.array(origins.of(origin), np.uint8),
        sources=np.array(sources.of(source), np.uint16),
        favourites=np.array(favourite, np.bool_),
        hangs=stands & (wide > 0),
        cells=cells,
        shares=shares,
    )


# Kept between two runs of a server, for what takes seconds to read: it may be deleted at any time.


def save(path: Path, of: Path, seen: int, made: Mapping[str, NDArray[Any]]) -> None:
    """Keep what was read of a database up to a change; where it cannot be kept it is read again."""
    passing = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        about = np.array([_FORMAT, seen, *_mark(of)], np.int64)
        path.parent.mkdir(parents=True, exist_ok=True)
        with passing.open("wb") as file:
            np.savez(file, allow_pickle=False, about=about, **made)
        passing.replace(path)
    except OSError:
        passing.unlink(missing_ok=True)


def load(path: Path, of: Path, now: int) -> tuple[int, dict[str, NDArray[Any]]] | None:
    """(up to which change, what was kept) where it is of this very file; else None.

    Args:
        path: where it was kept.
        of: the database; one that was put back from a copy is another file.
        now: its last change.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            made = {name: file[name] for name in file.files}
        form, seen, *mark = made.pop("about").tolist()
        is_ours = form == _FORMAT and seen <= now and mark == list(_mark(of))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return (seen, made) if is_ours else None


def _mark(of: Path) -> tuple[int, int]:
    there = of.stat()
    return there.st_ino, there.st_dev
