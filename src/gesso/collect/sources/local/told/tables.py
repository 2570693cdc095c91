"""Lists that people keep: a text of addresses, CSV, JSON lines or Parquet, as rows with a line."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO, Protocol

from gesso.collect.sources.local.told.fields import json_object_of
from gesso.core.errors import InputError
from gesso.core.registry import Entry, Registry

_LOOK = 1 << 20
_MOST_FIELD = 10 << 20
_MOST_LINE = 16 << 20
_MOST_COLUMNS = 2000
_DELIMITERS = ",;\t|"

Complain = Callable[[str], None]


@dataclass(frozen=True)
class Row:
    """One row of a list.

    Attributes:
        line: where it begins, from 1; of a Parquet file the row's number.
        values: by the names of their columns.
    """

    line: int
    values: Mapping[str, Any]


class ReadTable(Protocol):
    """Reads a list. A bad row is told by its line and passed over; the rest is read."""

    def __call__(self, file: BinaryIO, complain: Complain) -> Iterator[Row]:
        """The rows in order.

        Args:
            file: at its beginning, seekable.
            complain: told "line 5: ..." of every row that is passed over.

        Raises:
            InputError: it is no such list.
        """
        ...


def kind_of(name: str) -> str:
    """Which reader a file's name asks for, "" for none."""
    kinds = {
        ".txt": "text",
        ".csv": "csv",
        ".tsv": "csv",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".parquet": "parquet",
    }
    return kinds.get(PurePath(name).suffix.lower(), "")


def read_text(file: BinaryIO, complain: Complain) -> Iterator[Row]:
    """One address a line; empty lines and lines that begin with # are left out."""
    for number, line in enumerate(_lines(file, complain), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield Row(number, {"url": text})


def read_csv(file: BinaryIO, complain: Complain) -> Iterator[Row]:
    """A CSV with a line of names, parted by commas, semicolons, tabs or bars.

    A row with more values than names is passed over: a comma that was not quoted has shifted
    them, and an artist would stand under another's picture. A row with fewer is filled up.
    """
    lines = (line.replace("\0", "") for line in _lines(file, complain))
    first = next(lines, "")
    csv.field_size_limit(max(csv.field_size_limit(), _MOST_FIELD))
    delimiter = max(_DELIMITERS, key=first.count)
    rows = csv.reader(_chained(first, lines), delimiter=delimiter, strict=True)
    names: list[str] = []
    line = 0
    while True:
        began, line = line + 1, rows.line_num
        try:
            values = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            complain(f"line {began}: {_csv_error(error, rows.line_num - began + 1)}")
            line = rows.line_num
            continue
        line = rows.line_num
        if not names:
            names = _names(values)
        elif len(values) > len(names):
            complain(f"line {began}: it has {len(values)} values under {len(names)} names")
        elif any(values):
            yield Row(began, dict(zip(names, values, strict=False)))


def read_jsonl(file: BinaryIO, complain: Complain) -> Iterator[Row]:
    """One JSON object a line."""
    number = 0
    while line := file.readline(_MOST_LINE):
        number += 1
        if len(line) == _MOST_LINE:
            _skip_line(file)
            complain(f"line {number}: it is longer than {_MOST_LINE:,} bytes")
        elif line.strip():
            try:
                yield Row(number, json_object_of(line))
            except ValueError as error:
                complain(f"line {number}: {str(error).partition(': line ')[0].lower()}")


def _lines(file: BinaryIO, complain: Complain) -> Iterator[str]:
    start = file.read(_LOOK)
    file.seek(0)
    text = io.TextIOWrapper(file, _encoding(start), errors="replace", newline="")
    try:
        number = 0
        while line := text.readline(_MOST_LINE):
            number += 1
            if len(line) == _MOST_LINE:
                complain(f"line {number}: it is longer than {_MOST_LINE:,} letters")
                while len(text.readline(_MOST_LINE)) == _MOST_LINE:
                    pass
                continue
            yield line
    finally:
        text.detach()


def _encoding(start: bytes) -> str:
    """UTF-8, or UTF-16 by its mark, or what a spreadsheet on Windows writes."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(start)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _chained(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _names(values: list[str]) -> list[str]:
    if len(values) > _MOST_COLUMNS or not any(map(str.strip, values)):
        raise InputError(
            f"Its first line names {len(values):,} columns.", "Put the columns' names there."
        )
    return [value.strip() or f"column {number}" for number, value in enumerate(values, 1)]


def _csv_error(error: csv.Error, lines: int) -> str:
    if "unexpected end of data" in str(error):
        return f"a quote is opened and never closed; {lines:,} lines are lost in it"
    return str(error)


def _skip_line(file: BinaryIO) -> None:
    while (part := file.readline(_LOOK)) and not part.endswith(b"\n"):
        pass


TABLES: Registry[ReadTable] = Registry(
    "table",
    "tables",
    {
        "text": Entry(__name__, "read_text", summary="one address a line"),
        "csv": Entry(__name__, "read_csv", summary="CSV with a line of names"),
        "jsonl": Entry(__name__, "read_jsonl", summary="one JSON object a line"),
        "parquet": Entry(
            "gesso.collect.sources.local.told.parquet",
            "read_parquet",
            extra="warehouse",
            summary="Parquet, as img2dataset writes it",
        ),
    },
)
