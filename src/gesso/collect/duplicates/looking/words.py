"""Works that share words of their points: finds details, crops, frames and mirrors in any number.

A word that many works have says little of each (its weight is that of Spärck Jones, 1972), and one
that a great part of all works has is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]

_COMMON = 64
_COMMON_SHARE = 0.002


Entries = NDArray[np.uint64]
"""A word and the row of a work that has it, in one number each."""

_ROW = np.uint64(32)


def entries_of(first: int, words: Sequence[Words]) -> Entries:
    """What an index is made of.

    Args:
        first: the row of the first work; the others follow.
        words: of each work, each word once.
    """
    if not words:
        return np.zeros(0, dtype=np.uint64)
    counts = np.fromiter((len(some) for some in words), np.int64, len(words))
    rows = np.repeat(np.arange(first, first + len(words), dtype=np.uint64), counts)
    return (np.concatenate(words).astype(np.uint64) << _ROW) | rows


class WordIndex:
    """Which works have which words: eight bytes a word and work.

    Args:
        parts: the entries of all works; the index takes the list over and empties it.
        count: how many works there are.
    """

    def __init__(self, parts: list[Entries], count: int) -> None:
        self._count = count
        self._entries = np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)
        parts.clear()  # it is as large as the index itself
        self._entries.sort()

    def nearest(self, words: Words, most: int, least: int) -> list[tuple[int, float]]:
        """Works that share the most with these words, the most first: (row, weight).

        Args:
            words: each once.
            most: at most so many works.
            least: words that a work must share at least.
        """
        first = words.astype(np.uint64) << _ROW
        starts = np.searchsorted(self._entries, first)
        counts = np.searchsorted(self._entries, first + (np.uint64(1) << _ROW)) - starts
        is_told = (counts > 0) & (counts <= max(_COMMON, _COMMON_SHARE * self._count))
        starts, counts = starts[is_told], counts[is_told]
        if not len(counts):
            return []
        ends = np.cumsum(counts)
        at = np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1])
        weights = np.repeat(np.log1p(self._count / counts), counts)
        found = (self._entries[at] & np.uint64(0xFFFFFFFF)).astype(np.int64)
        rows, place = np.unique(found, return_inverse=True)
        shared = np.bincount(place)
        weight = np.bincount(place, weights=weights)
        chosen = np.flatnonzero(shared >= least)
        best = chosen[np.lexsort((rows[chosen], -weight[chosen]))][:most]
        return [(int(rows[one]), float(weight[one])) for one in best]
