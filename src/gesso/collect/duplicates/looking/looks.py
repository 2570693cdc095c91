"""Works that look alike: the nearest vectors, exactly, a block at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_BLOCK = 16_384


class LookIndex:
    """The vectors of all works, two bytes a number.

    Args:
        vectors: (works, numbers) float16, each of length 1.
    """

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        self._vectors = vectors

    def nearest(self, rows: Sequence[int], most: int, least: float) -> list[list[int]]:
        """The rows nearest to each of these rows, the nearest first, itself left out.

        Args:
            rows: which to look up.
            most: at most so many each.
            least: cosine, -1 to 1, that a neighbour must have.
        """
        asked = self._vectors[list(rows)].astype(np.float32)
        best = np.full((len(rows), most), -2, dtype=np.float32)
        found = np.full((len(rows), most), -1, dtype=np.int64)
        own = np.asarray(rows)
        for start in range(0, len(self._vectors), _BLOCK):
            block = self._vectors[start : start + _BLOCK].astype(np.float32)
            near = asked @ block.T
            inside = np.flatnonzero((own >= start) & (own < start + len(block)))
            near[inside, own[inside] - start] = -2
            best, found = _merged(best, found, near, start)
        return [
            [int(row) for row, how in zip(some, near, strict=True) if how >= least]
            for some, near in zip(found, best, strict=True)
        ]


def _merged(
    best: NDArray[np.float32], found: NDArray[np.int64], near: NDArray[np.float32], start: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The best of what was found so far and of a new block, the nearest first."""
    most = best.shape[1]
    few = min(most, near.shape[1])
    top = np.argpartition(-near, few - 1, axis=1)[:, :few]
    values = np.concatenate([best, np.take_along_axis(near, top, axis=1)], axis=1)
    places = np.concatenate([found, top + start], axis=1)
    order = np.argsort(-values, axis=1, kind="stable")[:, :most]
    return np.take_along_axis(values, order, axis=1), np.take_along_axis(places, order, axis=1)
