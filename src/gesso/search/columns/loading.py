"""Where the columns come from: which statement, and how its rows become arrays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Column, Connection, Select, select

from gesso.core.catalogue.store.tables import duplicates, evaluations, labels, scores, works
from gesso.search.columns.maps import value_maps
from gesso.search.columns.measures import measures
from gesso.search.columns.rows import Ids, Pairs, Rows, Words, times_of

_CHUNK = 20_000
_MOST_IN_LIST = 400
VERSION = 1
"""Of how rows become columns: a change there is another version."""
NO_YEAR = -32768
MOST_SWATCHES = 8

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Group:
    """Columns that are read together.

    Attributes:
        wanted: what is asked for, the work's number first.
        words: the columns of words, by name.
        read: makes arrays of one chunk: columns of the answer without the numbers, and the words.
        is_rows: one value a work; else any number.
        where: which rows count.
    """

    wanted: Sequence[Column[Any]]
    words: tuple[str, ...]
    read: Callable[[Sequence[Sequence[Any]], Mapping[str, Words]], tuple[Arrays, NDArray[Any]]]
    is_rows: bool = True
    where: Any = None


def load(
    connection: Connection,
    group: Group,
    words: Mapping[str, Words],
    only: Ids | None = None,
) -> Rows | Pairs:
    """Read a group of columns.

    Args:
        connection: a reading one.
        group: which.
        words: what numbers mean so far; new values are added.
        only: of these works, None for all.
    """
    parts: list[tuple[NDArray[Any], Arrays]] = []
    for chunk in _chunks(connection, group, only):
        columns = list(zip(*chunk, strict=True))
        arrays, repeats = group.read(columns[1:], words)
        ids = np.array(columns[0], dtype=np.int64)
        parts.append((ids[repeats], arrays))
    if not parts:
        arrays, _ = group.read([()] * (len(group.wanted) - 1), words)
        parts.append((np.zeros(0, dtype=np.int64), arrays))
    ids = np.concatenate([part[0] for part in parts])
    columns_ = {name: np.concatenate([part[1][name] for part in parts]) for name in parts[0][1]}
    if not group.is_rows:
        return Pairs(ids, columns_, words)
    order = np.argsort(ids, kind="stable")
    return Rows(ids[order], {name: found[order] for name, found in columns_.items()}, words)


def _chunks(connection: Connection, group: Group, only: Ids | None) -> Iterator[Sequence[Any]]:
    """The rows of a group as the driver hands them over; what reads them knows both databases.

    SQLAlchemy's own reading of each value would take most of the time.
    """
    said = select(*group.wanted)
    if group.where is not None:
        said = said.where(group.where)
    if only is None:
        found = connection.exec_driver_sql(
            _written(connection, said), execution_options={"yield_per": _CHUNK}
        )
        yield from found.partitions(_CHUNK)
        return
    for start in range(0, len(only), _MOST_IN_LIST):
        some = only[start : start + _MOST_IN_LIST].tolist()
        asked = _written(connection, said.where(group.wanted[0].in_(some)))
        chunk = connection.exec_driver_sql(asked).all()
        if chunk:
            yield chunk


def _written(connection: Connection, said: Select[Any]) -> str:
    """A statement with its values in it, which are numbers and words of ours."""
    told = said.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    return str(told)


def _all(count: int) -> NDArray[np.int64]:
    return np.arange(count, dtype=np.int64)


_CODED = (
    "origin", "source", "licence", "kind", "style", "place", "medium", "creator", "run",
    "media_type",
)  # fmt: skip


def _read_core(
    columns: Sequence[Sequence[Any]], words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    standing, thumbnails, added = columns
    arrays: Arrays = {
        "standing": words["standing"].numbers(standing),
        "has_picture": np.array([bool(key) for key in thumbnails], dtype=np.bool_),
        "added_at": times_of(added),
    }
    return arrays, _all(len(standing))


def _read_facts(
    columns: Sequence[Sequence[Any]], words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    names = (column.name for column in GROUPS["facts"].wanted[1:])
    named = dict(zip(names, columns, strict=True))
    told = zip(named["year_from"], named["year_to"], strict=True)
    years = [_years(first, last) for first, last in told]
    bounds = np.array(years, dtype=np.int32).reshape(-1, 2)
    arrays: Arrays = {name: words[name].numbers(named[name]) for name in _CODED}
    arrays |= {
        "year_from": bounds[:, 0],
        "year_to": bounds[:, 1],
        "width": np.array(named["width"], dtype=np.int32),
        "height": np.array(named["height"], dtype=np.int32),
        "size_bytes": np.array(named["size_bytes"], dtype=np.int64),
        "favourite": np.array(named["favourite"], dtype=np.bool_),
        "has_original": np.array([bool(key) for key in named["blob"]], dtype=np.bool_),
    }
    return arrays, _all(len(arrays["width"]))


def _years(one: int | None, two: int | None) -> tuple[int, int]:
    first, last = one if one is not None else two, two if two is not None else one
    return (NO_YEAR, NO_YEAR) if first is None or last is None else (first, last)


def _read_swatches(
    columns: Sequence[Sequence[Any]], _words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    held = np.zeros((len(columns[0]), MOST_SWATCHES, 4), dtype=np.float32)
    for at, told in enumerate(columns[0]):
        found = json.loads(told or "[]")[:MOST_SWATCHES]
        if found:
            held[at, : len(found)] = found
    return swatch_columns(held), _all(len(held))


def swatch_columns(held: NDArray[np.float32]) -> Arrays:
    """The columns of some pictures' swatches, (works, 8, 4), with what they say of all of it."""
    arrays: Arrays = {
        name: held[:, :, at].copy() for at, name in enumerate(("light", "a", "b", "share"))
    }
    told = {f"all_{name}": values for name, values in measures(arrays).items()}
    return arrays | told | {"has_colours": held[:, :, 3].sum(axis=1) > 0}


def _read_maps(
    columns: Sequence[Sequence[Any]], _words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    maps, is_there = value_maps([told or "" for told in columns[0]])
    return {"map": maps, "is_there": is_there}, _all(len(maps))


def _read_tags(
    columns: Sequence[Sequence[Any]], words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    lines = [told.splitlines() for told in columns[0]]
    repeats = np.repeat(_all(len(lines)), [len(ones) for ones in lines])
    return {"tag": words["tag"].numbers(tag for ones in lines for tag in ones)}, repeats


def _read_recipes(
    columns: Sequence[Sequence[Any]], words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    made = [_maker(told) for told in columns[0]]
    return {
        "painter": words["painter"].numbers(one for one, _ in made),
        "model": words["model"].numbers(two for _, two in made),
    }, _all(len(made))


def _maker(recipe: str) -> tuple[str, str]:
    """Who painted, and by which model: what the recipe calls its painter."""
    painter = json.loads(recipe).get("painter") or {}
    return str(painter.get("name", "")), str(painter.get("version", ""))


def _read_scores(
    columns: Sequence[Sequence[Any]], words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    values = np.array(columns[1], dtype=np.float32)
    return {"name": words["name"].numbers(columns[0]), "value": values}, _all(len(values))


def _read_evaluations(
    columns: Sequence[Sequence[Any]], _words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    values = np.array(columns[0], dtype=np.float32)
    return {"value": values}, _all(len(values))


def _read_labels(
    columns: Sequence[Sequence[Any]], words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    found = words["label"].numbers(columns[0])
    return {"label": found}, _all(len(found))


def _read_groups(
    columns: Sequence[Sequence[Any]], _words: Mapping[str, Words]
) -> tuple[Arrays, NDArray[Any]]:
    groups = np.array(columns[0], dtype=np.int64)
    is_kept = np.array([role == "keep" for role in columns[1]], dtype=np.bool_)
    return {"group": groups, "is_kept": is_kept}, _all(len(groups))


_c = works.c
GROUPS: dict[str, Group] = {
    # What every search needs, and no more: at a million works each column takes its second.
    "core": Group((_c.id, _c.standing, _c.thumb_256, _c.added_at), ("standing",), _read_core),
    "facts": Group(
        (
            _c.id,
            _c.origin,
            _c.source,
            _c.licence,
            _c.kind,
            _c.style,
            _c.place,
            _c.medium,
            _c.creator,
            _c.run,
            _c.media_type,
            _c.year_from,
            _c.year_to,
            _c.width,
            _c.height,
            _c.size_bytes,
            _c.favourite,
            _c.blob,
        ),
        _CODED,
        _read_facts,
    ),
    "swatches": Group((_c.id, _c.swatches), (), _read_swatches),
    "maps": Group((_c.id, _c.thumbhash), (), _read_maps),
    "tags": Group((_c.id, _c.tags), ("tag",), _read_tags, is_rows=False, where=_c.tags != ""),
    "recipes": Group(
        (_c.id, _c.recipe),
        ("painter", "model"),
        _read_recipes,
        is_rows=False,
        where=_c.recipe.is_not(None),
    ),
    "scores": Group(
        (scores.c.work, scores.c.name, scores.c.value), ("name",), _read_scores, is_rows=False
    ),
    "evaluations": Group(
        (evaluations.c.work, evaluations.c.score), (), _read_evaluations, is_rows=False
    ),
    "labels": Group(
        (labels.c.work, labels.c.label),
        ("label",),
        _read_labels,
        is_rows=False,
        where=labels.c.decision == "keep",
    ),
    "duplicates": Group(
        (duplicates.c.work, duplicates.c.group_id, duplicates.c.role),
        (),
        _read_groups,
        is_rows=False,
    ),
}


def layout_of(name: str) -> str:
    """What a group's columns are made of; another one makes other columns."""
    group = GROUPS[name]
    wanted = " ".join(str(column) for column in group.wanted)
    return f"{VERSION} {wanted} where {group.where}"
