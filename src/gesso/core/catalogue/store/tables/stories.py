"""The tables of stories: works in order as a film, each edit a version that stays."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from gesso.core.catalogue.store.tables.base import UtcTime, metadata, words

stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    words("title"),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Index("ix_stories_changed", "changed_at", "id"),
    sqlite_autoincrement=True,
)

story_versions = Table(
    "story_versions",
    metadata,
    Column("story", Integer, ForeignKey("stories.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    words("note"),
    Column("body", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
)
