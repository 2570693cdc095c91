"""Pairings of works and tracks, and the matchings that are learnt from them.

Revision ID: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "pairings",
        sa.Column("work", sa.Integer(), nullable=False),
        sa.Column("track", sa.Integer(), nullable=False),
        sa.Column("fits", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["work"], ["works.id"], name=op.f("fk_pairings_work"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["track"], ["tracks.id"], name=op.f("fk_pairings_track"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("work", "track", name=op.f("pk_pairings")),
    )
    op.create_index("ix_pairings_track", "pairings", ["track"])
    op.create_table(
        "matchers",
        sa.Column("version", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("space", sa.String(length=200), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_matchers")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "matcher_turns",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["matchers.version"], name=op.f("fk_matcher_turns_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_matcher_turns")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    """Forget the pairings and what was learnt from them."""
    op.drop_table("matcher_turns")
    op.drop_table("matchers")
    op.drop_table("pairings")
