"""The colours of a picture as a histogram with soft borders."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.look.planes import Planes

Floats = NDArray[np.float32]

_LIGHTS, _HUES = 4, 12
SIZE = _LIGHTS * (1 + 2 * _HUES)


def colour_histogram(planes: Planes) -> Floats:
    """Shares of colour: 4 steps of lightness, each gray, 12 muted hues and 12 vivid ones.

    Every pixel is shared between the two nearest steps and hues, so a small change of light moves
    a little, never a whole bin. The square root makes a distance of shares one of vectors
    (Hellinger).

    Returns:
        (100,) float32, of length 1.
    """
    light = np.clip(planes.light.ravel() * _LIGHTS - np.float32(0.5), 0, _LIGHTS - 1)
    chroma = planes.chroma.ravel()
    turn = np.arctan2(planes.b.ravel(), planes.a.ravel()) * np.float32(_HUES / (2 * math.pi))
    turn += np.float32(_HUES) * (turn < 0)
    coloured = np.clip((chroma - np.float32(0.02)) / np.float32(0.03), 0, 1)
    vivid = coloured * np.clip((chroma - np.float32(0.08)) / np.float32(0.06), 0, 1)
    muted = coloured - vivid
    # Shares of lightness times shares of colour, summed over the pixels.
    lights = np.empty((_LIGHTS, light.size), dtype=np.float32)
    for step in range(_LIGHTS):
        _near(light, step, lights[step])
    colours = np.empty((1 + 2 * _HUES, light.size), dtype=np.float32)
    np.subtract(1, coloured, out=colours[0])
    share, first = np.empty_like(turn), np.empty_like(turn)
    for hue in range(_HUES):
        _near(turn, hue, share)
        if hue == 0:
            share += _near(turn, _HUES, first)
        np.multiply(share, muted, out=colours[1 + hue])
        np.multiply(share, vivid, out=colours[1 + _HUES + hue])
    counts = (lights @ colours.T).ravel().astype(np.float64)
    return np.asarray(np.sqrt(counts / counts.sum()), dtype=np.float32)


def _near(values: Floats, place: int, out: Floats) -> Floats:
    """1 at a place, falling straight to 0 at a distance of 1, written to `out`."""
    np.subtract(values, np.float32(place), out=out)
    np.abs(out, out=out)
    np.subtract(1, out, out=out)
    return np.maximum(out, 0, out=out)


def layout(lab: Floats) -> Floats:
    """The mean colour of sixteen fields, as OKLab with a and b two and a half times.

    Args:
        lab: (height, width, 3) OKLab, 4 pixels or more each way.

    Returns:
        (48,) float32.
    """
    fields = cv2.resize(lab, (4, 4), interpolation=cv2.INTER_AREA).reshape(-1, 3)
    return np.asarray(fields * np.array([1, 2.5, 2.5]), dtype=np.float32).ravel()
