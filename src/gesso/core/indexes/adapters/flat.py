"""Flat: every vector in two bits a number (RaBitQ), all of them looked at; for most libraries.

Looking at all of them is what makes filters harmless: a code that the filter does not admit is
passed over, so a narrow filter makes a search faster and never shorter. RaBitQ: Gao and Long,
SIGMOD 2024, and with more bits a number Gao et al., SIGMOD 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import faiss

from gesso.core.indexes.adapters.candidates import candidates
from gesso.core.indexes.adapters.faiss_files import FaissIndex, Look, sampled, turned
from gesso.core.indexes.index import Near, Recall, Source

_SAMPLE = 20_000
_NEARNESS = faiss.METRIC_INNER_PRODUCT


@dataclass(frozen=True)
class FlatOptions:
    """How finely codes round, and how many candidates are compared again.

    Attributes:
        bits: a number of a vector, 1 to 4; with 2, a vector of 512 numbers takes 148 bytes.
        query_bits: a number of a query, 4 to 8; they only sort out what cannot be near, and 4 sort
            out the same as 8 in less time (that paper's section 3.3.1 says why).
        fast: candidates compared again in a fast search, besides those that are wanted.
        balanced: the same in a balanced one.
    """

    bits: int = 2
    query_bits: int = 4
    fast: int = 100
    balanced: int = 400

    def __post_init__(self) -> None:
        if not 1 <= self.bits <= 4 or not 4 <= self.query_bits <= 8:
            raise ValueError("'bits' is 1 to 4 and 'query_bits' is 4 to 8")


class Flat(FaissIndex):
    """A flat index of rounded vectors."""

    Options: ClassVar[type] = FlatOptions

    def _trained(self, source: Source) -> Any:
        held: Any = faiss.index_factory(
            self._place.size, f"{turned(source)},RaBitQ{self._options.bits}", _NEARNESS
        )
        held.train(sampled(source, _SAMPLE))
        return held

    def _wide(self, count: int, recall: Recall) -> int:
        own = self._options
        return candidates(self._place, count, recall, fast=own.fast, balanced=own.balanced)

    def _near(self, look: Look) -> Near:
        how = faiss.RaBitQSearchParameters()
        how.qb, how.sel = self._options.query_bits, look.chosen
        scores, rows = self._held.search(look.queries, look.wide, params=how)
        return Near(rows, scores, look.admitted)
