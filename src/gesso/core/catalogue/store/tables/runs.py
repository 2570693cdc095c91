"""The tables of the verb make: runs, their prompts, rounds and evaluations."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from gesso.core.catalogue.store.tables.base import UtcTime, metadata, words

runs = Table(
    "runs",
    metadata,
    Column("id", String(100), primary_key=True),
    words("theme"),
    Column("options", Text, nullable=False),
    Column("state", String(16), nullable=False),
    words("reason"),
    Column("created_at", UtcTime, nullable=False, index=True),
    Column("updated_at", UtcTime, nullable=False),
)

prompts = Table(
    "prompts",
    metadata,
    Column("run", String(100), ForeignKey("runs.id"), primary_key=True),
    Column("item", String(255), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    words("theme"),
    Column("concept_key", Text, index=True),
    Column("concept", Text),
    Column("prompt", Text),
    Column("kept", Integer, ForeignKey("works.id")),
    words("reason"),
    Column("settings", Text, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Index("ix_prompts_run_position", "run", "position"),
)

iterations = Table(
    "iterations",
    metadata,
    Column("run", String(100), primary_key=True),
    Column("item", String(255), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("prompt", Text, nullable=False),
    Column("comparison", Text),
    Column("started_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    ForeignKeyConstraint(["run", "item"], ["prompts.run", "prompts.item"]),
)

_ROUND = (
    ["run", "item", "number"],
    ["iterations.run", "iterations.item", "iterations.number"],
)

refined_prompts = Table(
    "refined_prompts",
    metadata,
    Column("run", String(100), primary_key=True),
    Column("item", String(255), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("parent", Integer, nullable=False),
    Column("text", Text, nullable=False),
    words("reasoning"),
    Column("refiner", String(100), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    ForeignKeyConstraint(*_ROUND),
)

evaluations = Table(
    "evaluations",
    metadata,
    Column("run", String(100), primary_key=True),
    Column("item", String(255), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("work", Integer, ForeignKey("works.id"), nullable=False, index=True),
    Column("seed", BigInteger, nullable=False),
    Column("score", Float, nullable=False),
    Column("error", Float, nullable=False),
    Column("critic", String(100), nullable=False),
    Column("evaluation", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    ForeignKeyConstraint(*_ROUND),
)
