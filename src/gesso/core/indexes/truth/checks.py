"""Check sums over many small rows at once, of one space: another space's bytes never fit.

Rows of vectors are summed by multilinear hashing (Lemire and Kaser, "Strongly universal string
hashing is fast", 2014): random 64-bit factors times 32-bit words, the upper half of the sum. Two
different rows agree with probability 2^-32, and numpy sums a thousand rows in a fraction of a
millisecond, where a loop over CRCs would take longer than the search itself.
"""

from __future__ import annotations

from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

_Words = NDArray[np.uint64]


class Checks:
    """The check sums of one space.

    Args:
        space: its id; it seeds every sum.
        width: float16 numbers in a stored row, an even number.
    """

    def __init__(self, space: str, width: int) -> None:
        digest = sha256(space.encode()).digest()
        self._seed = np.frombuffer(digest[:8], dtype=np.uint64)
        places = np.arange(width // 2 + 1, dtype=np.uint64)
        factors = _mix(np.frombuffer(digest[8:16], dtype=np.uint64), places)
        self._first, self._factors = factors[:1], factors[1:]

    def of_rows(self, rows: NDArray[np.float16]) -> NDArray[np.uint32]:
        """One sum for each row of (rows, width)."""
        words = np.ascontiguousarray(rows).view(np.uint32)
        sums: _Words = np.einsum("ij,j->i", words, self._factors, dtype=np.uint64, casting="unsafe")
        return ((sums + self._first) >> np.uint64(32)).astype(np.uint32)

    def of_records(self, words: _Words, first: int) -> _Words:
        """One sum for each record of (records, words), which also knows the record's place.

        Args:
            words: what a record says.
            first: the place of the first one in its journal.
        """
        places = np.arange(first, first + len(words), dtype=np.uint64)
        sums = _mix(self._seed, places)
        for column in range(words.shape[1]):
            sums = _mix(sums, words[:, column])
        return sums


def _mix(held: _Words, word: _Words) -> _Words:
    """The finaliser of splitmix64 over `held ^ word` (Steele, Lea and Flood, 2014)."""
    z = held ^ word
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))
