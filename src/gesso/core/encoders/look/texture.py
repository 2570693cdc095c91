"""The texture of a picture: waves by size and direction, and small patterns of light.

Log-Gabor waves after Field (JOSA A 4, 1987), local binary patterns after Ojala, Pietikäinen and
Mäenpää (PAMI 24, 2002).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
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
    answer, real, imaginary = np.empty_like(spectrum), np.empty_like(plane), np.empty_like(plane)
    for number, kernel in enumerate(_filters()):
        # All in the same few arrays: they stay in the core's own cache.
        cv2.multiply(spectrum, kernel, answer)
        cv2.dft(answer, answer, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE)
        cv2.extractChannel(answer, 0, real)
        cv2.extractChannel(answer, 1, imaginary)
        mean, spread = cv2.meanStdDev(cv2.magnitude(real, imaginary, real))
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
    lighter = (np.greater_equal(one, bar).view(np.uint8) for one in _around(steps, points, radius))
    first = before = next(lighter)
    count = first.copy()
    changes = np.zeros(middle.shape, dtype=np.uint8)
    for here in lighter:
        count += here
        changes += here ^ before
        before = here
    changes += first ^ before
    kinds = np.where(changes <= 2, count, np.uint8(points + 1))
    counts = cv2.calcHist([kinds], [0], None, [points + 2], [0, points + 2])
    shares = counts.ravel().astype(np.float64) / kinds.size
    return np.sqrt(shares).astype(np.float32)


def _around(steps: Floats, points: int, radius: int) -> Iterator[Floats]:
    """The values at each point of a ring around each pixel, between pixels by straight lines."""
    height = steps.shape[0]
    columns: dict[tuple[int, float], Floats] = {}
    for point in range(points):
        angle = 2 * math.pi * point / points
        down, across = -radius * math.sin(angle), radius * math.cos(angle)
        top, left = math.floor(down + 1e-9), math.floor(across + 1e-9)
        below, right = down - top, across - left
        # Points above each other stand between the same columns: those are mixed once.
        place = left, round(right, 9)
        if place not in columns:
            columns[place] = _between_columns(steps, radius, left, right)
        mixed = columns[place]
        here = mixed[radius + top : height - radius + top]
        if below > 1e-6:
            under = mixed[radius + top + 1 : height - radius + top + 1]
            here = np.asarray(cv2.addWeighted(here, 1 - below, under, below, 0), dtype=np.float32)
        yield here


def _between_columns(steps: Floats, radius: int, left: int, right: float) -> Floats:
    """(height, width less two radii): what stands so far across from each pixel of the middle."""
    width = steps.shape[1]
    near = steps[:, radius + left : width - radius + left]
    if right <= 1e-6:
        return near
    next_to = steps[:, radius + left + 1 : width - radius + left + 1]
    return np.asarray(cv2.addWeighted(near, 1 - right, next_to, right, 0), dtype=np.float32)


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
