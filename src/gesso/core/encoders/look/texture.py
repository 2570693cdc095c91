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
    answers = np.abs(np.fft.ifft2(np.fft.fft2(plane)[np.newaxis] * _filters()))
    return np.concatenate([answers.mean(axis=(1, 2)), answers.std(axis=(1, 2))]).astype(np.float32)


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
    lighter = [
        _shifted(steps, radius, 2 * math.pi * point / points) >= middle for point in range(points)
    ]
    count = np.zeros(middle.shape, dtype=np.int32)
    changes = np.zeros(middle.shape, dtype=np.int32)
    for point, here in enumerate(lighter):
        count += here
        changes += here != lighter[point - 1]
    kinds = np.where(changes <= 2, count, points + 1)
    shares = np.bincount(kinds.ravel(), minlength=points + 2) / kinds.size
    return np.sqrt(shares).astype(np.float32)


def _shifted(steps: Floats, radius: int, angle: float) -> Floats:
    """The values at a point of a ring around each pixel, between pixels by straight lines."""
    height, width = steps.shape
    down, across = -radius * math.sin(angle), radius * math.cos(angle)
    top, left = math.floor(down + 1e-9), math.floor(across + 1e-9)
    below, right = down - top, across - left

    def at(row: int, column: int) -> Floats:
        rows = slice(radius + row, height - radius + row)
        columns = slice(radius + column, width - radius + column)
        return steps[rows, columns]

    found = at(top, left) * np.float32((1 - below) * (1 - right))
    if right > 1e-6:
        found = found + at(top, left + 1) * np.float32((1 - below) * right)
    if below > 1e-6:
        found = found + at(top + 1, left) * np.float32(below * (1 - right))
    if right > 1e-6 and below > 1e-6:
        found = found + at(top + 1, left + 1) * np.float32(below * right)
    # Rounding must not decide whether equal neighbours count as lighter.
    return np.asarray(np.round(found, 3), dtype=np.float32)


@cache
def _filters() -> NDArray[np.float32]:
    down, across = np.meshgrid(np.fft.fftfreq(_SIDE), np.fft.fftfreq(_SIDE), indexing="ij")
    pitch = np.maximum(np.hypot(across, down), 1e-6)
    angle = np.arctan2(down, across)
    bank = []
    for scale in range(_SCALES):
        size = np.exp(-(np.log(pitch / (0.3 / 2**scale)) ** 2) / (2 * 0.55**2))
        for direction in range(_DIRECTIONS):
            apart = np.angle(np.exp(1j * (angle - math.pi * direction / _DIRECTIONS)))
            bank.append(size * np.exp(-(apart**2) / (2 * 0.35**2)))
    return np.stack(bank).astype(np.float32)
