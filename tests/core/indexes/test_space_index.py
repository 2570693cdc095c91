"""A space is searched: at once, under filters, with any k, and never short."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from gesso.core.errors import DamageError, InputError, UnknownItem
from gesso.core.indexes.index import Recall
from gesso.core.indexes.space_index import IndexOptions, SpaceIndex

from .room import FLAT, SPACE, Room, assert_right, ids, other_space, upto, vectors

QUERIES = vectors(5, seed=5)
COUNT = 3_000


@pytest.fixture
def space(room: Room) -> SpaceIndex:
    opened = room.open()
    opened.add(upto(COUNT), vectors(COUNT))
    return opened


HELD = dict(enumerate(vectors(COUNT), 1))


def test_a_work_is_found_the_moment_it_is_added(room: Room) -> None:
    space = room.open()
    space.add(ids(7), QUERIES[:1])

    found = space.search(QUERIES[0], 3)

    assert found.ids.tolist() == [[7]]
    assert found.scores[0, 0] == pytest.approx(1, abs=1e-3)
    assert (found.generation, found.exact, found.degraded) == (None, True, "")
    assert found.space == SPACE.id


def test_a_work_is_found_the_moment_it_is_added_behind_an_index(space: SpaceIndex) -> None:
    space.build()
    space.add(ids(9_000), QUERIES[:1])

    found = space.search(QUERIES[0], 3)

    assert found.ids[0, 0] == 9_000
    assert found.generation == 1
    assert "1 works that came later" in found.plan


def test_a_new_vector_takes_the_place_of_the_old(space: SpaceIndex) -> None:
    space.build()
    space.add(ids(9), QUERIES[:1])

    assert space.search(QUERIES[0], 1).ids.tolist() == [[9]]
    assert 9 not in space.search(HELD[9], 1).ids
    assert len(space.known()) == COUNT
    assert_right(space.search(QUERIES, 10), HELD | {9: QUERIES[0]}, QUERIES, 10)


def test_of_two_vectors_for_a_work_in_one_call_the_last_counts(room: Room) -> None:
    space = room.open()
    space.add(ids(3, 3), QUERIES[:2])

    assert space.vectors(ids(3))[0] == pytest.approx(QUERIES[1], abs=1e-3)
    assert space.known().tolist() == [3]


def test_a_removed_work_is_never_found_again(space: SpaceIndex) -> None:
    space.build()
    nearest = space.search(QUERIES, 10).ids
    space.remove(np.unique(nearest))

    again = space.search(QUERIES, 10)

    assert not set(again.ids.ravel().tolist()) & set(nearest.ravel().tolist())
    rest = {work: held for work, held in HELD.items() if work not in nearest}
    assert_right(again, rest, QUERIES, 10)


def test_a_removed_work_may_come_back(space: SpaceIndex) -> None:
    space.remove(ids(5, 6, 123_456))
    assert {5, 6}.isdisjoint(space.known().tolist())
    space.add(ids(5), vectors(COUNT)[4:5])

    assert space.search(HELD[5], 1).ids.tolist() == [[5]]


@pytest.mark.parametrize("recall", ["fast", "balanced", "exact"])
@pytest.mark.parametrize("kind", ["exact", "flat", "ivf"])
def test_every_kind_and_every_recall_finds_what_is_near(
    space: SpaceIndex, kind: str, recall: Recall
) -> None:
    space.build(kind)

    found = space.search(QUERIES, 10, recall=recall)

    exact = space.search(QUERIES, 10, recall="exact")
    assert (found.ids == exact.ids).mean() > (0.9 if recall == "fast" else 0.98)
    assert exact.exact
    assert "all 3000" in exact.plan
    assert found.exact is (recall == "exact" or kind == "exact")


@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.01, 0.001])
def test_a_filter_starves_nobody(space: SpaceIndex, share: float) -> None:
    space.build()
    allowed = upto(COUNT)[np.random.default_rng(1).random(COUNT) < share]

    found = space.search(QUERIES, 10, allowed=allowed)

    assert_right(found, {int(work): HELD[int(work)] for work in allowed}, QUERIES, 10)


def test_a_filter_sees_works_that_came_later_and_none_that_are_gone(space: SpaceIndex) -> None:
    space.build()
    space.add(ids(8_001, 8_002), vectors(2, seed=8))
    space.remove(ids(1))
    allowed = np.concatenate([upto(2_000), ids(8_001)])

    found = space.search(QUERIES, 2_500, allowed=allowed)

    assert set(found.ids[0].tolist()) == set(allowed.tolist()) - {1}


def test_a_filter_may_name_works_that_nobody_knows(space: SpaceIndex) -> None:
    space.build()

    assert space.search(QUERIES, 5, allowed=ids(-4, 0, 3, 10**15)).ids.tolist() == [[3]] * 5
    assert space.search(QUERIES, 5, allowed=ids()).ids.shape == (5, 0)


@pytest.mark.parametrize("k", [0, 1, 2_999, 3_000, 10**6])
@pytest.mark.parametrize("builds", [False, True])
def test_as_many_come_as_are_asked_for_or_all(space: SpaceIndex, k: int, builds: bool) -> None:
    if builds:
        space.build()

    found = space.search(QUERIES, k)

    assert found.ids.shape == found.scores.shape == (5, min(k, COUNT))
    assert all(len(set(line)) == len(line) for line in found.ids.tolist())
    assert (np.diff(found.scores, axis=1) <= 0).all()


def test_no_query_finds_nothing(space: SpaceIndex) -> None:
    space.build()

    assert space.search(vectors(0), 10).ids.shape[0] == 0


def test_equals_stand_in_the_order_of_their_ids(room: Room) -> None:
    space = room.open()
    space.add(ids(30, 10, 40, 20), np.repeat(QUERIES[:1], 4, axis=0))

    assert space.search(QUERIES[0], 4).ids.tolist() == [[10, 20, 30, 40]]
    assert space.search(QUERIES[0], 2).ids.tolist() == [[10, 20]]


def test_an_empty_space_finds_nothing(room: Room) -> None:
    space = room.open()

    assert space.search(QUERIES, 10).ids.shape == (5, 0)
    assert space.known().tolist() == []
    assert space.state().wants_build is False
    assert not room.vectors.exists()
    space.add(ids(), vectors(0))
    space.remove(ids(1))
    assert not room.vectors.exists()


@pytest.mark.parametrize("count", [0, 1, 5])
def test_an_index_of_almost_nothing_can_be_built(room: Room, count: int) -> None:
    space = room.open()
    space.add(upto(count), vectors(count))

    line = space.build()

    assert (line.count, line.is_current, line.trouble) == (count, True, "")
    assert_right(space.search(QUERIES, 3), dict(enumerate(vectors(count), 1)), QUERIES, 3)
    assert space.verify().degraded == ""


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_a_vector_that_is_not_finite_is_refused_in_one_sentence(room: Room, wrong: float) -> None:
    space = room.open()
    three = vectors(3)
    three[1, 7] = wrong

    with pytest.raises(InputError, match="work 12 has no direction"):
        space.add(ids(11, 12, 13), three)
    assert space.known().tolist() == []


def test_a_vector_of_nothing_is_refused(room: Room) -> None:
    with pytest.raises(InputError, match="work 4 has no direction"):
        room.open().add(ids(4), np.zeros((1, SPACE.size), dtype=np.float32))


def test_a_vector_need_not_have_length_one(room: Room) -> None:
    space = room.open()
    space.add(ids(1, 2), vectors(2) * np.array([[1_000], [0.001]], dtype=np.float32))

    assert space.vectors(ids(2, 1)) == pytest.approx(vectors(2)[::-1], abs=1e-3)
    assert space.search(vectors(1)[0] * 50, 1).scores[0, 0] == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("shape", [(1, 47), (1, 49), (2, 48), (48,), (1, 1, 48)])
def test_vectors_of_another_size_are_refused(room: Room, shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="do not fit 1 works"):
        room.open().add(ids(1), np.ones(shape, dtype=np.float32))


def test_what_are_no_works_is_refused(room: Room) -> None:
    space = room.open()

    with pytest.raises(InputError, match="no works"):
        space.add(np.array([1.5]), vectors(1))
    with pytest.raises(InputError, match="-1 is no work"):
        space.add(ids(-1), vectors(1))


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (np.full(48, np.nan), "no direction"),
        (np.zeros(48), "no direction"),
        (np.ones(47), "does not fit"),
        (np.ones((2, 2, 48)), "does not fit"),
    ],
)
def test_a_query_that_is_none_is_refused(room: Room, query: np.ndarray, said: str) -> None:
    with pytest.raises(InputError, match=said):
        room.open().search(query, 3)


def test_fewer_than_none_cannot_be_found(room: Room) -> None:
    with pytest.raises(InputError, match="-1 works"):
        room.open().search(QUERIES, -1)


def test_a_work_without_a_vector_is_named(space: SpaceIndex) -> None:
    with pytest.raises(UnknownItem, match="Work 77777 has no vector"):
        space.vectors(ids(1, 77_777))


def test_ids_far_apart_are_found_as_well(room: Room) -> None:
    space = room.open()
    far = ids(2**61, 5, 10**12, 0)
    space.add(far, vectors(4))
    space.remove(ids(5))
    space.build()
    space.add(ids(10**15), vectors(1, seed=3))

    assert space.known().tolist() == [0, 10**12, 10**15, 2**61]
    assert space.search(vectors(4)[0], 1, allowed=ids(0, 2**61)).ids.tolist() == [[2**61]]


def test_the_vectors_of_another_space_are_refused(space: SpaceIndex, room: Room) -> None:
    with pytest.raises(DamageError, match="belong to the space 'test-0123456789' of 48"):
        room.open(space=other_space())
    with pytest.raises(DamageError, match="belong to the space"):
        room.open(space=other_space(size=50))


def test_many_threads_search_while_one_adds_and_one_builds(space: SpaceIndex) -> None:
    space.build()

    def search(turn: int) -> bool:
        found = space.search(QUERIES, 10)
        return found.degraded == "" and bool((found.ids >= 1).all())

    with ThreadPoolExecutor(8) as threads:
        building = threads.submit(space.build)
        adding = [
            threads.submit(space.add, ids(5_000 + n), vectors(1, seed=50 + n)) for n in range(20)
        ]
        assert all(threads.map(search, range(60)))
        building.result()
        assert [one.result() for one in adding] == [None] * 20
    assert len(space.known()) == COUNT + 20
    assert_right(
        space.search(QUERIES, 10),
        HELD | {5_000 + n: vectors(1, seed=50 + n)[0] for n in range(20)},
        QUERIES,
        10,
    )


def test_a_space_says_when_it_wants_a_new_generation(room: Room) -> None:
    space = room.open(IndexOptions(exact_until=100, tail_most=50, tail_share=0.1))
    space.add(upto(100), vectors(100))
    assert not space.state().wants_build  # so few are compared one by one
    space.add(upto(60, first=101), vectors(60))
    assert space.state().wants_build
    space.build()
    state = space.state()
    assert (state.kind, state.count, state.tail, state.wants_build) == ("flat", 160, 0, False)
    space.add(upto(51, first=161), vectors(51))
    assert (space.state().tail, space.state().wants_build) == (51, True)
    space.build()
    space.remove(upto(60))
    assert space.state().wants_build


def test_auto_takes_the_kind_that_suits_the_number_of_works(room: Room) -> None:
    sizes = IndexOptions(exact_until=50, flat_until=100)
    space = room.open(sizes)
    kinds = []
    for first in (1, 51, 101):
        space.add(upto(50, first), vectors(50, seed=first))
        kinds.append(space.build().kind)

    assert kinds == ["exact", "flat", "ivf"]


def test_options_say_what_they_cannot_be() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        IndexOptions(keep=0)
    assert FLAT.keep == 3
