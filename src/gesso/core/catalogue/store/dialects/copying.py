"""Every row of a catalogue from one database into another, of whatever kind each is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Table, func, insert, inspect, select, text

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.sqlite import REWORD
from gesso.core.catalogue.store.disk import Disk
from gesso.core.catalogue.store.migrations.schema import upgrade
from gesso.core.catalogue.store.tables import metadata, works
from gesso.core.errors import InputError

_AT_ONCE = 1000


def copy_into_file(source: Connection, path: Path) -> None:
    """Write all rows that a connection sees into a new SQLite file.

    Args:
        source: of a server; it sees one moment.
        path: of the file; there is none yet.

    Raises:
        StudioError: by the cause.
    """
    target = Database(path, Disk())
    try:
        upgrade(target)
        with target.write(linked=False) as connection:
            copy_rows(source, connection)
    finally:
        target.close()


def move_in(path: Path, target: Database) -> None:
    """Bring all rows of a catalogue's file into the empty database of a server, in one transaction.

    Args:
        path: of the file; it is brought up to date, and else left as it is.
        target: of the server.

    Raises:
        InputError: there are works in it already.
        StudioError: by the cause.
    """
    source = Database(path, Disk())
    try:
        upgrade(source)
        upgrade(target)
        with source.read() as reading, target.write(durable=True) as connection:
            if connection.scalar(select(works.c.id).limit(1)) is not None:
                raise InputError(
                    f"There is a catalogue in {target.name} already.",
                    "Name an empty database in [catalogue] url.",
                )
            copy_rows(reading, connection)
    finally:
        source.close()


def copy_rows(source: Connection, target: Connection) -> None:
    """Make the rows of one catalogue those of another; numbers stay what they are.

    Args:
        source: what it sees is copied.
        target: in a transaction; both are of this gesso's revision.
    """
    with _without_triggers(target):
        for table in metadata.sorted_tables:
            target.execute(table.delete())
            _copy(table, source, target)
    if target.dialect.name == "sqlite":
        target.exec_driver_sql(REWORD)


def _copy(table: Table, source: Connection, target: Connection) -> None:
    streamed = source.execute(select(table), execution_options={"yield_per": _AT_ONCE})
    for batch in streamed.mappings().partitions():
        target.execute(insert(table), [dict(row) for row in batch])
    number = table.autoincrement_column
    if number is not None and target.dialect.name == "postgresql":
        highest = select(func.coalesce(func.max(number), 0) + 1).scalar_subquery()
        sequence = func.pg_get_serial_sequence(table.name, number.name)
        if target.scalar(select(sequence)) is not None:
            target.execute(select(func.setval(sequence, highest, text("false"))))


@contextmanager
def _without_triggers(target: Connection) -> Iterator[None]:
    """What triggers would add is among the rows already."""
    if target.dialect.name == "postgresql":
        names = inspect(target).get_table_names()
        for name in names:
            target.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        yield
        for name in names:
            target.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        return
    wanted = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    triggers = [(row[0], row[1]) for row in target.exec_driver_sql(wanted)]
    for name, _ in triggers:
        target.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in triggers:
        target.exec_driver_sql(statement)
