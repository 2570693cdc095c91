"""The tables of a BigQuery dataset, and the statements that merge rows into them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from google.cloud.bigquery import SchemaField

from gesso.collect.export.tables.column import Column, Table

_KINDS = {
    "string": "STRING",
    "integer": "INTEGER",
    "number": "FLOAT",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "json": "JSON",
    "record": "RECORD",
}


def schema_of(table: Table) -> list[SchemaField]:
    """A table's columns as BigQuery has them."""
    return [_field(column) for column in table.columns]


def grown(there: Sequence[SchemaField], wanted: Iterable[SchemaField]) -> list[SchemaField]:
    """The columns that are there, and behind them those that are missing, also inside of records.

    A column that comes to rows that are there can only be null in them.
    """
    by_name = {field.name: field for field in there}
    fields = list(there)
    for field in wanted:
        held = by_name.get(field.name)
        if held is None:
            fields.append(_nullable(field))
        elif field.fields:
            fields[fields.index(held)] = SchemaField(
                held.name,
                held.field_type,
                mode=held.mode,
                description=held.description,
                fields=grown(held.fields, field.fields),
            )
    return fields


def merge(target: str, staged: str, table: Table, *, full: bool) -> str:
    """The statement that puts staged rows into their table, each in place of an earlier one.

    A full one takes out what is not staged, all in one step.
    """
    names = [column.name for column in table.columns]
    columns = ", ".join(f"`{name}`" for name in names)
    values = ", ".join(f"S.`{name}`" for name in names)
    updates = ", ".join(f"`{name}` = S.`{name}`" for name in names if name != "uid")
    swept = " WHEN NOT MATCHED BY SOURCE THEN DELETE" if full else ""
    newer = "" if full else " AND S.updated_seq >= T.updated_seq"
    return (
        f"MERGE INTO `{target}` AS T USING `{staged}` AS S ON T.uid = S.uid "  # noqa: S608
        f"WHEN MATCHED{newer} THEN UPDATE SET {updates} "
        f"WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({values}){swept}"
    )


def take_out(target: str, staged: str, table: Table) -> str:
    """The statement that takes deleted rows out of a table."""
    return (
        f"DELETE FROM `{target}` WHERE uid IN "  # noqa: S608 - our own names only
        f"(SELECT uid FROM `{staged}` WHERE `table` = '{table.name}')"
    )


def _field(column: Column) -> SchemaField:
    mode = "REPEATED" if column.repeated else "REQUIRED" if column.required else "NULLABLE"
    return SchemaField(
        column.name,
        _KINDS[column.kind],
        mode=mode,
        description=column.note,
        fields=[_field(one) for one in column.columns],
    )


def _nullable(field: SchemaField) -> SchemaField:
    if field.mode != "REQUIRED":
        return field
    return SchemaField(
        field.name,
        field.field_type,
        mode="NULLABLE",
        description=field.description,
        fields=field.fields,
    )
