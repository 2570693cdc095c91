"""The tables of works: blobs, works, and what they are counted by."""

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
    false,
    text,
)

from gesso.core.catalogue.store.tables.base import UtcTime, metadata, words


def _of_those_that_have(*columns: str) -> list[Index]:
    """Indexes that records without a picture cost nothing."""
    return [
        Index(
            f"ix_works_{column}",
            column,
            sqlite_where=text(f"{column} IS NOT NULL"),
            postgresql_where=text(f"{column} IS NOT NULL"),
        )
        for column in columns
    ]


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
    words("title"),
    words("creator"),
    Column("origin", String(16), nullable=False),
    Column("source", String(255), nullable=False),
    words("identifier"),
    Column("run", String(100), nullable=False, server_default=""),
    Column("source_type", String(80), nullable=False, server_default=""),
    words("licence"),
    words("credit"),
    words("rights_url"),
    Column("standing", String(16), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("media_type", String(40), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    # A record without a picture has none of these; a work that may only be linked to has no blob.
    Column("blob", String(67), ForeignKey("blobs.key")),
    Column("thumb_512", String(67), ForeignKey("blobs.key")),
    Column("thumb_256", String(67), ForeignKey("blobs.key")),
    Column("data_sha256", String(64)),
    Column("pixels_sha256", String(64)),
    Column("dhash", String(16)),
    Column("phash", String(16)),
    Column("thumbhash", String(64)),
    words("swatches"),
    Column("added_at", UtcTime, nullable=False),
    Column("favourite", Boolean, nullable=False, server_default=false()),
    Column("shuffle", BigInteger, nullable=False),
    Column("seed", BigInteger),
    words("prompt"),
    words("tags"),
    Column("recipe", Text),
    words("date_text"),
    Column("year_from", Integer),
    Column("year_to", Integer),
    words("medium"),
    words("kind"),
    words("style"),
    words("place"),
    words("page_url"),
    words("text"),
    words("caption"),
    Column("extra", Text),
    *(_of_those_that_have("blob", "thumb_512", "thumb_256", "data_sha256", "pixels_sha256")),
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

facet_counts = Table(
    "facet_counts",
    metadata,
    Column("facet", String(16), primary_key=True),
    Column("value", Text, primary_key=True),
    Column("standing", String(16), primary_key=True),
    Column("count", Integer, nullable=False),
)

# What may be looked at from outside by who has the link; of its token only the hash is kept.
shares = Table(
    "shares",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("digest", String(64), nullable=False),
    Column("kind", String(8), nullable=False),
    Column("subject", Integer, nullable=False),
    words("note"),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Index("uq_shares_digest", "digest", unique=True),
    Index("ix_shares_kind_subject", "kind", "subject", "id"),
    sqlite_autoincrement=True,
)
