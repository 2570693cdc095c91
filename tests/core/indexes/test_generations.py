"""Generations: checked before they serve, refused when a byte went wrong, and taken back."""

from __future__ import annotations

import json
import math
import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import (
    DamageError,
    MissingExtra,
    SettingsError,
    StorageError,
    StudioBusy,
    UnknownAdapter,
    UnknownItem,
)
from gesso.core.indexes.adapters.flat import FlatOptions
from gesso.core.indexes.generations import building
from gesso.core.indexes.generations.generation import Generation
from gesso.core.indexes.generations.manifest import Manifest
from gesso.core.indexes.index import INDEXES
from gesso.core.indexes.space_index import IndexOptions, SpaceIndex

from .room import FLAT, SPACE, Room, assert_right, ids, other_space, upto, vectors
from .test_truth import FullDisk, flip

COUNT = 400
HELD = dict(enumerate(vectors(COUNT), 1))
QUERIES = vectors(4, seed=5)


@pytest.fixture
def space(room: Room) -> SpaceIndex:
    opened = room.open()
    opened.add(upto(COUNT), vectors(COUNT))
    return opened


@pytest.fixture(scope="module")
def twice_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A space with two generations, to be copied."""
    folder = tmp_path_factory.mktemp("twice")
    room = Room(folder)
    opened = room.open()
    opened.add(upto(COUNT), vectors(COUNT))
    opened.build()
    opened.build()
    room.close()
    return folder


@pytest.fixture
def copy(twice_built: Path, tmp_path: Path) -> Iterator[Room]:
    shutil.copytree(twice_built, tmp_path / "copy")
    room = Room(tmp_path / "copy")
    yield room
    room.close()


def is_right(space: SpaceIndex) -> None:
    for recall in ("fast", "balanced", "exact"):
        assert_right(space.search(QUERIES, 10, recall=recall), HELD, QUERIES, 10)


def test_a_generation_says_what_it_is(space: SpaceIndex) -> None:
    line = space.build()

    assert (line.number, line.kind, line.count, line.is_current) == (1, "flat", COUNT, True)
    assert line.recall_pictures >= 0.98
    assert line.recall_words >= 0.95
    assert line.size_bytes > 0
    assert line.trouble == ""
    assert space.generations() == (line,)
    found = space.search(QUERIES, 10, recall="fast")
    assert (found.generation, found.exact, found.degraded) == (1, False, "")
    assert found.plan.startswith("flat: 130 candidates of 400")


def test_three_generations_are_kept_and_no_files_of_others(space: SpaceIndex, room: Room) -> None:
    for _ in range(5):
        space.build()

    assert [line.number for line in space.generations()] == [5, 4, 3]
    names = {path.name for path in room.index.iterdir()}
    assert names == {"gen-000005", "gen-000004", "gen-000003", "CURRENT", "builder.lock"}


def test_a_rollback_serves_the_one_before_also_to_other_processes(
    space: SpaceIndex, room: Room
) -> None:
    reader = room.open()
    space.build()
    space.build()
    assert reader.search(QUERIES, 1).generation == 2

    assert space.rollback().number == 1

    assert reader.search(QUERIES, 1).generation == space.search(QUERIES, 1).generation == 1
    assert reader.state().generation == 1
    with pytest.raises(UnknownItem, match="No generation before"):
        space.rollback()
    assert space.use(2).is_current
    assert reader.search(QUERIES, 1).generation == 2


def test_a_generation_made_after_a_rollback_gets_a_new_number(space: SpaceIndex) -> None:
    space.build()
    space.build()
    space.rollback()

    assert space.build().number == 3


def test_works_of_after_a_generation_are_found_after_a_rollback_to_it(space: SpaceIndex) -> None:
    space.build()
    space.add(ids(500), QUERIES[:1])
    space.build()
    space.rollback()

    assert space.search(QUERIES[0], 1).ids.tolist() == [[500]]


def test_a_generation_that_is_not_kept_cannot_be_used(space: SpaceIndex) -> None:
    with pytest.raises(UnknownItem, match="no generation 3"):
        space.use(3)
    space.build()
    with pytest.raises(UnknownItem, match=r"Kept are: 1\."):
        space.use(3)


def parts(twice_built: Path) -> list[Path]:
    index = next((twice_built / "index").iterdir())
    return [*sorted((index / "gen-000002").iterdir()), index / "CURRENT"]


@pytest.mark.parametrize("at", [0, 0.01, 0.3, 0.7, 0.999])
@pytest.mark.parametrize(
    "name", ["base.faiss", "rows.u4", "canaries.npz", "manifest.json", "../CURRENT"]
)
def test_a_flipped_byte_is_told_and_the_generation_before_answers(
    copy: Room, name: str, at: float
) -> None:
    path = copy.index / "gen-000002" / name
    flip(path, int(at * path.stat().st_size))
    space = copy.open()

    is_right(space)

    found = space.search(QUERIES, 3)
    if name == "../CURRENT":
        assert (found.generation, found.degraded) == (2, "CURRENT is damaged")
    else:
        assert found.generation == 1
        assert "generation 2 cannot answer" in found.degraded
        assert "generation 1 answers" in found.degraded
        with pytest.raises(DamageError, match="Generation 2 cannot serve"):
            space.use(2)
    assert space.state().degraded == found.degraded


@pytest.mark.parametrize("name", ["base.faiss", "rows.u4", "canaries.npz", "manifest.json"])
@pytest.mark.parametrize("left", [None, 0, 10])
def test_a_half_written_generation_does_not_answer(copy: Room, name: str, left: int | None) -> None:
    path = copy.index / "gen-000002" / name
    path.write_bytes(path.read_bytes()[:left]) if left is not None else path.unlink()
    space = copy.open()

    is_right(space)
    assert space.search(QUERIES, 3).generation == 1
    assert space.generations()[0].trouble
    assert space.generations()[1].trouble == ""


def test_where_no_generation_can_answer_every_vector_is_compared(copy: Room) -> None:
    for number in (1, 2):
        flip(copy.index / f"gen-00000{number}" / "rows.u4", 5)
    space = copy.open()

    is_right(space)

    found = space.search(QUERIES, 3)
    assert (found.generation, found.exact) == (None, True)
    assert "every vector is compared" in found.degraded
    assert space.build().number == 3
    assert space.search(QUERIES, 3).degraded == ""


def test_a_generation_that_is_missing_is_told(copy: Room) -> None:
    shutil.rmtree(copy.index / "gen-000002")

    found = copy.open().search(QUERIES, 3)

    assert found.generation == 1
    assert "generation 2" in found.degraded


def test_without_a_word_which_one_serves_it_is_the_newest(copy: Room) -> None:
    (copy.index / "CURRENT").unlink()

    found = copy.open().search(QUERIES, 3)

    assert (found.generation, found.degraded) == (2, "")


def test_an_index_of_another_space_does_not_answer(copy: Room, tmp_path: Path) -> None:
    stranger = Room(tmp_path / "stranger", other_space())
    space = stranger.open()
    space.add(upto(COUNT), vectors(COUNT))
    shutil.copytree(copy.index, stranger.index)

    assert_right(space.search(QUERIES, 10), HELD, QUERIES, 10)
    assert "belongs to the space 'test-0123456789'" in space.search(QUERIES, 10).degraded
    with pytest.raises(DamageError, match="belongs to the space"):
        space.use(2)
    stranger.close()


def test_an_index_of_other_vectors_of_the_same_space_does_not_answer(copy: Room) -> None:
    shutil.rmtree(copy.vectors)
    space = copy.open()
    space.add(upto(COUNT), vectors(COUNT, seed=1))

    found = space.search(QUERIES, 10)

    assert_right(found, dict(enumerate(vectors(COUNT, seed=1), 1)), QUERIES, 10)
    assert "built of other vectors" in found.degraded


def test_an_index_that_outlived_its_vectors_finds_nothing(copy: Room) -> None:
    shutil.rmtree(copy.vectors)

    assert copy.open().search(QUERIES, 10).ids.shape == (4, 0)


def test_verifying_reads_every_generation(copy: Room) -> None:
    space = copy.open()
    assert space.verify().recall_pictures == 1
    flip(copy.index / "gen-000001" / "base.faiss", 999)

    verdict = space.verify()

    assert verdict.vectors == COUNT
    assert [bool(line.trouble) for line in verdict.generations] == [False, True]
    assert verdict.recall_words is not None
    assert verdict.recall_words >= 0.95
    assert verdict.degraded == ""  # the one that serves is well
    flip(copy.index / "gen-000002" / "base.faiss", 999)
    assert "generation 2 cannot answer" in space.verify().degraded


def test_a_vector_that_went_wrong_below_an_index_is_left_out(copy: Room) -> None:
    nearest = int(copy.open().search(QUERIES[0], 1).ids[0, 0])
    flip(copy.vectors / "000000.f2", (nearest - 1) * SPACE.size * 2 + 1)
    space = copy.open()

    found = space.search(QUERIES, 10)

    rest = {work: held for work, held in HELD.items() if work != nearest}
    assert_right(found, rest, QUERIES, 10)
    assert "1 damaged vectors are left out" in found.degraded


@pytest.mark.parametrize("left", [0, 50_000, 10_000 * 3 + 1])
def test_a_shard_that_was_cut_below_an_index_costs_its_works_alone(copy: Room, left: int) -> None:
    path = copy.vectors / "000000.f2"
    kept = min(COUNT, left // (SPACE.size * 2))
    path.write_bytes(path.read_bytes()[:left])
    space = copy.open()

    for recall in ("balanced", "exact"):
        found = space.search(QUERIES, 10, recall=recall)
        assert_right(found, {n: HELD[n] for n in range(1, kept + 1)}, QUERIES, 10)
    assert (f"{COUNT - kept} damaged vectors" in space.state().degraded) is (kept < COUNT)


def test_what_builders_who_died_left_behind_is_swept(copy: Room) -> None:
    left = copy.index / ".building-000003"
    left.mkdir()
    (left / "begun.json").write_text('{"kind": "flat", "name": "x"}')
    (copy.index / ".building-000009").mkdir()
    (copy.index / ".gone-gen-000001").mkdir()

    assert copy.open().build().number == 3

    assert not [path for path in copy.index.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("steps", [0, 1, 3, 5, 7, 9, 11])
def test_a_full_disk_while_building_leaves_the_old_generation_serving(
    copy: Room, steps: int
) -> None:
    space = copy.open(disk=FullDisk(steps))

    with pytest.raises(StorageError):
        space.build()

    is_right(space)
    assert space.search(QUERIES, 3).generation == 2
    assert space.search(QUERIES, 3).degraded == ""
    assert copy.open().build().trouble == ""


def test_an_index_that_finds_too_little_does_not_serve(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = copy.open(engines={"flat": FlatOptions(bits=1, fast=0, balanced=0)})
    monkeypatch.setattr(building, "_WIDENINGS", (1,))

    with pytest.raises(DamageError, match="it was thrown away and does not serve"):
        space.build()

    assert space.search(QUERIES, 3).generation == 2
    assert [line.number for line in space.generations()] == [2, 1]


def test_an_index_that_finds_too_little_is_asked_for_more_candidates(copy: Room) -> None:
    space = copy.open(engines={"flat": FlatOptions(bits=1, fast=0, balanced=0)})

    line = space.build()

    said = json.loads((copy.index / "gen-000003" / "manifest.json").read_text())
    assert said["widen"] > 1
    assert line.recall_words >= 0.95


def test_an_index_is_not_asked_for_more_candidates_than_it_needs(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = copy.open(engines={"flat": FlatOptions(bits=1, fast=0, balanced=0)})
    space.build()
    said = json.loads((copy.index / "gen-000003" / "manifest.json").read_text())
    fewer = tuple(widen for widen in building._WIDENINGS if widen < said["widen"])
    monkeypatch.setattr(building, "_WIDENINGS", fewer)

    with pytest.raises(DamageError, match="finds"):
        space.build()


@pytest.mark.parametrize("widen", [2, 1.25])
def test_a_generation_asks_for_as_many_candidates_as_its_manifest_says(
    copy: Room, widen: float
) -> None:
    folder = copy.index / "gen-000002"
    told = replace(Manifest.read(folder), widen=widen)
    told.write(Disk(), folder)

    found = copy.open().search(QUERIES, 4, recall="fast")

    assert found.degraded == ""
    assert found.plan.startswith(f"flat: {math.ceil(112 * widen)} candidates of 400")


def test_one_process_builds_at_a_time(copy: Room) -> None:
    first, second = copy.open(), copy.open()

    with first._shelf.alone():
        for switch in (second.build, second.rollback):
            with pytest.raises(StudioBusy, match="building or switching"):
                switch()
    second.build()


def test_an_unknown_kind_is_refused_before_the_work(copy: Room) -> None:
    with pytest.raises(UnknownAdapter, match="Did you mean 'flat'"):
        copy.open().build("flatt")


def test_a_server_that_nobody_named_is_asked_for(copy: Room) -> None:
    for kind in ("pgvector", "qdrant"):
        try:
            INDEXES.open(kind)
        except MissingExtra:
            continue
        with pytest.raises(SettingsError, match=f"for the index '{kind}'"):
            copy.open(IndexOptions(kind=kind)).build()
    assert copy.open().search(QUERIES, 1).generation == 2


def test_an_index_that_breaks_while_it_is_asked_is_told(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    space = copy.open()
    space.search(QUERIES, 1)

    def broken(*args: object) -> object:
        raise DamageError("the server has no table", "")

    monkeypatch.setattr(Generation, "near", broken)
    found = space.search(QUERIES, 10)

    assert_right(found, HELD, QUERIES, 10)
    assert found.exact
    assert "the index does not answer (the server has no table)" in found.degraded


def test_where_faiss_cannot_be_loaded_every_vector_is_compared(
    copy: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.startswith("gesso.core.indexes.adapters")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "faiss", None)
    space = copy.open()

    found = space.search(QUERIES, 10)

    assert_right(found, HELD, QUERIES, 10)
    assert "needs a package that cannot be loaded here" in found.degraded
    with pytest.raises(MissingExtra, match="The index 'flat'"):
        space.build("flat")
    assert space.build().kind == "exact"
    assert space.search(QUERIES, 10).degraded == ""


@pytest.mark.soak
def test_whichever_byte_goes_wrong_no_answer_is_wrong(twice_built: Path, tmp_path: Path) -> None:
    index = next((twice_built / "index").iterdir())
    truth = next((twice_built / "vectors").iterdir())
    files = [path for folder in (index, truth) for path in folder.rglob("*") if path.is_file()]
    rng = random.Random(3)
    for turn in range(600):
        room = Room(shutil.copytree(twice_built, tmp_path / str(turn)))
        victim = rng.choice([path for path in files if path.stat().st_size])
        path = tmp_path / str(turn) / victim.relative_to(twice_built)
        flip(path, rng.randrange(path.stat().st_size), rng.randrange(8))
        space = room.open()
        damaged = set(space.verify().damaged)
        assert len(damaged) <= 1
        rest = {work: held for work, held in HELD.items() if work not in damaged}
        for recall in ("balanced", "exact"):
            found = space.search(QUERIES, 10, recall=recall)
            assert_right(found, rest, QUERIES, 10)
        is_old = "gen-000001" in path.parts
        assert bool(found.degraded) is not is_old, path
        room.close()
        shutil.rmtree(tmp_path / str(turn))


def test_few_works_are_compared_one_by_one_and_many_are_not(space: SpaceIndex, room: Room) -> None:
    space.build()
    path = room.index / "gen-000001" / "manifest.json"
    few = json.loads(path.read_text())["few"]

    assert 0 <= few <= COUNT
    assert space.search(QUERIES, 3, allowed=upto(max(1, few))).exact is (few > 0)


def test_health_opens_no_index(copy: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Generation, "open", None)

    state = copy.open(FLAT).state()

    assert (state.generation, state.kind, state.count, state.tail) == (2, "flat", COUNT, 0)


def test_a_manifest_that_goes_wrong_is_told_also_by_who_has_read_it(copy: Room) -> None:
    space = copy.open(FLAT)
    assert space.state().degraded == ""

    flip(copy.index / "gen-000002" / "manifest.json", 40)

    assert "generation 2" in space.state().degraded


def test_rows_of_canaries_lie_where_pictures_and_where_words_lie(copy: Room) -> None:
    with np.load(copy.index / "gen-000002" / "canaries.npz") as held:
        queries = held["queries"]
    nearest = np.max(queries @ vectors(COUNT).T, axis=1)

    assert queries.shape == (128, SPACE.size)
    assert np.median(nearest[:64]) > 0.6
    assert 0.1 < np.median(nearest[64:]) < 0.6
