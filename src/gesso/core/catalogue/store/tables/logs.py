"""The tables of calls: asked outside, asked here; of what went wrong, and what has worked here."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from gesso.core.catalogue.store.tables.base import UtcTime, metadata

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
    # Calls and cost by day and provider are charted; every call of ninety days is counted for it.
    Index(
        "ix_api_calls_days", text("date(started_at)"), "provider", "state", "cost_usd",
        "reserved_usd",
    ),
    sqlite_autoincrement=True,
)  # fmt: skip

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

tokens = Table(
    "tokens",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(100), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("scope", String(8), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("used_at", UtcTime),
    Index("uq_tokens_digest", "digest", unique=True),
    sqlite_autoincrement=True,
)

# A session is good for as long as the token is that opened it.
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("opened_by", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

audits = Table(
    "audits",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False, index=True),
    Column("who", String(100), nullable=False),
    Column("origin", String(64), nullable=False, server_default=""),
    Column("operation", String(100), nullable=False),
    Column("method", String(8), nullable=False),
    Column("path", Text, nullable=False),
    Column("status", Integer, nullable=False),
    sqlite_autoincrement=True,
)
