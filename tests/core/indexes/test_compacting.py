"""Room that nobody uses any more is given back, and nothing else changes by it."""

from __future__ import annotations

import errno
from pathlib import Path

import numpy as np
import pytest

from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import StorageError
from gesso.core.indexes.truth import shards

from .room import Room, assert_right, ids, upto, vectors

QUERIES = vectors(4, seed=5)
WHOLE = 64


@pytest.fixture
def thin(room: Room, monkeypatch: pytest.MonkeyPatch) -> tuple[Room, dict[int, np.ndarray]]:
    """Four shards and a bit; of the first few works are left, of the third none."""
    monkeypatch.setattr(shards, "SHARD_ROWS", WHOLE)
    held = dict(enumerate(vectors(280), 1))
    space = room.open()
    space.add(upto(280), np.stack(list(held.values())))
    gone = [*range(4, 61), *range(129, 193)]
    space.remove(ids(*gone))
    for work in gone:
        del held[work]
    return room, held


def files(room: Room) -> list[str]:
    return sorted(path.name for path in room.vectors.glob("*.f2"))


def test_half_empty_files_are_given_back_and_the_same_works_are_found(thin):
    room, held = thin
    space, other = room.open(), room.open()
    assert_right(other.search(QUERIES, 20), held, QUERIES, 20)

    freed = space.compact()

    assert freed.moved == 7
    assert freed.freed_bytes == 2 * WHOLE * space.space.size * 2
    assert files(room) == ["000001.f2", "000003.f2", "000004.f2"]
    for one in (space, other, room.open()):
        assert one.known().tolist() == sorted(held)
        assert_right(one.search(QUERIES, 20), held, QUERIES, 20)
        assert one.state().degraded == ""
    assert space.verify().vectors == len(held)
    assert space.compact().freed_bytes == 0


def test_an_index_is_built_anew_before_what_it_was_made_of_goes(thin):
    room, held = thin
    space = room.open()
    space.build("flat")
    space.build("flat")
    serving = room.open()
    serving.search(QUERIES, 5)

    space.compact()

    assert [line.number for line in space.generations()] == [3]
    for one in (space, serving, room.open()):
        found = one.search(QUERIES, 20)
        assert found.generation == 3
        assert found.degraded == ""
        assert_right(found, held, QUERIES, 20)
    assert space.verify().degraded == ""


def test_works_are_added_replaced_and_removed_afterwards_as_before(thin):
    room, held = thin
    room.open().compact()
    space = room.open()

    space.add(ids(1, 500), vectors(2, seed=77))
    space.remove(ids(2))
    held |= dict(zip((1, 500), vectors(2, seed=77), strict=True))
    del held[2]

    for one in (space, room.open()):
        assert one.known().tolist() == sorted(held)
        assert_right(one.search(QUERIES, 30), held, QUERIES, 30)


def test_a_full_file_and_the_last_one_stay(room: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shards, "SHARD_ROWS", WHOLE)
    space = room.open()
    assert space.compact().freed_bytes == 0
    space.add(upto(100), vectors(100))
    space.remove(ids(*range(1, 20), *range(65, 100)))

    assert space.compact() == space.compact()
    assert files(room) == ["000000.f2", "000001.f2"]


class FailsAt(Disk):
    """A disk that is full at one of its steps, and at every later one."""

    def __init__(self, at: int) -> None:
        self.left = at

    def _step(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    def write(self, descriptor: int, data: bytes) -> None:
        self._step()
        super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self._step()
        super().fsync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        self._step()
        super().rename(old, new)


def test_wherever_the_disk_ends_it_nothing_is_lost_and_the_same_call_goes_on(thin):
    room, held = thin
    room.open().build("flat")
    ended = 0
    for step in range(60):
        try:
            room.open(disk=FailsAt(step)).compact()
        except StorageError:
            ended += 1
        else:
            break
        look = room.open()
        assert look.known().tolist() == sorted(held)
        assert_right(look.search(QUERIES, 20), held, QUERIES, 20)
    assert ended > 5
    assert room.open().verify().degraded == ""
    assert "000000.f2" not in files(room)
