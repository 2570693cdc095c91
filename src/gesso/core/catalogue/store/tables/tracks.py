"""The table of tracks: sounds, with what is heard in them and whose they are."""

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
