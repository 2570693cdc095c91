"""The outbox: which rows have changed, once each, under the number of their last change.

Whoever takes the catalogue elsewhere remembers a number and asks for what is above it. The
triggers that keep it belong to the database, so no writer can forget it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text, UniqueConstraint

from gesso.core.catalogue.store.tables.base import metadata

outbox = Table(
    "outbox",
    metadata,
    Column(
        "seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    Column("kind", String(16), nullable=False),
    Column("key", Text, nullable=False),
    UniqueConstraint("kind", "key"),
    Index("ix_outbox_kind_seq", "kind", "seq"),
    sqlite_autoincrement=True,
)

ANNOUNCED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
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
"""The tables whose changes are announced: (table, kind, the columns that make the key)."""


def key_of(row: str, columns: tuple[str, ...]) -> str:
    """The key of a row as an SQL expression: `row` is "new", "old" or a table's name."""
    return " || '/' || ".join(f"CAST({row}.{column} AS TEXT)" for column in columns)
