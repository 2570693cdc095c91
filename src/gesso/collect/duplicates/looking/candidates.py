"""Who is held against whom: the union of three ways of looking works up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gesso.collect.duplicates.checks.points import Points
from gesso.collect.duplicates.looking.hashes import (
    Hashes,
    HashIndex,
    hash_of,
    mirrored_dhash,
    mirrored_phash,
)
from gesso.collect.duplicates.looking.looks import LookIndex
from gesso.collect.duplicates.looking.words import Entries, WordIndex, Words, entries_of
from gesso.core.catalogue.works.findings.marks import MarkKey

_BY_WORDS, _LEAST_WORDS = 10, 3
_BY_HASH, _NEAR_BITS = 6, 10
_LEAST_COSINE = 0.0
_PLAIN_BY_LOOK = 2


@dataclass
class Candidates:
    """Whom a work is held against.

    Attributes:
        work: its number.
        upright, mirrored: numbers of others, as they are and in a mirror.
        plain: those of them whose shapes may be laid as well.
    """

    work: int
    upright: set[int] = field(default_factory=set)
    mirrored: set[int] = field(default_factory=set)
    plain: set[int] = field(default_factory=set)


class Candidacy:
    """Looks works up among all that have marks: about three kilobytes a work.

    Args:
        keys: of all works with marks.
        vector: numbers in a vector.
        neighbours: how many that look alike.
    """

    def __init__(self, keys: Iterable[Sequence[MarkKey]], vector: int, neighbours: int) -> None:
        works: list[int] = []
        fresh: list[bool] = []
        vectors: list[NDArray[np.float16]] = []
        words: list[Entries] = []
        dhashes: list[int] = []
        phashes: list[int] = []
        for some in keys:
            fresh += [not key.compared for key in some]
            held = np.frombuffer(b"".join(key.vector for key in some), "<f2")
            vectors.append(held.reshape(len(some), vector).astype(np.float16))
            read = [np.frombuffer(key.words, "<u4").astype(np.uint32) for key in some]
            words.append(entries_of(len(works), read))
            works += [key.work for key in some]
            dhashes += [hash_of(key.dhash) for key in some]
            phashes += [hash_of(key.phash) for key in some]
        self._works = np.array(works, dtype=np.int64)
        self._fresh = np.flatnonzero(fresh)
        self._dhashes = np.array(dhashes, dtype=np.uint64)
        self._phashes = np.array(phashes, dtype=np.uint64)
        self._by_look = LookIndex(
            np.concatenate(vectors) if vectors else np.zeros((0, vector), np.float16)
        )
        self._by_word = WordIndex(words, len(works))
        self._by_dhash, self._by_phash = HashIndex(self._dhashes), HashIndex(self._phashes)
        self._neighbours = neighbours

    @property
    def fresh(self) -> int:
        """Works that are yet to be compared."""
        return len(self._fresh)

    def blocks(self, size: int) -> Iterator[list[int]]:
        """The works that are yet to be compared, so many at a time, by number."""
        for start in range(0, len(self._fresh), size):
            yield [int(work) for work in self._works[self._fresh[start : start + size]]]

    def of(self, points: Mapping[int, Points]) -> list[Candidates]:
        """Whom works are to be held against.

        Args:
            points: of each, by its number.
        """
        rows = np.searchsorted(self._works, np.array(sorted(points), dtype=np.int64))
        found = {int(row): Candidates(work) for row, work in zip(rows, sorted(points), strict=True)}
        self._add_looks(rows, found)
        self._add_hashes(rows, found)
        for one in found.values():
            own = points[one.work]
            one.upright |= self._sharing(own.words()) - {one.work}
            one.mirrored |= self._sharing(own.mirrored.words()) - {one.work}
        return list(found.values())

    def _add_looks(self, rows: NDArray[np.int64], found: dict[int, Candidates]) -> None:
        if not self._neighbours:
            return
        asked = [int(row) for row in rows]
        near = self._by_look.nearest(asked, self._neighbours, _LEAST_COSINE)
        for row, some in zip(asked, near, strict=True):
            found[row].upright |= self._numbers(some)
            found[row].plain |= self._numbers(some[:_PLAIN_BY_LOOK])

    def _add_hashes(self, rows: NDArray[np.int64], found: dict[int, Candidates]) -> None:
        dhashes, phashes = self._dhashes[rows], self._phashes[rows]
        asked = (
            (self._by_dhash, dhashes, False),
            (self._by_phash, phashes, False),
            (self._by_dhash, mirrored_dhash(dhashes), True),
            (self._by_phash, mirrored_phash(phashes), True),
        )
        for index, hashes, in_mirror in asked:
            for at, near in _nearest(index, hashes):
                one = found[int(rows[at])]
                numbers = self._numbers(near) - {one.work}
                if in_mirror:
                    one.mirrored |= numbers
                else:
                    one.upright |= numbers
                    one.plain |= numbers

    def _sharing(self, words: Words) -> set[int]:
        near = self._by_word.nearest(words, _BY_WORDS + 1, _LEAST_WORDS)
        return self._numbers(row for row, _ in near)

    def _numbers(self, rows: Iterable[int]) -> set[int]:
        return {int(self._works[row]) for row in rows}


def _nearest(index: HashIndex, hashes: Hashes) -> Iterator[tuple[int, list[int]]]:
    """For each query the few nearest rows."""
    pairs = index.near(hashes, _NEAR_BITS)
    if not len(pairs.queries):
        return
    order = np.lexsort((pairs.rows, pairs.bits, pairs.queries))
    queries, rows = pairs.queries[order], pairs.rows[order]
    starts = np.flatnonzero(np.diff(queries, prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(queries)], strict=True):
        yield (
            int(queries[start]),
            [int(row) for row in rows[start : min(end, start + _BY_HASH + 1)]],
        )
