"""The tables of what is said of works: captions, labels, classifiers, scores, marks..."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from gesso.core.catalogue.store.tables.base import UtcTime, metadata, words

captions = Table(
    "captions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("work", Integer, ForeignKey("works.id"), nullable=False),
    words("title"),
    words("text"),
    words("tags"),
    Column("maker", String(100), nullable=False),
    Column("version", String(255), nullable=False, server_default=""),
    Column("made_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("work", "maker", "version"),
    sqlite_autoincrement=True,
)

labels = Table(
    "labels",
    metadata,
    Column("work", Integer, ForeignKey("works.id"), primary_key=True),
    Column("label_set", String(100), primary_key=True),
    Column("label_source", String(16), primary_key=True),
    Column("label", String(255), primary_key=True),
    Column("score", Float, nullable=False),
    Column("decision", String(16), nullable=False),
    Column("made_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_labels_label_set_label", "label_set", "label", "work"),
)

# What was learnt from labels; the newest of a set and kind counts, those before it stay readable.
classifiers = Table(
    "classifiers",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("label_set", String(100), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("space", String(100), nullable=False),
    Column("version", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("report", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_classifiers_label_set", "label_set", "kind", "id"),
    sqlite_autoincrement=True,
)

scores = Table(
    "scores",
    metadata,
    Column("work", Integer, ForeignKey("works.id"), primary_key=True),
    Column("scorer", String(100), primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("value", Float, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_scores_name_value", "scorer", "name", "value", "work"),
)

duplicates = Table(
    "duplicates",
    metadata,
    Column("work", Integer, ForeignKey("works.id"), primary_key=True),
    Column("group_id", Integer, nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("method", String(40), nullable=False),
    Column("score", Float, nullable=False),
    Column("by_person", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcTime, nullable=False),
)

# Pairs that a person has said are two: no machine puts them into one group again.
not_duplicates = Table(
    "not_duplicates",
    metadata,
    Column("first", Integer, ForeignKey("works.id"), primary_key=True),
    Column("second", Integer, ForeignKey("works.id"), primary_key=True, index=True),
    Column("created_at", UtcTime, nullable=False),
)

# By what a work is recognised in another scan. The long bytes stand last: they are seldom read.
marks = Table(
    "marks",
    metadata,
    Column("work", Integer, ForeignKey("works.id"), primary_key=True, autoincrement=False),
    Column("made_by", String(100), nullable=False),
    Column("compared", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcTime, nullable=False),
    Column("vector", LargeBinary, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Column("points", LargeBinary, nullable=False),
    Index("ix_marks_compared", "compared", "work"),
)

studies = Table(
    "studies",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("work", Integer, ForeignKey("works.id"), nullable=False),
    Column("settings_sha256", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Index("ix_studies_work_created", "work", "created_at", "id"),
    sqlite_autoincrement=True,
)
