"""The orders of works: by how alike they are, by how they stir, by light, by years, by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError
from gesso.show.story.orders.looks import Look, distances
from gesso.show.story.orders.paths import length_of, shortest_path

Floats = NDArray[np.float64]

_PEAK = 2 / 3
"""An arc is highest when so much of the story is over."""
_KEEN = 0.8
"""How much the shape of an arc counts beside how alike neighbours are; ours."""
_ROUNDS = 20


def by_flow(looks: Sequence[Look]) -> tuple[int, ...]:
    """Neighbours alike: the shortest way through all, its darker end first."""
    path = shortest_path(distances(looks))
    if looks[path[-1]].value < looks[path[0]].value:
        path = path[::-1]
    return path


def by_arc(looks: Sequence[Look]) -> tuple[int, ...]:
    """Calm at first, most stirring after two thirds, then calmer; neighbours alike within that."""
    count = len(looks)
    if count < 3:
        return tuple(sorted(range(count), key=lambda i: (looks[i].arousal, i)))
    places = (np.arange(count) + 0.5) / count
    wished = np.where(places < _PEAK, places / _PEAK, (1 - places) / (1 - _PEAK) * 0.8 + 0.15)
    ranks = np.empty(count)
    ranks[np.argsort([look.arousal for look in looks], kind="stable")] = np.linspace(0, 1, count)
    order = np.empty(count, int)
    order[np.argsort(wished, kind="stable")] = np.argsort(ranks, kind="stable")
    return _smoothed(order, ranks, wished, distances(looks))


def by_light(looks: Sequence[Look]) -> tuple[int, ...]:
    """From the darkest to the lightest."""
    return tuple(sorted(range(len(looks)), key=lambda i: (looks[i].value, i)))


def by_years(looks: Sequence[Look]) -> tuple[int, ...]:
    """From the oldest to the newest; works of unknown years last, in the order they came."""

    def key(i: int) -> tuple[bool, int, int, int]:
        work = looks[i].work
        year = work.year_from if work.year_from is not None else work.year_to
        last = work.year_to if work.year_to is not None else year
        return year is None, year or 0, last or 0, work.id

    return tuple(sorted(range(len(looks)), key=key))


def permuted(wished: Sequence[int], works: Sequence[int]) -> tuple[int, ...]:
    """An order by numbers of works as an order of places.

    Raises:
        InputError: it leaves a work out, or names one twice or one that is not of the story.
    """
    strange = [number for number in wished if number not in works]
    if strange:
        raise InputError(
            f"Work {strange[0]} is not of this story.",
            f"Its works are: {', '.join(str(number) for number in works)}.",
        )
    twice = [number for number in set(wished) if list(wished).count(number) > 1]
    missing = [number for number in works if number not in wished]
    if twice or missing:
        what = f"names work {twice[0]} twice" if twice else f"leaves work {missing[0]} out"
        raise InputError(f"That order {what}.", "Name every work of the story once.")
    return tuple(list(works).index(number) for number in wished)


def _smoothed(
    order: NDArray[np.int_], ranks: Floats, wished: Floats, apart: Floats
) -> tuple[int, ...]:
    """Change places of two while that makes neighbours more alike than it bends the arc."""
    usual = float(apart[apart > 0].mean()) if (apart > 0).any() else 1.0
    way = list(map(int, order))

    def cost() -> float:
        bent = float(np.abs(ranks[way] - wished).sum())
        return length_of(way, apart) / usual + _KEEN * 4 * bent

    best = cost()
    for _ in range(_ROUNDS):
        improved = False
        for i in range(len(way) - 1):
            for j in range(i + 1, min(len(way), i + 4)):
                way[i], way[j] = way[j], way[i]
                found = cost()
                if found < best - 1e-9:
                    best, improved = found, True
                else:
                    way[i], way[j] = way[j], way[i]
        if not improved:
            break
    return tuple(way)
