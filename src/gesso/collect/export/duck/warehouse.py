"""One DuckDB file: staged as JSON lines, taken in in one transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import duckdb

from gesso.collect.export.duck.layout import VIEWS, columns_of, create
from gesso.collect.export.files.ndjson import NdjsonWriter
from gesso.collect.export.tables.column import Table
from gesso.collect.export.tables.published import VERSION
from gesso.collect.export.tables.tables import DELETIONS, TABLES
from gesso.collect.export.warehouse import Delivery, Loaded, Mark
from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error
from gesso.core.errors import InputError, StorageError, StudioBusy

_META = "CREATE TABLE gesso_export (studio VARCHAR, seq BIGINT, version INTEGER)"
_LONGEST_ROW = 32 << 20
"""Bytes; DuckDB sets twice as much aside for each thread that reads."""


@dataclass(frozen=True)
class DuckdbOptions:
    """How the file is written.

    Attributes:
        memory: what DuckDB may use at most: "1GB".
        threads: at most so many.
    """

    memory: str = "1GB"
    threads: int = 2


class DuckdbFile:
    """A warehouse in one DuckDB file.

    A full delivery makes a new file beside the old one and takes its place; a later one is one
    transaction. Who has the old file open reads on in it.

    Args:
        options: how it is written.
        place: the file.
    """

    Options: ClassVar[type] = DuckdbOptions

    def __init__(self, options: DuckdbOptions, place: Path) -> None:
        self._options = options
        self._path = place
        self._disk = Disk()

    def mark(self) -> Mark:
        """How far the file has come; a file of other tables begins anew."""
        if not self._path.exists():
            return Mark()
        with self._opened(self._path, read_only=True) as connection:
            try:
                row = connection.execute("SELECT studio, seq, version FROM gesso_export").fetchone()
            except duckdb.CatalogException as error:
                raise InputError(
                    f"{self._path} is a DuckDB file, but none that gesso wrote.",
                    "Name another file with --to.",
                ) from error
        if row is None or row[2] != VERSION or not self._has_the_columns():
            return Mark()
        return Mark(row[0], row[1])

    def load(self, delivery: Delivery) -> Loaded:
        """Take a delivery in."""
        make_folder(self._disk, self._path.parent)
        if delivery.is_full:
            counts = self._anew(delivery)
        else:
            with self._opened(self._path) as connection:
                counts = self._merge(connection, delivery)
        return Loaded(counts, str(self._path), self._path.stat().st_size)

    def _anew(self, delivery: Delivery) -> dict[str, int]:
        self.mark()  # a file of somebody else is never replaced
        passing = self._path.with_name(f".{self._path.name}.part")
        try:
            passing.unlink(missing_ok=True)
            with self._opened(passing) as connection:
                for table in delivery.tables:
                    if table is not DELETIONS:
                        connection.execute(create(table))
                for view in VIEWS:
                    connection.execute(view)
                connection.execute(_META)
                counts = self._merge(connection, delivery)
            with passing.open("rb") as file:
                self._disk.fsync(file.fileno())
            self._disk.rename(passing, self._path)
            self._disk.fsync_folder(self._path.parent)
        except OSError as error:
            raise storage_error(error, self._path, "write") from error
        finally:
            with suppress(OSError):
                passing.unlink(missing_ok=True)
        return counts

    def _merge(self, connection: duckdb.DuckDBPyConnection, delivery: Delivery) -> dict[str, int]:
        connection.execute("BEGIN")
        counts = {}
        for table in delivery.tables:
            staged = self._path.with_name(f".{self._path.name}.{table.name}.part")
            try:
                counts[table.name] = _stage(staged, table, delivery)
                if counts[table.name]:
                    _take_in(connection, table, staged, fresh=delivery.is_full)
            finally:
                with suppress(OSError):
                    staged.unlink(missing_ok=True)
        connection.execute("DELETE FROM gesso_export")
        connection.execute(
            "INSERT INTO gesso_export VALUES (?, ?, ?)", [delivery.studio, delivery.upto, VERSION]
        )
        connection.execute("COMMIT")
        return counts

    def _has_the_columns(self) -> bool:
        """Whether the file's tables are those of this gesso; a new column makes it begin anew."""
        with self._opened(self._path, read_only=True) as connection:
            found = connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns"
            ).fetchall()
        there = {(str(table), str(column)) for table, column in found}
        return all((t.name, name) in there for t in TABLES for name in columns_of(t))

    @contextmanager
    def _opened(
        self, path: Path, *, read_only: bool = False
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        with _our_words(path):
            connection = duckdb.connect(
                path,
                read_only=read_only,
                config={
                    "memory_limit": self._options.memory,
                    "threads": self._options.threads,
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "preserve_insertion_order": True,
                },
            )
            try:
                yield connection
            finally:
                connection.close()


def _stage(path: Path, table: Table, delivery: Delivery) -> int:
    writer, count = NdjsonWriter(path), 0
    try:
        for row in delivery.rows(table):
            writer.write(row)
            count += 1
    finally:
        writer.close()
    return count


def _take_in(
    connection: duckdb.DuckDBPyConnection, table: Table, staged: Path, *, fresh: bool
) -> None:
    columns = columns_of(table)
    read = (
        "read_json(?, format = 'newline_delimited', compression = 'none', "
        f"maximum_object_size = {_LONGEST_ROW}, columns = {_literal(columns)})"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE staged AS FROM {read}", [os.fspath(staged)])
    if table is DELETIONS:
        for held in TABLES:
            connection.execute(
                f'DELETE FROM "{held.name}" WHERE uid IN '  # noqa: S608 - our own names only
                '(SELECT uid FROM staged WHERE "table" = ?)',
                [held.name],
            )
    else:
        if not fresh:
            connection.execute(
                f'DELETE FROM "{table.name}" WHERE uid IN (SELECT uid FROM staged)'  # noqa: S608
            )
        connection.execute(f'INSERT INTO "{table.name}" BY NAME FROM staged')
    connection.execute("DROP TABLE staged")


def _literal(columns: dict[str, str]) -> str:
    inside = ", ".join(f"'{name}': '{kind}'" for name, kind in columns.items())
    return f"{{{inside}}}"


@contextmanager
def _our_words(path: Path) -> Iterator[None]:
    try:
        str(path).encode()
    except UnicodeEncodeError as error:
        raise InputError(
            f"DuckDB takes no file whose path is no UTF-8 text: {str(path)!a}.",
            "Name another file with --to.",
        ) from error
    try:
        yield
    except duckdb.IOException as error:
        told = str(error).partition("\n")[0]
        if "lock" in told.lower():
            raise StudioBusy(
                f"Another program has {path} open.", "Close it, then run the same command again."
            ) from error
        if "not a valid DuckDB" in told:
            raise InputError(
                f"{path} is no DuckDB file.", "Name another file with --to."
            ) from error
        raise StorageError(f"Could not use {path}: {told}.", "Look at that path.") from error
    except duckdb.Error as error:
        told = str(error).partition("\n")[0].rstrip(".")
        raise StorageError(
            f"DuckDB could not write {path}: {told}.",
            "Give it more memory ([warehouse.duckdb] memory) or room, then run it again.",
        ) from error
