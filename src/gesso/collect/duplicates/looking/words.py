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


class WordIndex:
    """Which works have which words: eight bytes a word and work.

    Args:
        words: of each work, by row, each word once.
    """

    def __init__(self, words: Sequence[Words]) -> None:
        self._count = len(words)
        counts = np.fromiter((len(some) for some in words), np.int64, len(words))
        rows = np.repeat(np.arange(len(words), dtype=np.int32), counts)
        all_words = np.concatenate(words) if words else np.zeros(0, dtype=np.uint32)
        order = np.argsort(all_words, kind="stable")
        self._words, self._rows = all_words[order], rows[order]

    def nearest(self, words: Words, most: int, least: int) -> list[tuple[int, float]]:
        """Works that share the most with these words, the most first: (row, weight).

        Args:
            words: each once.
            most: at most so many works.
            least: words that a work must share at least.
        """
        starts = np.searchsorted(self._words, words, side="left")
        counts = np.searchsorted(self._words, words, side="right") - starts
        is_told = (counts > 0) & (counts <= max(_COMMON, _COMMON_SHARE * self._count))
        starts, counts = starts[is_told], counts[is_told]
        if not len(counts):
            return []
        ends = np.cumsum(counts)
        at = np.repeat(starts - (ends - counts), counts) + np.arange(ends[-1])
        weights = np.repeat(np.log1p(self._count / counts), counts)
        rows, place = np.unique(self._rows[at], return_inverse=True)
        shared = np.bincount(place)
        weight = np.bincount(place, weights=weights)
        chosen = np.flatnonzero(shared >= least)
        best = chosen[np.lexsort((rows[chosen], -weight[chosen]))][:most]
        return [(int(rows[one]), float(weight[one])) for one in best]
