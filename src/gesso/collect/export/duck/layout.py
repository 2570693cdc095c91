"""The tables of a DuckDB file, and the views that answer what people ask most."""

from __future__ import annotations

from collections.abc import Mapping

from gesso.collect.export.tables.column import Column, Table

_KINDS: Mapping[str, str] = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "timestamp": "TIMESTAMP",
    "json": "JSON",
}


def columns_of(table: Table) -> dict[str, str]:
    """The columns of a table with their DuckDB types, in order."""
    return {column.name: _type(column) for column in table.columns}


def create(table: Table) -> str:
    """The statement that makes a table; what is required may not be null here either."""
    lines = [
        f'"{column.name}" {_type(column)}{" NOT NULL" if column.required else ""}'
        for column in table.columns
    ]
    return f'CREATE TABLE "{table.name}" ({", ".join(lines)})'


def _type(column: Column) -> str:
    kind = _KINDS.get(column.kind)
    if kind is None:
        inside = ", ".join(f'"{one.name}" {_type(one)}' for one in column.columns)
        kind = f"STRUCT({inside})"
    return f"{kind}[]" if column.repeated else kind


def _unnested(name: str, column: str, fields: str) -> str:
    return (
        f"CREATE VIEW {name} AS SELECT id AS work, {fields} "  # noqa: S608 - our own words only
        f"FROM (SELECT id, unnest({column}) AS one, "
        f"generate_subscripts({column}, 1) AS place FROM works)"
    )


VIEWS: tuple[str, ...] = (
    (
        "CREATE VIEW kept AS SELECT id, title, creator, origin, source, licence, width, height, "
        "added_at, favourite, tags FROM works WHERE standing = 'kept'"
    ),
    _unnested("swatches", "swatches", "place, one.lightness, one.a, one.b, one.share"),
    _unnested("tags", "tags", "one AS tag"),
    _unnested(
        "captions", "captions", "one.title, one.text, one.maker, one.version, one.created_at"
    ),
    _unnested(
        "labels",
        "labels",
        "one.label_set, one.label, one.label_source, one.score, one.decision, one.created_at",
    ),
    _unnested("scores", "scores", "one.scorer, one.name, one.value, one.created_at"),
    (
        "CREATE VIEW duplicates AS SELECT duplicate_group AS group_id, id AS work, title, "
        "duplicate_role AS role, duplicate_method AS method, duplicate_score AS score "
        "FROM works WHERE duplicate_group IS NOT NULL"
    ),
    (
        "CREATE VIEW spend AS SELECT CAST(started_at AS DATE) AS day, provider, run, "
        "count(*) AS calls, count(*) FILTER (state = 'failed') AS failed, "
        "sum(coalesce(cost_usd, CASE WHEN state = 'failed' THEN 0 ELSE reserved_usd END)) AS usd "
        "FROM calls GROUP BY ALL"
    ),
    (
        "CREATE VIEW scored AS SELECT e.work, w.title, w.standing, e.run, e.item, "
        "e.number AS round, e.slot, e.score, e.error, e.critic "
        "FROM evaluations e LEFT JOIN works w ON w.id = e.work"
    ),
)
"""Made once, when the tables are; a question may use them like tables."""
