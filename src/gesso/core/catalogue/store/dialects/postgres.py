"""What only Postgres has: words as a column of its own kind, triggers in its own language.

The tables come from the same history as everywhere. These come after them, each time the history
has moved, and may be said any number of times.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import Connection, text

from gesso.core.catalogue.store.dialects.sqlite import FACETS
from gesso.core.catalogue.store.tables.outbox import ANNOUNCED, key_of

# ruff: noqa: S608 - the statements are put together from constants of this file alone

_CLASSES = {
    "A": ("title",),
    "B": ("creator", "tags", "style"),
    "C": ("caption", "medium", "kind", "place"),
    "D": ("prompt", "text"),
}
"""The columns whose words are searched, by the class of their weight: title says most."""
_WEIGHTS = "{0.125, 0.25, 0.45, 1.0}"  # of D, C, B and A: as near as four come to SQLite's ten

# Stemmed like the words of SQLite, and none left out: "the" can be searched for as well.
_LANGUAGE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_ts_config WHERE cfgname = 'gesso'
                   AND cfgnamespace = current_schema()::regnamespace) THEN
        CREATE TEXT SEARCH DICTIONARY gesso_stem (TEMPLATE = snowball, LANGUAGE = english);
        CREATE TEXT SEARCH CONFIGURATION gesso (COPY = pg_catalog.simple);
        ALTER TEXT SEARCH CONFIGURATION gesso ALTER MAPPING FOR
            asciiword, word, asciihword, hword, hword_asciipart, hword_part
            WITH gesso_stem;
    END IF;
END $$
"""


def _plain(column: str) -> str:
    """A column's words without accents, as an expression that never changes its mind."""
    return (
        "regexp_replace(regexp_replace("
        f"normalize({column}, NFKD), '[\\u0300-\\u036f]', '', 'g'), '[-_/.@:]', ' ', 'g')"
    )


def _words() -> str:
    parts = [
        f"setweight(to_tsvector('gesso', {_plain(column)}), '{weight}')"
        for weight, columns in _CLASSES.items()
        for column in columns
    ]
    return " || ".join(parts)


_COLUMN = (
    "ALTER TABLE works ADD COLUMN IF NOT EXISTS words tsvector "
    f"GENERATED ALWAYS AS ({_words()}) STORED"
)
_INDEX = "CREATE INDEX IF NOT EXISTS ix_works_words ON works USING gin (words)"

# Lengths are the tables' notes for people; SQLite holds nobody to them, and so nobody is here.
_LENGTHS = """
DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = current_schema() AND data_type = 'character varying' LOOP
        EXECUTE format('ALTER TABLE %I ALTER COLUMN %I TYPE text', one.table_name, one.column_name);
    END LOOP;
END $$
"""


def _facets(row: str, change: int) -> str:
    def of(expression: str) -> str:
        return re.sub(
            r"\b(year_from|source|origin|licence|kind|style|place)\b", rf"{row}.\1", expression
        )

    values = ", ".join(f"('{facet}', {of(expression)})" for facet, expression in FACETS.items())
    return (
        "INSERT INTO facet_counts(facet, value, standing, count) "
        f"SELECT facet, value, {row}.standing, {change} "
        f"FROM (VALUES {values}) AS told(facet, value) WHERE value <> '' "
        "ON CONFLICT (facet, value, standing) "
        f"DO UPDATE SET count = facet_counts.count + {change};"
    )


def _counts(row: str, change: int) -> str:
    return (
        "INSERT INTO work_counts(origin, source, standing, count) "
        f"VALUES ({row}.origin, {row}.source, {row}.standing, {change}) "
        "ON CONFLICT (origin, source, standing) "
        f"DO UPDATE SET count = work_counts.count + {change}; {_facets(row, change)}"
    )


_COUNTING = f"""
CREATE OR REPLACE FUNCTION works_counted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF TG_OP <> 'INSERT' THEN {_counts("OLD", -1)} END IF;
    IF TG_OP <> 'DELETE' THEN {_counts("NEW", 1)} END IF;
    RETURN NULL;
END $$
"""
_COUNTED_BY = "origin, source, standing, licence, kind, style, place, year_from"


def _announcing(table: str, kind: str, columns: tuple[str, ...]) -> tuple[str, ...]:
    def note(row: str) -> str:
        key = key_of(row, columns)
        return (
            f"INSERT INTO outbox(kind, key) VALUES ('{kind}', {key}) "
            "ON CONFLICT (kind, key) DO UPDATE SET seq = nextval('outbox_seq_seq');"
        )

    return (
        (
            f"CREATE OR REPLACE FUNCTION {table}_announced() RETURNS trigger LANGUAGE plpgsql "
            f"AS $$ BEGIN IF TG_OP = 'DELETE' THEN {note('OLD')} ELSE {note('NEW')} END IF; "
            "RETURN NULL; END $$"
        ),
        *_trigger(
            f"{table}_announced",
            f"AFTER INSERT OR UPDATE OR DELETE ON {table}",
            f"{table}_announced",
        ),
    )


def _trigger(name: str, when: str, function: str) -> tuple[str, str]:
    table = when.rpartition(" ")[2]
    return (
        f"DROP TRIGGER IF EXISTS {name} ON {table}",
        f"CREATE TRIGGER {name} {when} FOR EACH ROW EXECUTE FUNCTION {function}()",
    )


STATEMENTS: tuple[str, ...] = (
    _LENGTHS,
    _LANGUAGE,
    _COLUMN,
    _INDEX,
    _COUNTING,
    *_trigger(
        "works_counted",
        f"AFTER INSERT OR DELETE OR UPDATE OF {_COUNTED_BY} ON works",
        "works_counted",
    ),
    *(said for table, kind, columns in ANNOUNCED for said in _announcing(table, kind, columns)),
)
"""In the order in which they are said, once the tables stand."""


_CLAIMED = "hashtextextended('gesso ' || current_schema() || ' ' || :name, 0)"
CLAIM = text(f"SELECT pg_try_advisory_lock({_CLAIMED})")
"""Holds a name for this connection; true when nobody else does."""

LET_GO = text(f"SELECT pg_advisory_unlock({_CLAIMED})")
"""Lets go of a name."""

# The server lists a lock of 64 bits in two halves; the last column tells it from one of two keys.
IS_CLAIMED = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks, "
    f"(SELECT {_CLAIMED} AS wanted) AS asked "
    "WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND classid::bigint = (wanted >> 32) & 4294967295 "
    "AND objid::bigint = wanted & 4294967295)"
)
"""Whether any connection holds a name."""


def ranked(connection: Connection, terms: Sequence[str], most: int) -> list[tuple[int, float]]:
    """Works with all these words, the last of which may be the beginning of one.

    Args:
        connection: a reading one.
        terms: words and nothing else; a last one of one letter begins no other.
        most: of these many newest matches.

    Returns:
        (number, rank) of each, a higher rank for a better match, in no order.
    """
    plain = [part for term in terms for part in _unaccented(term).replace("_", " ").split()]
    if not plain:
        return []
    wanted = " & ".join(f"'{term}'" for term in plain) + (":*" if len(plain[-1]) > 1 else "")
    asked = text(
        f"SELECT id, ts_rank('{_WEIGHTS}', words, wanted) "
        "FROM works, to_tsquery('gesso', :wanted) AS wanted "
        "WHERE words @@ wanted ORDER BY id DESC LIMIT :most"
    ).bindparams(wanted=wanted, most=most)
    return [(row[0], float(row[1])) for row in connection.execute(asked)]


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
    asked = [[known for phrase in group if (known := _phrase(phrase))] for group in groups]
    if not asked or not all(asked):
        return []
    conditions = ["words @@ wanted"]
    if columns:
        told = " || ".join(f"to_tsvector('gesso', {_plain(column)})" for column in columns)
        conditions.append(f"({told}) @@ wanted")
    values: dict[str, object] = {
        "wanted": " & ".join(f"({' | '.join(group)})" for group in asked),
        "most": most,
    }
    if before is not None:
        conditions.append("id < :before")
        values["before"] = before
    if within is not None:
        conditions.append("id = ANY(:within)")
        values["within"] = list(within)
    said = text(
        "SELECT id FROM works, to_tsquery('gesso', :wanted) AS wanted "
        f"WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT :most"
    )
    return [row[0] for row in connection.execute(said, values)]


def _phrase(phrase: str) -> str:
    """A phrase as Postgres writes one; "" for one without a word in it."""
    found = re.findall(r"[^\W_]+", _unaccented(phrase))
    end = ":*" if found and phrase.endswith("*") else ""
    return " <-> ".join(f"'{word}'" for word in found) + end


def faults(connection: Connection) -> list[str]:
    """What the database itself finds wrong with it: triggers that were taken away."""
    there = set(
        connection.scalars(
            text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        )
    )
    wanted = ["works_counted", *(f"{table}_announced" for table, _, _ in ANNOUNCED)]
    return [f"the trigger {name} is missing." for name in wanted if name not in there]


def _unaccented(term: str) -> str:
    decomposed = unicodedata.normalize("NFKD", term)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))
