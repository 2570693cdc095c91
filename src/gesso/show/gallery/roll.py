"""The roll: of every work that hangs, the few numbers by which walls are put together.

A catalogue of a million works is 44 MB of roll. It is read once and then follows the catalogue's
outbox, so a change costs what has changed. Rows are only ever added: what a wall has said about a
row stays true while somebody still turns its pages.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.database import Database
from gesso.show.gallery.reading import (
    Codes,
    Entries,
    best_scores,
    changes,
    entries,
    latest,
    load,
    save,
)
from gesso.show.gallery.spectrum import Sums, holds
from gesso.show.gallery.wall import ORIGINS, Wall

Rows = NDArray[np.int32]
_KEPT_CHANGES = 256
_NO_SCORE = -1.0
_KEPT = {"scores", "sums", "words"} | {field.name for field in fields(Entries)}


@dataclass(frozen=True)
class Change:
    """What one look at the catalogue brought.

    Attributes:
        version: of the roll after it.
        moved: rows that may stand elsewhere now, or are new, or are gone.
        marked: rows that became favourites, or are none any more.
    """

    version: int
    moved: Rows
    marked: Rows


class Pulse:
    """Tells cheaply whether anybody has written to a database.

    Args:
        database: which.
    """

    def __init__(self, database: Database) -> None:
        self._held = ExitStack()
        # A server tells nothing for nothing: there a quarter of a second is one moment.
        self._connection = (
            None if database.is_server else self._held.enter_context(database.aside())
        )

    def beat(self) -> int:
        """A number that is another one after every commit by anybody."""
        if self._connection is None:
            return int(time.monotonic() * 4)
        # SQLite: a counter in shared memory, for commits by other connections than this one.
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    def close(self) -> None:
        """Let go of the database."""
        self._held.close()


class Roll:
    """All works that hang. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
        worth_keeping: works from which on it is kept between two runs; fewer are read in a moment.
    """

    def __init__(self, catalogue: Callable[[], Catalogue], worth_keeping: int = 20_000) -> None:
        self._catalogue = catalogue
        self._worth_keeping = worth_keeping
        self._lock = threading.Lock()
        self._seen = -1
        self._changes: deque[Change] = deque(maxlen=_KEPT_CHANGES)
        self._listeners: list[Callable[[Iterable[int]], None]] = []
        self._pulse: Pulse | None = None
        self._beat = 0
        self._is_unkept = False
        self.version = 0
        self._clear()

    def _clear(self) -> None:
        self._origins, self._sources, self._sums = Codes(tuple(ORIGINS)), Codes(), Sums()
        self._columns: Entries = _empty()
        self._scores = np.zeros(0, np.float32)
        self._sorted: tuple[NDArray[np.int64], Rows] | None = None

    # What stands in it ------------------------------------------------------------------------

    @property
    def columns(self) -> Entries:
        """The columns, as long as there are rows."""
        return self._columns

    @property
    def scores(self) -> NDArray[np.float32]:
        """The score of each row, -1 for none."""
        return self._scores

    @property
    def sources(self) -> list[str]:
        """Sources, by number."""
        return self._sources.words

    def hexes(self) -> list[str]:
        """The colour of each cell of the spectrum."""
        return self._sums.hexes()

    def rows_of(self, ids: Sequence[int] | NDArray[np.int64]) -> Rows:
        """The rows of works that hang, in the order of `ids`; others are passed over."""
        ordered, rows = self._by_id()
        asked = np.asarray(ids, np.int64)
        if not len(ordered) or not len(asked):
            return np.zeros(0, np.int32)
        places = np.minimum(np.searchsorted(ordered, asked), len(ordered) - 1)
        found: Rows = rows[places[ordered[places] == asked]]
        return found[self._columns.hangs[found]]

    def members(self, wall: Wall, rows: Rows | None = None) -> NDArray[np.bool_]:
        """Which of some rows, or of all, hang on a wall."""
        columns = self._columns
        at: slice | Rows = slice(None) if rows is None else rows
        found = columns.hangs[at].copy()
        if wall.room == "favourites":
            found &= columns.favourites[at]
        elif wall.room != "all":
            found &= columns.origins[at] == list(ORIGINS).index(wall.room)
        if wall.source:
            number = self._sources.known(wall.source)
            found &= False if number is None else columns.sources[at] == number
        if wall.colours is not None:
            found &= holds(columns.cells[at], columns.shares[at], wall.colours)
        return found

    def changed_since(self, version: int) -> list[Change] | None:
        """What changed after a version; None where that is forgotten."""
        if version >= self.version:
            return []
        found = [change for change in self._changes if change.version > version]
        return found if len(found) == self.version - version else None

    def listen(self, told: Callable[[Iterable[int]], None]) -> None:
        """Have works named that have changed; all of them by ()."""
        self._listeners.append(told)

    # Following the catalogue --------------------------------------------------------------------

    @property
    def seen(self) -> int:
        """The number of the catalogue's last change that is known here."""
        return self._seen

    def is_current(self) -> bool:
        """Whether nobody has written since the last look; a few microseconds."""
        return self._pulse is not None and self._pulse.beat() == self._beat

    def close(self) -> None:
        """Let go of the catalogue, and keep what took long to read."""
        with self._lock:
            if self._pulse is None:
                return
            self._pulse.close()
            self._pulse = None
            if self._is_unkept:
                self._keep()

    def look(self) -> int:
        """Follow the catalogue to where it is now; the version of the roll after it."""
        database = self._catalogue().database
        if self.is_current():
            return self.version
        with self._lock, database.read() as connection:
            if self._pulse is None:
                self._pulse = Pulse(database)
            beat = self._pulse.beat()
            now = latest(connection)
            if now != self._seen:
                self._catch_up(connection, now)
            # Not before: another thread would take what is half read for the catalogue.
            self._beat = beat
            return self.version

    def _catch_up(self, connection: Connection, now: int) -> None:
        found = changes(connection, self._seen) if self._seen >= 0 else None
        if found is None and self._seen < 0 and self._found(now):
            found = changes(connection, self._seen)
        if found is None:
            self._clear()
            parts = list(entries(connection, self._origins, self._sources, self._sums))
            self._append(parts, best_scores(connection))
            self._changes.clear()
            self._is_unkept = True
            # A version is left out, so that nobody takes an older one for the one before.
            self.version += 2
            self._tell(())
        elif found[0]:
            self._follow(connection, sorted(found[0]))
            self._is_unkept = True
        self._seen = now

    def _found(self, now: int) -> bool:
        """Take up what an earlier run kept; whether there was something."""
        place, database = self._place()
        kept = load(place, database, now) if place else None
        if kept is None or set(kept[1]) != _KEPT:
            return False
        self._clear()
        self._seen, made = kept
        self._scores, self._sums.totals = made.pop("scores"), made.pop("sums")
        self._sources = Codes(made.pop("words").tolist())
        self._columns = Entries(**made)
        self.version += 2
        return True

    def _keep(self) -> None:
        place, database = self._place()
        if place is None or len(self._columns.ids) < self._worth_keeping:
            return
        made: dict[str, NDArray[Any]] = {
            field.name: getattr(self._columns, field.name) for field in fields(Entries)
        }
        made |= {"scores": self._scores, "sums": self._sums.totals}
        made |= {"words": np.array(self._sources.words, np.str_)}
        save(place, database, self._seen, made)
        self._is_unkept = False

    def _place(self) -> tuple[Path | None, Path]:
        catalogue = self._catalogue()
        database = catalogue.database
        if database.is_server or database.read_only:
            return None, database.path
        return catalogue.folder / "cache" / "gallery.npz", database.path

    def _follow(self, connection: object, changed: Sequence[int]) -> None:
        spare = Sums()
        parts = list(entries(connection, self._origins, self._sources, spare, changed))  # type: ignore[arg-type]  # the reader's own
        scores = best_scores(connection, changed)  # type: ignore[arg-type]  # the same
        told = _joined(parts) if parts else _empty()
        gone = np.setdiff1d(np.array(changed, np.int64), told.ids)
        moved, marked = self._update(told, gone, scores)
        fresh = told.hangs & ~np.isin(told.ids, self._columns.ids)
        first = len(self._columns.ids)
        if fresh.any():
            self._append([_picked(told, fresh)], scores)
            self._sums.totals += spare.totals
        added = np.arange(first, len(self._columns.ids), dtype=np.int32)
        self.version += 1
        self._changes.append(Change(self.version, np.concatenate([moved, added]), marked))
        self._tell(changed)

    def _update(self, told: Entries, gone: NDArray[np.int64], scores: object) -> tuple[Rows, Rows]:
        """Write over rows that are there; (those that may stand elsewhere, those marked anew)."""
        assert isinstance(scores, dict)  # noqa: S101 - as `best_scores` makes it
        ordered, rows = self._by_id()
        columns, moved, marked = self._columns, [], []
        for number in gone.tolist():
            row = _row_of(ordered, rows, number)
            if row is not None and columns.hangs[row]:
                columns.hangs[row] = False
                moved.append(row)
        for at, number in enumerate(told.ids.tolist()):
            row = _row_of(ordered, rows, number)
            if row is None:
                continue
            if columns.favourites[row] != told.favourites[at]:
                columns.favourites[row] = told.favourites[at]
                marked.append(row)
            score = scores.get(number, _NO_SCORE)
            is_same = abs(float(self._scores[row]) - score) < 1e-6
            for name in ("hangs", "added", "origins", "sources", "aspects"):
                is_same &= bool(getattr(columns, name)[row] == getattr(told, name)[at])
                getattr(columns, name)[row] = getattr(told, name)[at]
            self._scores[row] = score
            columns.cells[row], columns.shares[row] = told.cells[at], told.shares[at]
            if not is_same:
                moved.append(row)
        return np.array(moved, np.int32), np.array(marked, np.int32)

    def _append(self, parts: Sequence[Entries], scores: object) -> None:
        assert isinstance(scores, dict)  # noqa: S101 - as `best_scores` makes it
        if not parts:
            return
        told = _joined(parts)
        # New arrays, never grown in place: whoever reads the old ones reads them whole.
        self._columns = _joined([self._columns, told])
        fresh = np.full(len(told.ids), _NO_SCORE, np.float32)
        if scores:
            order = np.argsort(told.ids)
            numbers = np.fromiter(scores, np.int64, len(scores))
            values = np.fromiter(scores.values(), np.float64, len(scores))
            places = np.searchsorted(told.ids, numbers, sorter=order).clip(max=len(order) - 1)
            is_here = told.ids[order[places]] == numbers
            fresh[order[places[is_here]]] = values[is_here]
        self._scores = np.concatenate([self._scores, fresh])
        self._sorted = None

    def _by_id(self) -> tuple[NDArray[np.int64], Rows]:
        if self._sorted is None:
            ids = self._columns.ids
            rows = np.argsort(ids, kind="stable").astype(np.int32)
            self._sorted = ids[rows], rows
        return self._sorted

    def _tell(self, changed: Iterable[int]) -> None:
        for told in self._listeners:
            told(changed)


def _row_of(ordered: NDArray[np.int64], rows: Rows, number: int) -> int | None:
    place = int(np.searchsorted(ordered, number))
    return int(rows[place]) if place < len(ordered) and ordered[place] == number else None


def _empty() -> Entries:
    return Entries(
        ids=np.zeros(0, np.int64),
        added=np.zeros(0, np.int64),
        aspects=np.zeros(0, np.uint16),
        origins=np.zeros(0, np.uint8),
        sources=np.zeros(0, np.uint16),
        favourites=np.zeros(0, np.bool_),
        hangs=np.zeros(0, np.bool_),
        cells=np.zeros((0, 8), np.uint8),
        shares=np.zeros((0, 8), np.uint8),
    )


def _joined(parts: Sequence[Entries]) -> Entries:
    return Entries(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Entries)
        }
    )


def _picked(told: Entries, which: NDArray[np.bool_]) -> Entries:
    return Entries(**{field.name: getattr(told, field.name)[which] for field in fields(Entries)})
