"""Under a process that goes on searching: files that change, are cut, swapped or go bad."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gesso.core.indexes import space_index
from gesso.core.indexes.generations.serving import Served, Serving
from gesso.core.indexes.index import Recall

from .room import COUNT, HELD, QUERIES, SPACE, Room, assert_right, ids, is_right, upto, vectors
from .test_checking import answers, never, stands
from .test_truth import JOURNALS, RECORD, flip

ROW = SPACE.size * 2


@pytest.mark.parametrize("name", ["base.faiss", "rows.u4", "canaries.npz", "manifest.json"])
def test_a_generation_that_goes_bad_after_it_was_opened_is_told_and_not_asked_again(
    copy: Room, name: str
) -> None:
    space = copy.open()
    assert answers(space) == (2, "")
    assert not any(space.check(never) and stands(space)[1] for _ in range(2))

    flip(copy.index / "gen-000002" / name, 60)

    assert space.check(never)
    assert stands(space)[0] == 1
    assert "generation 2 cannot answer" in stands(space)[1]
    assert answers(space) == stands(space)
    assert not space.check(never)


def test_what_went_bad_in_silence_is_found_some_hours_later(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = copy.open()
    space.check(never)
    flip(copy.vectors / "000000.f2", 7 * ROW)
    flip(copy.vectors / JOURNALS[1], 3 * RECORD)
    base = copy.index / "gen-000002" / "base.faiss"
    before = base.stat()
    flip(base, 60)
    os.utime(base, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not space.check(never)
    assert stands(space) == (2, "")

    monkeypatch.setattr(space, "_again_at", 0.0)
    assert space.check(never)

    number, said = stands(space)
    assert number == 1
    assert "generation 2 cannot answer" in said
    assert "rows-b.log is damaged" in said
    assert "1 damaged vectors" in said
    assert not space.check(never)
    assert space_index._AGAIN_S > 0


def test_generations_whose_folders_were_swapped_do_not_answer(copy: Room) -> None:
    first, second, aside = (copy.index / name for name in ("gen-000001", "gen-000002", "aside"))
    first.rename(aside)
    second.rename(first)
    aside.rename(second)
    space = copy.open()

    space.check(never)

    assert stands(space) == answers(space)
    assert "it is generation 1, in a folder that is not its own" in stands(space)[1]
    assert all(line.trouble for line in space.generations())


@pytest.mark.parametrize("left", [0, 100 * ROW + 5])
def test_vectors_that_are_cut_under_a_search_end_no_process(copy: Room, left: int) -> None:
    space = copy.open()
    is_right(space)
    os.truncate(copy.vectors / "000000.f2", left)

    rest = {work: held for work, held in HELD.items() if work <= left // ROW}
    for recall in ("exact", "balanced", "fast"):
        assert_right(space.search(QUERIES, 10, recall=recall), rest, QUERIES, 10)
    assert f"{COUNT - len(rest)} damaged vectors" in space.state().degraded


def test_filtered_vectors_that_are_cut_under_a_search_are_left_out(copy: Room) -> None:
    space, odd = copy.open(), upto(COUNT)[::2]
    space.search(QUERIES, 10, allowed=odd, recall="exact")
    os.truncate(copy.vectors / "000000.f2", 100 * ROW)

    found = space.search(QUERIES, 60, allowed=odd, recall="exact")

    assert_right(found, {work: HELD[work] for work in odd.tolist() if work <= 100}, QUERIES, 60)


def test_an_exact_index_that_is_cut_ends_no_process(room: Room) -> None:
    space = room.open()
    space.add(upto(COUNT), vectors(COUNT))
    space.build("exact")
    is_right(space)
    os.truncate(room.index / "gen-000001" / "vectors.f2", 0)

    is_right(space)
    assert "was cut" in space.state().degraded


@pytest.mark.parametrize("recall", ["exact", "balanced"])
def test_a_vector_that_goes_bad_after_it_was_read_is_no_hit(copy: Room, recall: Recall) -> None:
    space = copy.open()
    space.add(ids(900), vectors(1, seed=8))
    space.search(QUERIES, 10, recall="exact")
    wrong = {"exact": 8, "balanced": 900}[recall]
    with (copy.vectors / "000000.f2").open("r+b") as file:
        file.seek((COUNT if wrong == 900 else wrong - 1) * ROW)
        file.write(QUERIES[0].astype("<f2").tobytes())

    found = space.search(QUERIES, 10, recall=recall)

    rest = HELD | {900: vectors(1, seed=8)[0]}
    del rest[wrong]
    assert_right(found, rest, QUERIES, 10)
    assert "1 damaged vectors" in space.state().degraded


def test_an_index_of_more_works_than_the_journals_tell_of_is_not_asked(room: Room) -> None:
    space = room.open()
    for first in (1, 201):
        space.add(upto(200, first), vectors(COUNT)[first - 1 : first + 199])
    space.build()
    is_right(space)
    for journal in JOURNALS:
        os.truncate(room.vectors / journal, 200 * RECORD)

    found = space.search(QUERIES, 10)

    assert_right(found, {work: HELD[work] for work in range(1, 201)}, QUERIES, 10)
    assert "the journal of the vectors ends before it" in found.degraded


def test_a_search_that_waited_for_an_index_of_later_works_finds_them(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    space, other = copy.open(), copy.open()
    asked = Serving.asked

    @contextmanager
    def waited(serving: Serving) -> Iterator[Served]:
        if serving is space._serving:
            other.add(upto(300, first=900), vectors(300, seed=8))
            other.build()
        with asked(serving) as served:
            yield served

    monkeypatch.setattr(Serving, "asked", waited)

    found = space.search(QUERIES, 10)

    later = dict(enumerate(vectors(300, seed=8), 900))
    assert_right(found, HELD | later, QUERIES, 10)
    assert (found.generation, found.degraded) == (3, "")


def test_a_vector_that_takes_anothers_place_is_another_moment(copy: Room) -> None:
    space = copy.open()
    before = space.state()
    space.remove(ids(400))
    space.add(ids(400), vectors(1, seed=8))

    after = space.state()

    assert (before.count, before.generation) == (after.count, after.generation)
    assert before.moment != after.moment
