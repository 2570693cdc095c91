"""Comparing queries with stored rows one by one: exact, and as fast as numpy can."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gesso.core.indexes.truth.shards import Halves

_STEP = 256
_LIFT = np.float32(2.0**112)
"""What a float16 lacks when its bits are moved to where a float32 has them: 2^(127 - 15)."""
_BITS = np.int32(-0x7000_2000)
"""The sign and the moved bits: 0x8FFF_E000."""


class Lens:
    """Queries made ready for being compared with float16 rows.

    numpy turns a float16 into a float32 one by one, which takes ten times as long as the product
    itself. Moving the bits leaves every number smaller by one and the same power of two, which
    the queries carry instead.

    Args:
        queries: (queries, size) float32 of length 1.
        width: numbers in a stored row, at least `size`; the rest of a row is zero.
    """

    def __init__(self, queries: NDArray[np.float32], width: int) -> None:
        lifted = np.zeros((width, len(queries)), dtype=np.float32)
        lifted[: queries.shape[1]] = queries.T * _LIFT
        self._queries = lifted
        self._moved = np.empty((_STEP, width), dtype=np.int32)

    def scores(self, rows: Halves) -> NDArray[np.float32]:
        """(queries, rows) the cosines of each query with each row, to six decimals.

        Rounding keeps an order stable that the processor's own would not: the last bits of a sum
        depend on how many rows are summed together.
        """
        found = np.empty((len(rows), self._queries.shape[1]), dtype=np.float32)
        for first in range(0, len(rows), _STEP):
            piece = rows[first : first + _STEP]
            moved = self._moved[: len(piece)]
            np.copyto(moved, piece.view(np.int16))
            np.left_shift(moved, 13, out=moved)
            np.bitwise_and(moved, _BITS, out=moved)
            np.matmul(moved.view(np.float32), self._queries, out=found[first : first + _STEP])
        np.round(found, 6, out=found)
        return found.T


def scan(
    lens: Lens, stretches: Iterable[tuple[NDArray[np.int64], Halves]]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Compare all of some rows: (rows,) which they were, (queries, rows) how near they are."""
    rows, scores = [], []
    for piece, halves in stretches:
        rows.append(piece)
        scores.append(lens.scores(halves))
    if not rows:
        return np.zeros(0, dtype=np.int64), np.zeros((0, 0), dtype=np.float32)
    return np.concatenate(rows), np.concatenate(scores, axis=1)


def best(
    ids: NDArray[np.int64], scores: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The `count` best: by score, and where scores are equal by id; always the same ones."""
    count = min(count, len(ids))
    if count == 0:
        return ids[:0], scores[:0]
    if count < len(ids):
        least = np.partition(scores, len(scores) - count)[len(scores) - count]
        kept = np.flatnonzero(scores >= least)
        ids, scores = ids[kept], scores[kept]
    order = np.lexsort((ids, -scores))[:count]
    return ids[order], scores[order]
