"""The shelf of indexes: what an index owes a search, and who stands on the shelf."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from gesso.core.registry import Entry, Registry

Recall = Literal["fast", "balanced", "exact"]
"""How hard to look: "exact" compares every vector, the others guess first and then compare."""

Queries = NDArray[np.float32]


@dataclass(frozen=True)
class Near:
    """What an index holds for near, best first as far as it can tell.

    Attributes:
        rows: (queries, candidates) int64, -1 where there are no more.
        scores: (queries, candidates) float32, the index's own guess at the cosine.
        scanned: how many codes were looked at for a query; where it cannot be told, all.
    """

    rows: NDArray[np.int64]
    scores: NDArray[np.float32]
    scanned: int


class Source(Protocol):
    """The vectors that an index is built of: rows 0, 1, 2, … of float32 of length 1."""

    @property
    def count(self) -> int:
        """How many."""
        ...

    @property
    def size(self) -> int:
        """Numbers in a vector."""
        ...

    def pieces(self, most: int) -> Iterator[NDArray[np.float32]]:
        """All rows in order, at most `most` at a time."""
        ...

    def sample(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Some of them."""
        ...


@dataclass(frozen=True)
class Place:
    """Where an index lives.

    Attributes:
        folder: its own, for files; it exists while the index is built and afterwards.
        name: unique among all spaces and generations, of letters, digits and underscores, for
            what lives elsewhere: a table, a collection.
        size: numbers in a vector.
        threads: how many it may use for a search.
        widen: how many times as many candidates its vectors want; less than 1 where they are easy.
    """

    folder: Path
    name: str
    size: int
    threads: int = 1
    widen: float = 1


class Index(Protocol):
    """An index finds candidates; the truth decides.

    What every index owes a generation: built once, never changed; the same query finds the same
    rows; where `allowed` admits at least as many rows as are asked for, so many come back, and
    else all of them, for no filter may starve a search; `search` may be called from several
    threads; whatever it keeps outside its folder, `discard` removes.

    What it will never be asked: to add or to remove a row, to know works, to be right about
    scores: candidates are compared again with the vectors themselves.
    """

    def build(self, source: Source) -> None:
        """Make it, in its folder or elsewhere; it is opened afterwards.

        Raises:
            StorageError, OutsideError: it could not be; what was begun, `discard` removes.
        """
        ...

    def open(self) -> None:
        """Get ready for searching what was built.

        Raises:
            DamageError: there is nothing, or it cannot be read.
        """
        ...

    def search(
        self, queries: Queries, count: int, allowed: NDArray[np.bool_] | None, recall: Recall
    ) -> Near:
        """Candidates for the `count` nearest rows of each query, as many as make that sure.

        Args:
            queries: (queries, size) float32 of length 1.
            count: how many are wanted in the end, at least 1; an index that rounds returns more.
            allowed: (rows,) which may be found, None for all.
            recall: how hard to look.
        """
        ...

    def discard(self) -> None:
        """Remove what lies outside the folder; nothing there is no error."""
        ...

    def close(self) -> None:
        """Let go of memory and connections."""
        ...


class IndexMaker(Protocol):
    """How a generation makes an index: mostly the adapter's class itself.

    Attributes:
        Options: a frozen dataclass with defaults, filled from `[indexes.NAME]`.
    """

    Options: ClassVar[type]

    def __call__(self, place: Place, options: Any = None) -> Index:
        """Make it, cheaply; None for the options as they stand."""
        ...


INDEXES: Registry[IndexMaker] = Registry(
    "index",
    "indexes",
    {
        "exact": Entry(
            "gesso.core.indexes.adapters.exact",
            "Exact",
            summary="every vector is compared; needs nothing but numpy",
        ),
        "flat": Entry(
            "gesso.core.indexes.adapters.flat",
            "Flat",
            summary="all vectors in two bits a number, compared again exactly; to 300,000 works",
        ),
        "ivf": Entry(
            "gesso.core.indexes.adapters.ivf",
            "Ivf",
            summary="vectors in one bit a number, in lists of which the nearest are read; above",
        ),
        "pgvector": Entry(
            "gesso.core.indexes.adapters.pgvector",
            "Pgvector",
            extra="postgres",
            summary="a graph in a table of a Postgres server",
        ),
        "qdrant": Entry(
            "gesso.core.indexes.adapters.qdrant",
            "Qdrant",
            extra="qdrant",
            summary="a collection on a Qdrant server",
        ),
    },
)
