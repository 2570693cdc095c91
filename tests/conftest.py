"""What every test may ask for: the ground that its studios stand on, once a file, once a server."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import closing, nullcontext

import pytest
from fastapi._compat.v2 import ModelField
from hypothesis import settings
from sqlalchemy import Connection, create_engine
from tests.stubs import adapters, statements
from tests.stubs.grounds import GROUNDS, FileGround
from tests.stubs.mould import Mould

from gesso.core.catalogue import catalogue
from gesso.core.catalogue.store import database
from gesso.core.catalogue.store.dialects.line import set_pragma
from gesso.core.catalogue.store.migrations.schema import upgrade
from gesso.web import serving

# A machine that is busy with something else makes no property wrong.
settings.register_profile("gesso", deadline=None)
settings.load_profile("gesso")


@pytest.fixture(scope="session", autouse=True)
def _new_studios_come_from_a_mould() -> Iterator[None]:
    """Studios are made by the hundred: the tables of a new one are made once, then cast.

    What is about the making itself calls it, or runs in a process of its own.
    """
    with pytest.MonkeyPatch.context() as patched, closing(Mould(upgrade)) as mould:
        patched.setattr(catalogue, "upgrade", mould)
        yield


@pytest.fixture(scope="session", autouse=True)
def _studios_share_their_statements() -> Iterator[None]:
    """Compiling a statement takes ten times as long as asking it of a small studio."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(database, "create_engine", statements.sharing(create_engine))
        yield


@pytest.fixture(scope="session", autouse=True)
def _servers_share_their_adapters() -> Iterator[None]:
    """Servers are opened by the hundred: what reads their parameters is built once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ModelField, "__post_init__", adapters.sharing(ModelField.__post_init__))
        yield


@pytest.fixture(scope="session", autouse=True)
def _servers_leave_the_collector_alone() -> Iterator[None]:
    """It is that of this process, in which ten thousand tests stand: to go through all of it takes
    half a second for each server. Servers in processes of their own set theirs.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(serving, "collected_seldom", nullcontext)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_power_is_cut() -> Iterator[None]:
    """Nobody waits for the disk itself: each time takes milliseconds, and there are thousands.

    Which syncs are asked for, and in which order, is asked for all the same, and a descriptor
    that is closed is refused as before. Processes of their own sync as they do anywhere.
    """

    def settle(connection: Connection, pragma: str, how: str) -> None:
        asked(connection, pragma, "OFF" if (pragma, how) == ("synchronous", "NORMAL") else how)

    asked = set_pragma
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(os, "fsync", os.fstat)
        patched.setattr(database, "set_pragma", settle)
        yield


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """What is collected stays to the end, a million objects: the collector is to pass it by."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every run asks a real server what only a server can answer; the rest is asked of it on wish.

    `GESSO_TEST_POSTGRES=all` asks everything of it, as `make test-postgres` does.
    """
    if os.environ.get("GESSO_TEST_POSTGRES") == "all":
        return
    left = [item for item in items if _is_asked_again(item)]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not _is_asked_again(item)]


def _is_asked_again(item: pytest.Item) -> bool:
    """Whether a test is asked of a server that is asked of a file too."""
    called = getattr(item, "callspec", None)
    is_of_server = called is not None and called.params.get("ground") == "postgres"
    return is_of_server and item.get_closest_marker("server") is None


@pytest.fixture(params=list(GROUNDS))
def ground(request: pytest.FixtureRequest) -> Iterator[FileGround]:
    """What studios stand on; a test that asks for it runs on each."""
    built = GROUNDS[request.param]()
    yield built
    built.close()
