"""New studios out of one mould: what the history says to an empty database is said again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, event, inspect

from gesso.core.catalogue.store.database import Database

Said = tuple[str, Any]


class Mould:
    """Brings databases up to date; an empty file gets in 10 ms what the history takes 60 for.

    The statements are those that the history itself has said to the first empty file, in their
    order, in one transaction as there.

    Args:
        upgrade: the history.
    """

    def __init__(self, upgrade: Callable[[Database], None]) -> None:
        self._upgrade = upgrade
        self._said: list[Said] = []

    def __call__(self, database: Database) -> None:
        """Bring a database up to date."""
        if database.is_server or not _is_empty(database):
            self._upgrade(database)
        elif not self._said:
            self._listen(database)
        else:
            self._recast(database)

    def _listen(self, database: Database) -> None:
        said: list[Said] = []

        def hear(
            connection: Connection, _: Any, statement: str, values: Any, __: Any, many: bool
        ) -> None:
            is_here = connection.engine.url.database == str(database.path)
            if is_here and not statement.startswith(("SELECT", "PRAGMA")):
                said.extend((statement, each) for each in (values if many else [values]))

        event.listen(Engine, "before_cursor_execute", hear)
        try:
            self._upgrade(database)
        finally:
            event.remove(Engine, "before_cursor_execute", hear)
        self._said = said

    def _recast(self, database: Database) -> None:
        with database.write(linked=False) as connection:
            if inspect(connection).get_table_names():
                return  # another process has come first
            driver: Any = connection.connection.driver_connection
            for statement, values in self._said:
                driver.execute(statement, values).close()


def _is_empty(database: Database) -> bool:
    with database.read() as connection:
        return not inspect(connection).get_table_names()
