"""Exact: a copy of all vectors, every one compared. The rule by which others are measured."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import storage_error
from gesso.core.errors import DamageError
from gesso.core.indexes.index import Near, Place, Queries, Recall, Source
from gesso.core.indexes.scan import Lens, best, scan
from gesso.core.indexes.truth.shards import Halves

_NAME = "vectors.f2"
_STEP = 4_096


@dataclass(frozen=True)
class ExactOptions:
    """Nothing to choose."""


class Exact:
    """An index that guesses nothing.

    Args:
        place: where its one file lies.
        options: none.
    """

    Options: ClassVar[type] = ExactOptions

    def __init__(self, place: Place, options: ExactOptions | None = None) -> None:  # noqa: ARG002
        self._path = place.folder / _NAME
        self._size = place.size
        self._width = place.size + place.size % 2
        self._halves: Halves = np.zeros((0, self._width), dtype=np.float16)

    def build(self, source: Source) -> None:
        """Copy the vectors."""
        try:
            with self._path.open("wb") as file:
                for piece in source.pieces(_STEP):
                    rows = np.zeros((len(piece), self._width), dtype=np.float16)
                    rows[:, : self._size] = piece
                    file.write(rows.tobytes())
        except OSError as error:
            raise storage_error(error, self._path, "write") from error
        self.open()

    def open(self) -> None:
        """Map the file."""
        try:
            count, rest = divmod(self._path.stat().st_size, self._width * 2)
            if rest:
                raise DamageError(f"{self._path} ends within a vector.", "Build the index again.")
            if count:
                mapped = np.memmap(self._path, np.float16, "r", shape=(count, self._width))
                self._halves = np.asarray(mapped)
        except OSError as error:
            raise DamageError(
                f"{self._path} cannot be read: {error}.", "Build the index again."
            ) from error

    def search(
        self,
        queries: Queries,
        count: int,
        allowed: NDArray[np.bool_] | None,
        recall: Recall,  # noqa: ARG002 - there is but one way
    ) -> Near:
        """Compare them all, or all that are allowed."""
        self._check_end()
        rows = np.arange(len(self._halves)) if allowed is None else np.flatnonzero(allowed)
        lens = Lens(queries, self._width)
        _, scores = scan(lens, self._stretches(rows))
        found = np.full((len(queries), min(count, len(rows))), -1, dtype=np.int64)
        near = np.zeros(found.shape, dtype=np.float32)
        for query in range(len(queries) if len(rows) else 0):
            found[query], near[query] = best(rows, scores[query], count)
        return Near(found, near, len(rows))

    def discard(self) -> None:
        """Nothing lies elsewhere."""

    def close(self) -> None:
        """Let go of the mapped file."""
        self._halves = np.zeros((0, self._width), dtype=np.float16)

    def _check_end(self) -> None:
        """Who touches what is mapped behind the end of a file that was cut is killed."""
        with suppress(FileNotFoundError):  # what has no name any more is still mapped
            if self._path.stat().st_size < self._halves.nbytes:
                raise DamageError(f"{self._path} was cut.", "Build the index again.")

    def _stretches(self, rows: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], Halves]]:
        if len(rows) == len(self._halves):
            return [(rows, self._halves)] if len(rows) else []
        pieces = [rows[first : first + _STEP] for first in range(0, len(rows), _STEP)]
        return [(piece, self._halves[piece]) for piece in pieces]
