"""Statements that are said of every picture and every round, so they are put together once.

To turn a statement and its values into what the driver takes costs more than the statement
itself where that is one row of a file. Here it is done once for each set of columns; a server,
to which every statement is a journey, is asked in the usual way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Delete, Dialect, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPIModule
from sqlalchemy.exc import DBAPIError

Statement: TypeAlias = Select[Any] | Insert | Update | Delete
Values: TypeAlias = Mapping[str, Any]

_Process = Callable[[Any], Any]


@dataclass(frozen=True)
class _Bind:
    """A place in a statement: a value by its key, or one that the statement has itself."""

    key: str
    constant: Any
    is_given: bool
    process: _Process | None

    def value(self, values: Values) -> Any:
        told = values[self.key] if self.is_given else self.constant
        return told if self.process is None else self.process(told)


@dataclass(frozen=True)
class _Plan:
    """A statement as the driver takes it, and how its rows are read."""

    sql: str
    binds: tuple[_Bind, ...]
    columns: tuple[tuple[str, _Process | None], ...]

    def arguments(self, values: Values) -> list[Any]:
        return [bind.value(values) for bind in self.binds]

    def row(self, told: Sequence[Any]) -> dict[str, Any]:
        return {
            name: value if process is None else process(value)
            for (name, process), value in zip(self.columns, told, strict=True)
        }


class Prepared:
    """A statement that is put together once, and then said with one set of values after another.

    Args:
        statement: with a name for everything that changes. Its lists have a fixed length.
    """

    def __init__(self, statement: Statement) -> None:
        self._statement = statement
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def rows(self, connection: Connection, values: Values) -> list[dict[str, Any]]:
        """What it finds, each row by the names of its columns."""
        if not _is_file(connection):
            found = connection.execute(self._statement, values).mappings()
            return [dict(row) for row in found]
        plan = self._plan(connection.dialect, values)
        return [plan.row(told) for told in self._said(connection, plan, values).fetchall()]

    def first(self, connection: Connection, values: Values) -> Any:
        """The first value of the first row that it finds; None for no row."""
        found = self.rows(connection, values)
        return next(iter(found[0].values())) if found else None

    def change(self, connection: Connection, values: Values) -> int:
        """Say it of what is there; returns of how many rows."""
        if not _is_file(connection):
            return connection.execute(self._statement, values).rowcount
        return self._said(connection, self._plan(connection.dialect, values), values).rowcount

    def add(self, connection: Connection, values: Values) -> int:
        """Say it of one new row; returns its number, of a table that has them."""
        if not _is_file(connection):
            keys = connection.execute(self._statement, values).inserted_primary_key or (0,)
            return int(keys[0]) if isinstance(keys[0], int) else 0
        plan = self._plan(connection.dialect, values)
        return self._said(connection, plan, values).lastrowid or 0

    def add_all(self, connection: Connection, rows: Sequence[Values]) -> None:
        """Say it of many new rows of the same columns."""
        if not _is_file(connection):
            if rows:
                connection.execute(self._statement, list(rows))
            return
        for values in rows:
            self._said(connection, self._plan(connection.dialect, values), values)

    def _said(self, connection: Connection, plan: _Plan, values: Values) -> sqlite3.Cursor:
        if not connection.in_transaction():
            connection.begin()
        driver: Any = connection.connection.driver_connection
        arguments = plan.arguments(values)
        try:
            cursor: sqlite3.Cursor = driver.execute(plan.sql, arguments)
        except sqlite3.Error as error:
            raise _as_usual(connection.dialect, plan.sql, arguments, error) from error
        return cursor

    def _plan(self, dialect: Dialect, values: Values) -> _Plan:
        names = tuple(values)
        if names not in self._plans:
            self._plans[names] = _planned(self._statement, dialect, names)
        return self._plans[names]


def _is_file(connection: Connection) -> bool:
    return connection.dialect.driver == "pysqlite"


def _planned(statement: Statement, dialect: Dialect, names: Sequence[str]) -> _Plan:
    # Any: what SQLAlchemy knows of a statement that it has compiled is not all typed.
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    processors = compiled._bind_processors
    binds = []
    for name in compiled.positiontup:
        bind = compiled.binds[name]
        constant = None if bind.required else bind.effective_value
        binds.append(_Bind(bind.key, constant, bind.key in names, processors.get(name)))
    columns = [
        (column.keyname, column.type._cached_result_processor(dialect, None))
        for column in compiled._result_columns
    ]
    return _Plan(compiled.string, tuple(binds), tuple(columns))


def _as_usual(
    dialect: Dialect, sql: str, arguments: Sequence[Any], error: sqlite3.Error
) -> BaseException:
    module: DBAPIModule = dialect.loaded_dbapi
    return DBAPIError.instance(sql, tuple(arguments), error, module.Error, dialect=dialect)
