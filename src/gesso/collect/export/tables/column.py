"""A table that leaves the catalogue, column by column: every other form of it follows from this."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["string", "integer", "number", "boolean", "timestamp", "json", "record"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: letters, digits and underscores, as every warehouse takes it.
        kind: "timestamp" is text in UTC (`2026-03-01T12:00:01.5Z`), "json" an object or a list as
            itself, never as text; "record" has `columns` of its own.
        required: never missing and never null.
        repeated: a list of such values, empty rather than null.
        columns: of a record.
        note: what it means.
    """

    name: str
    kind: Kind
    required: bool = False
    repeated: bool = False
    columns: tuple[Column, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Table:
    """One table.

    Attributes:
        name: in every warehouse.
        kind: what the outbox calls a change to one of its rows, "" for the deletions themselves.
        columns: `uid` and `updated_seq` first: a row of one uid with a higher sequence takes the
            place of an earlier one.
        note: what a row is.
    """

    name: str
    kind: str
    columns: tuple[Column, ...]
    note: str = ""


def needed(name: str, kind: Kind, note: str = "") -> Column:
    """A column that is never empty."""
    return Column(name, kind, required=True, note=note)


def maybe(name: str, kind: Kind, note: str = "") -> Column:
    """A column that may be null."""
    return Column(name, kind, note=note)


def many(name: str, kind: Kind, note: str = "") -> Column:
    """A column that holds a list of plain values."""
    return Column(name, kind, repeated=True, note=note)


def records(name: str, *columns: Column, note: str = "") -> Column:
    """A column that holds a list of records."""
    return Column(name, "record", repeated=True, columns=columns, note=note)
