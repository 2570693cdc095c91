"""How a search is answered: by comparing all, or by candidates of the index and what came later."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.encoder import Space
from gesso.core.errors import DamageError, GessoError, InputError
from gesso.core.indexes.found import Found
from gesso.core.indexes.generations.generation import Generation
from gesso.core.indexes.generations.serving import Served
from gesso.core.indexes.index import Queries, Recall
from gesso.core.indexes.scan import Lens, best, scan
from gesso.core.indexes.truth.rows import Ids, Rows
from gesso.core.indexes.truth.truth import Truth

_DEEP = 8
"""Where more than one of this many admitted works is wanted, comparing all of them is quicker."""
_CONFIRMED = 256
"""Of each query's best works: vectors that are summed once more before they are told."""
_SCORES = 1 << 26
"""Scores kept at once; queries are answered in groups below that."""

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Question:
    """What is asked of one moment of the truth.

    Attributes:
        queries: (queries, size) float32 of length 1.
        k: how many works are wanted.
        rows: the moment.
        admitted: (rows,) which rows may be found, None for every live one.
        recall: how hard to look.
    """

    queries: Queries
    k: int
    rows: Rows
    admitted: NDArray[np.bool_] | None
    recall: Recall

    def count(self) -> int:
        """How many works may be found."""
        return int(np.count_nonzero(self._mask))

    def behind(self, high_water: int) -> Ids:
        """The rows that may be found and came after `high_water`, ascending."""
        return high_water + np.flatnonzero(self._mask[high_water:])

    @property
    def _mask(self) -> NDArray[np.bool_]:
        return self.rows.live if self.admitted is None else self.admitted


@dataclass(frozen=True)
class _Answer:
    """For each query the works found and their cosines, in any order, and how they were."""

    found: list[tuple[Ids, Scores]]
    plan: str
    exact: bool
    scanned: int


def admit(rows: Rows, allowed: Ids | None) -> NDArray[np.bool_] | None:
    """(rows,) which rows belong to the works that a filter admits; None for no filter."""
    if allowed is None:
        return None
    held = rows.find(allowed)
    admitted = np.zeros(len(rows.ids), dtype=bool)
    admitted[held[held >= 0]] = True
    return admitted


def answer(truth: Truth, served: Served, question: Question) -> Found:
    """The nearest works: as many as are wanted, fewer only where fewer are admitted."""
    generation, troubles = served.generation, [served.trouble]
    given: _Answer | None = None
    if generation is not None:
        try:
            given = _asked(truth, generation, question)
        except GessoError as error:
            said = error.message.rstrip(".")
            generation.silence = f"the index does not answer ({said}); every vector is compared"
            troubles.append(generation.silence)
    if given is None:
        given = _by_comparing(truth, question)
    ids, scores = _table(given, question)
    told = question.rows.find(np.unique(ids[:, :_CONFIRMED]))
    if not truth.confirms(told[told >= 0]):
        given = _by_comparing(truth, question)  # every vector is summed anew
        ids, scores = _table(given, question)
    return Found(
        ids,
        np.clip(scores, -1, 1),
        generation.manifest.number if generation else None,
        given.plan,
        given.exact,
        "; ".join(filter(None, (*troubles, *truth.wounds))),
        truth.space.id,
        given.scanned,
    )


def _table(given: _Answer, question: Question) -> tuple[Ids, Scores]:
    """The best works of each query and their cosines, as `Found` has them."""
    wide = min(question.k, max((len(works) for works, _ in given.found), default=0))
    ids = np.full((len(question.queries), wide), -1, dtype=np.int64)
    scores = np.zeros(ids.shape, dtype=np.float32)
    for line, (works, near) in enumerate(given.found):
        chosen, cosines = best(works, near, wide)
        ids[line, : len(chosen)], scores[line, : len(chosen)] = chosen, cosines
    return ids, scores


def _asked(truth: Truth, generation: Generation, question: Question) -> _Answer | None:
    """What a generation answers; None where it is quicker, or better, to compare every vector.

    Raises:
        DamageError: vectors that it was built of are not told of any more.
    """
    if generation.manifest.high_water > len(question.rows.ids):
        raise DamageError(
            "the journal of the vectors ends before it", "Embed the works again: gesso encode"
        )
    if not _is_worth_asking(generation, question):
        return None
    given = _by_candidates(truth, generation, question)
    generation.silence = ""
    return given


def _is_worth_asking(generation: Generation, question: Question) -> bool:
    count = question.count()
    return (
        question.recall != "exact"
        and count > generation.manifest.few
        and question.k > 0
        and question.k * _DEEP < count
    )


def _by_candidates(truth: Truth, generation: Generation, question: Question) -> _Answer | None:
    """What the index finds and what came after it; None where that is fewer than there are."""
    rows, admitted = question.rows, question.admitted
    mask = generation.mask(rows) if admitted is None else admitted
    base, scanned = generation.near(question.queries, question.k, mask, question.recall)
    tail = question.behind(generation.manifest.high_water)
    later, near = scan(Lens(question.queries, truth.width), truth.stretches(tail))
    found = []
    for line, (own, scores) in enumerate(base):
        both = np.concatenate([own, later])
        if len(both) < question.k:
            return None
        cosines = np.concatenate([scores, near[line]]) if len(later) else scores
        found.append((rows.ids[both], cosines))
    kind, wide = generation.manifest.kind, max((len(own) for own, _ in base), default=0)
    plan = f"{kind}: {wide} candidates of {scanned} compared exactly"
    if len(tail):
        plan += f", and {len(later)} works that came later"
    return _Answer(found, plan, exact=kind == "exact", scanned=scanned + len(later))


def _by_comparing(truth: Truth, question: Question) -> _Answer:
    chosen = question.behind(0)
    at_once = max(1, _SCORES // max(1, len(chosen)))
    found: list[tuple[Ids, Scores]] = []
    for first in range(0, len(question.queries) if question.k else 0, at_once):
        some = question.queries[first : first + at_once]
        compared, scores = scan(Lens(some, truth.width), truth.stretches(chosen))
        works = question.rows.ids[compared]
        kept = [best(works, near, question.k) for near in scores] if len(works) else []
        found.extend(kept or [(works, np.zeros(0, dtype=np.float32)) for _ in some])
    plan = f"all {len(chosen)} admitted vectors compared exactly"
    return _Answer(found, plan, exact=True, scanned=len(chosen))


def as_ids(ids: Ids) -> Ids:
    """(works,) int64.

    Raises:
        InputError: they are no works.
    """
    found = np.asarray(ids)
    if found.ndim != 1 or not (found.dtype.kind in "iu" or not len(found)):
        raise InputError(
            f"{found.dtype} of the shape {found.shape} are no works.",
            "Give a plain list of work ids, whole numbers.",
        )
    return found.astype(np.int64, copy=False)


def unit_queries(queries: Queries, space: Space) -> Queries:
    """(queries, size) float32 of length 1.

    Raises:
        InputError: one has no direction, or another size.
    """
    asked = np.atleast_2d(np.asarray(queries, dtype=np.float32))
    if asked.ndim != 2 or asked.shape[1] != space.size:
        raise InputError(
            f"A query of the shape {np.shape(queries)} does not fit the space '{space.id}' of "
            f"{space.size} numbers.",
            "Make it with the encoder of this space.",
        )
    lengths = np.linalg.norm(asked, axis=1, keepdims=True)
    if not (np.isfinite(lengths).all() and (lengths > 0).all()):
        raise InputError(
            "A query has no direction: a number in it is not finite, or all are zero.",
            "Make it again from its picture or its words.",
        )
    unit: Queries = asked / lengths
    return unit
