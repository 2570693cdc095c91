"""Statements that are put together once say what SQLAlchemy would have said each time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.prepared import Prepared
from gesso.core.catalogue.store.tables import blobs, error_logs, works
from gesso.core.catalogue.store.tables.base import UtcTime

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADD = Prepared(insert(blobs))
FIND = Prepared(select(blobs).where(blobs.c.key == bindparam("wanted")))
CHANGE = Prepared(update(blobs).where(blobs.c.key == bindparam("wanted")))
DROP = Prepared(delete(blobs).where(blobs.c.key == bindparam("wanted")))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Catalogue.open(tmp_path / "studio") as catalogue:
        yield catalogue.database


def blob(key: str) -> dict[str, object]:
    return {"key": key, "size_bytes": 3, "media_type": "image/png", "added_at": NOON}


def test_a_row_comes_back_as_it_was_added(database: Database) -> None:
    with database.write() as connection:
        ADD.add(connection, blob("one"))

    with database.read() as connection:
        assert FIND.rows(connection, {"wanted": "one"}) == [blob("one")]
        assert FIND.first(connection, {"wanted": "one"}) == "one"
        assert FIND.first(connection, {"wanted": "two"}) is None
        usual = connection.execute(select(blobs)).mappings().all()
        assert [dict(row) for row in usual] == [blob("one")]


def test_other_columns_make_another_statement_of_it(database: Database) -> None:
    with database.write() as connection:
        ADD.add_all(connection, [blob("one"), blob("two")])
        ADD.add_all(connection, [])

        assert CHANGE.change(connection, {"wanted": "one", "size_bytes": 4}) == 1
        assert CHANGE.change(connection, {"media_type": "image/webp", "wanted": "two"}) == 1
        assert CHANGE.change(connection, {"wanted": "three", "size_bytes": 5}) == 0
        (one,) = FIND.rows(connection, {"wanted": "one"})
        (two,) = FIND.rows(connection, {"wanted": "two"})

    assert (one["size_bytes"], one["media_type"]) == (4, "image/png")
    assert (two["size_bytes"], two["media_type"]) == (3, "image/webp")


def test_what_the_statement_has_itself_counts(database: Database) -> None:
    first = Prepared(select(blobs.c.key).order_by(blobs.c.key).limit(1).offset(1))
    heal = Prepared(update(error_logs).values(recovered=True))
    with database.write() as connection:
        ADD.add_all(connection, [blob("a"), blob("b"), blob("c")])

        assert first.rows(connection, {}) == [{"key": "b"}]
        assert heal.change(connection, {}) == 0


def test_it_is_undone_with_its_transaction(database: Database) -> None:
    with database.write() as connection:
        ADD.add(connection, blob("one"))
    with suppress(LookupError), database.write() as connection:
        DROP.change(connection, {"wanted": "one"})
        raise LookupError

    with database.read() as connection:
        assert FIND.first(connection, {"wanted": "one"}) == "one"


def test_what_is_read_with_it_is_of_one_moment(database: Database) -> None:
    with database.read() as connection:
        assert FIND.first(connection, {"wanted": "one"}) is None
        with database.write() as other:
            ADD.add(other, blob("one"))

        assert FIND.first(connection, {"wanted": "one"}) is None


def test_a_broken_rule_is_the_error_that_sqlalchemy_raises(database: Database) -> None:
    orphan = Prepared(update(works).where(works.c.id == bindparam("wanted")))
    with pytest.raises(IntegrityError), database.write() as connection:
        ADD.add_all(connection, [blob("one"), blob("one")])
    with database.write() as connection:
        assert orphan.change(connection, {"wanted": 1, "blob": "no such"}) == 0


def test_a_new_row_has_the_number_that_it_was_given(database: Database) -> None:
    log = Prepared(insert(error_logs))
    values: dict[str, object] = {}
    for column in error_logs.c:
        if not column.primary_key:
            is_time = isinstance(column.type, UtcTime)
            values[column.name] = NOON if is_time else column.name != "recovered" and "x"
    with database.write() as connection:
        numbers = [log.add(connection, values) for _ in range(2)]
        stored = list(connection.scalars(select(error_logs.c.id).order_by(error_logs.c.id)))

    assert numbers == stored
