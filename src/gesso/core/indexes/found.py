"""What a search of a space is told: who is near, how near, and how far that can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Found:
    """The nearest works of each query.

    Attributes:
        ids: (queries, k, or fewer where fewer are admitted) int64 works, best first, equal
            scores by id; -1 where damage left one query fewer than another.
        scores: of the same shape, float32 cosines, -1 to 1, to six decimals; 0 beside a -1.
        generation: which one serves, None where none does.
        plan: how it was done, in words for a person.
        exact: whether every admitted vector was compared, so that nothing can be missing.
        degraded: why the answer comes slower or from less than it should; "" when all is well.
        space: whose vectors these are.
        scanned: how many codes or vectors were looked at for a query.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    generation: int | None
    plan: str
    exact: bool
    degraded: str
    space: str
    scanned: int


@dataclass(frozen=True)
class GenerationLine:
    """One generation as a list shows it.

    Attributes:
        number: counted from 1.
        kind: the adapter that built it.
        count: vectors in it.
        built_at: seconds since 1970.
        build_s: how long building took.
        recall_pictures: of the canaries at k = 10, 0 to 1, as measured when it was built.
        recall_words: the same for queries as far away as words are.
        size_bytes: of its files.
        is_current: whether searches ask it.
        trouble: why it cannot be used, "" when it can.
    """

    number: int
    kind: str
    count: int
    built_at: float
    build_s: float
    recall_pictures: float
    recall_words: float
    size_bytes: int
    is_current: bool
    trouble: str


@dataclass(frozen=True)
class IndexState:
    """How a space stands, told without loading or reading anything large.

    Attributes:
        space: its id.
        count: works that have a vector.
        generation: which one serves, None where none does.
        kind: its adapter, "" for none.
        tail: works that came after it and are compared one by one.
        wants_build: whether a new generation would make searches faster.
        degraded: what is wrong, "" when all is well.
        moment: another one whenever a vector came, went or took another's place.
    """

    space: str
    count: int
    generation: int | None
    kind: str
    tail: int
    wants_build: bool
    degraded: str
    moment: int


@dataclass(frozen=True)
class Verdict:
    """What verifying found.

    Attributes:
        vectors: rows of the truth that were read and are well.
        damaged: works whose vector is not what was once written; embed them again.
        generations: each of them, with its trouble.
        recall_pictures: of the serving generation's canaries, asked anew; None for none.
        recall_words: the same for queries as far away as words are.
        degraded: what is wrong, "" when all is well.
    """

    vectors: int
    damaged: tuple[int, ...]
    generations: tuple[GenerationLine, ...]
    recall_pictures: float | None
    recall_words: float | None
    degraded: str


@dataclass(frozen=True)
class Freed:
    """What was given back: how many vectors were moved for it, and how many bytes are free now."""

    moved: int
    freed_bytes: int
