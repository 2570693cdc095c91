"""Single figures of a picture's look: value, chroma, edges, grain, order, placing."""

from __future__ import annotations

import math
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.look.planes import Floats, Plane, Planes

SIZE = 51
_FALL = 128


def figures(planes: Planes) -> Floats:
    """Fifty-one figures, each of about the size of 1 (they are standardised after).

    Returns:
        (51,) float32.
    """
    light, a, b = planes.light, planes.a, planes.b
    across = cv2.Sobel(light, cv2.CV_32F, 1, 0) / 8
    down = cv2.Sobel(light, cv2.CV_32F, 0, 1) / 8
    slope = cv2.magnitude(across, down)
    found = [
        *_values(light),
        *_chroma(planes),
        *_edges(slope),
        *_grain(light, (1, 2, 4, 8), 5.0, 8.0),
        *_colour_grain(a, b),
        *_directions(across, down, slope),
        _fall(light),
        *_symmetry(light),
        *_placing(slope),
    ]
    return np.array(found, dtype=np.float32)


def _values(light: Plane) -> list[float]:
    return [*_mean_and_spread(light), *_percentiles(light, (5, 25, 50, 75, 95))]


def _percentiles(plane: Plane, wanted: tuple[int, ...]) -> list[float]:
    """As `np.percentile` has them; sorting all is quicker than dividing it several times."""
    held = np.sort(plane, axis=None)
    last = held.size - 1
    found = []
    for share in wanted:
        at = share / 100 * last
        low = int(at)
        here, after = float(held[low]), float(held[min(low + 1, last)])
        found.append(here + (after - here) * (at - low))
    return found


def _chroma(planes: Planes) -> list[float]:
    middle_a, spread_a = _mean_and_spread(planes.a)
    middle_b, spread_b = _mean_and_spread(planes.b)
    return [
        *_mean_and_spread(planes.chroma),
        *_percentiles(planes.chroma, (95,)),
        3 * middle_a,
        3 * middle_b,
        3 * spread_a,
        3 * spread_b,
    ]


def _edges(slope: Plane) -> list[float]:
    mean, spread = _mean_and_spread(slope)
    return [
        math.log(mean + 1e-4) / 3,
        10 * spread,
        np.count_nonzero(slope > 0.05) / slope.size,
        np.count_nonzero(slope > 0.02) / slope.size,
        np.count_nonzero(slope < 0.003) / slope.size,
    ]


def _grain(plane: Plane, sizes: tuple[int, ...], mean: float, spread: float) -> list[float]:
    found = []
    for size in sizes:
        middle, around = _mean_and_spread(_spread(plane, size))
        found += [mean * middle, spread * around]
    return found


def _colour_grain(a: Plane, b: Plane) -> list[float]:
    found = []
    for size in (2, 6):
        middle, around = _mean_and_spread(cv2.magnitude(_spread(a, size), _spread(b, size)))
        found += [10 * middle, 10 * around]
    return found


def _spread(plane: Plane, size: int) -> Plane:
    mean = cv2.GaussianBlur(plane, (0, 0), size)
    square = cv2.GaussianBlur(cv2.multiply(plane, plane), (0, 0), size)
    cv2.subtract(square, cv2.multiply(mean, mean), square)
    return np.sqrt(np.maximum(square, 0, out=square), out=square)


def _directions(across: Plane, down: Plane, slope: Plane) -> list[float]:
    """Entropy and shares of 12 directions of edges."""
    turn = np.arctan2(down, across).ravel()
    turn += np.float32(math.pi) * (turn < 0)
    turn *= np.float32(12 / math.pi)
    turn += np.where(turn < 0.5, np.float32(11.5), np.float32(-0.5))
    low = turn.astype(np.int32)
    onward = (turn - low.astype(np.float32)) * slope.ravel()
    counts = np.bincount(low, weights=slope.ravel() - onward, minlength=14)
    counts[1:] += np.bincount(low, weights=onward, minlength=13)[:13]
    counts = counts[:12] + np.pad(counts[12:14], (0, 10))
    shares = counts / max(float(counts.sum()), 1e-9)
    entropy = -float((shares * np.log(shares + 1e-9)).sum()) / math.log(12)
    return [entropy, *(2 * float(share) for share in shares)]


def _fall(light: Plane) -> float:
    """The slope of the spectrum: how much of the picture is fine."""
    plane = cv2.resize(light, (_FALL, _FALL), interpolation=cv2.INTER_AREA)
    plane = plane - plane.mean(dtype=np.float64)
    power = np.abs(np.fft.fftshift(np.fft.fft2(plane))) ** 2
    ring, counts = _rings()
    mean = np.bincount(ring, weights=power.ravel()) / counts
    pitch = np.arange(3, 60)
    return float(np.polyfit(np.log(pitch), np.log(mean[3:60] + 1e-9), 1)[0]) / 4


@cache
def _rings() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ring around the middle that each place of a spectrum lies on, and how large each is."""
    down, across = np.mgrid[-_FALL // 2 : _FALL // 2, -_FALL // 2 : _FALL // 2]
    ring = np.hypot(across, down).astype(np.int64).ravel()
    return ring, np.maximum(np.bincount(ring), 1)


def _symmetry(light: Plane) -> list[float]:
    return [3 * _mean(np.abs(light - light[:, ::-1])), 3 * _mean(np.abs(light - light[::-1]))]


def _placing(slope: Plane) -> list[float]:
    """The shape of the picture, and where its edges lie."""
    height, width = slope.shape
    weight = slope / max(float(slope.sum(dtype=np.float64)), 1e-9)
    columns, rows = weight.sum(axis=0, dtype=np.float64), weight.sum(axis=1, dtype=np.float64)
    x, y = np.arange(width) / width, np.arange(height) / height
    middle_x, middle_y = float((columns * x).sum()), float((rows * y).sum())
    spread = float((columns * (x - middle_x) ** 2).sum() + (rows * (y - middle_y) ** 2).sum())
    shape = min(1.0, max(-1.0, math.log(width / height)))
    return [shape, middle_x, middle_y, 2 * math.sqrt(max(spread, 0.0))]


def _mean_and_spread(plane: Plane) -> tuple[float, float]:
    mean, spread = cv2.meanStdDev(plane)
    return float(mean[0, 0]), float(spread[0, 0])


def _mean(plane: Plane) -> float:
    return float(plane.mean(dtype=np.float64))
