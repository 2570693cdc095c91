"""An outbox: which rows have changed, for whoever takes the catalogue elsewhere.

Revision ID: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

# ruff: noqa: S608 - the statements are put together from constants of this file alone

revision = "0003"
down_revision = "0002"

_ANNOUNCED = (
    ("works", "work", ("id",)),
    ("captions", "work", ("work",)),
    ("labels", "work", ("work",)),
    ("scores", "work", ("work",)),
    ("duplicates", "work", ("work",)),
    ("runs", "run", ("id",)),
    ("prompts", "prompt", ("run", "item")),
    ("iterations", "iteration", ("run", "item", "number")),
    ("refined_prompts", "iteration", ("run", "item", "number")),
    ("evaluations", "evaluation", ("run", "item", "number", "slot")),
    ("api_calls", "call", ("id",)),
)
_EVENTS = ("INSERT", "UPDATE", "DELETE")


def upgrade() -> None:
    """Make the outbox, put every row that there is into it, and keep it by triggers."""
    op.create_table(
        "outbox",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_outbox_kind_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_kind_seq", "outbox", ["kind", "seq"])
    _fill()
    if op.get_bind().dialect.name == "sqlite":
        for table, kind, columns in _ANNOUNCED:
            for event in _EVENTS:
                op.execute(_trigger(table, kind, columns, event))


def downgrade() -> None:
    """Forget what has changed."""
    if op.get_bind().dialect.name == "sqlite":
        for table, _, _ in _ANNOUNCED:
            for event in _EVENTS:
                op.execute(f"DROP TRIGGER {table}_{event.lower()}_announced")
    op.drop_table("outbox")


def _fill() -> None:
    filled = set()
    for table, kind, columns in _ANNOUNCED:
        if kind not in filled:
            order = ", ".join(columns)
            op.execute(
                f"INSERT INTO outbox(kind, key) SELECT '{kind}', {_key(table, columns)} "
                f"FROM {table} ORDER BY {order}"
            )
            filled.add(kind)


def _key(row: str, columns: tuple[str, ...]) -> str:
    return " || '/' || ".join(f"CAST({row}.{column} AS TEXT)" for column in columns)


def _trigger(table: str, kind: str, columns: tuple[str, ...], event: str) -> str:
    key = _key("old" if event == "DELETE" else "new", columns)
    many = " WHEN NOT EXISTS (SELECT 1 FROM works_arriving)"
    return (
        f"CREATE TRIGGER {table}_{event.lower()}_announced AFTER {event} ON {table}"
        f"{many if (table, event) == ('works', 'INSERT') else ''} BEGIN "
        f"DELETE FROM outbox WHERE kind = '{kind}' AND key = {key}; "
        f"INSERT INTO outbox(kind, key) VALUES ('{kind}', {key}); END"
    )
