"""The tables of works in an order: stories, each edit a version that stays, and sets."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, String, Table, Text

from gesso.core.catalogue.store.tables.base import UtcTime, metadata, words

# A story that was deleted stays, with all its versions, so that it can be had back.
stories = Table(
    "stories",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    words("title"),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("deleted_at", UtcTime),
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

# A set that was deleted stays for a while, so that it can be had back.
sets = Table(
    "sets",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String(200), nullable=False),
    words("note"),
    Column("cover", Integer, ForeignKey("works.id")),
    Column("version", Integer, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("deleted_at", UtcTime),
    Index("ix_sets_changed", "changed_at", "id"),
    sqlite_autoincrement=True,
)

# Positions leave room between them, so that a work is moved by one row.
set_works = Table(
    "set_works",
    metadata,
    Column("set", Integer, ForeignKey("sets.id"), primary_key=True),
    Column("work", Integer, ForeignKey("works.id"), primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Index("ix_set_works_position", "set", "position", "work"),
    Index("ix_set_works_work", "work"),
)
