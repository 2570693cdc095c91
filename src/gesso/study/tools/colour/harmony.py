"""The hue template that fits a picture best: what its colours have in common.

The templates of Matsuda as Cohen-Or et al. use them ("Color harmonization", SIGGRAPH 2006), here
over OKLab hues: sectors of the wheel, turned to where the colours lie. A fit is a description,
never a grade.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gesso.study.measures.colour import HUE_BINS

# (middle, width) of each sector in degrees, at a turn of 0.
_TEMPLATES: dict[str, tuple[tuple[float, float], ...]] = {
    "one hue": ((0, 18),),
    "one hue and its opposite": ((0, 18), (180, 18)),
    "neighbours": ((0, 93.6),),
    "neighbours and an opposite": ((0, 93.6), (180, 18)),
    "two opposite families": ((0, 93.6), (180, 93.6)),
    "a right angle": ((0, 93.6), (90, 18)),
    "half the wheel": ((0, 180),),
}
_STEP = 10
_PLAINER = 4.0
"""Degrees that a wider template must gain for each 90 degrees of its width: the plainest good fit
says the most."""


@dataclass(frozen=True)
class Harmony:
    """A template on the wheel.

    Attributes:
        template: its name.
        turn: degrees, where its first sector lies (OKLab hue).
        residual: mean distance of colour from the sectors, degrees, weighted by chroma.
    """

    template: str
    turn: int
    residual: float


def fit_harmony(shares: NDArray[np.float64]) -> Harmony | None:
    """The template that fits best; None where there is no hue.

    Args:
        shares: (36,) of hue by 10 degrees (`measures.colour.hue_histogram`).
    """
    if not shares.any():
        return None
    weights = shares / shares.sum()
    residuals = (weights * _distances()).sum(axis=2).tolist()
    fits = [
        (residual + _PLAINER * sum(width for _, width in sectors) / 90, place, turn, residual)
        for place, sectors in enumerate(_TEMPLATES.values())
        for turn, residual in enumerate(residuals[place])
    ]
    _, place, turn, residual = min(fits)
    return Harmony(list(_TEMPLATES)[place], turn * _STEP, round(residual, 3))


@cache
def _distances() -> NDArray[np.float64]:
    """(templates, turns, hues) how far each hue lies from the sectors of each template, degrees."""
    hues = np.arange(HUE_BINS) * (360 / HUE_BINS) + 180 / HUE_BINS
    turns = np.arange(0, 360, _STEP)[:, np.newaxis]
    found = np.full((len(_TEMPLATES), len(turns), HUE_BINS), math.inf)
    for apart, sectors in zip(found, _TEMPLATES.values(), strict=True):
        for middle, width in sectors:
            away = np.abs((hues - middle - turns + 180) % 360 - 180)
            np.minimum(apart, np.maximum(0.0, away - width / 2), out=apart)
    return found
