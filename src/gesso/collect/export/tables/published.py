"""The published JSON Schema of each table: generated from the columns, kept beside the code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gesso.collect.export.tables.column import Column, Table
from gesso.collect.export.tables.tables import DELETIONS, TABLES

VERSION = 1
"""Grows when a column goes or changes its kind; a new column that may be null leaves it alone."""

FOLDER = Path(__file__).parents[1] / "schemas"

_KINDS: dict[str, dict[str, Any]] = {
    "string": {"type": "string"},
    "integer": {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "timestamp": {"type": "string", "format": "date-time", "pattern": "Z$"},
    "json": {"type": ["object", "array"]},
}


def schema_of(table: Table) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one row."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:gesso:export:{table.name}:{VERSION}",
        "title": table.name,
        "description": table.note,
        **_object(table.columns),
    }


def name_of(table: Table) -> str:
    """The name of a table's published file."""
    return f"{table.name}.schema.json"


def text_of(table: Table) -> str:
    """What a table's published file holds."""
    return json.dumps(schema_of(table), indent=2, ensure_ascii=False) + "\n"


def published() -> dict[str, str]:
    """Every published file by its name, as it should be."""
    return {name_of(table): text_of(table) for table in (*TABLES, DELETIONS)}


def _object(columns: tuple[Column, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {column.name: _column(column) for column in columns},
        "required": [column.name for column in columns if column.required or column.repeated],
        "additionalProperties": False,
    }


def _column(column: Column) -> dict[str, Any]:
    plain = dict(_object(column.columns) if column.kind == "record" else _KINDS[column.kind])
    if not (column.required or column.repeated):
        kinds = plain["type"] if isinstance(plain["type"], list) else [plain["type"]]
        plain["type"] = [*kinds, "null"]
    told = {"description": column.note} if column.note else {}
    if column.repeated:
        return {"type": "array", "items": plain, **told}
    return {**plain, **told}
