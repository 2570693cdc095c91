"""The history of the tables: from nothing to now, in one step or not at all."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Transaction, create_engine

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.sqlite import STATEMENTS
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.store.migrations import history, schema
from gesso.core.catalogue.store.tables import metadata
from gesso.core.errors import StorageError

Way = ModuleType
both = pytest.mark.parametrize("way", [history, schema], ids=["walked", "furnished"])


def test_an_upgrade_from_nothing_makes_the_tables_of_now(tmp_path: Path) -> None:
    database = Database(tmp_path / "gesso.db", Disk())
    history.upgrade(database)
    database.close()
    engine = create_engine(f"sqlite:///{tmp_path / 'plain.db'}")
    with engine.begin() as connection:
        metadata.create_all(connection)
        for statement in STATEMENTS:
            connection.exec_driver_sql(statement)
    engine.dispose()

    upgraded, plain = _schema(tmp_path / "gesso.db"), _schema(tmp_path / "plain.db")

    assert {name for name in upgraded if not name.startswith("alembic")} == set(plain)
    for name, statement in plain.items():
        assert upgraded[name] == statement


def test_the_history_is_one_line_that_ends_where_we_work() -> None:
    scripts = ScriptDirectory.from_config(history._config())

    assert scripts.get_heads() == [schema.HEAD]
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert revisions[-1] == "0001"


@both
def test_an_upgrade_that_cannot_be_committed_leaves_nothing(tmp_path: Path, way: Way) -> None:
    class Full(Disk):
        def commit(self, transaction: Transaction) -> None:
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error

    database = Database(tmp_path / "gesso.db", Full())
    with pytest.raises(StorageError, match="the disk is full"):
        way.upgrade(database)
    database.close()

    assert _schema(tmp_path / "gesso.db") == {}


@both
def test_a_kill_in_the_middle_of_an_upgrade_leaves_nothing_and_the_next_one_works(
    tmp_path: Path, way: Way
) -> None:
    command = [sys.executable, "-c", _KILLED, way.__name__, str(tmp_path / "gesso.db")]
    killed = subprocess.run(command, timeout=60, check=False)
    assert killed.returncode == -9

    assert _schema(tmp_path / "gesso.db") == {}
    database = Database(tmp_path / "gesso.db", Disk())
    way.upgrade(database)
    database.close()
    assert "works" in _schema(tmp_path / "gesso.db")


# Killed by itself between the last table and the commit: all statements have run by then.
_KILLED = """
import importlib, os, signal, sys
from pathlib import Path
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.disk import Disk

class Killed(Disk):
    def commit(self, transaction):
        os.kill(os.getpid(), signal.SIGKILL)

importlib.import_module(sys.argv[1]).upgrade(Database(Path(sys.argv[2]), Killed()))
"""


def test_a_current_database_is_not_written_to(tmp_path: Path) -> None:
    database = Database(tmp_path / "gesso.db", Disk())
    history.upgrade(database)

    writing = sqlite3.connect(tmp_path / "gesso.db", isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    history.upgrade(database)  # would wait for the other writer, and fail, if it wrote
    writing.execute("ROLLBACK")
    writing.close()
    database.close()


def _schema(path: Path) -> dict[str, str]:
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
    # A column that came later stands in the same words, with other spaces about it.
    found = {
        name: re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"[\s\"]+", " ", sql)) for name, sql in rows
    }
    connection.close()
    return found
