"""One value a work: numbers and words in arrays, in the order of the works' numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.search.words.stemming import plain

Ids = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Words:
    """The different values of a column of words; each has a number that never changes."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._numbers: dict[str, int] = {}
        self._plain: list[str] = []
        self._same: dict[str, list[int]] = {}
        self._lock = Lock()

    @classmethod
    def of(cls, values: Sequence[str]) -> Words:
        """Values that have their numbers already, each its place."""
        made = cls()
        made.values = list(values)
        made._numbers = dict(zip(made.values, range(len(made.values)), strict=True))
        return made

    def number(self, value: str) -> int:
        """The number of a value, a new one for a new value."""
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self.values)
            self.values.append(value)
        return found

    def numbers(self, values: Iterable[str]) -> NDArray[np.int32]:
        """The numbers of many values."""
        told = tuple(values)
        for value in told:
            if value not in self._numbers:
                self.number(value)
        return np.fromiter(map(self._numbers.__getitem__, told), dtype=np.int32, count=len(told))

    def same(self, value: str) -> list[int]:
        """The numbers of the values that are this plain one, but for accents and capitals."""
        self._make_plain()
        return list(self._same.get(value, ()))

    def holding(self, letters: str) -> list[int]:
        """The numbers of the values in which these plain letters stand."""
        self._make_plain()
        return [number for number, value in enumerate(self._plain) if letters in value]

    def _make_plain(self) -> None:
        with self._lock:
            for number in range(len(self._plain), len(self.values)):
                value = plain(self.values[number])
                self._plain.append(value)
                self._same.setdefault(value, []).append(number)

    def known(self, value: str) -> int | None:
        """The number of a value that is there, None for one that is not."""
        return self._numbers.get(value)


@dataclass(frozen=True)
class Rows:
    """Columns of one value a work.

    Attributes:
        ids: (works,) int64 ascending.
        columns: (works, ...) each, by name.
        words: what the numbers of a column of words mean; shared by all states of the columns.
    """

    ids: Ids
    columns: Mapping[str, NDArray[Any]]
    words: Mapping[str, Words] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, ids: Ids) -> NDArray[np.int64]:
        """Where works stand, -1 for those that are not here."""
        if not len(self.ids):
            return np.full(len(ids), -1, dtype=np.int64)
        at = np.searchsorted(self.ids, ids)
        at[at == len(self.ids)] = 0
        return np.where(self.ids[at] == ids, at, -1).astype(np.int64)

    def without(self, ids: Ids) -> Rows:
        """The same columns without some works."""
        stays = ~np.isin(self.ids, ids)
        columns = {name: column[stays] for name, column in self.columns.items()}
        return Rows(self.ids[stays], columns, self.words)

    def joined(self, more: Rows) -> Rows:
        """These works and others, none of which is here."""
        if not len(more):
            return self
        ids = np.concatenate([self.ids, more.ids])
        order = np.argsort(ids, kind="stable")
        columns = {
            name: np.concatenate([column, more.columns[name]])[order]
            for name, column in self.columns.items()
        }
        return Rows(ids[order], columns, self.words)


@dataclass(frozen=True)
class Pairs:
    """Columns of any number of values a work, such as tags.

    Attributes:
        ids: (values,) int64, the work of each value, in no order.
        columns: (values,) each, by name.
        words: what the numbers of a column of words mean.
    """

    ids: Ids
    columns: Mapping[str, NDArray[Any]]
    words: Mapping[str, Words] = field(default_factory=dict)

    def without(self, ids: Ids) -> Pairs:
        """The same columns without some works."""
        stays = ~np.isin(self.ids, ids)
        columns = {name: column[stays] for name, column in self.columns.items()}
        return Pairs(self.ids[stays], columns, self.words)

    def joined(self, more: Pairs) -> Pairs:
        """These values and more."""
        columns = {
            name: np.concatenate([column, more.columns[name]])
            for name, column in self.columns.items()
        }
        return Pairs(np.concatenate([self.ids, more.ids]), columns, self.words)


def times_of(values: Sequence[Any]) -> NDArray[np.int64]:
    """Times as the database tells them, as microseconds since 1970, UTC."""
    return np.array(values, dtype="datetime64[us]").astype(np.int64)
