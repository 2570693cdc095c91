"""The colours of a picture as a histogram with soft borders."""

from __future__ import annotations

import math

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
    light = np.clip(lab[..., 0].ravel() * _LIGHTS - np.float32(0.5), 0, _LIGHTS - 1)
    a, b = (np.ascontiguousarray(lab[..., part]).ravel() for part in (1, 2))
    chroma = np.hypot(a, b)
    turn = np.arctan2(b, a) * np.float32(_HUES / (2 * math.pi))
    turn += np.float32(_HUES) * (turn < 0)
    coloured = np.clip((chroma - np.float32(0.02)) / np.float32(0.03), 0, 1)
    vivid = coloured * np.clip((chroma - np.float32(0.08)) / np.float32(0.06), 0, 1)
    muted = coloured - vivid
    # Shares of lightness times shares of colour, summed over the pixels.
    lights = np.stack([_near(light - np.float32(step)) for step in range(_LIGHTS)])
    colours = np.empty((1 + 2 * _HUES, light.size), dtype=np.float32)
    np.subtract(1, coloured, out=colours[0])
    for hue in range(_HUES):
        share = _near(turn - np.float32(hue))
        if hue == 0:
            share += _near(turn - np.float32(_HUES))
        np.multiply(share, muted, out=colours[1 + hue])
        np.multiply(share, vivid, out=colours[1 + _HUES + hue])
    counts = (lights @ colours.T).ravel().astype(np.float64)
    return np.asarray(np.sqrt(counts / counts.sum()), dtype=np.float32)


def _near(distances: Floats) -> Floats:
    """1 at no distance, falling straight to 0 at a distance of 1; the input is written over."""
    np.abs(distances, out=distances)
    np.subtract(1, distances, out=distances)
    return np.maximum(distances, 0, out=distances)


def layout(lab: Floats) -> Floats:
    """The mean colour of sixteen fields, as OKLab with a and b two and a half times.

    Args:
        lab: (height, width, 3) OKLab, 4 pixels or more each way.

    Returns:
        (48,) float32.
    """
    fields = cv2.resize(lab, (4, 4), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    return np.asarray(fields * np.array([1, 2.5, 2.5]), dtype=np.float32).ravel()
