"""A space whose index lives on a server: the same answers, and none of its tables stay behind."""

from __future__ import annotations

import importlib
import shutil
import tempfile
from pathlib import Path

import pytest
from tests.stubs.postgres_server import postgres_server

from gesso.core.errors import MissingExtra, OutsideError
from gesso.core.indexes.index import INDEXES
from gesso.core.indexes.space_index import IndexOptions

from .room import Room, assert_right, ids, upto, vectors

COUNT = 500
HELD = dict(enumerate(vectors(COUNT), 1))
QUERIES = vectors(4, seed=5)


def test_a_space_is_searched_in_postgres(room: Room) -> None:
    server = postgres_server()
    name = server.new_database()
    make = INDEXES.open("pgvector").Options
    space = room.open(IndexOptions(kind="pgvector"), engines={"pgvector": make(server.url(name))})
    space.add(upto(COUNT), vectors(COUNT))

    for _ in range(4):
        line = space.build()
    space.add(ids(900), vectors(1, seed=9))
    space.remove(ids(1))

    held = HELD | {900: vectors(1, seed=9)[0]}
    del held[1]
    found = space.search(QUERIES, 10)
    assert_right(found, held, QUERIES, 10)
    assert found.plan.startswith("pgvector: ")
    assert (line.kind, line.trouble) == ("pgvector", "")
    every_third = upto(COUNT)[::3]
    assert_right(
        space.search(QUERIES, 10, allowed=every_third),
        {int(work): held[int(work)] for work in every_third if work != 1},
        QUERIES,
        10,
    )
    assert len(tables(server.url(name))) == 3

    server.drop(name)
    found = space.search(QUERIES, 10)
    assert_right(found, held, QUERIES, 10)
    assert found.exact
    assert "Postgres did not answer" in found.degraded
    with pytest.raises(OutsideError, match="Postgres did not answer"):
        space.build()


def tables(url: str) -> list[str]:
    psycopg = importlib.import_module("psycopg")
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        ask = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        return [line[0] for line in connection.execute(ask)]


def test_a_manifest_knows_no_password(room: Room) -> None:
    server = postgres_server()
    url = server.url(server.new_database())
    make = INDEXES.open("pgvector").Options
    space = room.open(IndexOptions(kind="pgvector"), engines={"pgvector": make(url)})
    space.add(upto(50), vectors(50))
    space.build()

    assert all(b"postgres" not in path.read_bytes() for path in room.index.rglob("*.json"))


def test_a_space_is_searched_in_qdrant(
    room: Room, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    try:
        make = INDEXES.open("qdrant").Options
    except MissingExtra as error:
        pytest.skip(str(error))
    # Its client waits for the disk after every vector.
    memory = Path("/dev/shm") if Path("/dev/shm").is_dir() else tmp_path
    folder = Path(tempfile.mkdtemp(dir=memory))
    request.addfinalizer(lambda: shutil.rmtree(folder, ignore_errors=True))
    space = room.open(IndexOptions(kind="qdrant"), engines={"qdrant": make(folder=str(folder))})
    space.add(upto(100), vectors(100))
    space.build()

    found = space.search(QUERIES, 5)

    assert_right(found, dict(enumerate(vectors(100), 1)), QUERIES, 5)
    assert found.plan.startswith("qdrant: ")
    for _ in range(3):
        space.build()
    assert len(list(folder.iterdir())) == 3
    space.close()
