"""Marks, by which a work is recognised in another scan; duplicates say what kind they are.

Revision ID: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table; what was an "alt" is an "alternate" from now on."""
    op.create_table(
        "marks",
        sa.Column("work", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("compared", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["work"], ["works.id"], name=op.f("fk_marks_work")),
        sa.PrimaryKeyConstraint("work", name=op.f("pk_marks")),
    )
    op.create_index("ix_marks_compared", "marks", ["compared", "work"])
    op.execute("UPDATE duplicates SET role = 'alternate' WHERE role = 'alt'")


def downgrade() -> None:
    """Forget the marks; they can be measured again."""
    op.execute("UPDATE duplicates SET role = 'alt' WHERE role IN ('alternate', 'copy')")
    op.drop_table("marks")
