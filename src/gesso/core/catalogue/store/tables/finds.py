"""The tables of the verb collect: what sources offered, and the runs that took it in."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from gesso.core.catalogue.store.tables.base import UtcTime, metadata, words

acquisitions = Table(
    "acquisitions",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("source", String(100), nullable=False),
    Column("wish", Text, nullable=False),
    Column("state", String(16), nullable=False),
    words("reason"),
    Column("listed", Boolean, nullable=False, server_default=false()),
    Column("counts", Text, nullable=False),
    Column("began_at", UtcTime, nullable=False, index=True),
    Column("updated_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
)

finds = Table(
    "finds",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", String(255), nullable=False),
    Column("identifier", Text, nullable=False),
    words("url"),
    words("page"),
    words("facts"),
    words("licence"),
    words("credit"),
    words("rights_url"),
    words("revision"),
    Column("media_type", String(255), nullable=False, server_default=""),
    Column("size_bytes", BigInteger),
    Column("state", String(16), nullable=False),
    Column("work", Integer, ForeignKey("works.id")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("next_try", UtcTime),
    words("reason"),
    words("validator"),
    Column("run", String(100), nullable=False, server_default=""),
    Column("updated_at", UtcTime, nullable=False),
    UniqueConstraint("source", "identifier"),
    Index(
        "ix_finds_work",
        "work",
        sqlite_where=text("work IS NOT NULL"),
        postgresql_where=text("work IS NOT NULL"),
    ),
    # What is due of a run is asked for again and again.
    Index("ix_finds_due", "run", "state", "next_try", "id"),
    sqlite_autoincrement=True,
)
