"""What every index owes a generation, held against each of them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from gesso.core.errors import DamageError
from gesso.core.indexes.index import INDEXES, Index, Recall

from .index_rows import ROWS, SIZE, Opening

COUNT = 800


class Vectors:
    """A source in memory."""

    def __init__(self, held: NDArray[np.float32]) -> None:
        self.held = held

    @property
    def count(self) -> int:
        return len(self.held)

    @property
    def size(self) -> int:
        return SIZE

    def pieces(self, most: int) -> Iterator[NDArray[np.float32]]:
        for first in range(0, len(self.held), most):
            yield self.held[first : first + most]

    def sample(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        return self.held[rows]


def some(count: int, seed: int = 0) -> NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(30, SIZE))
    held = centres[rng.integers(0, 30, count)] + 0.6 * rng.normal(size=(count, SIZE))
    unit: NDArray[np.float32] = held / np.linalg.norm(held, axis=1, keepdims=True)
    return unit.astype(np.float32)


WORKS = some(COUNT)
QUERIES = some(12, seed=1)


@pytest.fixture(params=ROWS, scope="module")
def opening(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Opening]:
    """One place for all claims about a kind, as some are slow to fill; names keep them apart."""
    opened: list[Index] = []
    make = ROWS[request.param](tmp_path_factory.mktemp("indexes"))

    def kept(*args, **named) -> Index:
        opened.append(make(*args, **named))
        return opened[-1]

    yield kept
    for index in opened:
        index.close()


@pytest.fixture(scope="module")
def index(opening: Opening) -> Index:
    index = opening()
    index.build(Vectors(WORKS))
    index.close()
    index = opening()
    index.open()
    return index


def truth(query: np.ndarray, k: int, allowed: np.ndarray | None = None) -> set[int]:
    scores = WORKS @ query
    if allowed is not None:
        scores = np.where(allowed, scores, -9)
    return set(np.argsort(-scores)[:k].tolist())


def recall(index: Index, how: Recall, allowed: np.ndarray | None = None, k: int = 10) -> float:
    found = index.search(QUERIES, k, allowed, how)
    pairs = zip(QUERIES, found.rows, strict=True)
    shares = [len(truth(query, k, allowed) & set(rows.tolist())) / k for query, rows in pairs]
    return float(np.mean(shares))


def test_every_index_is_held_to_these_claims() -> None:
    assert set(INDEXES.names()) == set(ROWS)


@pytest.mark.parametrize(("how", "least"), [("fast", 0.9), ("balanced", 0.98), ("exact", 0.98)])
def test_the_nearest_are_among_the_candidates(index: Index, how: Recall, least: float) -> None:
    assert recall(index, how) >= least


def test_candidates_come_best_first_by_a_good_guess(index: Index) -> None:
    found = index.search(QUERIES, 5, None, "balanced")

    for query, rows, scores in zip(QUERIES, found.rows, found.scores, strict=True):
        own = rows >= 0
        assert (np.diff(scores[own]) <= 1e-6).all()
        assert np.corrcoef(WORKS[rows[own]] @ query, scores[own])[0, 1] > 0.6


@pytest.mark.parametrize("share", [0.5, 0.1, 0.03, 0.01])
def test_a_filter_starves_nobody(index: Index, share: float) -> None:
    allowed = np.random.default_rng(3).random(COUNT) < share
    wanted = min(10, int(allowed.sum()))

    found = index.search(QUERIES, 10, allowed, "balanced")

    for query, rows in zip(QUERIES, found.rows, strict=True):
        own = rows[rows >= 0]
        assert allowed[own].all()
        assert len(set(own.tolist())) == len(own) >= wanted
        assert len(truth(query, wanted, allowed) - set(own.tolist())) <= 1


def test_a_filter_of_what_is_far_away_starves_nobody(index: Index) -> None:
    far = np.argsort(WORKS @ QUERIES[0])[:40]
    allowed = np.zeros(COUNT, dtype=bool)
    allowed[far] = True

    found = index.search(QUERIES[:1], 10, allowed, "balanced")

    own = found.rows[0][found.rows[0] >= 0]
    assert allowed[own].all()
    assert truth(QUERIES[0], 10, allowed) <= set(own.tolist())


def test_a_filter_that_admits_nothing_finds_nothing(index: Index) -> None:
    found = index.search(QUERIES, 10, np.zeros(COUNT, dtype=bool), "balanced")

    assert (found.rows < 0).all()


def test_all_can_be_asked_for(index: Index) -> None:
    found = index.search(QUERIES[:1], 10**6, None, "balanced")

    assert set(found.rows[0][found.rows[0] >= 0].tolist()) == set(range(COUNT))


def test_the_same_query_finds_the_same(index: Index) -> None:
    first, second = (index.search(QUERIES, 10, None, "balanced").rows for _ in range(2))

    assert np.array_equal(first, second)


def test_many_threads_may_ask_at_once(index: Index) -> None:
    alone = [index.search(query[None], 5, None, "balanced").rows for query in QUERIES]
    with ThreadPoolExecutor(6) as threads:
        together = list(
            threads.map(lambda query: index.search(query[None], 5, None, "balanced").rows, QUERIES)
        )

    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.parametrize("count", [1, 2, 40])
def test_a_few_works_are_a_library_too(opening: Opening, count: int) -> None:
    index = opening(f"few_{count}")
    index.build(Vectors(WORKS[:count]))

    found = index.search(WORKS[:1], 3, None, "balanced")

    assert 0 in found.rows[0]
    assert len(set(found.rows[0][found.rows[0] >= 0].tolist())) >= min(3, count)


def test_two_indexes_stand_side_by_side(opening: Opening) -> None:
    one, other = opening("one"), opening("other")
    one.build(Vectors(WORKS[:50]))
    other.build(Vectors(WORKS[50:100]))
    one.discard()

    assert 7 in other.search(WORKS[57:58], 1, None, "balanced").rows[0]


def test_an_index_that_was_never_built_does_not_open(opening: Opening) -> None:
    with pytest.raises(DamageError):
        opening("nobody").open()


def test_what_was_discarded_may_be_discarded_again_and_built_anew(opening: Opening) -> None:
    index = opening("again")
    index.build(Vectors(WORKS[:50]))
    index.discard()
    index.discard()
    index.build(Vectors(WORKS[:60]))

    assert 55 in index.search(WORKS[55:56], 1, None, "balanced").rows[0]
