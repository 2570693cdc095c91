"""A room for every test, and one with two generations."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gesso.core.indexes.space_index import SpaceIndex

from .room import COUNT, Room, upto, vectors


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    opened = Room(tmp_path)
    yield opened
    opened.close()


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
