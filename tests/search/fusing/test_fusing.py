"""Rankings are fused by rank alone."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.search.columns.columns import State
from gesso.search.columns.rows import Pairs
from gesso.search.fusing.bands import measured
from gesso.search.fusing.counting import _most, first_of_each, shown_once
from gesso.search.fusing.fusing import Ranking, fused


def ranking(*ids: int, weight: float = 1.0, joins: bool = True) -> Ranking:
    return Ranking("any", np.array(ids, dtype=np.int64), weight, joins)


def test_what_is_first_everywhere_has_one():
    order, scores = fused([ranking(3, 1, 2), ranking(3, 2)], 60)

    assert order[0] == 3
    assert scores[3] == 1


def test_two_middling_places_beat_one_good_one():
    order, _ = fused([ranking(1, 9, 8), ranking(2, 9, 7)], 60)

    assert order[0] == 9


def test_equal_scores_put_the_newer_work_first():
    order, _ = fused([ranking(5, 6), ranking(6, 5)], 60)

    assert order == [6, 5]


def test_a_heavier_ranking_decides():
    order, _ = fused([ranking(1, 2), ranking(2, 1, weight=3)], 60)

    assert order == [2, 1]


def test_a_ranking_that_does_not_join_finds_nothing_by_itself():
    order, _ = fused([ranking(1, 2), ranking(3, 2, joins=False)], 60)

    assert set(order) == {1, 2}
    assert order[0] == 2


def test_the_bar_of_a_space_lies_above_what_lots_bring_together():
    rng = np.random.default_rng(1)
    some = rng.standard_normal((400, 64)).astype(np.float32)
    some /= np.linalg.norm(some, axis=1, keepdims=True)

    bands = measured(some)

    near = (some @ some.T)[np.triu_indices(400, k=1)]
    assert 0.003 < (near > bands.pictures).mean() < 0.007


def test_words_far_from_all_pictures_still_have_likely_hits():
    rng = np.random.default_rng(2)
    some = rng.standard_normal((400, 64)).astype(np.float32)
    some[:, 0] += 20
    some /= np.linalg.norm(some, axis=1, keepdims=True)
    query = some[7].copy()
    query[0] = 0.1
    query /= np.linalg.norm(query)

    bands = measured(some)

    assert some[7] @ query > bands.words(query)
    assert (some @ query > bands.words(query)).mean() < 0.05


def test_in_a_small_studio_the_nearest_works_are_likely_ones():
    """Thirty motifs, painted twice each: every second painting finds its first."""
    rng = np.random.default_rng(3)
    motifs = rng.standard_normal((30, 64)).astype(np.float32)
    some = np.repeat(motifs, 2, axis=0) + rng.normal(0, 0.4, (60, 64)).astype(np.float32)
    some /= np.linalg.norm(some, axis=1, keepdims=True)

    bands = measured(some)

    near = some @ some.T
    twins = np.array([near[at, at ^ 1] for at in range(60)])
    assert (twins >= bands.pictures).all()
    np.fill_diagonal(near, -1)
    assert (near >= bands.pictures).sum(axis=1).mean() < 1.5


def test_of_a_handful_of_works_hardly_anything_is_likely():
    assert measured(np.eye(5, 8, dtype=np.float32)).pictures >= 0.9


def state_of(groups: dict[int, int]) -> State:
    works = np.array(list(groups), dtype=np.int64)
    held = {"group": np.array(list(groups.values())), "is_kept": works > 0}
    return State(1, {"duplicates": Pairs(works, held)})


@pytest.mark.parametrize("seed", range(8))
def test_many_works_are_left_by_the_same_rule_as_few(seed: int) -> None:
    rng = np.random.default_rng(seed)
    state = state_of({int(w): int(rng.integers(12)) for w in rng.permutation(60)[:30]})
    ids = rng.permutation(60)[:40].astype(np.int64)

    assert ids[first_of_each(state, ids)].tolist() == shown_once(state, ids.tolist())[0]


def test_without_duplicates_every_work_is_left() -> None:
    assert first_of_each(state_of({}), np.arange(5)).all()


def test_the_most_frequent_of_many_thousand_values_are_counted() -> None:
    names = [f"painter {number:05}" for number in range(9000)]
    many = np.concatenate([np.arange(9000), np.repeat([8000, 4000], 5), [17]]).astype(np.int32)

    found = _most(many, names)

    assert found[:3] == (("painter 04000", 6), ("painter 08000", 6), ("painter 00017", 2))
    assert len(found) == 30
    assert found[3:] == tuple((names[number], 1) for number in range(28) if number != 17)
