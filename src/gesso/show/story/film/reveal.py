"""How one picture takes the place of another: for every pixel, how much of the next is there."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_WALL = 0.55
"""The wall is there after this part of the time: what hung beside goes with the first masses."""
_EDGE = 0.10
"""How long one place takes to be painted, of all the time."""
_STROKE = 0.62
"""How much of its turn a mass spends on its strokes; the rest is for what is darkest in it."""


@dataclass(frozen=True)
class Masses:
    """The big shapes of a picture, as a painter would lay them in.

    Attributes:
        labels: (height, width) int32, 0 the darkest level.
        count: how many levels there are.
    """

    labels: NDArray[np.int32]
    count: int


def eased(share: float) -> float:
    """Soft at both ends, 0 to 1."""
    inside = min(1.0, max(0.0, share))
    return inside * inside * (3 - 2 * inside)


def painting_order(masses: Masses, seed: int) -> Floats:
    """(height, width) float32: when each place is painted, 0 to 1: mass after mass, in strokes.

    Args:
        masses: of the incoming picture.
        seed: of the strokes; the same seed, the same hand.
    """
    height, width = masses.labels.shape
    strokes = _strokes(height, width, seed)
    sweep = _sweep(height, width)
    turn = _STROKE * strokes + (1 - _STROKE) * sweep
    order = (masses.labels.astype(np.float32) + turn) / max(1, masses.count)
    return np.asarray(order, np.float32)


def painted(order: Floats, share: float) -> Floats:
    """How much of the next picture is there, 0 to 1, when `share` of the time is over."""
    head = np.float32(share * (1 + _EDGE))
    return np.asarray(_softened(np.clip((head - order) / np.float32(_EDGE), 0, 1)), np.float32)


def wall_share(share: float) -> float:
    """How much of the next wall is there."""
    return eased(share / _WALL)


def _softened(amount: NDArray[np.float32]) -> NDArray[np.float32]:
    return amount * amount * (3 - 2 * amount)


def _sweep(height: int, width: int) -> Floats:
    """From the left upper corner to the right lower one, 0 to 1, as a hand would go."""
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    return np.asarray(0.35 * across + 0.65 * down, np.float32)


def _strokes(height: int, width: int, seed: int) -> Floats:
    """Long soft bristle marks, each with its own turn, 0 to 1 and evenly spread."""
    rng = np.random.default_rng(seed)
    side = max(height, width)
    found = np.zeros((height, width), np.float32)
    for length, slope, weight in ((0.20, 0.42, 1.0), (0.09, -0.35, 0.7)):
        noise = rng.standard_normal((height, width), dtype=np.float32)
        mark = _mark(max(3, round(length * side)), slope, max(1.0, 0.006 * side))
        streaks = cv2.filter2D(noise, -1, mark, borderType=cv2.BORDER_REFLECT)
        found += weight * np.asarray(streaks, np.float32) / max(1e-6, float(streaks.std()))
    ranks = np.empty(found.size, np.float32)
    ranks[np.argsort(found, axis=None, kind="stable")] = np.linspace(0, 1, found.size)
    return ranks.reshape(height, width)


def _mark(length: int, slope: float, thick: float) -> Floats:
    """One mark of a brush, adding up to 1."""
    reach = length // 2
    down, across = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(np.float32)
    along = across * np.cos(slope) + down * np.sin(slope)
    beside = -across * np.sin(slope) + down * np.cos(slope)
    mark = np.exp(-((beside / thick) ** 2)) * (np.abs(along) <= reach)
    return np.asarray(mark / mark.sum(), np.float32)
