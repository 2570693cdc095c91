"""Facets of what was found, and near-duplicates shown once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError
from gesso.search.columns.columns import State
from gesso.search.columns.loading import NO_YEAR
from gesso.search.columns.rows import Ids, Mask

_CODED = {
    "source": "source",
    "origin": "origin",
    "licence": "licence",
    "kind": "kind",
    "style": "style",
    "place": "place",
    "artist": "creator",
    "medium": "medium",
    "format": "media_type",
}
_PAIRS = {"tag": ("tags", "tag"), "label": ("labels", "label"), "model": ("recipes", "model")}
FACETS = (*_CODED, "decade", "favourite", *_PAIRS)
_MOST = 30
_MANY = 2000


def facet_groups(names: Sequence[str]) -> tuple[str, ...]:
    """The columns that some facets need.

    Raises:
        InputError: there is no such facet; near names are offered.
    """
    for name in names:
        if name not in FACETS:
            near = get_close_matches(name, FACETS, n=2)
            guess = f"Did you mean {' or '.join(near)}? " if near else ""
            raise InputError(
                f"There is no facet called '{name[:40]}'.",
                f"{guess}The facets are: {', '.join(FACETS)}.",
            )
    return tuple(_PAIRS[name][0] if name in _PAIRS else "facts" for name in names)


def counted(state: State, ids: Ids, names: Sequence[str]) -> dict[str, tuple[tuple[str, int], ...]]:
    """How many of some works have each value of a facet, the most frequent first."""
    places = state.core.places(ids)
    places = places[places >= 0]
    return {name: _values(state, places, name) for name in names}


def _values(state: State, places: NDArray[np.int64], name: str) -> tuple[tuple[str, int], ...]:
    if name in _PAIRS:
        group, column = _PAIRS[name]
        pairs = state.pairs(group)
        ours = np.isin(pairs.ids, state.core.ids[places])
        return _most(pairs.columns[column][ours], pairs.words[column].values)
    facts = state.rows("facts")
    if name in _CODED:
        column = _CODED[name]
        return _most(facts.columns[column][places], facts.words[column].values)
    if name == "favourite":
        marked = int(facts.columns["favourite"][places].sum())
        told = [("yes", marked), ("no", len(places) - marked)]
        return tuple((value, count) for value, count in told if count)
    years = facts.columns["year_from"][places]
    decades = years[years != NO_YEAR] // 10 * 10
    values, counts = np.unique(decades, return_counts=True)
    told = [(str(value), int(count)) for value, count in zip(values, counts, strict=True)]
    return tuple(sorted(told, key=lambda one: (-one[1], int(one[0])))[:_MOST])


def _most(numbers: NDArray[np.int32], values: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """The most frequent values; of a hundred thousand only those that may be among them are sorted.

    Where thousands are equally rare those come that were seen first.
    """
    counts = np.bincount(numbers, minlength=len(values)) if len(numbers) else np.zeros(0, np.int64)
    found = np.flatnonzero(counts)
    if len(found) > _MANY:
        bar = -np.partition(-counts[found], _MOST + 1)[_MOST + 1]
        equal = found[counts[found] == bar][:_MANY]
        found = np.concatenate([found[counts[found] > bar], equal])
    told = [(values[at], int(counts[at])) for at in found.tolist() if values[at]]
    return tuple(sorted(told, key=lambda one: (-one[1], one[0]))[:_MOST])


def first_of_each(state: State, ids: Ids) -> Mask:
    """(works,) which works are left when those go whose duplicate comes before them."""
    pairs = state.pairs("duplicates")
    stays = np.ones(len(ids), dtype=np.bool_)
    if not len(pairs.ids):
        return stays
    order = np.argsort(pairs.ids, kind="stable")
    held = pairs.ids[order]
    at = np.maximum(np.searchsorted(held, ids, side="right") - 1, 0)
    grouped = np.flatnonzero(held[at] == ids)
    groups = pairs.columns["group"][order[at[grouped]]]
    _, first = np.unique(groups, return_index=True)
    stays[grouped] = False
    stays[grouped[first]] = True
    return stays


def shown_once(state: State, ids: Sequence[int]) -> tuple[list[int], dict[int, tuple[int, ...]]]:
    """Works without those whose duplicate comes before them.

    Returns:
        The works that are left, in their order, and for each the others of its group.
    """
    pairs = state.pairs("duplicates")
    if not len(pairs.ids):
        return list(ids), {}
    wanted = np.isin(pairs.ids, np.array(ids, dtype=np.int64))
    told = zip(pairs.ids[wanted].tolist(), pairs.columns["group"][wanted].tolist(), strict=True)
    group_of = dict(told)
    first: dict[int, int] = {}
    others: dict[int, list[int]] = defaultdict(list)
    left = []
    for work in ids:
        group = group_of.get(work)
        if group is None:
            left.append(work)
        elif group in first:
            others[first[group]].append(work)
        else:
            first[group] = work
            left.append(work)
    return left, {work: tuple(sorted(ones)) for work, ones in others.items()}
