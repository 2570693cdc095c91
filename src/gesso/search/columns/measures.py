"""What a picture's swatches say of all of it: how light, how colourful, how warm, how contrasted.

Each is worked out from the eight colours with their shares, so it is known of every picture.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.search.columns.rows import Rows

Floats = NDArray[np.float32]

_STRONG = 0.25  # OKLab chroma of colours that nobody would call stronger
_WARM_HUE = radians(60)
_WARMEST = 0.12


def light(swatches: Rows) -> Floats:
    """(works,) 0 to 100: OKLab lightness over the whole area."""
    return np.asarray(_mean(swatches, swatches.columns["light"]) * 100)


def colourful(swatches: Rows) -> Floats:
    """(works,) 0 to 100: mean chroma, 100 for colours as strong as any picture's."""
    chroma: Floats = np.hypot(swatches.columns["a"], swatches.columns["b"])
    return np.asarray(np.minimum(_mean(swatches, chroma) / _STRONG, 1) * 100)


def warm(swatches: Rows) -> Floats:
    """(works,) -100 to 100: how far the colours lean to orange, against blue."""
    leaning = swatches.columns["a"] * cos(_WARM_HUE) + swatches.columns["b"] * sin(_WARM_HUE)
    return np.asarray(np.clip(_mean(swatches, leaning) / _WARMEST, -1, 1) * 100)


def contrast(swatches: Rows) -> Floats:
    """(works,) 0 to 100: spread of lightness over the area, 50 for half black and half white."""
    held = swatches.columns["light"]
    mean = _mean(swatches, held)
    return np.asarray(np.sqrt(_mean(swatches, (held - mean[:, np.newaxis]) ** 2)) * 100)


MEASURES: dict[str, Callable[[Rows], Floats]] = {
    "light": light,
    "colourful": colourful,
    "warm": warm,
    "contrast": contrast,
}


def has_colours(swatches: Rows) -> NDArray[np.bool_]:
    """(works,) whether there is a picture of it at all."""
    return np.asarray(swatches.columns["share"].sum(axis=1) > 0)


def _mean(swatches: Rows, values: NDArray[Any]) -> Floats:
    shares = swatches.columns["share"]
    total = np.maximum(shares.sum(axis=1), 1e-6)
    return np.asarray((values * shares).sum(axis=1) / total, dtype=np.float32)
