"""Which row holds which work at one moment: never changed, only followed by a newer one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gesso.core.indexes.truth.journal import Records

Ids = NDArray[np.int64]
Number = TypeVar("Number", np.int64, np.uint32, np.bool_)

_ROOMY = 8
_SPARE = 65_536
"""A table by id is kept while the largest id is at most this many times the rows, and a bit."""


@dataclass(frozen=True)
class Rows:
    """A moment of a journal.

    Attributes:
        place: how many records of the journal are in it.
        ids: which work each row was written for, gone or not; -1 for a row nobody tells of.
        sums: the check sum of each row.
        live: whether the row is its work's vector now.
        table: id -> row, -1 for none, where ids are dense enough.
        sorted_ids: where they are not: the ids that have a row, ascending.
        sorted_rows: and their rows.
    """

    place: int
    ids: Ids
    sums: NDArray[np.uint32]
    live: NDArray[np.bool_]
    table: NDArray[np.int32]
    sorted_ids: Ids
    sorted_rows: Ids

    @classmethod
    def none(cls) -> Rows:
        """The moment before the first record."""
        empty = np.zeros(0, dtype=np.int64)
        return cls(
            0,
            empty,
            empty.astype(np.uint32),
            empty.astype(bool),
            empty.astype(np.int32),
            empty,
            empty,
        )

    def followed_by(self, records: Records, place: int) -> Rows:
        """The moment after these records, which end before `place`."""
        adds = records["row"] >= 0
        added = records["row"][adds]
        count = max(len(self.ids), int(added.max()) + 1 if len(added) else 0)
        ids = _grown(self.ids, count, -1)
        sums = _grown(self.sums, count, 0)
        live = _grown(self.live, count, False)
        ids[added], sums[added] = records["id"][adds], records["sum"][adds]
        touched, last = _last_of_each(records["id"])
        held = self.find(touched)
        live[held[held >= 0]] = False
        now = records["row"][last]
        live[now[now >= 0]] = True
        return self._mapped(place, ids, sums, live)

    def without(self, rows: Ids) -> Rows:
        """The same moment, where these rows are nobody's vector any more: they are damaged."""
        live = self.live.copy()
        live[rows] = False
        return self._mapped(self.place, self.ids, self.sums, live)

    def find(self, ids: Ids) -> Ids:
        """The live row of each work, -1 where it has none."""
        if len(self.table):
            if not len(ids) or (ids.min() >= 0 and ids.max() < len(self.table)):
                return self.table.take(ids).astype(np.int64, copy=False)
            inside = (ids >= 0) & (ids < len(self.table))
            return np.where(inside, self.table[np.where(inside, ids, 0)], -1).astype(np.int64)
        if not len(self.sorted_ids):
            return np.full(len(ids), -1, dtype=np.int64)
        at = np.minimum(np.searchsorted(self.sorted_ids, ids), len(self.sorted_ids) - 1)
        return np.where(self.sorted_ids[at] == ids, self.sorted_rows[at], -1)

    def known(self) -> Ids:
        """The works that have a vector, ascending."""
        if len(self.table):
            return np.flatnonzero(self.table >= 0).astype(np.int64)
        return self.sorted_ids

    def _mapped(
        self, place: int, ids: Ids, sums: NDArray[np.uint32], live: NDArray[np.bool_]
    ) -> Rows:
        rows = np.flatnonzero(live)
        works, none = ids[rows], np.zeros(0, dtype=np.int64)
        most = int(works.max()) + 1 if len(works) else 0
        if most <= _ROOMY * len(works) + _SPARE:
            table = np.full(most, -1, dtype=np.int32)
            table[works] = rows
            return Rows(place, ids, sums, live, table, none, none)
        order = np.argsort(works, kind="stable")
        return Rows(place, ids, sums, live, none.astype(np.int32), works[order], rows[order])


def _grown(held: NDArray[Number], count: int, fill: int) -> NDArray[Number]:
    """A copy with room for `count`: what another thread looks at is never written to."""
    grown = np.full(count, fill, dtype=held.dtype)
    grown[: len(held)] = held
    return grown


def _last_of_each(ids: Ids) -> tuple[Ids, Ids]:
    """Each id once, and the place of its last record."""
    if (ids[1:] > ids[:-1]).all():
        return np.ascontiguousarray(ids), np.arange(len(ids))
    once, from_behind = np.unique(ids[::-1], return_index=True)
    return once, len(ids) - 1 - from_behind
