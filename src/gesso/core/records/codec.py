"""Records to JSON and back, checked on the way in."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from gesso.core.errors import InputError

Record = TypeVar("Record")


_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


def to_plain(record: Any) -> Any:
    """Turn a record into dicts, lists, strings and numbers."""
    return _adapter(type(record)).dump_python(record, mode="json")


def to_json(record: Any, *, indent: int | None = None) -> str:
    """Write a record as JSON: keys in field order, non-ASCII text as it is.

    Half a surrogate pair is no letter and has no place in UTF-8: U+FFFD stands in for it.
    """
    try:
        written: bytes = _adapter(type(record)).dump_json(record, indent=indent)
    except PydanticSerializationError:
        separators = None if indent else (",", ":")
        held = json.dumps(
            to_plain(record), ensure_ascii=False, indent=indent, separators=separators
        )
        return held.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return written.decode()


def from_plain(kind: type[Record], data: Any) -> Record:
    """Read a record from plain values.

    Raises:
        InputError: a value is missing or of another type; its path is named. Keys that the
            record does not have are passed over, so that files of a newer version can be read.
    """
    try:
        record: Record = _adapter(kind).validate_python(data, strict=False)
    except ValidationError as error:
        raise _unreadable(kind, error) from error
    return record


def from_json(kind: type[Record], text: str | bytes) -> Record:
    """Read a record from JSON.

    Raises:
        InputError: it is not JSON, or not this record.
    """
    try:
        record: Record = _adapter(kind).validate_json(text)
    except ValidationError as error:
        raise _unreadable(kind, error) from error
    return record


def _unreadable(kind: type[Any], error: ValidationError) -> InputError:
    first = error.errors(include_url=False)[0]
    path = ".".join(str(part) for part in first["loc"]) or "the whole"
    return InputError(
        f"This is no {kind.__name__}: at {path}: {first['msg']}.",
        "Compare it with the schema on the docs page 'records'.",
    )
