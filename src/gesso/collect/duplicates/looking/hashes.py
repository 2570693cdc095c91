"""Works whose 64-bit hashes differ in few bits: many at once, by tables of sixteen bits.

Of two hashes within eleven bits one of the four quarters differs in two bits at most (the
pigeonhole of Norouzi, Punjani and Fleet, "Fast search in Hamming space with multi-index hashing",
CVPR 2012). So only hashes that share a quarter, or nearly, are compared; where quarters are so
common that this saves nothing, all are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

MOST_BITS = 11
_QUARTERS = tuple(np.uint64(16 * quarter) for quarter in range(4))
_BLOCK = 4_000_000
_ALL_AT_ONCE = 8_000_000


@dataclass(frozen=True)
class Pairs:
    """Hashes that are near each other.

    Attributes:
        queries, rows: of which query and which row, (pairs,) int64, by query.
        bits: in how many bits they differ, (pairs,) int64.
    """

    queries: NDArray[np.int64]
    rows: NDArray[np.int64]
    bits: NDArray[np.int64]


class HashIndex:
    """Hashes of all works, to look near ones up in.

    Args:
        hashes: (works,) uint64; zero stands for a picture without any structure and is near
            nothing.
    """

    def __init__(self, hashes: Hashes) -> None:
        self._hashes = hashes
        self._rows = np.flatnonzero(hashes != 0)
        known = hashes[self._rows]
        self._tables = [_Table(_quarter(known, shift)) for shift in _QUARTERS]

    def near(self, queries: Hashes, most_bits: int) -> Pairs:
        """Rows within `most_bits` of each query.

        Args:
            queries: (queries,) uint64; zero is near nothing.
            most_bits: 0 to 11.

        Raises:
            ValueError: `most_bits` is outside.
        """
        if not 0 <= most_bits <= MOST_BITS:
            raise ValueError(f"Near is 0 to {MOST_BITS} bits, not {most_bits}.")
        found = [
            pairs
            for block in np.array_split(np.arange(len(queries)), max(1, len(queries) // 1024))
            for pairs in self._near(queries, block[queries[block] != 0], most_bits)
        ]
        if not found:
            none = np.zeros(0, dtype=np.int64)
            return Pairs(none, none, none)
        both = np.unique(np.concatenate(found), axis=0)
        return Pairs(both[:, 0], both[:, 1], both[:, 2])

    def _near(
        self, queries: Hashes, block: NDArray[np.int64], most_bits: int
    ) -> Iterator[NDArray[np.int64]]:
        if not len(block) or not len(self._rows):
            return
        masks = _MASKS[: _NEEDED[most_bits // 4]]
        for shift, table in zip(_QUARTERS, self._tables, strict=True):
            probes = _quarter(queries[block], shift)[:, None] ^ masks[None, :]
            counts = table.counts[probes]
            if counts.sum() > len(block) * len(self._rows):
                yield from self._all(queries, block, most_bits)
                return
            starts, counts = table.starts[probes].ravel(), counts.ravel()
            asked = np.repeat(block, len(masks))
            for some in _portions(counts):
                at = _spread(starts[some], counts[some])
                rows = self._rows[table.order[at]]
                yield self._kept(queries, np.repeat(asked[some], counts[some]), rows, most_bits)

    def _all(
        self, queries: Hashes, block: NDArray[np.int64], most_bits: int
    ) -> Iterator[NDArray[np.int64]]:
        step = max(1, _ALL_AT_ONCE // len(self._rows))
        known = self._hashes[self._rows]
        for start in range(0, len(block), step):
            some = block[start : start + step]
            bits = np.bitwise_count(queries[some][:, None] ^ known[None, :])
            asked, at = np.nonzero(bits <= most_bits)
            yield np.stack([some[asked], self._rows[at], bits[asked, at].astype(np.int64)], axis=1)

    def _kept(
        self,
        queries: Hashes,
        asked: NDArray[np.int64],
        rows: NDArray[np.int64],
        most_bits: int,
    ) -> NDArray[np.int64]:
        bits = np.bitwise_count(queries[asked] ^ self._hashes[rows])
        near = np.flatnonzero(bits <= most_bits)
        return np.stack([asked[near], rows[near], bits[near].astype(np.int64)], axis=1)


class _Table:
    """Which hashes have which quarter: `order[starts[q] : starts[q] + counts[q]]`."""

    def __init__(self, quarters: NDArray[np.int64]) -> None:
        self.order = np.argsort(quarters, kind="stable")
        self.counts = np.bincount(quarters, minlength=1 << 16)
        self.starts = np.cumsum(self.counts) - self.counts


def hash_of(digits: str) -> int:
    """A hash from its hex digits; 0 for none."""
    return int(digits, 16) if digits else 0


def mirrored_dhash(hashes: Hashes) -> Hashes:
    """The difference hashes of the pictures in a mirror, but for fields that are equal."""
    bits = _bits(hashes)
    turned = 1 - bits[:, :, ::-1]
    return np.where(hashes == 0, np.uint64(0), _from_bits(turned))


def mirrored_phash(hashes: Hashes) -> Hashes:
    """The frequency hashes of the pictures in a mirror: odd waves across change their sign."""
    bits = _bits(hashes)
    bits[:, :, 1::2] = 1 - bits[:, :, 1::2]
    return np.where(hashes == 0, np.uint64(0), _from_bits(bits))


def _bits(hashes: Hashes) -> NDArray[np.uint8]:
    """(hashes, 8, 8), the first row from the first digits."""
    return np.unpackbits(hashes.astype(">u8").view(np.uint8).reshape(-1, 8, 1), axis=2)


def _from_bits(bits: NDArray[np.uint8]) -> Hashes:
    packed = np.ascontiguousarray(np.packbits(bits, axis=2).reshape(-1, 8))
    return packed.view(">u8").ravel().astype(np.uint64)


def _quarter(hashes: Hashes, shift: np.uint64) -> NDArray[np.int64]:
    return ((hashes >> shift) & np.uint64(0xFFFF)).astype(np.int64)


def _portions(counts: NDArray[np.int64]) -> Iterator[slice]:
    """Slices of about so many rows together that memory stays small."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        before = int(ends[start - 1]) if start else 0
        end = max(start + 1, int(np.searchsorted(ends, before + _BLOCK)))
        yield slice(start, end)
        start = end


def _spread(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """The numbers of all ranges, one after the other."""
    ends = np.cumsum(counts)
    return np.repeat(starts - (ends - counts), counts) + np.arange(
        int(ends[-1]) if len(ends) else 0
    )


_MASKS = np.array(
    [
        sum(1 << place for place in places)
        for count in range(3)
        for places in combinations(range(16), count)
    ],
    dtype=np.int64,
)
_NEEDED = (1, 17, 137)
"""How many of the masks find all within 0 to 3, 4 to 7, 8 to 11 bits."""
