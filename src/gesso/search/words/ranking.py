"""Words ranked: the full text offers candidates, and the best of them are read and weighed.

To rank every match of a common word takes a second at a million works, because each has to be
looked at. So candidates come newest first from several short lists, those whose title has a word
before those that merely mention it; the best few hundred are read, and ranked by BM25F.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from math import log

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import works
from gesso.search.columns.rows import Ids
from gesso.search.words.reading import Found, Weighing, read_text
from gesso.search.words.terms import Term, Terms

_TITLE = ("title",)
_TELLING = ("title", "creator", "tags", "style")
_FEW = 1500
"""So many admitted works are read rather than searched."""
_READ = 240
_GROWS = 8


@dataclass(frozen=True)
class WordOptions:
    """How far words are looked for.

    Attributes:
        candidates: of one list at most; of a word that more works have, the newest count.
        also: what a word that stands for the one that was asked for is worth beside it.
    """

    candidates: int = 600
    also: float = 0.5


@dataclass(frozen=True)
class Ranked:
    """Works by their words, best first.

    Attributes:
        ids: works.
        scores: of each, higher for better; those that were not read have 0.
        found: what was found in those that were read, by work.
        is_all: every work with one of the words is among them.
        unknown: words that no work has.
    """

    ids: Ids
    scores: NDArray[np.float64]
    found: Mapping[int, Found] = field(default_factory=dict)
    is_all: bool = True
    unknown: tuple[str, ...] = ()


class WordRanking:
    """Ranks works by the words of a query.

    Args:
        database: of the catalogue.
        options: how far words are looked for.
    """

    def __init__(self, database: Database, options: WordOptions) -> None:
        self._database = database
        self._options = options

    def rank(self, terms: Terms, allowed: Ids | None = None) -> Ranked:
        """Works in which one of the words occurs, those with all of them first.

        Args:
            terms: what is asked for.
            allowed: the works that a filter admits, ascending; None for all.
        """
        with self._database.read() as connection:
            total = connection.scalar(select(func.max(works.c.id))) or 0
            lists = _Lists(
                self._database, connection, self._options, terms, allowed=allowed, total=total
            )
            if allowed is not None and len(allowed) <= _FEW:
                rough = dict.fromkeys(allowed.tolist(), 0.0)
                weights = dict.fromkeys(range(len(terms.wanted)), 1.0)
                first = list(rough)
            else:
                rough, weights = lists.candidates()
                first = sorted(rough, key=lambda work: (-rough[work], -work))[:_READ]
            weighing = Weighing(lists.terms, weights, self._options.also)
            found = {work: told for work, told in _read(connection, first, weighing) if told.score}
        best = sorted(found, key=lambda work: (-found[work].score, -work))
        read = set(first)
        rest = sorted((w for w in rough if w not in read), key=lambda w: (-rough[w], -w))
        scores = [found[work].score for work in best] + [0.0] * len(rest)
        return Ranked(
            np.array([*best, *rest], dtype=np.int64),
            np.array(scores, dtype=np.float64),
            found,
            lists.is_all,
            lists.unknown,
        )


class _Lists:
    """The short lists of one query."""

    def __init__(
        self,
        database: Database,
        connection: Connection,
        options: WordOptions,
        terms: Terms,
        *,
        allowed: Ids | None,
        total: int,
    ) -> None:
        self._database = database
        self._connection = connection
        self._most = options.candidates
        self._also = options.also
        self.terms = terms
        self._allowed = allowed
        self._total = total
        self._needed = [[phrase] for phrase in terms.needed]
        self.is_all = True
        self.unknown: tuple[str, ...] = ()

    def candidates(self) -> tuple[dict[int, float], dict[int, float]]:
        """Works with a first guess of their score, and how much each term says."""
        own = [self._of([[term.words]]) for term in self.terms.wanted]
        own = [self._begun(at, ids) for at, ids in enumerate(own)]
        weights = {at: self._says(ids) for at, ids in enumerate(own)}
        rough: dict[int, float] = defaultdict(float)
        for at, ids in enumerate(own):
            _add(rough, ids, weights[at])
            term = self.terms.wanted[at]
            _add(rough, self._of([[term.words]], _TITLE, self._most // 2), weights[at])
            if term.also:
                group = [list(term.also)]
                _add(rough, self._of(group, _TELLING, self._most // 2), self._also * weights[at])
        self._add_together(rough, weights)
        return dict(rough), weights

    def _add_together(self, rough: dict[int, float], weights: Mapping[int, float]) -> None:
        """A rare word of old works is found beside a common one only if both are asked for."""
        wanted = self.terms.wanted
        groups = [_alike(term) for term in wanted]
        if len(wanted) > 1:
            everything = sum(weights.values())
            _add(rough, self._of(groups), everything)
            _add(rough, self._of(groups, _TITLE, self._most // 2), everything)
        if 2 < len(wanted) <= 5:
            for one, two in combinations(range(len(wanted)), 2):
                both = self._of([groups[one], groups[two]], (), self._most // 4)
                _add(rough, both, 0.5 * (weights[one] + weights[two]))

    def _begun(self, at: int, ids: list[int]) -> list[int]:
        """A word that no work has is taken for the beginning of one."""
        term = self.terms.wanted[at]
        if ids or term.words.endswith("*") or self._allowed is not None:
            return ids
        longer = self._of([[f"{term.words}*"]]) if len(term.words) > 2 else []
        if longer:
            self._replace(at, Term(f"{term.words}*", term.also, term.as_typed))
        elif not term.also or not self._of([list(term.also)], _TELLING, 1):
            self.unknown = (*self.unknown, term.as_typed)
        return longer

    def _replace(self, at: int, term: Term) -> None:
        wanted = (*self.terms.wanted[:at], term, *self.terms.wanted[at + 1 :])
        self.terms = replace(self.terms, wanted=wanted)

    def _says(self, ids: Sequence[int]) -> float:
        """How much a word says: the rarer, the more. Of a common one the newest tell how common."""
        count = float(len(ids))
        if len(ids) >= self._most and ids:
            count *= self._total / max(self._total - ids[-1] + 1, 1)
        return log(1 + (self._total - count + 0.5) / (count + 0.5)) if count else 0.1

    def _of(
        self, groups: Sequence[Sequence[str]], columns: tuple[str, ...] = (), most: int = 0
    ) -> list[int]:
        """The newest admitted works of a list."""
        wanted = most or self._most
        asked = [*self._needed, *groups]
        if self._allowed is None:
            found = self._database.matching(self._connection, asked, columns, most=wanted)
            self.is_all &= len(found) < wanted
            return found
        kept: list[int] = []
        for ids in self._falling(asked, columns, wanted):
            here = np.array(ids, dtype=np.int64)
            kept += here[np.isin(here, self._allowed, assume_unique=True)].tolist()
            if len(kept) >= min(wanted, _READ):
                self.is_all = False
                break
        return kept[:wanted]

    def _falling(
        self, groups: Sequence[Sequence[str]], columns: tuple[str, ...], step: int
    ) -> Iterator[list[int]]:
        """All works of a list, newest first, in ever longer pieces."""
        before, least = None, 0
        if self._allowed is not None and len(self._allowed):
            before, least = int(self._allowed[-1]) + 1, int(self._allowed[0])
        while True:
            found = self._database.matching(
                self._connection, groups, columns, most=step, before=before
            )
            yield found
            if len(found) < step or found[-1] <= least:
                return
            before, step = found[-1], step * _GROWS


def _add(rough: dict[int, float], ids: Iterable[int], worth: float) -> None:
    for work in ids:
        rough[work] += worth


def _alike(term: Term) -> list[str]:
    return [term.words, *term.also]


def _read(
    connection: Connection, wanted: Sequence[int], weighing: Weighing
) -> Iterator[tuple[int, Found]]:
    columns = [works.c.id, *(works.c[name] for name in weighing.columns)]
    for start in range(0, len(wanted), _READ):
        some = list(wanted[start : start + _READ])
        for row in connection.execute(select(*columns).where(works.c.id.in_(some))):
            yield row[0], weighing.weigh(read_text(weighing.columns, row[1:]))
