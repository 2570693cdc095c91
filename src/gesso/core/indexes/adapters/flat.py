"""Flat: every vector in two bits a number, all of them looked at; for most libraries.

Looking at all of them is what makes filters harmless: a code that the filter does not admit is
passed over, so a narrow filter makes a search faster and never shorter.

The codes are those of a product quantiser (Jégou, Douze and Schmid, PAMI 2011) read in registers
(André, Kermarrec and Le Scouarnec, VLDB 2015): two numbers share one of sixteen pairs, learnt from
the vectors. What is coded is how far a vector lies from the middle of its group, for where vectors
crowd, the codes say what is different about each. Too few vectors to learn from, or vectors of an
odd size, are rounded by RaBitQ (Gao et al., SIGMOD 2025), as those of older generations were: the
same size of code, read in four times the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import faiss

from gesso.core.indexes.adapters.candidates import candidates
from gesso.core.indexes.adapters.faiss_files import FaissIndex, Look, sampled, turned
from gesso.core.indexes.index import Near, Recall, Source

_SAMPLE = 20_000
_LEARNS_FROM = 1_000
_IN_A_GROUP, _SEEN_OF_A_GROUP = 400, 40
_NEARNESS = faiss.METRIC_INNER_PRODUCT
_ROUNDED_FAST, _ROUNDED_BALANCED = 100, 400
"""RaBitQ's guesses are nearer: as many more candidates, at most, hold the nearest."""


@dataclass(frozen=True)
class FlatOptions:
    """How codes are made, and how many candidates are compared again.

    Attributes:
        groups: whose middles are taken off, at most; a group has some 400 vectors or more.
        fast: candidates compared again in a fast search, besides those that are wanted; of vectors
            that are rounded by RaBitQ at most 100.
        balanced: the same in a balanced one, and at most 400.
        bits: a number of a vector that is rounded by RaBitQ, 1 to 4.
        query_bits: a number of a query then, 4 to 8; they only sort out what cannot be near, and 4
            sort out the same as 8 in less time (that paper's section 3.3.1 says why).
    """

    groups: int = 256
    fast: int = 400
    balanced: int = 1_400
    bits: int = 2
    query_bits: int = 4

    def __post_init__(self) -> None:
        if self.groups < 1:
            raise ValueError("'groups' is at least 1")
        if not 1 <= self.bits <= 4 or not 4 <= self.query_bits <= 8:
            raise ValueError("'bits' is 1 to 4 and 'query_bits' is 4 to 8")


class Flat(FaissIndex):
    """A flat index of vectors as codes."""

    Options: ClassVar[type] = FlatOptions

    def _trained(self, source: Source) -> Any:
        size, own = self._place.size, self._options
        if source.count < _LEARNS_FROM or size % 2:
            held: Any = faiss.index_factory(size, f"{turned(source)},RaBitQ{own.bits}", _NEARNESS)
            held.train(sampled(source, _SAMPLE))
            return held
        most = min(source.count // _IN_A_GROUP, _SAMPLE // _SEEN_OF_A_GROUP)
        groups = max(1, min(own.groups, most))
        held = faiss.index_factory(
            size, f"{turned(source)},IVF{groups},PQ{size // 2}x4fs", _NEARNESS
        )
        codes: Any = faiss.downcast_index(faiss.extract_index_ivf(held))
        codes.by_residual = True
        # A small library is no reason to warn.
        for learner in (codes.cp, codes.pq.cp):
            learner.min_points_per_centroid = 1
        # Many threads over so little would wait for each other most of the time.
        faiss.omp_set_num_threads(1)
        held.train(sampled(source, _SAMPLE))
        return held

    def _wide(self, count: int, recall: Recall) -> int:
        own = self._options
        fast, balanced = own.fast, own.balanced
        if self._groups() == 0:
            fast, balanced = min(fast, _ROUNDED_FAST), min(balanced, _ROUNDED_BALANCED)
        return candidates(self._place, count, recall, fast=fast, balanced=balanced)

    def _near(self, look: Look) -> Near:
        groups = self._groups()
        if groups:
            how: Any = faiss.IVFSearchParameters()
            how.nprobe = groups
        else:
            how = faiss.RaBitQSearchParameters()
            how.qb = self._options.query_bits
        how.sel = look.chosen
        scores, rows = self._held.search(look.queries, look.wide, params=how)
        return Near(rows, scores, look.admitted)

    def _groups(self) -> int:
        """How many groups the codes lie in; 0 for those of RaBitQ."""
        codes = faiss.try_extract_index_ivf(self._held)
        return int(codes.nlist) if codes is not None else 0
