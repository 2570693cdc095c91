"""The colours of a picture as a histogram with soft borders."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_LIGHTS, _HUES = 4, 12
SIZE = _LIGHTS * (1 + 2 * _HUES)


def colour_histogram(lab: Floats) -> Floats:
    """Shares of colour: 4 steps of lightness, each gray, 12 muted hues and 12 vivid ones.

    Every pixel is shared between the two nearest steps and hues, so a small change of light moves
    a little, never a whole bin. The square root makes a distance of shares one of vectors
    (Hellinger).

    Args:
        lab: (height, width, 3) OKLab.

    Returns:
        (100,) float32, of length 1.
    """
    light = np.clip(lab[..., 0].ravel() * _LIGHTS - 0.5, 0, _LIGHTS - 1)
    low = np.minimum(light.astype(np.int64), _LIGHTS - 2)
    upper = light - low
    a, b = lab[..., 1].ravel(), lab[..., 2].ravel()
    chroma = np.hypot(a, b)
    turn = (np.arctan2(b, a) / (2 * math.pi)) % 1.0 * _HUES
    hue = turn.astype(np.int64)
    after = turn - hue
    coloured = np.clip((chroma - 0.02) / 0.03, 0, 1)
    vivid = np.clip((chroma - 0.08) / 0.06, 0, 1)
    width = 1 + 2 * _HUES
    counts = np.zeros(SIZE)
    for step, of_step in ((low, 1 - upper), (low + 1, upper)):
        base = step * width
        counts += _counted(base, of_step * (1 - coloured))
        for near, of_hue in ((hue % _HUES, 1 - after), ((hue + 1) % _HUES, after)):
            weight = of_step * coloured * of_hue
            counts += _counted(base + 1 + near, weight * (1 - vivid))
            counts += _counted(base + 1 + _HUES + near, weight * vivid)
    return np.asarray(np.sqrt(counts / counts.sum()), dtype=np.float32)


def _counted(bins: NDArray[np.int64], weights: NDArray[Any]) -> NDArray[np.float64]:
    return np.asarray(np.bincount(bins, weights=weights, minlength=SIZE), dtype=np.float64)


def layout(lab: Floats) -> Floats:
    """The mean colour of sixteen fields, as OKLab with a and b two and a half times.

    Args:
        lab: (height, width, 3) OKLab, 4 pixels or more each way.

    Returns:
        (48,) float32.
    """
    fields = cv2.resize(lab, (4, 4), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    return np.asarray(fields * np.array([1, 2.5, 2.5]), dtype=np.float32).ravel()
