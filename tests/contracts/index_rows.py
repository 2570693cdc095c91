"""Every index as the contract tests open it: in a folder, on a real Postgres, in a client."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.stubs.postgres_server import postgres_server

from gesso.core.errors import MissingExtra
from gesso.core.indexes.index import INDEXES, Index, Place

SIZE = 33
"""Odd on purpose: stored rows are even."""

Opening = Callable[..., Index]
"""(name="works") -> an index of that name; twice means two processes."""


def local(kind: str) -> Callable[[Path], Opening]:
    def opening(folder: Path) -> Opening:
        maker = INDEXES.open(kind)
        return lambda name="works", widen=1: maker(Place(_own(folder, name), name, SIZE, 1, widen))

    return opening


def pgvector(folder: Path) -> Opening:
    """A real server with the real extension."""
    server = postgres_server()
    url = server.url(server.new_database())
    maker = _maker("pgvector")
    options = maker.Options(url=url, links=8, care=40, narrow=0.02)
    return lambda name="works": maker(Place(_own(folder, name), name, SIZE), options)


def qdrant(folder: Path) -> Opening:
    """The client's own local mode; a server is not among the packages.

    It waits for the disk after every vector, so it stands in memory where there is such a folder.
    """
    maker = _maker("qdrant")
    memory = Path("/dev/shm")
    own = Path(tempfile.mkdtemp(dir=memory)) if memory.is_dir() else folder / "qdrant"
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    options = maker.Options(folder=str(own))
    return lambda name="works": maker(Place(_own(folder, name), name, SIZE), options)


def _maker(kind: str):
    try:
        return INDEXES.open(kind)
    except MissingExtra as error:
        pytest.skip(str(error))


def _own(folder: Path, name: str) -> Path:
    own = folder / name
    own.mkdir(parents=True, exist_ok=True)
    return own


ROWS = {
    "exact": local("exact"),
    "flat": local("flat"),
    "ivf": local("ivf"),
    "pgvector": pgvector,
    "qdrant": qdrant,
}
