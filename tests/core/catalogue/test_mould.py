"""What the other tests stand on: a studio out of the mould is one that the history made."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from tests.stubs.mould import Mould

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.store.migrations.history import upgrade


def test_a_studio_out_of_the_mould_is_one_that_the_history_made(tmp_path: Path) -> None:
    with closing(Mould(upgrade)) as mould:
        for make, name in ((upgrade, "made"), (mould, "first"), (mould, "cast")):
            database = Database(tmp_path / name, Disk())
            make(database)
            make(database)
            database.close()

    assert _all(tmp_path / "cast") == _all(tmp_path / "first") == _all(tmp_path / "made")


def _all(path: Path) -> tuple[list[Any], dict[str, list[Any]]]:
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        tables = [name for kind, name, _ in made if kind == "table"]
        return sorted(made, key=str), {
            name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables
        }
