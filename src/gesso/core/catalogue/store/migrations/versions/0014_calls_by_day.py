"""Calls by day: what was asked and paid in the last days is told by an index alone.

Revision ID: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_api_calls_days",
        "api_calls",
        [sa.text("date(started_at)"), "provider", "state", "cost_usd", "reserved_usd"],
    )


def downgrade() -> None:
    """Take it away; the calls stay."""
    op.drop_index("ix_api_calls_days", "api_calls")
