"""The local check for pictures that have nothing to hold on to: big shapes in plain colours.

A black square has no points that come back: one scan shows cracks, another none. Its shapes are
laid on each other instead (enhanced correlation, Evangelidis and Psarakis, PAMI 30, 2008), and
edges and colours must both agree, far more closely than for pictures with points.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SIDE = 96
_LEAST_ALIKE = 0.6
_STEPS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-4)
_MOST_STRETCH = 1.3
_LEAST_SHARE = 0.7
_LEAST_VALUES, _LEAST_EDGES = 0.98, 0.94
_MOST_COLOUR = 14.0
"""Mean distance in CIELAB: another light or a yellowed varnish, not another picture of a series."""
_FLAT = 2.0
"""Standard deviation of 0 to 255 values below which there are no shapes either."""

Plane = NDArray[np.float32]


def shapes_score(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """How well the shapes of two pictures lie on each other, 0 to 1; 0 for two pictures.

    Args:
        one: (height, width, 3) uint8.
        other: the same, of any size.
    """
    first, second = _small(one), _small(other)
    here, there = _values(first), _values(second)
    if min(float(here.std()), float(there.std())) < _FLAT or _alike(here, there) < _LEAST_ALIKE:
        return 0.0
    start = np.eye(2, 3, dtype=np.float32)
    try:
        values, found = cv2.findTransformECC(here, there, start, cv2.MOTION_AFFINE, _STEPS)
    except cv2.error:
        return 0.0  # it found no way to lay them on each other
    affine = np.asarray(found, dtype=np.float32)
    most, least = np.linalg.svd(affine[:, :2], compute_uv=False)
    if most > _MOST_STRETCH or least < 1 / _MOST_STRETCH or values < _LEAST_VALUES:
        return 0.0
    cover = _cover(affine)
    if cover.mean() < _LEAST_SHARE:
        return 0.0
    edges = _agreement(_slopes(here)[:, cover], _slopes(_moved(there, affine))[:, cover])
    colours = np.linalg.norm(_lab(first) - _moved(_lab(second), affine), axis=2)[cover].mean()
    if edges < _LEAST_EDGES or colours > _MOST_COLOUR:
        return 0.0
    return float(min(values, edges))


def _small(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(rgb, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), np.uint8)


def _values(rgb: NDArray[np.uint8]) -> Plane:
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(gray, (0, 0), 1.0), dtype=np.float32)


def _lab(rgb: NDArray[np.uint8]) -> Plane:
    lab = cv2.cvtColor(rgb.astype(np.float32) / np.float32(255), cv2.COLOR_RGB2Lab)
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), 2.0), dtype=np.float32)


def _moved(plane: Plane, affine: Plane) -> Plane:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(plane, affine, (_SIDE, _SIDE), flags=flags), np.float32)


def _cover(affine: Plane) -> NDArray[np.bool_]:
    """What both show; its rim is left out, for there the slope is that of the rim."""
    whole = (_moved(np.ones((_SIDE, _SIDE), np.float32), affine) > 0.99).astype(np.uint8)
    return np.asarray(cv2.erode(whole, np.ones((5, 5), np.uint8), borderValue=0) > 0)


def _slopes(plane: Plane) -> Plane:
    return np.stack([cv2.Sobel(plane, cv2.CV_32F, 1, 0), cv2.Sobel(plane, cv2.CV_32F, 0, 1)])


def _alike(one: Plane, other: Plane) -> float:
    """Correlation of values as they stand, before anything is moved."""
    return _agreement(one - one.mean(), other - other.mean())


def _agreement(one: Plane, other: Plane) -> float:
    both = float(np.sqrt(float((one * one).sum()) * float((other * other).sum())))
    return float((one * other).sum()) / both if both > 1e-6 else 0.0
