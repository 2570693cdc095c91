"""Tracks: sounds, with what is heard in them and whose they are.

Revision ID: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_WORDS = ("title", "artist", "album", "tags", "licence", "credit", "source")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "tracks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("blob", sa.String(length=67), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("codec", sa.String(length=40), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("channels", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), server_default="", nullable=False) for name in _WORDS),
        sa.Column("is_damaged", sa.Boolean(), nullable=False),
        sa.Column("hearing", sa.Text(), nullable=False),
        sa.Column("valence", sa.Float(), nullable=False),
        sa.Column("arousal", sa.Float(), nullable=False),
        sa.Column("heard_by", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("waveform", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["blob"], ["blobs.key"], name=op.f("fk_tracks_blob")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracks")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_tracks_blob", "tracks", ["blob"], unique=True)


def downgrade() -> None:
    """Forget the tracks; their files stay."""
    op.drop_table("tracks")
