"""Generations: checked before they serve, counted, kept, and taken back."""

from __future__ import annotations

import json
import math
from dataclasses import replace

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
from gesso.core.indexes.generations.manifest import Manifest
from gesso.core.indexes.index import INDEXES
from gesso.core.indexes.space_index import IndexOptions, SpaceIndex

from .room import (
    COUNT,
    QUERIES,
    SPACE,
    Room,
    ids,
    is_right,
    upto,
    vectors,
)
from .test_truth import FullDisk


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


def test_few_works_are_compared_one_by_one_and_many_are_not(space: SpaceIndex, room: Room) -> None:
    space.build()
    path = room.index / "gen-000001" / "manifest.json"
    few = json.loads(path.read_text())["few"]

    assert 0 <= few <= COUNT
    assert space.search(QUERIES, 3, allowed=upto(max(1, few))).exact is (few > 0)


def test_rows_of_canaries_lie_where_pictures_and_where_words_lie(copy: Room) -> None:
    with np.load(copy.index / "gen-000002" / "canaries.npz") as held:
        queries = held["queries"]
    nearest = np.max(queries @ vectors(COUNT).T, axis=1)

    assert queries.shape == (128, SPACE.size)
    assert np.median(nearest[:64]) > 0.6
    assert 0.1 < np.median(nearest[64:]) < 0.6
