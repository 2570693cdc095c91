"""Questions to a DuckDB file: one statement that reads, in a session that cannot do more.

The session is held from three sides: the file is open for reading only, DuckDB may open no other
file, network or extension and its settings are locked, and only a statement of a reading kind is
run at all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from gesso.core.errors import InputError, StorageError, StudioBusy

_READING = frozenset(
    {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}  # SHOW and DESCRIBE are SELECTs
)


@dataclass(frozen=True)
class QueryOptions:
    """What a question may take.

    Attributes:
        memory: what DuckDB may use at most: "1GB".
        threads: at most so many.
        seconds: it is broken off after that long.
        rows: no more are handed over.
    """

    memory: str = "1GB"
    threads: int = 2
    seconds: float = 60.0
    rows: int = 10_000


@dataclass(frozen=True)
class Answer:
    """What came back.

    Attributes:
        columns: their names.
        rows: plain values; lists and dicts for nested ones.
        is_whole: False when there were more rows than were asked for.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_whole: bool


def query(path: Path, sql: str, options: QueryOptions) -> Answer:
    """Ask a warehouse file.

    Args:
        path: a file that `DuckdbFile` wrote.
        sql: one statement that reads.
        options: what it may take.

    Raises:
        InputError: it is not one reading statement, or DuckDB cannot answer it: said in its words.
        StorageError: the file cannot be opened.
    """
    with _reading(path, options) as connection:
        statement = _only_statement(connection, sql)
        with _in_time(connection, options.seconds):
            try:
                cursor = connection.execute(statement)
                columns = tuple(str(one[0]) for one in cursor.description or ())
                rows = cursor.fetchmany(options.rows + 1)
            except duckdb.InterruptException as error:
                raise InputError(
                    f"The question took more than {options.seconds:g} seconds.",
                    "Ask for less, or say --seconds.",
                ) from error
            except duckdb.Error as error:
                raise InputError(_told(error), "See what there is: SHOW ALL TABLES") from error
    return Answer(columns, tuple(rows[: options.rows]), len(rows) <= options.rows)


@contextmanager
def _reading(path: Path, options: QueryOptions) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        connection = duckdb.connect(
            path,
            read_only=True,
            config={
                "enable_external_access": False,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
                "allow_community_extensions": False,
                "python_enable_replacements": False,
                "memory_limit": options.memory,
                "threads": options.threads,
                "lock_configuration": True,
            },
        )
    except duckdb.IOException as error:
        told = _told(error)
        if "lock" in told.lower():
            raise StudioBusy(
                f"Another program is writing {path}.", "Ask again when it is through."
            ) from error
        raise StorageError(f"Could not open {path}: {told}", "Look at that path.") from error
    try:
        yield connection
    finally:
        connection.close()


def _only_statement(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.Statement:
    try:
        sql.encode()
    except UnicodeEncodeError as error:  # the shell or JSON may hand over half a letter
        raise InputError("The question is no UTF-8 text.", "Write it as plain text.") from error
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise InputError(_told(error), "Write one SELECT.") from error
    if len(statements) != 1:
        raise InputError(
            f"One statement is answered at a time, and these are {len(statements)}.",
            "Write one SELECT.",
        )
    if statements[0].type not in _READING:
        kind = str(statements[0].type).rpartition(".")[2]
        raise InputError(f"{kind} is no question: nothing can be changed here.", "Write a SELECT.")
    return statements[0]


@contextmanager
def _in_time(connection: duckdb.DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _told(error: duckdb.Error) -> str:
    """The first line of what DuckDB says, as a sentence."""
    told = str(error).partition("\n")[0].strip()
    return told if told.endswith((".", "!", "?")) else f"{told}."
