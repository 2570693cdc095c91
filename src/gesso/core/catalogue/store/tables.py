"""The tables, in types that every SQL database has; what only SQLite has is in `sqlite.py`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
)


class UtcTime(TypeDecorator[datetime]):
    """An aware time, kept as UTC without a zone: it sorts as text where there is no time type."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Take the zone off, after turning the time to UTC."""
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Put the zone back."""
        return None if value is None else value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _words(name: str) -> Column[Any]:
    return Column(name, Text, nullable=False, server_default="")


blobs = Table(
    "blobs",
    metadata,
    Column("key", String(67), primary_key=True),
    Column("size_bytes", BigInteger, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("added_at", UtcTime, nullable=False),
)

works = Table(
    "works",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    _words("title"),
    _words("creator"),
    Column("origin", String(16), nullable=False),
    Column("source", String(255), nullable=False),
    _words("identifier"),
    Column("run", String(100), nullable=False, server_default=""),
    Column("source_type", String(80), nullable=False, server_default=""),
    _words("licence"),
    _words("credit"),
    _words("rights_url"),
    Column("standing", String(16), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("blob", String(67), ForeignKey("blobs.key"), nullable=False, index=True),
    Column("thumb_512", String(67), ForeignKey("blobs.key"), nullable=False, index=True),
    Column("thumb_256", String(67), ForeignKey("blobs.key"), nullable=False, index=True),
    Column("data_sha256", String(64), nullable=False, index=True),
    Column("pixels_sha256", String(64), nullable=False, index=True),
    Column("dhash", String(16), nullable=False),
    Column("phash", String(16), nullable=False),
    Column("thumbhash", String(64), nullable=False),
    _words("swatches"),
    Column("added_at", UtcTime, nullable=False),
    Column("favourite", Boolean, nullable=False, server_default=false()),
    Column("shuffle", BigInteger, nullable=False),
    Column("seed", BigInteger),
    _words("prompt"),
    _words("tags"),
    Column("recipe", Text),
    Index("ix_works_standing_added", "standing", "added_at", "id"),
    Index("ix_works_standing_origin_added", "standing", "origin", "added_at", "id"),
    Index("ix_works_favourite_added", "favourite", "standing", "added_at", "id"),
    Index("ix_works_standing_shuffle", "standing", "shuffle", "id"),
    Index("ix_works_run_identifier", "run", "identifier"),
    Index(
        "uq_works_identifier",
        "origin",
        "source",
        "identifier",
        unique=True,
        sqlite_where=text("identifier <> ''"),
        postgresql_where=text("identifier <> ''"),
    ),
    sqlite_autoincrement=True,
)

work_counts = Table(
    "work_counts",
    metadata,
    Column("origin", String(16), primary_key=True),
    Column("source", String(255), primary_key=True),
    Column("standing", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", String(100), primary_key=True),
    _words("theme"),
    Column("options", Text, nullable=False),
    Column("state", String(16), nullable=False),
    _words("reason"),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("updated_at", UtcTime, nullable=False),
)

prompts = Table(
    "prompts",
    metadata,
    Column("run", String(100), ForeignKey("runs.id"), primary_key=True),
    Column("item", String(255), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    _words("theme"),
    Column("concept_key", Text, index=True),
    Column("concept", Text),
    Column("prompt", Text),
    Column("kept", Integer, ForeignKey("works.id")),
    _words("reason"),
    Column("settings", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("ix_prompts_run_position", "run", "position"),
)

iterations = Table(
    "iterations",
    metadata,
    Column("run", String(100), primary_key=True),
    Column("item", String(255), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("prompt", Text, nullable=False),
    Column("comparison", Text),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    ForeignKeyConstraint(["run", "item"], ["prompts.run", "prompts.item"]),
)

_ROUND = (
    ["run", "item", "number"],
    ["iterations.run", "iterations.item", "iterations.number"],
)

refined_prompts = Table(
    "refined_prompts",
    metadata,
    Column("run", String(100), primary_key=True),
    Column("item", String(255), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("parent", Integer, nullable=False),
    Column("text", Text, nullable=False),
    _words("reasoning"),
    Column("refiner", String(100), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    ForeignKeyConstraint(*_ROUND),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("run", String(100), primary_key=True),
    Column("item", String(255), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("work", Integer, ForeignKey("works.id"), nullable=False, index=True),
    Column("seed", BigInteger, nullable=False),
    Column("score", Float, nullable=False),
    Column("error", Float, nullable=False),
    Column("critic", String(100), nullable=False),
    Column("evaluation", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    ForeignKeyConstraint(*_ROUND),
)

api_calls = Table(
    "api_calls",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("run", String(100), nullable=False, server_default=""),
    Column("item", String(255), nullable=False, server_default=""),
    Column("provider", String(100), nullable=False),
    Column("operation", String(100), nullable=False),
    Column("model", String(255), nullable=False, server_default=""),
    Column("attempt", Integer, nullable=False),
    Column("key", String(255), nullable=False, index=True),
    Column("state", String(16), nullable=False),
    Column("request_id", String(255), nullable=False, server_default=""),
    Column("status", Integer),
    Column("reserved_usd", Float, nullable=False),
    Column("cost_usd", Float),
    Column("price_source", String(100), nullable=False, server_default=""),
    Column("input_units", Float),
    Column("output_units", Float),
    Column("waited_s", Float, nullable=False),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("error", String(40), nullable=False, server_default=""),
    Column("process", String(255), nullable=False),
    # What a run has spent is asked for again and again: the index alone answers it.
    Index("ix_api_calls_spending", "run", "state", "cost_usd", "reserved_usd"),
    sqlite_autoincrement=True,
)

error_logs = Table(
    "error_logs",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("run", String(100), nullable=False, server_default="", index=True),
    Column("item", String(255), nullable=False, server_default=""),
    Column("kind", String(40), nullable=False),
    Column("message", Text, nullable=False),
    Column("action", String(16), nullable=False),
    Column("recovered", Boolean, nullable=False),
    sqlite_autoincrement=True,
)

version_info = Table(
    "version_info",
    metadata,
    Column("component", String(100), primary_key=True),
    Column("version", String(255), primary_key=True),
    Column("first_seen", UtcTime, nullable=False),
)
