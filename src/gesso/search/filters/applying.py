"""Conditions held against the columns: which works they admit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.database import Database
from gesso.search.columns.columns import State
from gesso.search.columns.loading import NO_YEAR
from gesso.search.columns.rows import Ids, Mask, Words
from gesso.search.filters.fields import Field, field_of, refuse
from gesso.search.filters.reading import Condition, Wish, Word
from gesso.search.filters.values import Span, answer, days, only_equal, spans
from gesso.search.words.stemming import plain, tokens

_EVERYTHING = 2**62
_ORIGINS = ("made", "collected", "brought")
_SQUARE = 1.05
_SHORT = {"jpg": "jpeg", "tif": "tiff"}


@dataclass(frozen=True)
class Filter:
    """What was asked for beside words, ready to be held against columns.

    Attributes:
        query: as it was typed, for errors.
        wish: as it was read.
        fields: of each condition.
    """

    query: str
    wish: Wish
    fields: tuple[Field, ...]

    @classmethod
    def of(cls, query: str, wish: Wish) -> Filter:
        """Look the fields up.

        Raises:
            InputError: there is no such field.
        """
        return cls(query, wish, tuple(field_of(one, query) for one in wish.conditions))

    @property
    def speaks_of_standing(self) -> bool:
        """Whether it says itself if takes count."""
        return any(field.name == "standing" for field in self.fields)

    @property
    def groups(self) -> tuple[str, ...]:
        """The columns that it needs."""
        found = {one.group for one in self.fields}
        return tuple(sorted(found | ({"evaluations"} if "scores" in found else set())))


def admitted(
    asked: Filter,
    state: State,
    database: Database,
) -> Mask | None:
    """Which works a filter admits.

    Args:
        asked: the filter.
        state: the columns, with the filter's groups.
        database: for conditions on words.

    Returns:
        (works,) of the state's core, or None for all works.

    Raises:
        InputError: a value that cannot be used; with its place.
    """
    masks = [_one(asked, one, field, state, database)
             for one, field in zip(asked.wish.conditions, asked.fields, strict=True)]  # fmt: skip
    return reduce(np.logical_and, masks) if masks else None


def with_phrases(state: State, database: Database, phrases: Sequence[Word]) -> Mask | None:
    """Works in which all of some phrases occur, and none of the unwanted ones; None for all."""
    masks = [_flipped(one.is_minus, _with_words(state, database, _said(one))) for one in phrases]
    return reduce(np.logical_and, masks) if masks else None


def without_takes(state: State) -> Mask | None:
    """All works but the takes of rounds; None where there are no takes."""
    takes = state.core.words["standing"].known("take")
    if takes is None or not (is_take := state.core.columns["standing"] == takes).any():
        return None
    return np.asarray(~is_take)


def _one(
    asked: Filter, condition: Condition, field: Field, state: State, database: Database
) -> Mask:
    if field.kind == "words":
        only_equal(condition, asked.query)
        told = [_with_words(state, database, one.text, field.column) for one in condition.values]
        mask = reduce(np.logical_or, told)
    else:
        mask = _HOW[field.kind](asked.query, condition, field, state)
    return _flipped(condition.is_minus, mask)


def _said(word: Word) -> str:
    return f"{word.text}*" if word.is_start else word.text


def _flipped(is_minus: bool, mask: Mask) -> Mask:
    return ~mask if is_minus else mask


def _with_words(state: State, database: Database, text: str, column: str = "") -> Mask:
    phrase = " ".join(tokens(text)) + ("*" if text.endswith("*") else "")
    if not phrase.strip("* "):
        return np.zeros(len(state.core), dtype=np.bool_)
    with database.read() as connection:
        columns = (column,) if column else ()
        found = database.matching(connection, [[phrase]], columns, most=_EVERYTHING)
    return _mask_of(state, np.array(found, dtype=np.int64))


def _mask_of(state: State, ids: Ids) -> Mask:
    mask = np.zeros(len(state.core), dtype=np.bool_)
    places = state.core.places(ids)
    mask[places[places >= 0]] = True
    return mask


def values_of(field: Field, state: State, wanted: Sequence[str]) -> list[int]:
    """The numbers of the values of a column of words that fit what was asked for.

    Args:
        field: of the kind "coded" or "tags".
        state: the columns, with the field's group.
        wanted: values as they were typed.
    """
    if field.name == "format":
        wanted = [_SHORT.get(one.lower(), one) for one in wanted]
    words = state.groups[field.group].words
    numbers = _fitting(words[field.column], wanted)
    if field.name == "standing" and "any" in wanted:
        return list(range(len(words["standing"].values)))
    if field.name == "kind":
        numbers += _fitting(words["origin"], [one for one in wanted if one.lower() in _ORIGINS])
    return numbers


def _coded(query: str, condition: Condition, field: Field, state: State) -> Mask:
    only_equal(condition, query)
    rows, column, wanted = state.rows(field.group), field.column, _texts(condition)
    if field.name != "kind":
        return np.isin(rows.columns[column], values_of(field, state, wanted))
    origins = [one for one in wanted if one.lower() in _ORIGINS]
    mask = np.isin(rows.columns[column], _fitting(rows.words[column], wanted))
    return np.asarray(
        mask | np.isin(rows.columns["origin"], _fitting(rows.words["origin"], origins))
    )


def _texts(condition: Condition) -> list[str]:
    """The values as they were typed; a range of words is none."""
    return [
        one.text if one.upper is None else f"{one.text}..{one.upper}" for one in condition.values
    ]


def _fitting(words: Words, wanted: Iterable[str]) -> list[int]:
    """The numbers of the values that fit: one that is the same, else those with these words."""
    found: list[int] = []
    for text in wanted:
        asked = plain(text).strip()
        is_start, asked = asked.endswith("*"), asked.rstrip("*").strip()
        same = [] if is_start else words.same(asked)
        parts = tokens(asked)
        if same or not parts:
            found += same
            continue
        # To look for letters is a hundred times quicker than to part a value into words.
        found += [
            number
            for number in words.holding(parts[0])
            if _follow(parts, tokens(words.values[number]), is_start=is_start)
        ]
    return found


def _follow(parts: list[str], words: list[str], *, is_start: bool) -> bool:
    for at in range(len(words) - len(parts) + 1):
        here = words[at : at + len(parts)]
        last = here[-1].startswith(parts[-1]) if is_start else here[-1] == parts[-1]
        if last and here[:-1] == parts[:-1]:
            return True
    return False


def _tags(query: str, condition: Condition, field: Field, state: State) -> Mask:
    only_equal(condition, query)
    pairs = state.pairs(field.group)
    numbers = values_of(field, state, _texts(condition))
    return _mask_of(state, pairs.ids[np.isin(pairs.columns[field.column], numbers)])


def _number(query: str, condition: Condition, field: Field, state: State) -> Mask:
    rows = state.rows(field.group)
    if field.name == "number":
        values = rows.ids
    elif field.name == "megapixels":
        values = rows.columns["width"].astype(np.float64) * rows.columns["height"] / 1e6
    else:
        values = rows.columns[field.column]
    return _within(values, spans(condition, query, whole=field.name != "megapixels"))


def _within(values: NDArray[Any], wanted: Sequence[Span]) -> Mask:
    masks = [(values >= low) & (values <= high) for low, high in wanted]
    return np.asarray(reduce(np.logical_or, masks))


def _years(query: str, condition: Condition, _field: Field, state: State) -> Mask:
    facts = state.rows("facts").columns
    first, last = facts["year_from"], facts["year_to"]
    masks = [
        (last >= low) & (first <= high) & (first != NO_YEAR)
        for low, high in spans(condition, query, whole=True)
    ]
    return np.asarray(reduce(np.logical_or, masks))


def _date(query: str, condition: Condition, _field: Field, state: State) -> Mask:
    return _within(state.core.columns["added_at"], days(condition, query))


def _yes(query: str, condition: Condition, field: Field, state: State) -> Mask:
    only_equal(condition, query)
    wanted = answer(condition, query)
    if field.name == "duplicate":
        mask = _mask_of(state, state.pairs("duplicates").ids)
    else:
        mask = state.rows(field.group).columns[field.column]
    return mask if wanted else ~mask


def _shape(query: str, condition: Condition, _field: Field, state: State) -> Mask:
    only_equal(condition, query)
    facts = state.rows("facts").columns
    wide, tall = facts["width"].astype(np.float32), facts["height"]
    shapes = {
        "wide": wide > tall * _SQUARE,
        "tall": wide * _SQUARE < tall,
        "square": (wide <= tall * _SQUARE) & (wide * _SQUARE >= tall) & (wide > 0),
    }
    names = {"landscape": "wide", "portrait": "tall"}
    told = [names.get(one.lower(), one.lower()) for one in _texts(condition)]
    if any(one not in shapes for one in told):
        raise refuse(
            query, condition, f"'{told[0][:40]}' is no shape", "Write wide, tall or square."
        )
    return np.asarray(reduce(np.logical_or, [shapes[one] for one in told]))


def _score(query: str, condition: Condition, _field: Field, state: State) -> Mask:
    wanted, part = spans(condition, query), condition.field.partition(".")[2]
    scores = state.pairs("scores")
    fits = _within(scores.columns["value"], wanted)
    if not part:
        judged = state.pairs("evaluations")
        best = judged.ids[_within(judged.columns["value"], wanted)]
        return _mask_of(state, np.concatenate([scores.ids[fits], best]))
    numbers = [at for at, name in enumerate(scores.words["name"].values) if plain(name) == part]
    return _mask_of(state, scores.ids[fits & np.isin(scores.columns["name"], numbers)])


def _measure(query: str, condition: Condition, field: Field, state: State) -> Mask:
    swatches = state.rows("swatches").columns
    fits = _within(swatches[f"all_{field.name}"], spans(condition, query))
    return np.asarray(fits & swatches["has_colours"])


_HOW: dict[str, Callable[[str, Condition, Field, State], Mask]] = {
    "coded": _coded,
    "tags": _tags,
    "number": _number,
    "years": _years,
    "date": _date,
    "yes": _yes,
    "shape": _shape,
    "score": _score,
    "measure": _measure,
}
