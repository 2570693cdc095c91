"""What only SQLite has: word search by FTS5, and triggers that keep counts and words in step.

FTS5 stands beside the works as an external-content table (contentless_delete would need
SQLite 3.43). Another database would bring its own of these, under the same names. The history
makes them; a test holds that the two are the same.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

from sqlalchemy import Connection, text

from gesso.core.catalogue.store.tables.outbox import ANNOUNCED, key_of

# ruff: noqa: S608 - the statements are put together from constants of this file alone

WORD_WEIGHTS = {
    "title": 8,
    "creator": 3,
    "tags": 4,
    "prompt": 1,
    "text": 1,
    "caption": 2,
    "medium": 2,
    "kind": 2,
    "style": 3,
    "place": 2,
}
"""The columns whose words are searched, and what a word in each says: bm25's weights."""

FACETS = {
    "source": "source",
    "origin": "origin",
    "licence": "licence",
    "kind": "kind",
    "style": "style",
    "place": "place",
    # The decade that a year lies in, also before our era: 1665 in 1660, -5 in -10.
    "decade": "CAST(year_from - ((year_from % 10) + 10) % 10 AS TEXT)",
}
"""What works are counted by, and where its value comes from."""

# Of thirty columns these are 3,000 values; SQLite takes 32,766 in a statement since 3.32.
_AT_ONCE = 100
_WIDE_KB = 32_000

_COLUMNS = ", ".join(WORD_WEIGHTS)
_WORDS = (
    f"CREATE VIRTUAL TABLE works_fts USING fts5({_COLUMNS}, content='works', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 2', prefix='2 3')"
)
# A row here says that this transaction brings in many works and does its own counting: FTS5
# writes its words to the disk after every row that a trigger hands over, ten times dearer than
# all rows at once. No other connection ever sees it.
_ARRIVING = "CREATE TABLE works_arriving (first INTEGER NOT NULL)"


def _of(row: str, expression: str) -> str:
    for column in ("year_from", "source", "origin", "licence", "kind", "style", "place"):
        expression = expression.replace(column, f"{row}.{column}")
    return expression


def _facets(row: str, change: int) -> str:
    values = " UNION ALL ".join(
        f"SELECT '{facet}' AS facet, {_of(row, expression)} AS value"
        for facet, expression in FACETS.items()
    )
    return (
        "INSERT INTO facet_counts(facet, value, standing, count) "
        f"SELECT facet, value, {row}.standing, {change} FROM ({values}) WHERE value <> '' "
        f"ON CONFLICT(facet, value, standing) DO UPDATE SET count = count + {change};"
    )


_ADD = (
    f"INSERT INTO works_fts(rowid, {_COLUMNS}) "
    f"VALUES (new.id, {', '.join(f'new.{name}' for name in WORD_WEIGHTS)});"
)
_DROP = (
    f"INSERT INTO works_fts(works_fts, rowid, {_COLUMNS}) "
    f"VALUES ('delete', old.id, {', '.join(f'old.{name}' for name in WORD_WEIGHTS)});"
)
_COUNT_NEW = (
    "INSERT INTO work_counts(origin, source, standing, count) "
    "VALUES (new.origin, new.source, new.standing, 1) "
    "ON CONFLICT(origin, source, standing) DO UPDATE SET count = count + 1; "
    f"{_facets('new', 1)}"
)
_COUNT_OLD = (
    "UPDATE work_counts SET count = count - 1 "
    "WHERE origin = old.origin AND source = old.source AND standing = old.standing; "
    f"{_facets('old', -1)}"
)


def _announced(table: str, kind: str, columns: tuple[str, ...], event: str) -> str:
    """A trigger that puts a row into the outbox, or moves it to its end."""
    key = key_of("old" if event == "DELETE" else "new", columns)
    many = " WHEN NOT EXISTS (SELECT 1 FROM works_arriving)"
    # Deleted and added, not replaced: the conflict clause of the outer statement would win here.
    return (
        f"CREATE TRIGGER {table}_{event.lower()}_announced AFTER {event} ON {table}"
        f"{many if (table, event) == ('works', 'INSERT') else ''} BEGIN "
        f"DELETE FROM outbox WHERE kind = '{kind}' AND key = {key}; "
        f"INSERT INTO outbox(kind, key) VALUES ('{kind}', {key}); END"
    )


STATEMENTS: tuple[str, ...] = (
    _WORDS,
    _ARRIVING,
    (
        "CREATE TRIGGER works_added AFTER INSERT ON works "
        f"WHEN NOT EXISTS (SELECT 1 FROM works_arriving) BEGIN {_ADD} {_COUNT_NEW} END"
    ),
    f"CREATE TRIGGER works_removed AFTER DELETE ON works BEGIN {_DROP} {_COUNT_OLD} END",
    f"CREATE TRIGGER works_reworded AFTER UPDATE OF {_COLUMNS} ON works BEGIN {_DROP} {_ADD} END",
    (
        "CREATE TRIGGER works_moved AFTER UPDATE OF origin, source, standing, licence, kind, "
        f"style, place, year_from ON works BEGIN {_COUNT_OLD} {_COUNT_NEW} END"
    ),
    *(
        _announced(table, kind, columns, event)
        for table, kind, columns in ANNOUNCED
        for event in ("INSERT", "UPDATE", "DELETE")
    ),
)
"""In the order in which they are made, once `works`, `work_counts` and `facet_counts` stand."""


def _counted(table: str, names: str, values: str, grouped: str) -> str:
    return (
        f"INSERT INTO {table}({names}, count) SELECT {values}, count(*) FROM works "
        f"WHERE id >= :first {grouped} ON CONFLICT({names}) DO UPDATE SET "
        "count = count + excluded.count"
    )


BEFORE_MANY = (
    "INSERT INTO works_arriving(first) "
    "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'works'"
)
"""Said once before many works are inserted in one transaction."""

FIRST_OF_MANY = "SELECT first FROM works_arriving"
"""The number from which on the works of this transaction are."""

AFTER_MANY: tuple[str, ...] = (
    # Of so many works the words are put in order in memory once, not in ten parts that have to be
    # merged and that a search has to look through.
    "INSERT INTO works_fts(works_fts, rank) VALUES ('hashsize', 8000000)",
    f"INSERT INTO works_fts(rowid, {_COLUMNS}) SELECT id, {_COLUMNS} FROM works WHERE id >= :first",
    _counted(
        "work_counts",
        "origin, source, standing",
        "origin, source, standing",
        "GROUP BY origin, source, standing",
    ),
    *(
        _counted(
            "facet_counts",
            "facet, value, standing",
            f"'{facet}', {expression}, standing",
            f"AND {expression} <> '' GROUP BY {expression}, standing",
        )
        for facet, expression in FACETS.items()
    ),
    (
        "INSERT INTO outbox(kind, key) "
        "SELECT 'work', CAST(id AS TEXT) FROM works WHERE id >= :first ORDER BY id"
    ),
    "DELETE FROM works_arriving",
)
"""Said once after them, with the number of `FIRST_OF_MANY`: words and counts for all of them."""


def insert_many(
    connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, a hundred with one statement.

    A statement that triggers follow keeps a journal of its own, to be undone by itself: for each
    row it would take as long as the row.

    Args:
        connection: a writing one.
        table: by its name.
        columns: theirs.
        rows: values in the order of `columns`, as the driver takes them.
    """
    one = f"({', '.join('?' * len(columns))})"
    head = f"INSERT INTO {table}({', '.join(columns)}) VALUES "
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        values = tuple(chain.from_iterable(some))
        connection.exec_driver_sql(head + ", ".join([one] * len(some)), values)


@contextmanager
def wide(connection: Connection) -> Iterator[None]:
    """Give this connection more room for pages: rows that come in many touch every index."""
    before = connection.exec_driver_sql("PRAGMA cache_size").scalar_one()
    connection.exec_driver_sql(f"PRAGMA cache_size=-{_WIDE_KB}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA cache_size={before}")


CHECK_WORDS = "INSERT INTO works_fts(works_fts, rank) VALUES ('integrity-check', 1)"
"""Fails with a database error when the words are not those of the works."""

_WORD_PARTS = ("data", "idx", "docsize", "config")
"""The tables in which FTS5 keeps its index."""

REWORD = "INSERT INTO works_fts(works_fts) VALUES ('rebuild')"
"""Puts the words of all works together anew."""

TRUE_FACETS = " UNION ALL ".join(
    f"SELECT '{facet}' AS facet, {expression} AS value, standing, count(*) AS count FROM works "
    f"WHERE {expression} <> '' GROUP BY {expression}, standing"
    for facet, expression in FACETS.items()
)
"""What `facet_counts` should hold, counted from the works themselves."""


def ranked(connection: Connection, terms: Sequence[str], most: int) -> list[tuple[int, float]]:
    """Works with all these words, the last of which may be the beginning of one.

    Those come first whose title, creator, tags and style have the words, then those that mention
    them. FTS5's own bm25 counts every match of every word before it ranks one, which takes half
    a second at a million works.

    Args:
        connection: a reading one.
        terms: words and nothing else; a last one of one letter begins no other.
        most: of these many newest matches.

    Returns:
        (number, rank) of each, a higher rank for a better match, in no order.
    """
    said = " ".join(f'"{term}"' for term in terms) + ("*" if len(terms[-1]) > 1 else "")
    found = [row[0] for row in connection.execute(_MATCHES, {"match": said, "most": most})]
    if not found:
        return []
    asked = {"match": f"{{{_TELLING}}} : ({said})", "least": found[-1]}
    telling = {row[0] for row in connection.execute(_MATCHES_FROM, asked)}
    return [(work, 4.0 if work in telling else 1.0) for work in found]


_MATCHES = text(
    "SELECT rowid FROM works_fts WHERE works_fts MATCH :match ORDER BY rowid DESC LIMIT :most"
)
_MATCHES_FROM = text("SELECT rowid FROM works_fts WHERE works_fts MATCH :match AND rowid >= :least")
_TELLING = "title creator tags style"


def matching(
    connection: Connection,
    groups: Sequence[Sequence[str]],
    columns: Sequence[str],
    *,
    most: int,
    before: int | None,
    within: Sequence[int] | None,
) -> list[int]:
    """Numbers of works in which every group has a phrase that occurs; see `Database.matching`."""
    said = " AND ".join(f"({' OR '.join(map(_phrase, phrases))})" for phrases in groups)
    match = f"{{{' '.join(columns)}}} : ({said})" if columns else said
    bounds = "" if before is None else " AND rowid < :before"
    if within is not None:
        bounds += " AND rowid IN (SELECT value FROM json_each(:within))"
    asked = text(
        f"SELECT rowid FROM works_fts WHERE works_fts MATCH :match{bounds} "
        "ORDER BY rowid DESC LIMIT :most"
    )
    values: dict[str, object] = {"match": match, "most": most}
    if before is not None:
        values["before"] = before
    if within is not None:
        values["within"] = json.dumps(list(within))
    return [row[0] for row in connection.execute(asked, values)]


def _phrase(phrase: str) -> str:
    star = "*" if phrase.endswith("*") else ""
    return f'"{phrase.removesuffix("*").replace(chr(34), " ")}"{star}'


def faults(connection: Connection) -> list[str]:
    """What the database itself finds wrong with it, a sentence each."""
    told = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    return [f"{line}." for line in told if line != "ok"] + [
        f"a row of {row[0]} names a {row[2]} that is not there." for row in loose
    ]


def check_words(connection: sqlite3.Connection) -> None:
    """Hold the word search against the works; it holds up nobody, and changes nothing.

    Raises:
        DatabaseError: of sqlite3: they are not in step.
    """
    _copy_words(connection)
    connection.execute(CHECK_WORDS.replace("works_fts", "copied.works_fts", 1))


def _copy_words(connection: sqlite3.Connection) -> None:
    """Copy the word search, and the words it is of, into a database of this connection alone.

    Its own check is an INSERT, which would hold up every writer for as long as it reads.
    """
    connection.execute("ATTACH '' AS copied")
    connection.execute("BEGIN")
    made = "SELECT sql FROM main.sqlite_master WHERE name = 'works_fts'"
    ((statement,),) = connection.execute(made).fetchall()
    named = connection.execute("SELECT name FROM pragma_table_info('works_fts')").fetchall()
    columns = ", ".join(name for (name,) in named)
    connection.execute(f"CREATE TABLE copied.works (id INTEGER PRIMARY KEY, {columns})")
    connection.execute(f"INSERT INTO copied.works SELECT id, {columns} FROM main.works")
    connection.execute(statement.replace("works_fts", "copied.works_fts", 1))
    for part in _WORD_PARTS:
        connection.execute(f"DELETE FROM copied.works_fts_{part}")
        connection.execute(
            f"INSERT INTO copied.works_fts_{part} SELECT * FROM main.works_fts_{part}"
        )
    connection.execute("COMMIT")
