"""The tables of a new studio: those that the history makes, without the history."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.store.migrations import history, schema
from gesso.core.errors import DamageError, NewerStudio


def test_a_new_file_is_what_the_history_would_have_made_of_it(tmp_path: Path) -> None:
    for make, name in ((history.upgrade, "walked"), (schema.upgrade, "furnished")):
        _with(tmp_path / name, make)

    assert _made(tmp_path / "furnished") == _made(tmp_path / "walked")


def test_the_statements_are_those_that_the_history_leaves(tmp_path: Path) -> None:
    database = Database(tmp_path / "gesso.db", Disk())
    history.upgrade(database)
    with database.read() as connection:
        told = schema.told(connection)
    database.close()

    assert schema._NOW.read_text("utf-8") == told, "CONTRIBUTING.md says how it is written anew"


def test_a_studio_is_opened_without_the_packages_of_the_history(tmp_path: Path) -> None:
    """They take as long to import as a catalogue takes to open ten times."""
    for _ in ("new", "known"):
        found = subprocess.run(
            [sys.executable, "-c", _OPENED, str(tmp_path)], capture_output=True, check=True
        )
        assert found.stdout.decode().split() == ["0014"]


_OPENED = """
import sys
from pathlib import Path
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.migrations.schema import revision_of
with Catalogue.open(Path(sys.argv[1])) as catalogue, catalogue.database.read() as connection:
    print(revision_of(connection))
print(*({"alembic", "mako", "pygments"} & set(sys.modules)))
"""


def test_an_older_file_is_walked_through_the_history(tmp_path: Path) -> None:
    def to_nine(database: Database) -> None:
        history.upgrade(database)
        history.downgrade(database, "0009")

    _with(tmp_path / "gesso.db", to_nine)
    assert "tokens" not in _names(tmp_path / "gesso.db")

    _with(tmp_path / "gesso.db", schema.upgrade)

    assert "tokens" in _names(tmp_path / "gesso.db")


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["CREATE TABLE theirs (id)"], DamageError),
        (["CREATE VIEW works AS SELECT 1 AS id"], DamageError),
        (
            [
                "CREATE TABLE alembic_version (version_num)",
                "INSERT INTO alembic_version VALUES ('9999')",
            ],
            NewerStudio,
        ),
    ],
    ids=["a stranger's", "a stranger's view", "a newer one"],
)
def test_a_file_that_is_not_ours_is_left_as_it_is(
    tmp_path: Path, statements: list[str], expected: type[Exception]
) -> None:
    path = tmp_path / "gesso.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
    before = _names(path)

    with pytest.raises(expected):
        _with(path, schema.upgrade)

    assert _names(path) == before


def test_two_who_make_one_studio_at_once_make_one(tmp_path: Path) -> None:
    """The second comes when the first is through, and finds its tables."""
    first, second = (Database(tmp_path / "gesso.db", Disk()) for _ in range(2))
    is_late = iter([True])

    class After(Database):
        def write(self, **how: Any) -> Any:
            if next(is_late, False):
                schema.upgrade(first)
            return super().write(**how)

    third = After(tmp_path / "gesso.db", Disk())
    schema.upgrade(third)
    for database in (first, second, third):
        database.close()

    assert "works" in _names(tmp_path / "gesso.db")


def _with(path: Path, make: Any) -> None:
    database = Database(path, Disk())
    try:
        make(database)
    finally:
        database.close()


def _names(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}


def _made(path: Path) -> tuple[list[Any], dict[str, list[Any]]]:
    """Everything, and every row; a counter at nought and an index of no words are like none."""
    with closing(sqlite3.connect(path)) as connection:
        made = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        tables = [name for kind, name, *_ in made if kind == "table"]
        rows = {
            name: connection.execute(f'SELECT * FROM "{name}"').fetchall()
            for name in tables
            if name != "sqlite_sequence" and not name.startswith("works_fts_")
        }
    return sorted(made, key=str), rows
