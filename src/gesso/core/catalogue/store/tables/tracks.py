"""The tables of tracks: sounds, which works they belong to, and what was learnt of that."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)

from gesso.core.catalogue.store.tables.base import UtcTime, metadata, words

# The long bytes stand last: lists do not read them.
tracks = Table(
    "tracks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("blob", String(67), ForeignKey("blobs.key"), nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("codec", String(40), nullable=False),
    Column("rate", Integer, nullable=False),
    Column("channels", Integer, nullable=False),
    words("title"),
    words("artist"),
    words("album"),
    words("tags"),
    words("licence"),
    words("credit"),
    words("source"),
    Column("is_damaged", Boolean, nullable=False),
    Column("hearing", Text, nullable=False),
    Column("valence", Float, nullable=False),
    Column("arousal", Float, nullable=False),
    Column("heard_by", String(40), nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Column("waveform", LargeBinary, nullable=False),
    Index("uq_tracks_blob", "blob", unique=True),
    sqlite_autoincrement=True,
)

pairings = Table(
    "pairings",
    metadata,
    Column("work", Integer, ForeignKey("works.id", ondelete="CASCADE"), primary_key=True),
    Column("track", Integer, ForeignKey("tracks.id", ondelete="CASCADE"), primary_key=True),
    Column("fits", Boolean, nullable=False),
    Column("source", String(40), nullable=False),
    Column("added_at", UtcTime, nullable=False),
    Index("ix_pairings_track", "track"),
)

matchers = Table(
    "matchers",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(40), nullable=False),
    Column("space", String(200), nullable=False),
    Column("report", Text, nullable=False),
    Column("made_at", UtcTime, nullable=False),
    Column("body", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

# What was in force when; no version stands for the matching that is not learnt.
matcher_turns = Table(
    "matcher_turns",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("version", Integer, ForeignKey("matchers.version")),
    Column("at", UtcTime, nullable=False),
    sqlite_autoincrement=True,
)
