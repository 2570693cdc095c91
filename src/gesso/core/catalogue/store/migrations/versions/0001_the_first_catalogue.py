"""The first catalogue.

Revision ID: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables, the word search and the triggers."""
    _make_works()
    _make_runs()
    _make_logs()
    if op.get_bind().dialect.name == "sqlite":
        for statement in _SQLITE:
            op.execute(statement)


def _make_works() -> None:
    op.create_table(
        "blobs",
        sa.Column("key", sa.String(length=67), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_blobs")),
    )
    op.create_table(
        "works",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        sa.Column("creator", sa.Text(), server_default="", nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("identifier", sa.Text(), server_default="", nullable=False),
        sa.Column("run", sa.String(length=100), server_default="", nullable=False),
        sa.Column("source_type", sa.String(length=80), server_default="", nullable=False),
        sa.Column("licence", sa.Text(), server_default="", nullable=False),
        sa.Column("credit", sa.Text(), server_default="", nullable=False),
        sa.Column("rights_url", sa.Text(), server_default="", nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("blob", sa.String(length=67), nullable=False),
        sa.Column("thumb_512", sa.String(length=67), nullable=False),
        sa.Column("thumb_256", sa.String(length=67), nullable=False),
        sa.Column("data_sha256", sa.String(length=64), nullable=False),
        sa.Column("pixels_sha256", sa.String(length=64), nullable=False),
        sa.Column("dhash", sa.String(length=16), nullable=False),
        sa.Column("phash", sa.String(length=16), nullable=False),
        sa.Column("thumbhash", sa.String(length=64), nullable=False),
        sa.Column("swatches", sa.Text(), server_default="", nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("favourite", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("shuffle", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        sa.Column("prompt", sa.Text(), server_default="", nullable=False),
        sa.Column("tags", sa.Text(), server_default="", nullable=False),
        sa.Column("recipe", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["blob"], ["blobs.key"], name=op.f("fk_works_blob")),
        sa.ForeignKeyConstraint(["thumb_512"], ["blobs.key"], name=op.f("fk_works_thumb_512")),
        sa.ForeignKeyConstraint(["thumb_256"], ["blobs.key"], name=op.f("fk_works_thumb_256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_works_blob"), "works", ["blob"], unique=False)
    op.create_index(op.f("ix_works_data_sha256"), "works", ["data_sha256"], unique=False)
    op.create_index(
        "ix_works_favourite_added",
        "works",
        ["favourite", "standing", "added_at", "id"],
        unique=False,
    )
    op.create_index(op.f("ix_works_pixels_sha256"), "works", ["pixels_sha256"], unique=False)
    op.create_index("ix_works_run_identifier", "works", ["run", "identifier"], unique=False)
    op.create_index(
        "ix_works_standing_added", "works", ["standing", "added_at", "id"], unique=False
    )
    op.create_index(
        "ix_works_standing_origin_added",
        "works",
        ["standing", "origin", "added_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_works_standing_shuffle", "works", ["standing", "shuffle", "id"], unique=False
    )
    op.create_index(op.f("ix_works_thumb_256"), "works", ["thumb_256"], unique=False)
    op.create_index(op.f("ix_works_thumb_512"), "works", ["thumb_512"], unique=False)
    op.create_index(
        "uq_works_identifier",
        "works",
        ["origin", "source", "identifier"],
        unique=True,
        sqlite_where=sa.text("identifier <> ''"),
        postgresql_where=sa.text("identifier <> ''"),
    )
    op.create_table(
        "work_counts",
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("origin", "source", "standing", name=op.f("pk_work_counts")),
    )


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("theme", sa.Text(), server_default="", nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )
    op.create_index(op.f("ix_runs_created_at"), "runs", ["created_at"], unique=False)
    op.create_table(
        "prompts",
        sa.Column("run", sa.String(length=100), nullable=False),
        sa.Column("item", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("theme", sa.Text(), server_default="", nullable=False),
        sa.Column("concept_key", sa.Text(), nullable=True),
        sa.Column("concept", sa.Text(), nullable=True),
        sa.Column("prompt", sa.Text(), nullable=True),
        sa.Column("kept", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_prompts_run")),
        sa.ForeignKeyConstraint(["kept"], ["works.id"], name=op.f("fk_prompts_kept")),
        sa.PrimaryKeyConstraint("run", "item", name=op.f("pk_prompts")),
    )
    op.create_index(op.f("ix_prompts_concept_key"), "prompts", ["concept_key"], unique=False)
    op.create_index("ix_prompts_run_position", "prompts", ["run", "position"], unique=False)
    op.create_table(
        "iterations",
        sa.Column("run", sa.String(length=100), nullable=False),
        sa.Column("item", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("comparison", sa.Text(), nullable=True),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["run", "item"], ["prompts.run", "prompts.item"], name=op.f("fk_iterations_run_item")
        ),
        sa.PrimaryKeyConstraint("run", "item", "number", name=op.f("pk_iterations")),
    )
    op.create_table(
        "refined_prompts",
        sa.Column("run", sa.String(length=100), nullable=False),
        sa.Column("item", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reasoning", sa.Text(), server_default="", nullable=False),
        sa.Column("refiner", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run", "item", "number"],
            ["iterations.run", "iterations.item", "iterations.number"],
            name=op.f("fk_refined_prompts_run_item_number"),
        ),
        sa.PrimaryKeyConstraint("run", "item", "number", name=op.f("pk_refined_prompts")),
    )
    op.create_table(
        "evaluations",
        sa.Column("run", sa.String(length=100), nullable=False),
        sa.Column("item", sa.String(length=255), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("work", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("error", sa.Float(), nullable=False),
        sa.Column("critic", sa.String(length=100), nullable=False),
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run", "item", "number"],
            ["iterations.run", "iterations.item", "iterations.number"],
            name=op.f("fk_evaluations_run_item_number"),
        ),
        sa.ForeignKeyConstraint(["work"], ["works.id"], name=op.f("fk_evaluations_work")),
        sa.PrimaryKeyConstraint("run", "item", "number", "slot", name=op.f("pk_evaluations")),
    )
    op.create_index(op.f("ix_evaluations_work"), "evaluations", ["work"], unique=False)


def _make_logs() -> None:
    op.create_table(
        "api_calls",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run", sa.String(length=100), server_default="", nullable=False),
        sa.Column("item", sa.String(length=255), server_default="", nullable=False),
        sa.Column("provider", sa.String(length=100), nullable=False),
        sa.Column("operation", sa.String(length=100), nullable=False),
        sa.Column("model", sa.String(length=255), server_default="", nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("request_id", sa.String(length=255), server_default="", nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("reserved_usd", sa.Float(), nullable=False),
        sa.Column("cost_usd", sa.Float(), nullable=True),
        sa.Column("price_source", sa.String(length=100), server_default="", nullable=False),
        sa.Column("input_units", sa.Float(), nullable=True),
        sa.Column("output_units", sa.Float(), nullable=True),
        sa.Column("waited_s", sa.Float(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.Column("error", sa.String(length=40), server_default="", nullable=False),
        sa.Column("process", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_calls")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_api_calls_key"), "api_calls", ["key"], unique=False)
    op.create_index(
        "ix_api_calls_spending",
        "api_calls",
        ["run", "state", "cost_usd", "reserved_usd"],
        unique=False,
    )
    op.create_table(
        "error_logs",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("run", sa.String(length=100), server_default="", nullable=False),
        sa.Column("item", sa.String(length=255), server_default="", nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("recovered", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_error_logs")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_error_logs_at"), "error_logs", ["at"], unique=False)
    op.create_index(op.f("ix_error_logs_run"), "error_logs", ["run"], unique=False)
    op.create_table(
        "version_info",
        sa.Column("component", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.Column("first_seen", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("component", "version", name=op.f("pk_version_info")),
    )


_SQLITE = (
    (
        "CREATE VIRTUAL TABLE works_fts USING fts5(title, creator, tags, prompt, "
        "content='works', content_rowid='id', tokenize='porter unicode61 remove_diacritics "
        "2', prefix='2 3')"
    ),
    (
        "CREATE TRIGGER works_added AFTER INSERT ON works BEGIN INSERT INTO works_fts(rowid, "
        "title, creator, tags, prompt) VALUES (new.id, new.title, new.creator, new.tags, "
        "new.prompt); INSERT INTO work_counts(origin, source, standing, count) VALUES "
        "(new.origin, new.source, new.standing, 1) ON CONFLICT(origin, source, standing) DO "
        "UPDATE SET count = count + 1; END"
    ),
    (
        "CREATE TRIGGER works_removed AFTER DELETE ON works BEGIN INSERT INTO "
        "works_fts(works_fts, rowid, title, creator, tags, prompt) VALUES ('delete', old.id, "
        "old.title, old.creator, old.tags, old.prompt); UPDATE work_counts SET count = count "
        "- 1 WHERE origin = old.origin AND source = old.source AND standing = old.standing; "
        "END"
    ),
    (
        "CREATE TRIGGER works_reworded AFTER UPDATE OF title, creator, tags, prompt ON works "
        "BEGIN INSERT INTO works_fts(works_fts, rowid, title, creator, tags, prompt) VALUES "
        "('delete', old.id, old.title, old.creator, old.tags, old.prompt); INSERT INTO "
        "works_fts(rowid, title, creator, tags, prompt) VALUES (new.id, new.title, "
        "new.creator, new.tags, new.prompt); END"
    ),
    (
        "CREATE TRIGGER works_moved AFTER UPDATE OF origin, source, standing ON works BEGIN "
        "UPDATE work_counts SET count = count - 1 WHERE origin = old.origin AND source = "
        "old.source AND standing = old.standing; INSERT INTO work_counts(origin, source, "
        "standing, count) VALUES (new.origin, new.source, new.standing, 1) ON "
        "CONFLICT(origin, source, standing) DO UPDATE SET count = count + 1; END"
    ),
)
