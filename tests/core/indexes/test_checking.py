"""Checking: who would answer is found out without a search, and without being in its way."""

from __future__ import annotations

import shutil
import threading

import pytest

from gesso.core.errors import DamageError
from gesso.core.indexes.generations import manifest
from gesso.core.indexes.generations.generation import Generation
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.indexes.truth.shards import SHARD_ROWS, Shards

from .room import COUNT, HELD, QUERIES, SPACE, Room, assert_right, upto, vectors
from .test_truth import flip


def never() -> bool:
    return False


def stands(space: SpaceIndex) -> tuple[int | None, str]:
    """As health tells it."""
    state = space.state()
    return state.generation, state.degraded


def answers(space: SpaceIndex) -> tuple[int | None, str]:
    """As a search tells it."""
    found = space.search(QUERIES, 10)
    assert_right(found, HELD, QUERIES, 10)
    return found.generation, found.degraded


@pytest.mark.parametrize("name", ["base.faiss", "rows.u4", "canaries.npz", "manifest.json"])
@pytest.mark.parametrize("numbers", [(2,), (1, 2)])
def test_a_check_finds_what_a_search_would_and_opens_nothing(
    copy: Room, name: str, numbers: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in numbers:
        path = copy.index / f"gen-00000{number}" / name
        flip(path, path.stat().st_size // 3)
    space = copy.open()
    with monkeypatch.context() as patched:
        patched.setattr(Generation, "open", None)
        assert space.check(never)
        told = stands(space)

    assert told[0] == (1 if numbers == (2,) else None)
    assert "generation 2 cannot answer" in told[1]
    assert told == answers(space) == stands(space)


def test_where_none_answers_all_works_are_compared_and_a_build_is_wanted(copy: Room) -> None:
    for number in (1, 2):
        flip(copy.index / f"gen-00000{number}" / "rows.u4", 5)
    space = copy.open()

    space.check(never)

    state = space.state()
    assert (state.kind, state.tail, state.wants_build) == ("", COUNT, True)


def test_vectors_that_an_index_was_not_built_of_are_found_by_a_check(copy: Room) -> None:
    shutil.rmtree(copy.vectors)
    space = copy.open()
    space.add(upto(COUNT), vectors(COUNT, seed=1))

    space.check(never)

    assert "built of other vectors" in space.state().degraded


def test_a_damaged_vector_is_left_out_before_anybody_asks_for_it(copy: Room) -> None:
    flip(copy.vectors / "000000.f2", 7 * SPACE.size * 2)
    space = copy.open()

    assert space.check(never)

    assert stands(space) == (2, "1 damaged vectors are left out")
    assert 8 not in space.known()
    assert not space.check(never)


def test_vectors_that_came_later_are_checked_too(copy: Room) -> None:
    space, other = copy.open(), copy.open()
    space.check(never)

    other.add(upto(3, first=900), vectors(3, seed=8))
    flip(copy.vectors / "000000.f2", (COUNT + 1) * SPACE.size * 2)

    assert space.check(never)
    assert "1 damaged vectors" in space.state().degraded


def test_a_space_of_several_shards_is_checked_without_mapping_one(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = room.open()
    held = vectors(SHARD_ROWS + 2_000)
    space.add(upto(len(held)), held)
    space.remove(upto(1_500, first=1_000))
    asked = room.open()
    with monkeypatch.context() as patched:
        patched.setattr(Shards, "_mapped", None)
        assert asked.check(never)
    assert stands(asked) == (None, "")
    assert not asked.check(never)

    flip(room.vectors / "000001.f2", 1_999 * SPACE.size * 2)
    again = room.open()
    again.check(never)
    assert stands(again) == (None, "1 damaged vectors are left out")


def test_what_is_well_is_read_once_and_again_when_another_takes_over(copy: Room) -> None:
    space, other = copy.open(), copy.open()

    assert space.check(never)
    assert not space.check(never)
    assert stands(space) == (2, "")
    other.rollback()
    assert space.check(never)
    assert not space.check(never)
    assert stands(space) == (1, "")


def test_what_a_search_has_opened_is_not_read_again(copy: Room) -> None:
    space = copy.open()
    answers(space)
    space.search(QUERIES, 10, recall="exact")

    assert not space.check(never)


def test_a_search_knows_better_than_a_check_before_it(copy: Room) -> None:
    space = copy.open()
    space.check(never)
    flip(copy.index / "gen-000002" / "base.faiss", 999)

    assert stands(space) == (2, "")
    assert answers(space)[0] == 1
    assert stands(space) == answers(space)


def test_a_new_generation_is_taken_at_its_word_until_it_is_read(copy: Room) -> None:
    flip(copy.index / "gen-000002" / "base.faiss", 999)
    checked, asked = copy.open(), copy.open()
    checked.check(never)
    answers(asked)
    assert stands(checked) == stands(asked) != (2, "")

    copy.open().build()

    assert stands(checked) == stands(asked) == (3, "")
    assert checked.check(never)
    assert stands(checked) == (3, "") == answers(checked)


def test_an_index_that_fell_silent_is_told_until_it_answers_again(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = copy.open()
    answers(space)

    def broken(*_: object) -> object:
        raise DamageError("the server has no table", "")

    with monkeypatch.context() as patched:
        patched.setattr(Generation, "near", broken)
        assert "does not answer (the server has no table)" in answers(space)[1]
    assert "does not answer (the server has no table)" in space.state().degraded

    assert answers(space) == (2, "") == stands(space)


def test_searches_and_health_do_not_wait_for_a_check(copy: Room) -> None:
    space, read, done = copy.open(), threading.Event(), threading.Event()

    def held() -> bool:
        read.set()
        assert done.wait(30)
        return False

    aside = threading.Thread(target=space.check, args=(held,))
    aside.start()
    try:
        assert read.wait(30)
        assert stands(space) == (2, "")
        assert answers(space) == (2, "")
    finally:
        done.set()
        aside.join(30)


def test_a_check_that_is_broken_off_says_nothing_and_begins_again(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(manifest, "_PIECE", 1_000)
    flip(copy.index / "gen-000002" / "canaries.npz", 999)
    space, asked = copy.open(), iter([False, False, True])

    assert not space.check(lambda: next(asked))
    assert stands(space) == (2, "")
    assert space.check(never)
    assert stands(space)[0] == 1


def test_a_space_without_an_index_is_well(room: Room) -> None:
    space = room.open()

    space.check(never)

    assert stands(space) == (None, "")
