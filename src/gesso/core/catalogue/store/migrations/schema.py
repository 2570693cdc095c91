"""The tables of now: said at once to an empty file, brought about by the history in any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from gesso.core.catalogue.store.database import Database
from gesso.core.registry import late

HEAD = "0014"
"""The revision that this gesso works with."""

_NOW = Path(__file__).with_name("schema.sql")
_BETWEEN = "\n--\n"
# SQLite makes these by itself, with the table that needs them.
_OURS = """
    SELECT sql FROM sqlite_master
    WHERE sql IS NOT NULL AND name != 'sqlite_sequence' AND name NOT LIKE 'works_fts_%'
    ORDER BY rowid
"""


def upgrade(database: Database) -> None:
    """Bring the database to `HEAD` in one transaction: a kill leaves the old state or the new.

    A new file gets the tables as they are now, in a tenth of the time that the history takes and
    without the packages that it wants.

    Raises:
        NewerStudio: its revision is not in our history.
        DamageError: it holds tables or views, but not ours.
    """
    with database.read() as connection:
        if revision_of(connection) == HEAD:
            return
    if database.is_server or not _furnish(database):
        walk: Callable[[Database], None] = late(f"{__package__}.history", "upgrade")
        walk(database)


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at, None for one without any history."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def holds_something(connection: Connection) -> bool:
    """Whether there are tables, or in a file views: a server may bring views of its own along."""
    found = inspect(connection)
    is_file = connection.dialect.name == "sqlite"
    return bool(found.get_table_names() or (is_file and found.get_view_names()))


def told(connection: Connection) -> str:
    """What `schema.sql` has to hold so that a new file is what this one is, which history made."""
    return _BETWEEN.join(str(made).strip() for made in connection.scalars(text(_OURS))) + "\n"


def _furnish(database: Database) -> bool:
    """Whether the file was empty, and has all tables now."""
    with database.write(linked=False) as connection:
        if holds_something(connection):
            return False
        for statement in _NOW.read_text("utf-8").strip().split(_BETWEEN):
            connection.exec_driver_sql(statement)
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": HEAD})
        return True
