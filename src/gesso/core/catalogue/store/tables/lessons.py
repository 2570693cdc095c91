"""The table of studies: what was read in a picture, and when, so that progress can be seen."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from gesso.core.catalogue.store.tables.base import UtcTime, metadata

studies = Table(
    "studies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("work", Integer, ForeignKey("works.id"), nullable=False),
    Column("settings_sha256", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_studies_work_created", "work", "created_at", "id"),
    sqlite_autoincrement=True,
)
