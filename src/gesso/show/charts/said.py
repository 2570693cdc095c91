"""What is said of each work that hangs, as numbers: its style, its kind, its tags.

Read once, and followed as the roll follows the catalogue, so that a chart of any part of a large
catalogue is a count over columns, and a change costs what has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.tables import works
from gesso.show.gallery.reading import Codes

_CHUNK = 20_000
_MOST_IN_LIST = 400
_MOST_CHANGES = 20_000
"""Works that are read one by one; after more of them everything is read anew."""
_MOST_TAGS = 40

Told = tuple[int, int, tuple[int, ...]]


class Said:
    """What is said of works. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
    """

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self._catalogue = catalogue
        self._lock = threading.Lock()
        self._is_read = False
        self._changed: set[int] = set()
        self._told: dict[int, Told] = {}
        self._columns: _Columns | None = None
        self.styles, self.kinds, self.tags = Codes(("",)), Codes(("",)), Codes()

    def forget(self, changed: Iterable[int]) -> None:
        """Have works read again that have changed; all of them by ()."""
        named = set(changed)
        with self._lock:
            self._changed |= named
            if not named or len(self._changed) > _MOST_CHANGES:
                self._is_read = False

    def counts(self, ids: NDArray[np.int64]) -> dict[str, list[tuple[str, int]]]:
        """The styles, kinds and tags of some works by how many have them, most frequent first.

        Args:
            ids: numbers of works.
        """
        with self._lock:
            self._follow()
            columns = self._columns or _Columns.of(self._told)
            self._columns = columns
        chosen = np.isin(columns.ids, ids, assume_unique=True)
        return {
            "styles": _ranked(self.styles, columns.styles[chosen]),
            "kinds": _ranked(self.kinds, columns.kinds[chosen]),
            "tags": _ranked(self.tags, columns.tags[np.repeat(chosen, columns.many)]),
        }

    def _follow(self) -> None:
        if self._is_read and not self._changed:
            return
        with self._catalogue().database.read() as connection:
            if not self._is_read:
                self._told, self._columns = dict(self._rows(connection, None)), None
            else:
                before = {number: self._told.pop(number, None) for number in self._changed}
                after = dict(self._rows(connection, sorted(self._changed)))
                self._told.update(after)
                # A mark that is set, or a score, says nothing else of a work.
                if any(after.get(number) != told for number, told in before.items()):
                    self._columns = None
        self._is_read, self._changed = True, set()

    def _rows(
        self, connection: Connection, only: Sequence[int] | None
    ) -> Iterator[tuple[int, Told]]:
        said = select(works.c.id, works.c.style, works.c.kind, works.c.tags)
        said = said.where(works.c.standing == "kept")
        if only is None:
            found = connection.execute(said, execution_options={"yield_per": _CHUNK})
            yield from map(self._read, found)
            return
        for start in range(0, len(only), _MOST_IN_LIST):
            some = only[start : start + _MOST_IN_LIST]
            yield from map(self._read, connection.execute(said.where(works.c.id.in_(some))))

    def _read(self, row: Sequence[object]) -> tuple[int, Told]:
        number, style, kind, tags = row
        lines = str(tags).splitlines()[:_MOST_TAGS] if tags else ()
        return int(str(number)), (
            self.styles.of((str(style),))[0],
            self.kinds.of((str(kind),))[0],
            tuple(self.tags.of(list(lines))),
        )


class _Columns:
    """The same as columns: of each work how many tags it has, and all tags one after another."""

    def __init__(
        self,
        ids: NDArray[np.int64],
        styles: NDArray[np.int32],
        kinds: NDArray[np.int32],
        many: NDArray[np.int32],
        tags: NDArray[np.int32],
    ) -> None:
        self.ids, self.styles, self.kinds, self.many, self.tags = ids, styles, kinds, many, tags

    @classmethod
    def of(cls, told: dict[int, Told]) -> _Columns:
        """From what was read."""
        count, values = len(told), told.values()
        return cls(
            np.fromiter(told, np.int64, count),
            np.fromiter((one[0] for one in values), np.int32, count),
            np.fromiter((one[1] for one in values), np.int32, count),
            np.fromiter((len(one[2]) for one in values), np.int32, count),
            np.fromiter(chain.from_iterable(one[2] for one in values), np.int32),
        )


def _ranked(codes: Codes, found: NDArray[np.int32]) -> list[tuple[str, int]]:
    """Words with how often they came; the empty word is none."""
    words, counts = codes.words, np.bincount(found, minlength=0)
    order = np.argsort(-counts, kind="stable")
    return [(words[at], int(counts[at])) for at in order.tolist() if counts[at] and words[at]]
