"""Every row is held against its table; what does not fit is told by its place."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from gesso.collect.export.tables.column import Row, Table, many, maybe, needed, records
from gesso.collect.export.tables.published import schema_of
from gesso.collect.export.tables.validate import RowChecker

TABLE = Table(
    "t",
    "t",
    (
        needed("uid", "string"),
        needed("count", "integer"),
        maybe("weight", "number"),
        maybe("when", "timestamp"),
        maybe("more", "json"),
        needed("is_so", "boolean"),
        many("tags", "string"),
        records("parts", needed("share", "number"), many("names", "string")),
    ),
)
SOUND: Row = {
    "uid": "1",
    "count": 2,
    "weight": 0.5,
    "when": "2026-03-01T12:00:01.5Z",
    "more": {"a": [1, None, "x", {"b": True}]},
    "is_so": False,
    "tags": ["a"],
    "parts": [{"share": 1, "names": []}],
}

BAD: list[tuple[dict[str, Any], str]] = [
    ({"uid": None}, "'uid' is required and is missing"),
    ({"uid": 1}, "'uid' is 1, not text that UTF-8 can hold"),
    ({"uid": "\ud800"}, "'uid' is '\\ud800', not text that UTF-8 can hold"),
    ({"count": "2"}, "'count' is '2', not an integer of 64 bits"),
    ({"count": True}, "'count' is True, not an integer of 64 bits"),
    ({"count": 2**63}, "'count' is 9223372036854775808, not an integer of 64 bits"),
    ({"weight": float("nan")}, "'weight' is nan, not a finite number"),
    ({"when": "2026-03-01 12:00"}, "'when' is '2026-03-01 12:00', not a time in UTC like"),
    ({"more": '{"a": 1}'}, "'more' is '{\"a\": 1}', not an object or a list"),
    ({"more": {"a": float("inf")}}, "not an object or a list"),
    ({"is_so": 1}, "'is_so' is 1, not true or false"),
    ({"tags": None}, "'tags' is missing, not a list"),
    ({"tags": "a"}, "'tags' is 'a', not a list"),
    ({"tags": ["a", None]}, "'tags[1]' is missing, not text"),
    ({"parts": [{"share": "x", "names": []}]}, "'parts[0].share' is 'x', not a finite number"),
    ({"parts": [{"names": []}]}, "'parts[0].share' is required and is missing"),
    ({"parts": [{"share": 1, "names": [2]}]}, "'parts[0].names[0]' is 2, not text"),
    ({"parts": [7]}, "'parts[0]' is 7, not a record"),
    ({"more_of_it": 1}, "'more_of_it' is no column"),
]


def test_a_sound_row_has_no_problem() -> None:
    assert RowChecker(TABLE).problems(SOUND) == []
    jsonschema.Draft202012Validator(schema_of(TABLE)).validate(SOUND)


@pytest.mark.parametrize("name", ["weight", "when", "more"])
def test_what_may_be_null_may_be_missing(name: str) -> None:
    assert RowChecker(TABLE).problems(SOUND | {name: None}) == []


@pytest.mark.parametrize(("change", "told"), BAD)
def test_what_does_not_fit_is_told(change: dict[str, Any], told: str) -> None:
    (problem,) = RowChecker(TABLE).problems(SOUND | change)

    assert told in problem


def test_the_schema_refuses_what_the_check_refuses() -> None:
    checker = jsonschema.Draft202012Validator(schema_of(TABLE))
    # What JSON cannot even hold is no matter of a schema.
    held = [change for change, _ in BAD if "\\ud800" not in ascii(change)]
    held = [change for change in held if "nan" not in str(change) and "inf" not in str(change)]

    for change in held:
        assert not checker.is_valid(SOUND | change), change


def test_a_long_value_is_cut_in_the_telling() -> None:
    (problem,) = RowChecker(TABLE).problems(SOUND | {"count": "x" * 10_000})

    assert len(problem) < 130


def test_a_row_with_many_faults_tells_ten() -> None:
    row = SOUND | {"tags": list(range(1000))}

    assert len(RowChecker(TABLE).problems(row)) == 10
