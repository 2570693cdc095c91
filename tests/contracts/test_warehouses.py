"""What every warehouse owes an export (collect/export/warehouse.py), asked of each alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from gesso.collect.export.tables.column import Column, Row, Table
from gesso.collect.export.tables.tables import DELETIONS, TABLES
from gesso.collect.export.tables.validate import RowChecker
from gesso.collect.export.warehouse import WAREHOUSES, Delivery, Mark
from gesso.core.errors import InputError, Interrupted

from .warehouse_rows import ROWS, WORKS, Opening

_VALUES: dict[str, Any] = {
    "string": "naïve 🎨 =cmd|' /C calc'!A0\n\"quoted\"",
    "integer": 2**53 - 1,
    "number": 0.1,
    "boolean": True,
    "timestamp": "2026-03-01T12:00:01.5Z",
    "json": {"a": [1, {"b": None}]},
}


@pytest.fixture(params=ROWS)
def opening(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opening]:
    with ROWS[request.param](tmp_path) as opened:
        yield opened


def work(uid: str, seq: int, title: str) -> Row:
    """A row with a value in every column, which fits its table."""
    row = _filled(WORKS.columns) | {"uid": uid, "updated_seq": seq, "title": title}
    assert RowChecker(WORKS).problems(row) == []
    return row


def _filled(columns: Sequence[Column]) -> Row:
    return {column.name: _value(column) for column in columns}


def _value(column: Column) -> Any:
    one = _filled(column.columns) if column.kind == "record" else _VALUES[column.kind]
    return [one, one] if column.repeated else one


def gone(uid: str, seq: int) -> Row:
    return {"uid": uid, "updated_seq": seq, "table": "works"}


def delivery(
    after: int, *works: Row, deletions: Sequence[Row] = (), upto: int = 0, studio: str = "s"
) -> Delivery:
    told = {"works": works, "deletions": deletions}
    last = max((row["updated_seq"] for rows in told.values() for row in rows), default=after)

    def rows(table: Table) -> Iterator[Row]:
        return iter(told.get(table.name, ()))

    return Delivery(studio, after, upto or last, (*TABLES, DELETIONS), rows)


FIRST = (work("1", 1, "One"), work("2", 2, "Two"), work("3", 3, "Three"))


def test_every_warehouse_is_held_to_these_claims() -> None:
    assert set(WAREHOUSES.names()) == set(ROWS)


def test_a_new_one_holds_nothing_of_anybody(opening: Opening) -> None:
    assert opening.open().mark() == Mark("", 0)
    assert opening.works() == {}


def test_what_was_taken_in_is_there_for_the_next_process(opening: Opening) -> None:
    loaded = opening.open().load(delivery(0, *FIRST))

    assert opening.works() == {"1": "One", "2": "Two", "3": "Three"}
    assert opening.open().mark() == Mark("s", 3)
    assert loaded.rows["works"] == 3
    assert sum(loaded.rows.values()) == 3
    assert loaded.place
    assert loaded.written > 0


def test_later_rows_take_the_place_of_earlier_ones_and_deletions_take_them_away(
    opening: Opening,
) -> None:
    opening.open().load(delivery(0, *FIRST))
    opening.open().load(
        delivery(3, work("2", 4, "Two anew"), work("4", 6, "Four"), deletions=[gone("1", 5)])
    )

    assert opening.works() == {"2": "Two anew", "3": "Three", "4": "Four"}
    assert opening.open().mark() == Mark("s", 6)


def test_the_same_delivery_twice_changes_nothing(opening: Opening) -> None:
    later = delivery(3, work("2", 4, "Two anew"), deletions=[gone("1", 5)])
    opening.open().load(delivery(0, *FIRST))

    for _ in range(2):
        opening.open().load(later)
        assert opening.works() == {"2": "Two anew", "3": "Three"}
        assert opening.open().mark() == Mark("s", 5)


def test_what_was_deleted_may_come_back(opening: Opening) -> None:
    opening.open().load(delivery(0, *FIRST))
    opening.open().load(delivery(3, deletions=[gone("1", 4)]))
    opening.open().load(delivery(4, work("1", 5, "One again")))

    assert opening.works() == {"1": "One again", "2": "Two", "3": "Three"}


@pytest.mark.parametrize("after", [0, 3])
def test_a_delivery_that_breaks_off_leaves_it_as_it_was(opening: Opening, after: int) -> None:
    opening.open().load(delivery(0, *FIRST))

    def rows(table: Table) -> Iterator[Row]:
        if table.name == "works":
            yield work("9", 9, "Nine")
            raise Interrupted("Stopped in the midst.")

    with pytest.raises(Interrupted):
        opening.open().load(Delivery("s", after, 9, (*TABLES, DELETIONS), rows))

    assert opening.works() == {"1": "One", "2": "Two", "3": "Three"}
    assert opening.open().mark() == Mark("s", 3)
    opening.open().load(delivery(3, work("9", 9, "Nine")))
    assert opening.works()["9"] == "Nine"


def test_everything_from_the_beginning_leaves_nothing_of_before(opening: Opening) -> None:
    opening.open().load(delivery(0, *FIRST))
    opening.open().load(delivery(0, work("7", 2, "Seven"), studio="another"))

    assert opening.works() == {"7": "Seven"}
    assert opening.open().mark() == Mark("another", 2)


def test_a_delivery_of_nothing_moves_the_mark(opening: Opening) -> None:
    opening.open().load(delivery(0, *FIRST))
    opening.open().load(delivery(3, upto=8))

    assert len(opening.works()) == 3
    assert opening.open().mark() == Mark("s", 8)


def test_what_belongs_to_somebody_else_is_refused(opening: Opening) -> None:
    opening.spoil()

    with pytest.raises(InputError) as told:
        opening.open().mark()
    assert told.value.advice
