"""The local check: do two pictures lie on each other, and how much of each?

Points that match are held to one geometry (an affine map by RANSAC); one picture is laid on the
other by it, and their values must go together over all that both show. A series by one hand looks
alike, but it never lies on itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.collect.duplicates.checks.points import Points

_RATIO = 0.85
_LEAST_MATCHES = 8
_NEAR_PX = 4.0
_TRIES = 1000
_SURE = 0.995
_SMALLEST, _MOST_SQUEEZED = 0.08, 1.6
_LEAST_PIXELS = 400
_FIELDS = 6
_COVERED = 0.7
_LEAST_STRUCTURE, _MOST_STRUCTURE = 1.5, 20.0
_AGREES = 0.4
_GRAY = 5.0
_BROAD = 3.0

Affine = NDArray[np.float64]
Plane = NDArray[np.float32]


@dataclass(frozen=True)
class Fit:
    """How one picture's points lie on another's.

    Attributes:
        affine: (2, 3): places of the first to places of the second, as fractions of the width of
            each, so that it holds at any size.
        points: so many points agree on it.
    """

    affine: Affine
    points: int


@dataclass(frozen=True)
class Likeness:
    """How two pictures lie on each other.

    Attributes:
        score: correlation of their values over what both show, -1 to 1.
        fine: the same for fine structure alone.
        agreeing: part of the fields with fine structure in which it agrees, 0 to 1: a frame or a
            lettering that two pictures share is in few of them.
        share, other_share: how much of the first and of the second both show, 0 to 1.
        colour: mean distance in CIELAB over what both show; of lightness alone where one picture
            is gray.
        squeeze: the longer over the shorter stretch of the map, 1 for one without distortion.
    """

    score: float
    fine: float
    agreeing: float
    share: float
    other_share: float
    colour: float
    squeeze: float


def fit(one: Points, other: Points) -> Fit | None:
    """How the points of one picture lie on those of another; None where they do not."""
    here, there = _matched(one, other)
    if len(here) < _LEAST_MATCHES:
        return None
    found: Any = cv2.estimateAffine2D(
        here,
        there,
        method=cv2.RANSAC,
        ransacReprojThreshold=_NEAR_PX,
        maxIters=_TRIES,
        confidence=_SURE,
    )
    map_, agreed = found
    if map_ is None or int(agreed.sum()) < _LEAST_MATCHES:
        return None
    affine = np.array(map_, dtype=np.float64)
    if not _is_sound(affine):
        return None
    # (x - 0.5) and so on would be exact; at a few hundred pixels the difference is nothing.
    affine[:, :2] *= one.width / other.width
    affine[:, 2] /= other.width
    return Fit(affine, int(agreed.sum()))


def laid(one: NDArray[np.uint8], other: NDArray[np.uint8], affine: Affine) -> Likeness:
    """Lay one picture on the other and hold their values against each other.

    Args:
        one: (height, width, 3) uint8.
        other: the same, of any size.
        affine: as in `Fit`.
    """
    map_ = affine.copy()
    map_[:, :2] *= other.shape[1] / one.shape[1]
    map_[:, 2] *= other.shape[1]
    stretches = np.linalg.svd(map_[:, :2], compute_uv=False)
    is_turned = stretches[0] * stretches[1] > 1
    if is_turned:  # the larger is always laid on the smaller: nothing has to be made up
        back = np.asarray(cv2.invertAffineTransform(map_), dtype=np.float64)
        one, other, map_ = other, one, back
    found = _held(one, other, map_, float(stretches[0] / stretches[1]))
    if is_turned:
        return replace(found, share=found.other_share, other_share=found.share)
    return found


def _matched(one: Points, other: Points) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Places that are each other's best match, far better than the second best."""
    if min(len(one), len(other)) < _LEAST_MATCHES:
        none = np.zeros((0, 2), np.float32)
        return none, none
    apart = np.bitwise_count(one.codes[:, None, 0] ^ other.codes[None, :, 0])
    apart = apart + np.bitwise_count(one.codes[:, None, 1] ^ other.codes[None, :, 1])
    two = np.partition(apart, 1, axis=1)[:, :2]
    best = apart.argmin(axis=1)
    is_clear = two[:, 0] < _RATIO * two[:, 1]
    is_mutual = apart.argmin(axis=0)[best] == np.arange(len(one))
    chosen = np.flatnonzero(is_clear & is_mutual)
    return one.places[chosen], other.places[best[chosen]]


def _is_sound(affine: Affine) -> bool:
    """Whether a scan can be such a map: not mirrored, not too small, hardly squeezed."""
    if not np.isfinite(affine).all() or np.linalg.det(affine[:, :2]) <= 0:
        return False
    most, least = np.linalg.svd(affine[:, :2], compute_uv=False)
    scale = float(np.sqrt(most * least))
    return bool(_SMALLEST < scale < 1 / _SMALLEST and most < _MOST_SQUEEZED * least)


def _held(
    one: NDArray[np.uint8], other: NDArray[np.uint8], affine: Affine, squeeze: float
) -> Likeness:
    scale = float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))
    here = _smooth(_gray(one), 0.8 + 0.5 * (1 / scale - 1))
    there = _smooth(_gray(other), 0.8)
    height, width = there.shape
    moved = _moved(here, affine, (width, height))
    cover = _moved(np.ones_like(here), affine, (width, height)) > 0.99
    shown = int(cover.sum())
    if shown < _LEAST_PIXELS:
        return Likeness(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, squeeze)
    blur = max(2.0, 0.02 * float(np.sqrt(shown)))
    fines = _fine(moved, cover, blur), _fine(there, cover, blur)
    return Likeness(
        score=_correlation(moved[cover], there[cover]),
        fine=_correlation(fines[0][cover], fines[1][cover]),
        agreeing=_agreeing(*fines, cover),
        share=min(1.0, shown / (scale * scale * here.size)),
        other_share=shown / there.size,
        colour=_apart(one, other, affine, cover),
        squeeze=squeeze,
    )


def _apart(
    one: NDArray[np.uint8], other: NDArray[np.uint8], affine: Affine, cover: NDArray[np.bool_]
) -> float:
    """How far apart the colours are, CIELAB."""
    height, width = cover.shape
    scale = float(np.sqrt(abs(np.linalg.det(affine[:, :2]))))
    here = _lab(one, _BROAD / scale)
    moved, there = _moved(here, affine, (width, height))[cover], _lab(other, _BROAD)[cover]
    chroma = [np.percentile(np.hypot(lab[:, 1], lab[:, 2]), 98) for lab in (moved, there)]
    is_gray = min(chroma) < _GRAY
    apart = np.abs(moved[:, 0] - there[:, 0]) if is_gray else np.linalg.norm(moved - there, axis=1)
    return float(apart.mean())


def _lab(rgb: NDArray[np.uint8], size: float) -> Plane:
    small = cv2.GaussianBlur(rgb, (0, 0), size).astype(np.float32) / np.float32(255)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2Lab), dtype=np.float32)


def _agreeing(one: Plane, other: Plane, cover: NDArray[np.bool_]) -> float:
    """In which part of the fields with fine structure it agrees; more structure counts more."""
    rows, columns = np.flatnonzero(cover.any(axis=1)), np.flatnonzero(cover.any(axis=0))
    edges = [np.linspace(at[0], at[-1] + 1, _FIELDS + 1).astype(int) for at in (rows, columns)]
    all_, agreed = 0.0, 0.0
    for top, bottom in pairwise(edges[0]):
        for left, right in pairwise(edges[1]):
            field = slice(top, bottom), slice(left, right)
            inside = cover[field]
            if not inside.size or inside.mean() < _COVERED:
                continue
            here, there = one[field][inside], other[field][inside]
            weight = min(max(float(here.std()), float(there.std())), _MOST_STRUCTURE)
            if weight >= _LEAST_STRUCTURE:
                all_ += weight
                agreed += weight * (_correlation(here, there) >= _AGREES)
    return agreed / all_ if all_ else 1.0


def _moved(plane: Plane, affine: Affine, size: tuple[int, int]) -> Plane:
    return np.asarray(cv2.warpAffine(plane, affine, size, flags=cv2.INTER_LINEAR), np.float32)


def _fine(plane: Plane, cover: NDArray[np.bool_], blur: float) -> Plane:
    """What is finer than `blur` of the part that both show; beyond its rim there is nothing."""
    part = plane * cover
    weight = np.maximum(_smooth(cover.astype(np.float32), blur), np.float32(1e-3))
    return np.asarray(_smooth(part, 1.0) - _smooth(part, blur) / weight * cover, np.float32)


def _gray(rgb: NDArray[np.uint8]) -> Plane:
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), dtype=np.float32)


def _smooth(plane: Plane, size: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), size), dtype=np.float32)


def _correlation(one: Plane, other: Plane) -> float:
    one, other = one - one.mean(), other - other.mean()
    both = float(np.sqrt(float((one * one).sum()) * float((other * other).sum())))
    return float((one * other).sum()) / both if both > 1e-6 else 0.0
