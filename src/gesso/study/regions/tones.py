"""Tones: values in 255 steps, and where a plan or a notan cuts them. One rule for every face.

A tone is L* times 2.55, rounded, a half upwards: 0 is black, 255 is white. Cuts are whole tones,
and a tone on a cut belongs to the lighter side. Everything that is counted here is a whole number,
so a browser that follows the same rule (static/study/plan.js) comes to the same cuts and shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.study.regions.levels import Cut, natural_parts

Tones = NDArray[np.uint8]

A_VALUE = 2.55
"""Tones in one L*."""
_NEAREST = 4.0 * A_VALUE
"""Two natural levels nearer than this are one."""


def tones_of(values: NDArray[Any]) -> Tones:
    """Values of any shape, L* 0 to 100, as tones."""
    steps = np.clip(values, 0, 100).astype(np.float32) * np.float32(A_VALUE) + np.float32(0.5)
    return np.asarray(steps, dtype=np.uint8)


def tone_of(value: float) -> int:
    """The whole tone of a cut at an L*."""
    return int(value * 255 / 100 + 0.5)


def counted(tones: Tones) -> NDArray[np.int64]:
    """(256,) how many there are of each tone."""
    return np.bincount(tones.ravel(), minlength=256)


def plan_cuts(counts: NDArray[np.int64], count: int, cut: Cut) -> tuple[int, ...]:
    """Where a plan of `count` values is cut, rising; fewer where the picture has no more to give.

    Args:
        counts: (256,) how many there are of each tone.
        count: of values, 2 or more.
        cut: "quantile" for shares as equal as whole tones allow, "even" for equal steps, "natural"
            for the levels with the least error.
    """
    if cut == "natural":
        return natural_cuts(counts, count)
    if cut == "even":
        return tuple(int(np.ceil(255 * part / count)) for part in range(1, count))
    below = np.cumsum(counts) - counts
    total = int(counts.sum())
    places = np.flatnonzero((below > 0) & (below < total))
    if not len(places):
        return ()
    # Shares are compared as whole numbers: count times as many pixels, so no part is rounded.
    wanted = [total * part for part in range(1, count)]
    nearest = {int(places[np.abs(below[places] * count - mass).argmin()]) for mass in wanted}
    return tuple(sorted(nearest))


def natural_cuts(
    counts: NDArray[np.int64], most: int, nearest: float = _NEAREST
) -> tuple[int, ...]:
    """Cuts midway between the levels with the least squared error, `most` at most.

    Args:
        counts: (256,) how many there are of each tone, not all 0.
        most: levels at most, 1 or more.
        nearest: tones that two levels lie apart at least.
    """
    held = np.flatnonzero(counts)
    levels = natural_parts(held.astype(np.float64), counts[held].astype(np.float64), most, nearest)
    middles = (levels[1:] + levels[:-1]) / 2
    return tuple(int(np.ceil(middle)) for middle in middles.tolist())


def parted(tones: Tones, cuts: Sequence[int]) -> NDArray[np.int32]:
    """The number of the band at each pixel, 0 the darkest."""
    bands = np.searchsorted(np.asarray(cuts, dtype=np.int64), np.arange(256), side="right")
    return bands.astype(np.int32)[tones]
