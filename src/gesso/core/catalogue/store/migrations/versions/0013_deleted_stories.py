"""Deleted stories: they leave the lists and can be had back.

Revision ID: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the moment at which a story was deleted."""
    op.add_column("stories", sa.Column("deleted_at", sa.DateTime(), nullable=True))


def downgrade() -> None:
    """Forget which were deleted: they are in the lists again, and nothing is lost."""
    op.drop_column("stories", "deleted_at")
