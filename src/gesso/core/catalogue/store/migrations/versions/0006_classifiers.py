"""Classifiers: what was learnt from labels, kept so that it can be applied again.

Revision ID: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "classifiers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("label_set", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("space", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classifiers")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_classifiers_label_set", "classifiers", ["label_set", "kind", "id"])


def downgrade() -> None:
    """Forget the classifiers; they can be trained again."""
    op.drop_table("classifiers")
