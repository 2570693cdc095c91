"""The figures of a catalogue, worked out when it has changed and kept until it changes again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from sqlalchemy import func, select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import outbox
from gesso.show.charts import hung
from gesso.show.charts.records import Chart, Figures
from gesso.show.charts.said import Said
from gesso.show.charts.spent import spent
from gesso.show.gallery.roll import Roll, Rows
from gesso.show.gallery.wall import Wall
from gesso.show.sets import Sets

_KEPT = 32


def utc_now() -> datetime:
    """The time, UTC."""
    return datetime.now(UTC)


class Charts:
    """Tells a catalogue, or a part of it, in figures. Called from many threads.

    Args:
        catalogue: asked for at first use.
        roll: of all works that hang.
        sets: which of them lie together.
        clock: tells the time, UTC.
    """

    def __init__(
        self,
        catalogue: Callable[[], Catalogue],
        roll: Roll,
        sets: Sets,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._catalogue = catalogue
        self._roll = roll
        self._sets = sets
        self._clock = clock
        self._said = Said(catalogue)
        roll.listen(self._said.forget)
        self._lock = threading.Lock()
        self._spent: tuple[tuple[object, ...], tuple[Chart, ...]] | None = None
        self._kept: OrderedDict[tuple[str, int], tuple[tuple[object, ...], Figures]] = OrderedDict()

    def figures(self, favourites: bool = False, of_set: int = 0) -> Figures:
        """The figures of all works, of a person's favourites, or of a set.

        Args:
            favourites: of these only.
            of_set: the number of a set, 0 for none; goes before favourites.

        Raises:
            UnknownItem: there is no such set.
        """
        version = self._roll.look()
        part = ("set", of_set) if of_set else ("favourites" if favourites else "all", 0)
        # Calls are no works: the roll's last change tells of both, and the day turns charts over.
        version_of_set = self._sets.version(of_set) if of_set else 0
        state = (version, self._roll.seen, version_of_set, self._clock().date())
        with self._lock:
            known = self._kept.get(part)
            if known is not None and known[0] == state:
                return known[1]
        found = self._worked_out(part)
        with self._lock:
            self._kept[part] = state, found
            self._kept.move_to_end(part)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def _worked_out(self, part: tuple[str, int]) -> Figures:
        kind, number = part
        if kind == "set":
            rows = np.unique(self._roll.rows_of(self._sets.works(number)))
            return Figures(f"set {number}", self._sets.get(number).name, len(rows),
                           self._of_works(rows))  # fmt: skip
        wall = Wall("favourites" if kind == "favourites" else "all")
        rows = np.flatnonzero(self._roll.members(wall)).astype(np.int32)
        charts = self._of_works(rows)
        if kind == "favourites":
            return Figures("favourites", "Favourites", len(rows), charts)
        charts += self._cost()
        return Figures("all", "All works", len(rows), charts)

    def _cost(self) -> tuple[Chart, ...]:
        """What was spent; calls are announced as works are, so a look tells whether it changed."""
        database, now = self._catalogue().database, self._clock()
        last = select(func.max(outbox.c.seq)).where(outbox.c.kind == "call")
        with database.read() as connection:
            state = (connection.scalar(last), now.date())
        if self._spent is None or self._spent[0] != state:
            self._spent = state, spent(database, now)
        return self._spent[1]

    def _of_works(self, rows: Rows) -> tuple[Chart, ...]:
        roll = self._roll
        columns, hexes = roll.columns, roll.hexes()
        said = self._said.counts(columns.ids[rows])
        return (
            hung.over_time(columns, rows),
            hung.palette(columns, rows, hexes),
            hung.values(columns, rows, hexes),
            hung.judged(roll.scores, rows),
            *hung.of_words(said, len(rows)),
            hung.sources(columns, rows, roll.sources),
        )
