"""What a picture's swatches say of all of it: how light, how colourful, how warm, how contrasted.

Each is worked out from the eight colours with their shares, so it is known of every picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians, sin
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_STRONG = 0.25  # OKLab chroma of colours that nobody would call stronger
_WARM_HUE = radians(60)
_WARMEST = 0.12


def measures(swatches: Mapping[str, Floats]) -> dict[str, Floats]:
    """Four measures of each picture.

    "light", 0 to 100: OKLab lightness over the whole area. "colourful", 0 to 100: mean chroma, 100
    for colours as strong as any picture's. "warm", -100 to 100: how far the colours lean to
    orange, against blue. "contrast", 0 to 100: the spread of lightness over the area, 50 for half
    black and half white.

    Args:
        swatches: "light", "a", "b" and "share", (works, swatches) each.
    """
    held = swatches["light"]
    light = _mean(swatches, held)
    chroma = np.hypot(swatches["a"], swatches["b"])
    leaning = swatches["a"] * cos(_WARM_HUE) + swatches["b"] * sin(_WARM_HUE)
    spread = np.sqrt(_mean(swatches, (held - light[:, np.newaxis]) ** 2))
    found = {
        "light": light,
        "colourful": np.minimum(_mean(swatches, chroma) / _STRONG, 1),
        "warm": np.clip(_mean(swatches, leaning) / _WARMEST, -1, 1),
        "contrast": spread,
    }
    return {name: np.asarray(values * 100, dtype=np.float32) for name, values in found.items()}


def _mean(swatches: Mapping[str, Floats], values: NDArray[Any]) -> Floats:
    shares = swatches["share"]
    total = np.maximum(shares.sum(axis=1), 1e-6)
    return np.asarray((values * shares).sum(axis=1) / total, dtype=np.float32)
