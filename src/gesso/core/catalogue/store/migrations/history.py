"""Bring a database from one revision to another: Alembic, set up in code, no file beside it."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects import postgres
from gesso.core.catalogue.store.migrations.schema import HEAD, holds_something, revision_of
from gesso.core.errors import DamageError, NewerStudio


def upgrade(database: Database) -> None:
    """Bring the database to `HEAD` step by step, in one transaction.

    Raises:
        NewerStudio: its revision is not in our history.
        DamageError: it holds tables, but not ours.
    """
    with database.read() as connection:
        if revision_of(connection) == HEAD:
            return
    with database.write(linked=False) as connection:
        # Another process may have come first; what counts is what stands now.
        revision = revision_of(connection)
        if revision == HEAD:
            return
        _refuse_foreign(database.path, connection, revision)
        command.upgrade(_config(connection), HEAD)
        _add_what_is_its_own(connection)
        _refuse_loose_ends(database.path, connection)


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to an earlier revision, in one transaction.

    What that revision has no place for is lost: make a copy first.

    Raises:
        DamageError: links of the database led nowhere after it; it is as before.
    """
    with database.write(linked=False) as connection:
        command.downgrade(_config(connection), revision)
        _refuse_loose_ends(database.path, connection)


def _refuse_foreign(path: Path, connection: Connection, revision: str | None) -> None:
    known = [script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()]
    if revision is not None and revision not in known:
        raise NewerStudio(
            f"{path} was made by a newer gesso: its tables are at {revision}, "
            f"this gesso knows them up to {HEAD}.",
            "Install the newer one: pip install --upgrade gesso",
        )
    if revision is None and holds_something(connection):
        raise DamageError(
            f"{path} is a database, but not of a gesso studio.",
            "Name another folder with --studio, or move that file away.",
        )


def _add_what_is_its_own(connection: Connection) -> None:
    """SQLite's words and triggers are part of its history; those of Postgres come after it."""
    if connection.dialect.name == "postgresql":
        for statement in postgres.STATEMENTS:
            connection.exec_driver_sql(statement.replace("%", "%%"))


def _refuse_loose_ends(path: Path, connection: Connection) -> None:
    """While tables are made anew nobody watches the links between them; so they are looked at."""
    if connection.dialect.name != "sqlite":
        return
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if loose is not None:
        raise DamageError(
            f"{path}: a row of {loose[0]} names a {loose[2]} that is not there, "
            "so the tables were left as they were.",
            "Put back a copy of it, then run the same command again.",
        )


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.attributes["connection"] = connection
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
