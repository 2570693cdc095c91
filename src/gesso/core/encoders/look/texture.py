"""The texture of a picture: waves by size and direction, and small patterns of light.

Log-Gabor waves after Field (JOSA A 4, 1987), local binary patterns after Ojala, Pietikäinen and
Mäenpää (PAMI 24, 2002).
"""

from __future__ import annotations

import math
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SIDE = 128
_SCALES, _DIRECTIONS = 4, 8
_RINGS = ((8, 1), (16, 2), (24, 4))
WAVES = 2 * _SCALES * _DIRECTIONS
PATTERNS = sum(points + 2 for points, _ in _RINGS)


def waves(light: Floats) -> Floats:
    """How strong waves of each size and direction are, and how unevenly they lie.

    Args:
        light: (height, width) OKLab lightness.

    Returns:
        (64,) float32: means, then spreads, over 4 sizes of 8 directions.
    """
    plane = cv2.resize(light, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    plane = np.log1p(np.maximum(plane, 0) * 4)
    plane -= cv2.GaussianBlur(plane, (0, 0), 8)
    around = cv2.GaussianBlur(plane * plane, (0, 0), 8)
    plane = (plane / (0.2 + np.sqrt(np.maximum(around, 0)))).astype(np.float32)
    spectrum = cv2.dft(plane, flags=cv2.DFT_COMPLEX_OUTPUT)
    found = np.empty((2, len(_filters())))
    for number, kernel in enumerate(_filters()):
        answer = cv2.dft(cv2.multiply(spectrum, kernel), flags=cv2.DFT_INVERSE | cv2.DFT_SCALE)
        mean, spread = cv2.meanStdDev(cv2.magnitude(*cv2.split(answer)))
        found[:, number] = mean[0, 0], spread[0, 0]
    return found.ravel().astype(np.float32)


def patterns(light: Floats) -> Floats:
    """Shares of uniform local binary patterns on three rings, as square roots.

    Args:
        light: (height, width) OKLab lightness, 9 pixels or more each way.

    Returns:
        (54,) float32; each ring's part has length 1.
    """
    steps = np.clip(light * 255, 0, 255).astype(np.uint8).astype(np.float32)
    return np.concatenate([_ring(steps, points, radius) for points, radius in _RINGS])


def _ring(steps: Floats, points: int, radius: int) -> Floats:
    """Patterns by their number of lighter neighbours; those that flicker are one more kind."""
    height, width = steps.shape
    middle = steps[radius : height - radius, radius : width - radius]
    # Rounding must not decide whether equal neighbours count as lighter.
    bar = middle - np.float32(0.0005)
    count = np.zeros(middle.shape, dtype=np.uint8)
    changes = np.zeros(middle.shape, dtype=np.uint8)
    before = _lighter(steps, bar, radius, 2 * math.pi * (points - 1) / points)
    for point in range(points):
        here = _lighter(steps, bar, radius, 2 * math.pi * point / points)
        count += here
        changes += here ^ before
        before = here
    kinds = np.where(changes <= 2, count, np.uint8(points + 1))
    shares = np.bincount(kinds.ravel(), minlength=points + 2) / kinds.size
    return np.sqrt(shares).astype(np.float32)


def _lighter(steps: Floats, bar: Floats, radius: int, angle: float) -> NDArray[np.bool_]:
    """Whether the value at a point of a ring around a pixel reaches the pixel's bar."""
    return np.asarray(_shifted(steps, radius, angle) >= bar)


def _shifted(steps: Floats, radius: int, angle: float) -> Floats:
    """The values at a point of a ring around each pixel, between pixels by straight lines."""
    height, width = steps.shape
    down, across = -radius * math.sin(angle), radius * math.cos(angle)
    top, left = math.floor(down + 1e-9), math.floor(across + 1e-9)
    below, right = down - top, across - left

    def at(row: int) -> Floats:
        rows = slice(radius + row, height - radius + row)
        near = steps[rows, radius + left : width - radius + left]
        if right <= 1e-6:
            return near
        next_to = steps[rows, radius + left + 1 : width - radius + left + 1]
        return np.asarray(cv2.addWeighted(near, 1 - right, next_to, right, 0), dtype=np.float32)

    if below <= 1e-6:
        return at(top)
    return np.asarray(cv2.addWeighted(at(top), 1 - below, at(top + 1), below, 0), dtype=np.float32)


@cache
def _filters() -> tuple[Floats, ...]:
    """One for each size and direction: (128, 128, 2) float32, the same for both parts."""
    down, across = np.meshgrid(np.fft.fftfreq(_SIDE), np.fft.fftfreq(_SIDE), indexing="ij")
    pitch = np.maximum(np.hypot(across, down), 1e-6)
    angle = np.arctan2(down, across)
    bank = []
    for scale in range(_SCALES):
        size = np.exp(-(np.log(pitch / (0.3 / 2**scale)) ** 2) / (2 * 0.55**2))
        for direction in range(_DIRECTIONS):
            apart = np.angle(np.exp(1j * (angle - math.pi * direction / _DIRECTIONS)))
            one = (size * np.exp(-(apart**2) / (2 * 0.35**2))).astype(np.float32)
            bank.append(np.dstack([one, one]))
    return tuple(bank)
