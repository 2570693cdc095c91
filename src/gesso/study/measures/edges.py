"""Edges: hard, soft or lost where one shape meets the next."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel, Floats

HARD = 4.0
"""L* for each pixel at working size: an edge that is cut."""
LOST = 1.0
"""L* for each pixel at working size: an edge that is not seen."""


def gradient(values: Floats) -> Floats:
    """(height, width) float32: the steepness of the values, L* for each pixel, a little blurred."""
    soft = cv2.GaussianBlur(values, (0, 0), 1.2)
    across = cv2.Sobel(soft, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(soft, cv2.CV_32F, 0, 1)
    # Not cv2.magnitude: its last digit depends on where in memory the array begins.
    return np.asarray(np.sqrt(across * across + down * down) / np.float32(8), dtype=np.float32)


def steepness(easel: Easel) -> Floats:
    """The gradient of the values at working size."""
    return gradient(easel.values)


def boundaries(labels: NDArray[Any]) -> NDArray[np.bool_]:
    """(height, width): pixels whose right or lower neighbour belongs to another level."""
    edge = np.zeros(labels.shape, dtype=np.bool_)
    edge[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    edge[:-1] |= labels[1:] != labels[:-1]
    return edge


def measure_edges(easel: Easel) -> dict[str, float]:
    """How the shapes meet.

    Returns:
        edge_mean: mean gradient, L* for each pixel.
        hard, soft, lost: shares of the blocks' boundary, adding up to 1; left out without one.
    """
    steep = easel.once(steepness)
    found = {"edge_mean": float(steep.mean(dtype=np.float64))}
    edge = boundaries(easel.blocks().labels)
    if edge.any():
        along = steep[edge]
        hard, lost = float((along > HARD).mean()), float((along < LOST).mean())
        found |= {"hard": hard, "lost": lost, "soft": 1 - hard - lost}
    return found
