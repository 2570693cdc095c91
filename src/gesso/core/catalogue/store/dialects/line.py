"""A connection of the driver that knows who still reads through it."""

from __future__ import annotations

import sqlite3
import weakref
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

_MANY = 64


class Line(sqlite3.Connection):
    """SQLite's connection, which can end what was asked and not read to its end.

    A row that nobody has fetched holds the connection at the moment at which it was asked for,
    also past the end of the transaction: whoever is lent it next would read of that moment.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked: list[weakref.ref[sqlite3.Cursor]] = []

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """A cursor, remembered while somebody has it."""
        cursor = super().cursor(*args, **kwargs)
        if len(self._asked) >= _MANY:
            self._asked = [reference for reference in self._asked if reference() is not None]
        self._asked.append(weakref.ref(cursor))
        return cursor

    def hang_up(self) -> None:
        """Close every cursor that somebody still has; what was read stays read."""
        asked, self._asked = self._asked, []
        for reference in asked:
            cursor = reference()
            if cursor is not None:
                cursor.close()


def is_settled(connection: Connection) -> bool:
    """Whether nothing of a transaction is left, once what was not committed is undone."""
    try:
        line = driver(connection)
        line.hang_up()
        if connection.in_transaction():
            connection.rollback()
    except (SQLAlchemyError, sqlite3.Error):
        return False
    # A commit that failed leaves a transaction that SQLAlchemy neither goes on with nor undoes.
    is_over = connection.get_transaction() is None and not line.in_transaction
    return is_over and not connection.invalidated


def end(connection: Connection) -> None:
    """Let go of it, whatever state it is in."""
    with suppress(SQLAlchemyError, sqlite3.Error):
        connection.close()


def set_pragma(connection: Connection, pragma: str, how: str) -> None:
    """Set it where it is not yet so; before a transaction."""
    # Past SQLAlchemy, which would begin a transaction first; inside one the pragma does nothing.
    if connection.info.get(pragma) != how:
        driver(connection).execute(f"PRAGMA {pragma}={how}").close()
        connection.info[pragma] = how


def driver(connection: Connection) -> Line:
    """The driver's own connection."""
    found: Any = connection.connection.driver_connection
    return found  # type: ignore[no-any-return]  # SQLAlchemy does not know which driver it has
