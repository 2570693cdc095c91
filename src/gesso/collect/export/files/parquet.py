"""Parquet: typed columns, nested records as records, JSON values under the JSON logical type."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import pyarrow as pa
import pyarrow.parquet as pq

from gesso.collect.export.files.shards import ShardFolder, ShardOptions
from gesso.collect.export.tables.column import Column, Row, Table

_GROUP = 5_000
"""Rows that are held in memory before they are written as one row group."""

_KINDS: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "json": pa.json_(pa.string()),
}


class ParquetFiles(ShardFolder):
    """A folder of Parquet files.

    Args:
        options: how shards are cut.
        place: the folder.
    """

    Options: ClassVar[type] = ShardOptions

    def __init__(self, options: ShardOptions, place: Path) -> None:
        super().__init__(place, Parquet(), options)


class Parquet:
    """The form of a shard."""

    name = "parquet"

    def open(self, path: Path, table: Table) -> ParquetWriter:
        """Begin a shard."""
        return ParquetWriter(path, table)


class ParquetWriter:
    """Writes rows in groups; the same rows make the same bytes.

    Args:
        path: the file; one that is there is replaced.
        table: whose rows.
    """

    def __init__(self, path: Path, table: Table) -> None:
        self._columns = table.columns
        self._schema = schema_of(table)
        self._writer = pq.ParquetWriter(path, self._schema, compression="zstd")
        self._held: list[Row] = []

    def write(self, row: Row) -> None:
        """Take a row in."""
        self._held.append(_typed(self._columns, row))
        if len(self._held) == _GROUP:
            self._flush()

    def close(self) -> None:
        """Write what is held, and end the file."""
        try:
            if self._held:
                self._flush()
        finally:
            self._writer.close()

    def _flush(self) -> None:
        arrays = [_array(field, [row[field.name] for row in self._held]) for field in self._schema]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._held = []


def schema_of(table: Table) -> pa.Schema:
    """A table's columns as Arrow types."""
    return pa.schema([_field(column) for column in table.columns])


def _field(column: Column) -> pa.Field:
    kind = _KINDS.get(column.kind)
    if kind is None:
        kind = pa.struct([_field(one) for one in column.columns])
    if column.repeated:
        kind = pa.list_(pa.field("element", kind, nullable=False))
    return pa.field(column.name, kind, nullable=not (column.required or column.repeated))


def _array(field: pa.Field, values: list[Any]) -> pa.Array:
    if isinstance(field.type, pa.JsonType):
        return pa.ExtensionArray.from_storage(field.type, pa.array(values, pa.string()))
    return pa.array(values, field.type)


def _typed(columns: tuple[Column, ...], row: Row) -> Row:
    return {column.name: _value(column, row.get(column.name)) for column in columns}


def _value(column: Column, value: Any) -> Any:
    if value is None:
        return None
    if column.repeated:
        return [_one(column, one) for one in value]
    return _one(column, value)


def _one(column: Column, value: Any) -> Any:
    if column.kind == "record":
        return _typed(column.columns, value)
    if column.kind == "timestamp":
        return datetime.fromisoformat(value)
    if column.kind == "json":
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return value
