"""Every row is held against its table before it leaves; one that does not fit is told by name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gesso.collect.export.tables.column import Column, Kind, Row, Table

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z")
_MOST_TOLD = 10


class RowChecker:
    """Holds rows against one table.

    Some warehouses take a row without a required value in silence, others refuse the whole load
    for it; so nothing is left to them.

    Args:
        table: whose rows.
    """

    def __init__(self, table: Table) -> None:
        self._columns = table.columns

    def problems(self, row: Row) -> list[str]:
        """What is wrong with a row, a sentence each, ten at most; empty for a sound one."""
        found = _of_record(self._columns, row, "")
        return [told for told, _ in zip(found, range(_MOST_TOLD), strict=False)]


def _of_record(columns: tuple[Column, ...], row: Mapping[str, Any], above: str) -> Iterator[str]:
    for column in columns:
        yield from _of_column(column, row.get(column.name), f"{above}{column.name}")
    known = {column.name for column in columns}
    yield from (f"'{above}{name}' is no column" for name in row if name not in known)


def _of_column(column: Column, value: Any, place: str) -> Iterator[str]:
    if column.repeated:
        if not isinstance(value, list):
            yield f"'{place}' is {_told(value)}, not a list"
            return
        for at, one in enumerate(value):
            yield from _of_value(column, one, f"{place}[{at}]")
    elif value is None:
        if column.required:
            yield f"'{place}' is required and is missing"
    else:
        yield from _of_value(column, value, place)


def _of_value(column: Column, value: Any, place: str) -> Iterator[str]:
    if column.kind == "record":
        if isinstance(value, dict):
            yield from _of_record(column.columns, value, f"{place}.")
        else:
            yield f"'{place}' is {_told(value)}, not a record"
        return
    fits, wanted = _FITTING[column.kind]
    if not fits(value):
        yield f"'{place}' is {_told(value)}, not {wanted}"


def _is_text(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a surrogate pair: no file can hold it
        return False
    return True


def _is_integer(value: Any) -> bool:
    return type(value) is int and -(2**63) <= value < 2**63


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and math.isfinite(value)


def _is_json(value: Any) -> bool:
    # A JSON text in a JSON column reads as one long string: every path into it answers null.
    return isinstance(value, dict | list) and _is_plain(value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_is_text(key) and _is_plain(one) for key, one in value.items())
    if isinstance(value, list):
        return all(_is_plain(one) for one in value)
    return value is None or isinstance(value, bool) or _is_number(value) or _is_text(value)


_FITTING: dict[Kind, tuple[Callable[[Any], bool], str]] = {
    "string": (_is_text, "text that UTF-8 can hold"),
    "integer": (_is_integer, "an integer of 64 bits"),
    "number": (_is_number, "a finite number"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "timestamp": (
        lambda value: isinstance(value, str) and _TIME.fullmatch(value) is not None,
        "a time in UTC like 2026-03-01T12:00:01Z",
    ),
    "json": (_is_json, "an object or a list"),
}


def _told(value: Any) -> str:
    if value is None:
        return "missing"
    shown = ascii(value)
    return f"{shown[:60]}…" if len(shown) > 60 else shown
