"""A collection: records without pictures, finds, captions, labels, scores, duplicates.

Revision ID: 0002
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from gesso.core.catalogue.store.migrations.sqlite_0002 import AFTER, BEFORE, FILL, TRIGGERS

revision = "0002"
down_revision = "0001"

_KEYS = ("blob", "thumb_512", "thumb_256")
_PRINTS = {"data_sha256": 64, "pixels_sha256": 64, "dhash": 16, "phash": 16, "thumbhash": 64}
_PARTLY = (*_KEYS, "data_sha256", "pixels_sha256")
_WORDS = ("date_text", "medium", "kind", "style", "place", "page_url", "text", "caption")


def upgrade() -> None:
    """Let works be without a picture, and make room for what a collection needs."""
    _make_counts()
    if op.get_bind().dialect.name == "sqlite":
        _remake_works(second=True)
        for statement in (*AFTER, *FILL):
            op.execute(statement)
    else:
        _alter_works()
    _make_finds()
    _make_findings()


def downgrade() -> None:
    """Go back to the first tables; records without a picture have no place there."""
    for table in ("not_duplicates", "duplicates", "scores", "labels", "captions"):
        op.drop_table(table)
    op.drop_table("finds")
    op.drop_table("acquisitions")
    op.execute("DELETE FROM works WHERE blob IS NULL")
    op.drop_table("facet_counts")
    if op.get_bind().dialect.name == "sqlite":
        _remake_works(second=False)
        for statement in BEFORE:
            op.execute(statement)
    else:
        for name in (*_WORDS, "year_from", "year_to", "extra"):
            op.drop_column("works", name)
        for name in (*_KEYS, *_PRINTS):
            op.alter_column("works", name, nullable=False)


def _make_counts() -> None:
    op.create_table(
        "facet_counts",
        sa.Column("facet", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("facet", "value", "standing", name=op.f("pk_facet_counts")),
    )


def _remake_works(*, second: bool) -> None:
    """SQLite lets no column become nullable: the table is made anew, its rows moved over."""
    for trigger in TRIGGERS:
        op.execute(f"DROP TRIGGER {trigger}")
    op.execute("DROP TABLE works_fts")
    if not second:
        op.execute("DROP TABLE works_arriving")
    columns = _columns(second=second)
    op.create_table(
        "works_anew",
        *columns,
        *(
            sa.ForeignKeyConstraint([key], ["blobs.key"], name=op.f(f"fk_works_{key}"))
            for key in _KEYS
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_works")),
        sqlite_autoincrement=True,
    )
    fresh = {*_WORDS, "year_from", "year_to", "extra"}
    moved = ", ".join(column.name for column in columns if column.name not in fresh)
    op.execute(f"INSERT INTO works_anew({moved}) SELECT {moved} FROM works")  # noqa: S608
    # A number is never used twice, not even that of a work that has been removed.
    op.execute(
        "INSERT INTO sqlite_sequence(name, seq) SELECT 'works_anew', seq FROM sqlite_sequence "
        "WHERE name = 'works' AND NOT EXISTS "
        "(SELECT 1 FROM sqlite_sequence WHERE name = 'works_anew')"
    )
    op.execute(
        "UPDATE sqlite_sequence SET seq = "
        "(SELECT max(seq) FROM sqlite_sequence WHERE name IN ('works', 'works_anew')) "
        "WHERE name = 'works_anew'"
    )
    op.drop_table("works")
    op.rename_table("works_anew", "works")
    _index_works(second=second)


def _columns(*, second: bool) -> list[sa.Column[Any]]:
    def words(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Text(), server_default="", nullable=False)

    columns: list[sa.Column[Any]] = [
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        words("title"),
        words("creator"),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        words("identifier"),
        sa.Column("run", sa.String(length=100), server_default="", nullable=False),
        sa.Column("source_type", sa.String(length=80), server_default="", nullable=False),
        words("licence"),
        words("credit"),
        words("rights_url"),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        *(sa.Column(key, sa.String(length=67), nullable=second) for key in _KEYS),
        *(
            sa.Column(name, sa.String(length=length), nullable=second)
            for name, length in _PRINTS.items()
        ),
        words("swatches"),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("favourite", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("shuffle", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=True),
        words("prompt"),
        words("tags"),
        sa.Column("recipe", sa.Text(), nullable=True),
    ]
    return columns + _new_columns() if second else columns


def _new_columns() -> list[sa.Column[Any]]:
    def words(name: str) -> sa.Column[Any]:
        return sa.Column(name, sa.Text(), server_default="", nullable=False)

    return [
        words("date_text"),
        sa.Column("year_from", sa.Integer(), nullable=True),
        sa.Column("year_to", sa.Integer(), nullable=True),
        *(words(name) for name in _WORDS[1:]),
        sa.Column("extra", sa.Text(), nullable=True),
    ]


def _index_works(*, second: bool) -> None:
    for column in _PARTLY:
        condition = sa.text(f"{column} IS NOT NULL") if second else None
        op.create_index(
            f"ix_works_{column}",
            "works",
            [column],
            sqlite_where=condition,
            postgresql_where=condition,
        )
    indexes = {
        "ix_works_favourite_added": ["favourite", "standing", "added_at", "id"],
        "ix_works_run_identifier": ["run", "identifier"],
        "ix_works_standing_added": ["standing", "added_at", "id"],
        "ix_works_standing_origin_added": ["standing", "origin", "added_at", "id"],
        "ix_works_standing_shuffle": ["standing", "shuffle", "id"],
    }
    for name, columns in indexes.items():
        op.create_index(name, "works", columns)
    op.create_index(
        "uq_works_identifier",
        "works",
        ["origin", "source", "identifier"],
        unique=True,
        sqlite_where=sa.text("identifier <> ''"),
        postgresql_where=sa.text("identifier <> ''"),
    )


def _alter_works() -> None:
    for column in _new_columns():
        op.add_column("works", column)
    for name in (*_KEYS, *_PRINTS):
        op.alter_column("works", name, nullable=True)
    for column_name in _PARTLY:
        op.drop_index(f"ix_works_{column_name}", "works")
        op.create_index(
            f"ix_works_{column_name}",
            "works",
            [column_name],
            postgresql_where=sa.text(f"{column_name} IS NOT NULL"),
        )


def _make_finds() -> None:
    op.create_table(
        "acquisitions",
        sa.Column("id", sa.String(length=100), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("listed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("began_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acquisitions")),
    )
    op.create_index(op.f("ix_acquisitions_began_at"), "acquisitions", ["began_at"])
    op.create_table(
        "finds",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.Text(), server_default="", nullable=False)
            for name in ("url", "page", "facts", "licence", "credit", "rights_url", "revision")
        ),
        sa.Column("media_type", sa.String(length=255), server_default="", nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("work", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_try", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("validator", sa.Text(), server_default="", nullable=False),
        sa.Column("run", sa.String(length=100), server_default="", nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finds")),
        sa.UniqueConstraint("source", "identifier", name=op.f("uq_finds_source_identifier")),
        _of_work("finds"),
        sqlite_autoincrement=True,
    )
    has_work = sa.text("work IS NOT NULL")
    op.create_index(
        "ix_finds_work", "finds", ["work"], sqlite_where=has_work, postgresql_where=has_work
    )
    op.create_index("ix_finds_due", "finds", ["run", "state", "next_try", "id"])


def _make_findings() -> None:
    op.create_table(
        "captions",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("work", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.Text(), server_default="", nullable=False)
            for name in ("title", "text", "tags")
        ),
        sa.Column("maker", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=255), server_default="", nullable=False),
        *_told(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captions")),
        sa.UniqueConstraint(
            "work", "maker", "version", name=op.f("uq_captions_work_maker_version")
        ),
        _of_work("captions"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "labels",
        sa.Column("work", sa.Integer(), nullable=False),
        sa.Column("label_set", sa.String(length=100), nullable=False),
        sa.Column("label_source", sa.String(length=16), nullable=False),
        sa.Column("label", sa.String(length=255), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=False),
        *_told(),
        _of_work("labels"),
        sa.PrimaryKeyConstraint(
            "work", "label_set", "label_source", "label", name=op.f("pk_labels")
        ),
    )
    op.create_index("ix_labels_label_set_label", "labels", ["label_set", "label", "work"])
    op.create_table(
        "scores",
        sa.Column("work", sa.Integer(), nullable=False),
        sa.Column("scorer", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        *_told(),
        _of_work("scores"),
        sa.PrimaryKeyConstraint("work", "scorer", "name", name=op.f("pk_scores")),
    )
    op.create_index("ix_scores_name_value", "scores", ["scorer", "name", "value", "work"])
    _make_duplicates()


def _make_duplicates() -> None:
    op.create_table(
        "duplicates",
        sa.Column("work", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("method", sa.String(length=40), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("by_person", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        _of_work("duplicates"),
        sa.PrimaryKeyConstraint("work", name=op.f("pk_duplicates")),
    )
    op.create_index(op.f("ix_duplicates_group_id"), "duplicates", ["group_id"])
    op.create_table(
        "not_duplicates",
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("second", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        _of_work("not_duplicates", "first"),
        _of_work("not_duplicates", "second"),
        sa.PrimaryKeyConstraint("first", "second", name=op.f("pk_not_duplicates")),
    )
    op.create_index(op.f("ix_not_duplicates_second"), "not_duplicates", ["second"])


def _told() -> list[sa.Column[Any]]:
    return [
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
    ]


def _of_work(table: str, column: str = "work") -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], ["works.id"], name=op.f(f"fk_{table}_{column}"))
