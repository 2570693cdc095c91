"""IVF: vectors in one bit a number (RaBitQ), in a few thousand lists of which the nearest are read.

For libraries too large for looking at all of them. A filter that admits few reads every list:
what it does not admit is passed over anyway, so a narrow filter costs no more and starves nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import faiss
import numpy as np

from gesso.core.indexes.adapters.candidates import candidates
from gesso.core.indexes.adapters.faiss_files import FaissIndex, Look, sampled, turned
from gesso.core.indexes.index import Near, Queries, Recall, Source

_LEAST_A_LIST = 39
"""FAISS warns where a list has fewer vectors to be trained with."""
_SEEN_FOR_ONE = 48
"""Codes read for each candidate, at the least: what makes many candidates read more lists."""


@dataclass(frozen=True)
class IvfOptions:
    """How many lists there are and are read, and how many candidates are compared again.

    Attributes:
        lists: how many, 0 for twice the root of the number of vectors.
        fast_lists: of them read in a fast search.
        balanced_lists: the same in a balanced one.
        fast: candidates compared again in a fast search, besides those that are wanted.
        balanced: the same in a balanced one.
        narrow: a filter that admits at most this share reads every list.
        sample: vectors a list that training sees.
    """

    lists: int = 0
    fast_lists: int = 16
    balanced_lists: int = 256
    fast: int = 200
    balanced: int = 4_000
    narrow: float = 0.05
    sample: int = 48

    def __post_init__(self) -> None:
        if self.lists < 0 or self.sample < _LEAST_A_LIST:
            raise ValueError(f"'lists' is 0 or more and 'sample' at least {_LEAST_A_LIST}")


class Ivf(FaissIndex):
    """Lists of rounded vectors."""

    Options: ClassVar[type] = IvfOptions

    def _trained(self, source: Source) -> Any:
        wanted = self._options.lists or round(2 * math.sqrt(source.count))
        lists = max(1, min(wanted, source.count // _LEAST_A_LIST))
        held: Any = faiss.index_factory(
            self._place.size,
            f"{turned(source)},IVF{lists},RaBitQfs",
            faiss.METRIC_INNER_PRODUCT,
        )
        # Few works are no reason to warn: every list is read then.
        faiss.extract_index_ivf(held).cp.min_points_per_centroid = 1
        held.train(sampled(source, lists * self._options.sample))
        return held

    def _wide(self, count: int, recall: Recall) -> int:
        own = self._options
        return candidates(self._place, count, recall, fast=own.fast, balanced=own.balanced)

    def _near(self, look: Look) -> Near:
        lists, every = self._lists(look), self._every()
        scores, rows = self._ask(look, look.queries, lists)
        short = np.flatnonzero((rows >= 0).sum(axis=1) < look.least)
        if len(short) and lists < every:
            scores[short], rows[short] = self._ask(look, look.queries[short], every)
        return Near(rows, scores, round(self._held.ntotal * lists / every))

    def _lists(self, look: Look) -> int:
        own, every, total = self._options, self._every(), int(self._held.ntotal)
        if look.admitted <= own.narrow * total:
            return every
        lists = own.fast_lists if look.recall == "fast" else own.balanced_lists
        enough = math.ceil(_SEEN_FOR_ONE * look.wide / look.admitted * every)
        return int(min(every, math.ceil(self._place.widen * max(lists, enough))))

    def _every(self) -> int:
        return int(faiss.extract_index_ivf(self._held).nlist)

    def _ask(self, look: Look, queries: Queries, lists: int) -> tuple[Any, Any]:
        how = faiss.IVFSearchParameters()
        how.nprobe, how.sel = lists, look.chosen
        scores, rows = self._held.search(queries, look.wide, params=how)
        return scores, rows
