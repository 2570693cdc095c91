"""Sets: boards of works under a name, in an order that a person gave them.

Revision ID: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "sets",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("cover", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("changed_at", sa.DateTime(), nullable=False),
        sa.Column("deleted_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["cover"], ["works.id"], name=op.f("fk_sets_cover")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sets")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sets_changed", "sets", ["changed_at", "id"])
    op.create_table(
        "set_works",
        sa.Column("set", sa.Integer(), nullable=False),
        sa.Column("work", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["set"], ["sets.id"], name=op.f("fk_set_works_set")),
        sa.ForeignKeyConstraint(["work"], ["works.id"], name=op.f("fk_set_works_work")),
        sa.PrimaryKeyConstraint("set", "work", name=op.f("pk_set_works")),
    )
    op.create_index("ix_set_works_position", "set_works", ["set", "position", "work"])
    op.create_index("ix_set_works_work", "set_works", ["work"])


def downgrade() -> None:
    """Forget the sets; their works stay."""
    op.drop_table("set_works")
    op.drop_table("sets")
