"""How the rows of each table are read: keys of the outbox in, rows by key out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, select, tuple_
from sqlalchemy import Table as SqlTable

from gesso.collect.export.tables.column import Row
from gesso.core.catalogue.store.tables import (
    api_calls,
    captions,
    duplicates,
    evaluations,
    iterations,
    labels,
    prompts,
    refined_prompts,
    runs,
    scores,
    works,
)

Reader = Callable[[Connection, Sequence[str]], Mapping[str, Row]]

_NOT_OF_WORKS = {"shuffle"}
_NOT_OF_CALLS = {"key", "request_id", "process"}
_SWATCH = ("lightness", "a", "b", "share")


def time_of(value: datetime | None) -> str | None:
    """A time as rows hold it: UTC, with a Z."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _parsed(text: str | None) -> Any:
    """JSON as itself. What is no JSON stays text, and the check of the row names it."""
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(row: RowMapping) -> Row:
    return {
        name: time_of(value) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def _works(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    numbers = [int(key) for key in keys]
    columns = [column for column in works.c if column.name not in _NOT_OF_WORKS]
    wanted = select(*columns).where(works.c.id.in_(numbers))
    found = {row["id"]: _work(row) for row in connection.execute(wanted).mappings()}
    for name, rows in (
        ("captions", _said(connection, captions, numbers)),
        ("labels", _said(connection, labels, numbers)),
        ("scores", _said(connection, scores, numbers)),
    ):
        for number, row in rows:
            found[number][name].append(row)
    for number, row in _said(connection, duplicates, numbers):
        found[number] |= {f"duplicate_{name}": row[name] for name in ("role", "method", "score")}
        found[number]["duplicate_group"] = row["group_id"]
    return {str(number): row for number, row in found.items()}


def _work(row: RowMapping) -> Row:
    swatches = _parsed(row["swatches"]) or []
    return _plain(row) | {
        "swatches": [dict(zip(_SWATCH, one, strict=False)) for one in swatches],
        "tags": row["tags"].splitlines(),
        "recipe": _parsed(row["recipe"]),
        "extra": _parsed(row["extra"]),
        "prompt": row["prompt"] or None,
        "captions": [],
        "labels": [],
        "scores": [],
    }


def _said(
    connection: Connection, table: SqlTable, numbers: Sequence[int]
) -> Iterator[tuple[int, Row]]:
    """What is said of works, in the order of its keys: (number of the work, row)."""
    columns = [column for column in table.c if column.name not in {"id", "made_by", "by_person"}]
    wanted = select(*columns).where(table.c.work.in_(numbers)).order_by(*table.primary_key)
    for row in connection.execute(wanted).mappings():
        plain = _plain(row)
        if "tags" in plain:
            plain["tags"] = plain["tags"].splitlines()
        yield plain.pop("work"), plain


def _runs(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    rows = connection.execute(select(runs).where(runs.c.id.in_(keys))).mappings()
    return {row["id"]: _plain(row) | {"options": _parsed(row["options"])} for row in rows}


def _prompts(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    columns = [column for column in prompts.c if column.name != "concept_key"]
    is_wanted = tuple_(prompts.c.run, prompts.c.item).in_([_item_of(key) for key in keys])
    parsed = ("concept", "prompt", "settings")
    return {
        f"{row['run']}/{row['item']}": _plain(row) | {name: _parsed(row[name]) for name in parsed}
        for row in connection.execute(select(*columns).where(is_wanted)).mappings()
    }


def _rounds(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    place = (iterations.c.run, iterations.c.item, iterations.c.number)
    refined = (refined_prompts.c.run, refined_prompts.c.item, refined_prompts.c.number)
    wanted = (
        select(
            iterations,
            refined_prompts.c.parent.label("refined_from"),
            refined_prompts.c.refiner,
            refined_prompts.c.reasoning,
        )
        .outerjoin(refined_prompts, tuple_(*place) == tuple_(*refined))
        .where(tuple_(*place).in_([_round_of(key) for key in keys]))
    )
    parsed = ("prompt", "comparison")
    return {
        f"{row['run']}/{row['item']}/{row['number']}": _plain(row)
        | {name: _parsed(row[name]) for name in parsed}
        for row in connection.execute(wanted).mappings()
    }


def _evaluations(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    table = evaluations.c
    is_wanted = tuple_(table.run, table.item, table.number, table.slot).in_(
        [_slot_of(key) for key in keys]
    )
    rows = connection.execute(select(evaluations).where(is_wanted)).mappings()
    return {
        f"{row['run']}/{row['item']}/{row['number']}/{row['slot']}": _plain(row)
        | {"evaluation": _parsed(row["evaluation"])}
        for row in rows
    }


def _calls(connection: Connection, keys: Sequence[str]) -> dict[str, Row]:
    columns = [column for column in api_calls.c if column.name not in _NOT_OF_CALLS]
    wanted = select(*columns).where(api_calls.c.id.in_([int(key) for key in keys]))
    return {str(row["id"]): _plain(row) for row in connection.execute(wanted).mappings()}


def _item_of(key: str) -> tuple[str, str]:
    """The run and the item of a key; only an item's name may hold a slash."""
    run, _, item = key.partition("/")
    return run, item


def _round_of(key: str) -> tuple[str, str, int]:
    above, _, number = key.rpartition("/")
    return (*_item_of(above), int(number))


def _slot_of(key: str) -> tuple[str, str, int, int]:
    above, _, slot = key.rpartition("/")
    return (*_round_of(above), int(slot))


READERS: Mapping[str, Reader] = {
    "work": _works,
    "run": _runs,
    "prompt": _prompts,
    "iteration": _rounds,
    "evaluation": _evaluations,
    "call": _calls,
}
"""By what the outbox calls a change to one of them."""
