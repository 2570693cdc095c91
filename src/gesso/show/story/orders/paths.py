"""The shortest way through all of some points: exact for a few, by improvement for many."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

EXACT = 12
"""Up to so many points the shortest way of all is found (Held and Karp, J. SIAM 10, 1962)."""
_STARTS = 8
_LEAST = 1e-9


def shortest_path(apart: Floats, first: int | None = None) -> tuple[int, ...]:
    """An order of all points in which neighbours are near; the same distances, the same order.

    Args:
        apart: (n, n) from each to each.
        first: where it begins; None for anywhere.
    """
    count = len(apart)
    if count <= 2:
        order = list(range(count))
        return tuple(order if first in (None, 0) else order[::-1])
    if count <= EXACT:
        return _exact(np.asarray(apart, float), first)
    return _improved(np.asarray(apart, float), first)


def length_of(order: Sequence[int], apart: Floats) -> float:
    """How long a way is."""
    return float(sum(apart[a, b] for a, b in pairwise(order)))


def _exact(apart: Floats, first: int | None) -> tuple[int, ...]:
    """Held and Karp: the shortest way to each point over each set of points."""
    count = len(apart)
    costs = np.full((1 << count, count), np.inf)
    came = np.full((1 << count, count), -1)
    for start in range(count) if first is None else (first,):
        costs[1 << start, start] = 0.0
    for held in range(1, 1 << count):
        last = np.flatnonzero(np.isfinite(costs[held]))
        if not len(last):
            continue
        for to in range(count):
            if held >> to & 1:
                continue
            ways = costs[held, last] + apart[last, to]
            best = int(ways.argmin())
            wider = held | 1 << to
            if ways[best] < costs[wider, to] - _LEAST:
                costs[wider, to], came[wider, to] = ways[best], last[best]
    held, at = (1 << count) - 1, int(costs[-1].argmin())
    order = []
    while at >= 0:
        order.append(at)
        held, at = held ^ (1 << at), int(came[held, at])
    return tuple(order[::-1])


def _improved(apart: Floats, first: int | None) -> tuple[int, ...]:
    """From the nearest to the nearest, then turned round and moved about while that helps."""
    count = len(apart)
    starts = [first] if first is not None else list(range(0, count, max(1, count // _STARTS)))
    best: list[int] = []
    for start in starts:
        order = _greedy(apart, start)
        while _turned(order, apart, first is not None) or _moved(order, apart, first is not None):
            pass
        if not best or length_of(order, apart) < length_of(best, apart) - _LEAST:
            best = order
    return tuple(best)


def _greedy(apart: Floats, start: int) -> list[int]:
    order, left = [start], np.ones(len(apart), bool)
    left[start] = False
    while left.any():
        near = np.where(left, apart[order[-1]], np.inf)
        order.append(int(near.argmin()))
        left[order[-1]] = False
    return order


def _turned(order: list[int], apart: Floats, is_fixed: bool) -> bool:
    """2-opt: turn the piece round whose turning saves most; the ends of the way are free."""
    way = np.array(order)
    count = len(way)
    steps = apart[way[:-1], way[1:]]
    gain, found = _LEAST, None
    for i in range(1 if is_fixed else 0, count - 1):
        j = np.arange(i + 1, count)
        before = apart[way[i - 1], way[j]] - steps[i - 1] if i else np.zeros(len(j))
        after = np.zeros(len(j))
        inner = j[:-1] if j[-1] == count - 1 else j
        after[: len(inner)] = apart[way[i], way[inner + 1]] - steps[inner]
        saved = -(before + after)
        if saved.max() > gain:
            gain, found = float(saved.max()), (i, int(j[saved.argmax()]))
    if found is None:
        return False
    i, last = found
    order[i : last + 1] = order[i : last + 1][::-1]
    return True


def _moved(order: list[int], apart: Floats, is_fixed: bool) -> bool:
    """Or-opt: move a piece of up to three to where it costs least."""
    for size in (1, 2, 3):
        for i in range(1 if is_fixed else 0, len(order) - size + 1):
            piece, rest = order[i : i + size], order[:i] + order[i + size :]
            if not rest:
                continue
            cost, place, turned = _place(piece, rest, apart, is_fixed)
            if cost < _saved(order, i, size, apart) - _LEAST:
                order[:] = rest[:place] + (piece[::-1] if turned else piece) + rest[place:]
                return True
    return False


def _saved(order: list[int], at: int, size: int, apart: Floats) -> float:
    """What a way is shorter by without a piece of it, the piece's own length included."""
    before = order[at - 1] if at else None
    after = order[at + size] if at + size < len(order) else None
    saved = length_of(order[at : at + size], apart)
    if before is not None:
        saved += float(apart[before, order[at]])
    if after is not None:
        saved += float(apart[order[at + size - 1], after])
    if before is not None and after is not None:
        saved -= float(apart[before, after])
    return saved


def _place(
    piece: list[int], rest: list[int], apart: Floats, is_fixed: bool
) -> tuple[float, int, bool]:
    """What it costs least to put a piece into a way, and where, and whether turned round."""
    way = np.array(rest)
    inside = length_of(piece, apart)
    best = (np.inf, 0, False)
    for turned in (False, True):
        head, tail = (piece[-1], piece[0]) if turned else (piece[0], piece[-1])
        costs = np.full(len(way) + 1, inside)
        costs[1:] += apart[way, head]
        costs[:-1] += apart[tail, way]
        costs[1:-1] -= apart[way[:-1], way[1:]]
        if is_fixed:
            costs[0] = np.inf
        at = int(costs.argmin())
        if costs[at] < best[0] - _LEAST:
            best = (float(costs[at]), at, turned)
    return best
