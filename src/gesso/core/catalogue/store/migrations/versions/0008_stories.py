"""Stories: works in order as a film, each edit a version that stays.

Revision ID: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "stories",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_stories_changed", "stories", ["changed_at", "id"])
    op.create_table(
        "story_versions",
        sa.Column("story", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["story"], ["stories.id"], name=op.f("fk_story_versions_story")),
        sa.PrimaryKeyConstraint("story", "version", name=op.f("pk_story_versions")),
    )


def downgrade() -> None:
    """Forget the stories; their works and tracks stay."""
    op.drop_table("story_versions")
    op.drop_table("stories")
