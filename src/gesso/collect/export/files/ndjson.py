"""JSON lines: one row a line, UTF-8, nested values as themselves."""

from __future__ import annotations

import json
from io import BufferedWriter
from pathlib import Path
from typing import ClassVar

from gesso.collect.export.files.shards import ShardFolder, ShardOptions
from gesso.collect.export.tables.column import Row, Table


class NdjsonFiles(ShardFolder):
    """A folder of JSON lines.

    Args:
        options: how shards are cut.
        place: the folder.
    """

    Options: ClassVar[type] = ShardOptions

    def __init__(self, options: ShardOptions, place: Path) -> None:
        super().__init__(place, Ndjson(), options)


class Ndjson:
    """The form of a shard."""

    name = "ndjson"

    def open(self, path: Path, table: Table) -> NdjsonWriter:  # noqa: ARG002 - lines need no schema
        """Begin a shard."""
        return NdjsonWriter(path)


class NdjsonWriter:
    """Writes rows as lines; what no JSON reader takes (a NUL, a lone surrogate) is escaped.

    Args:
        path: the file; one that is there is replaced.
    """

    def __init__(self, path: Path) -> None:
        self._file: BufferedWriter = path.open("wb")

    def write(self, row: Row) -> None:
        """Write a line."""
        self._file.write(line_of(row))

    def close(self) -> None:
        """End the file."""
        self._file.close()


def line_of(row: Row) -> bytes:
    """A row as a line."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
