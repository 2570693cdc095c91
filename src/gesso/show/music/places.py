"""Where something stands among others of its kind, and how near two places are."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

SPREAD = 0.25
"""So many ranks apart (of 1) a match has lost 40 % of its worth; ours."""
_ASSUMED = 4.0
"""What is usual elsewhere counts as so many neighbours: a catalogue of three has no ends."""

Floats = NDArray[np.float64]


def shares_below(values: Floats, others: Floats, usual: Floats) -> Floats:
    """(n,) the share of `others` below each value, equal ones by half, drawn towards the usual.

    Args:
        values: (n,) whose places are wanted; they may be among the others.
        others: sorted.
        usual: (n,) their shares among all that there might be, 0 to 1.
    """
    low, high = np.searchsorted(others, values, "left"), np.searchsorted(others, values, "right")
    return np.asarray(((low + high) / 2 + _ASSUMED * usual) / (len(others) + _ASSUMED))


def usual_shares(values: Floats, spread: float) -> Floats:
    """(n,) the share of a normal distribution around 0 below each value."""
    return np.array([0.5 * (1 + math.erf(value / spread / math.sqrt(2))) for value in values])


def nearness(one: Floats, others: Floats) -> Floats:
    """(n,) 1 for the same place, falling with the square of the distance.

    Args:
        one: (2,) valence and arousal as shares.
        others: (n, 2).
    """
    apart = ((others - one) ** 2).sum(axis=1)
    return np.asarray(np.exp(-apart / (2 * SPREAD**2)))


def diversified(
    scores: Floats, places: Floats, groups: Sequence[str], count: int, keen: float = 0.7
) -> list[int]:
    """Choose `count` of the best that are unlike each other, best first.

    Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998): each next one is worth
    `keen` times its score less the rest times its likeness to the most alike that is chosen.

    Args:
        scores: (n,) how good each is.
        places: (n, 2) where each stands.
        groups: what each belongs to, an artist; "" for nothing. One of a group is fully alike.
        count: how many at most.
        keen: 1 for the best alone.
    """
    left, chosen = list(range(len(scores))), list[int]()
    alike = np.zeros(len(scores))
    while left and len(chosen) < count:
        worth = [keen * float(scores[i]) - (1 - keen) * float(alike[i]) for i in left]
        best = left.pop(int(np.argmax(worth)))
        chosen.append(best)
        near = nearness(places[best], places)
        same = np.array([bool(group) and group == groups[best] for group in groups], float)
        # Half for the mood: what was asked for is a mood, so all that fit are somewhat alike.
        alike = np.maximum(alike, 0.5 * near + 0.5 * same)
    return chosen
