"""Levels where a picture's values part of themselves. Values are L*, 0 to 100, dark to light."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Cut = Literal["quantile", "even", "natural"]

_BINS = 128
_LIGHTEST = 100.0
_NEAREST = 4.0
"""Two levels nearer than this, in L*, are one: the fringes of a blur are no value of their own."""


def natural_levels(values: NDArray[Any], most: int, nearest: float = _NEAREST) -> Floats:
    """The levels with the least squared error (k-means in one dimension, solved exactly).

    Dynamic programming over a histogram of 128 bins (Wang and Song, R Journal 3/2, 2011): no
    start, no chance. Asked for more levels than the picture has, it gives those it has.

    Args:
        values: any shape, L*.
        most: levels at most, 1 or more.
        nearest: two levels lie at least so far apart.

    Returns:
        (levels,) float32, rising; one level at least.
    """
    flat = values.ravel().astype(np.float64)
    if flat.size and not (flat.min() >= 0.0 and flat.max() <= _LIGHTEST):
        flat = flat[(flat >= 0.0) & (flat <= _LIGHTEST)]
    if not flat.size:
        return np.array([_LIGHTEST / 2], dtype=np.float32)
    # A bin is 25/32 of an L*, which a float holds exactly, so no value lands beside its bin.
    bins = np.minimum((flat / (_LIGHTEST / _BINS)).astype(np.intp), _BINS - 1)
    counts = np.bincount(bins, minlength=_BINS)
    # A bin is as light as the values in it: a picture of few values keeps exactly those.
    sums = np.bincount(bins, weights=flat, minlength=_BINS)
    held = counts > 0
    weights = counts[held].astype(np.float64)
    places = sums[held] / weights
    return natural_parts(places, weights, most, nearest).astype(np.float32)


def natural_parts(
    places: NDArray[np.float64], weights: NDArray[np.float64], most: int, nearest: float
) -> NDArray[np.float64]:
    """The same for values that are counted already.

    Args:
        places: (n,) different values, rising, one at least.
        weights: (n,) how many there are of each, above 0.
        most: levels at most, 1 or more.
        nearest: two levels lie at least so far apart.

    Returns:
        (levels,) rising.
    """
    errors, cuts = _partitions(places, weights, min(most, len(places)))
    for count in range(len(errors), 0, -1):
        levels = _means(places, weights, _bounds(cuts, count))
        if count == 1 or float(np.diff(levels).min()) >= nearest:
            return levels
    raise AssertionError("one level is always far enough from the others")


def cuts_between(levels: Floats) -> Floats:
    """(levels - 1,) the values at which one level ends: midway between neighbours."""
    return (levels[1:] + levels[:-1]) / np.float32(2)


def labels_of(values: NDArray[Any], cuts: Floats) -> NDArray[np.int32]:
    """The level of each value, 0 the darkest; a value on a cut belongs to the lighter level."""
    labels = np.zeros(values.shape, dtype=np.int32)
    for cut in cuts:
        labels += values >= cut
    return labels


def _partitions(
    places: NDArray[np.float64], weights: NDArray[np.float64], most: int
) -> tuple[list[float], NDArray[np.int32]]:
    """The least error for 1 to `most` levels, and for each end of a level where it begins."""
    count = len(places)
    mass, first, second = (
        np.concatenate([[0.0], np.cumsum(part)])
        for part in (weights, weights * places, weights * places * places)
    )
    # One row for each end of a level, one column for each place where it may begin.
    inside, linear, square = (part[:, np.newaxis] - part for part in (mass, first, second))
    with np.errstate(divide="ignore", invalid="ignore"):
        cost = square - linear**2 / inside
    ends = np.arange(count + 1)
    cost[ends[:, np.newaxis] <= ends] = np.inf
    best = np.full(count + 1, np.inf)
    best[0] = 0.0
    errors, cuts = [], np.zeros((most + 1, count + 1), dtype=np.int32)
    for level in range(1, most + 1):
        total = best + cost
        cuts[level] = np.argmin(total, axis=1)
        best = total[ends, cuts[level]]
        errors.append(float(best[count]))
    return errors, cuts


def _bounds(cuts: NDArray[np.int32], count: int) -> list[int]:
    bounds = [cuts.shape[1] - 1]
    for level in range(count, 0, -1):
        bounds.append(int(cuts[level, bounds[-1]]))
    return bounds[::-1]


def _means(
    places: NDArray[np.float64], weights: NDArray[np.float64], bounds: list[int]
) -> NDArray[np.float64]:
    pairs = pairwise(bounds)
    return np.array([np.average(places[a:b], weights=weights[a:b]) for a, b in pairs])
