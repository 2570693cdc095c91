"""What only SQLite has: word search by FTS5, and triggers that keep counts and words in step.

FTS5 stands beside the works as an external-content table (contentless_delete would need
SQLite 3.43). Another database would bring its own of these, under the same names. The history
makes them; a test holds that the two are the same.
"""

from __future__ import annotations

_WORDS = (
    "CREATE VIRTUAL TABLE works_fts USING fts5("
    "title, creator, tags, prompt, content='works', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')"
)
_COLUMNS = "title, creator, tags, prompt"
_NEW = "new.id, new.title, new.creator, new.tags, new.prompt"
_OLD = "old.id, old.title, old.creator, old.tags, old.prompt"
_ADD = f"INSERT INTO works_fts(rowid, {_COLUMNS}) VALUES ({_NEW});"  # noqa: S608 - constants only
_DROP = (
    f"INSERT INTO works_fts(works_fts, rowid, {_COLUMNS}) "  # noqa: S608 - constants only
    f"VALUES ('delete', {_OLD});"
)
_COUNT_NEW = (
    "INSERT INTO work_counts(origin, source, standing, count) "
    "VALUES (new.origin, new.source, new.standing, 1) "
    "ON CONFLICT(origin, source, standing) DO UPDATE SET count = count + 1;"
)
_COUNT_OLD = (
    "UPDATE work_counts SET count = count - 1 "
    "WHERE origin = old.origin AND source = old.source AND standing = old.standing;"
)

STATEMENTS: tuple[str, ...] = (
    _WORDS,
    f"CREATE TRIGGER works_added AFTER INSERT ON works BEGIN {_ADD} {_COUNT_NEW} END",
    f"CREATE TRIGGER works_removed AFTER DELETE ON works BEGIN {_DROP} {_COUNT_OLD} END",
    f"CREATE TRIGGER works_reworded AFTER UPDATE OF {_COLUMNS} ON works BEGIN {_DROP} {_ADD} END",
    (
        "CREATE TRIGGER works_moved AFTER UPDATE OF origin, source, standing ON works "
        f"BEGIN {_COUNT_OLD} {_COUNT_NEW} END"
    ),
)
"""In the order in which they are made, once `works` and `work_counts` stand."""

CHECK_WORDS = "INSERT INTO works_fts(works_fts, rank) VALUES ('integrity-check', 1)"
"""Fails with a database error when the words are not those of the works."""
