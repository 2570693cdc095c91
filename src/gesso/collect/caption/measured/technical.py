"""How good a file is as a reproduction: large, sharp, unclipped, without blocks."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.picture import Picture

Floats = NDArray[np.float32]

SMALL, LARGE = 50_000, 8_000_000
"""Pixels of a file that is good for nothing but a list, and of one that is good for a print."""
_WINDOW = 1024
"""Sharpness and blocks are read in the middle of so many pixels a side."""
_REBLUR = 11
_BLURRED, _CRISP = 0.65, 0.30
"""Re-blur values of a picture that is plainly out of focus, and of one that is plainly not."""
_FREE_CLIPPING, _ALL_CLIPPED = 0.05, 0.55
_NO_BLOCKS, _BLOCKS = 1.4, 2.8
_LEAST = 0.01
"""No part alone makes the whole nothing."""


def technical(picture: Picture) -> float:
    """Technical quality of the file, 0 to 1: the geometric mean of four parts.

    It says nothing of the art: a soft painting well photographed is sharp in its weave and its
    strokes, and a poster is no worse for its flat colours.

    - size: the logarithm of the number of pixels, from 50,000 (0) to 8 million (1).
    - sharpness: one less the blur effect of Crete et al., "The blur effect: perception and
      estimation with a new no-reference perceptual blur metric" (SPIE 6492, 2007): how little
      changes when the picture is blurred once more. From 0.65 (0) to 0.30 (1).
    - light: the share of pixels that are pure black or pure white in all channels, free up to
      5 %, 0 at 55 %.
    - blocks: how much steeper the picture is across the borders of 8 x 8 blocks than elsewhere,
      after Wang, Sheikh and Bovik, "No-reference perceptual quality assessment of JPEG compressed
      images" (ICIP 2002). From 2.8 times (0) to 1.4 times (1), where photographs of canvas lie.

    The file as it is stands for itself: read it from the original, not from a thumbnail.

    Args:
        picture: upright sRGB pixels, whole.
    """
    values = _middle(picture)
    parts = (
        _ramp(math.log(picture.width * picture.height), math.log(SMALL), math.log(LARGE)),
        _ramp(blur_effect(values), _BLURRED, _CRISP),
        _ramp(_clipped(picture), _ALL_CLIPPED, _FREE_CLIPPING),
        _ramp(_blockiness(values), _BLOCKS, _NO_BLOCKS),
    )
    return math.exp(sum(math.log(max(part, _LEAST)) for part in parts) / len(parts))


def blur_effect(values: Floats) -> float:
    """How blurred a plane is, 0 to 1, in its worse direction; 1 for a flat one (Crete 2007)."""
    return max(_blur_along(values), _blur_along(np.ascontiguousarray(values.T)))


def _blur_along(values: Floats) -> float:
    if values.shape[1] < 2:
        return 1.0
    blurred = cv2.blur(values, (_REBLUR, 1), borderType=cv2.BORDER_REFLECT)
    before = cv2.absdiff(values[:, 1:], values[:, :-1])
    after = cv2.absdiff(blurred[:, 1:], blurred[:, :-1])
    # A step of one level is rounding: to whole levels a blurred picture is made of nothing else.
    _, before = cv2.threshold(before, 1.0, 0.0, cv2.THRESH_TOZERO)
    total = float(cv2.sumElems(before)[0])
    if total < 1e-3 * max(before.size, 1):
        return 1.0
    # What is lost where there was something: a step can only grow where there was less of one.
    lost = cv2.subtract(before, cv2.min(before, after))
    return 1.0 - float(cv2.sumElems(lost)[0]) / total


def _middle(picture: Picture) -> Floats:
    """The luma of the middle, starting where a block of a JPEG starts."""
    top = max(0, picture.height - _WINDOW) // 16 * 8
    left = max(0, picture.width - _WINDOW) // 16 * 8
    part = np.ascontiguousarray(picture.rgb[top : top + _WINDOW, left : left + _WINDOW])
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY), dtype=np.float32)


def _clipped(picture: Picture) -> float:
    rgb = picture.rgb
    dark = cv2.countNonZero(cv2.inRange(rgb, (0, 0, 0), (1, 1, 1)))
    light = cv2.countNonZero(cv2.inRange(rgb, (254, 254, 254), (255, 255, 255)))
    return float(dark + light) / (picture.width * picture.height)


def _blockiness(values: Floats) -> float:
    found = []
    for axis in (0, 1):
        if values.shape[1 - axis] < 17:
            continue
        if axis == 0:
            apart = cv2.absdiff(values[:, 1:], values[:, :-1])
        else:
            apart = cv2.absdiff(values[1:], values[:-1])
        steps = cv2.reduce(apart, axis, cv2.REDUCE_AVG, dtype=cv2.CV_64F).ravel()
        is_border = np.arange(1, len(steps) + 1) % 8 == 0
        inside = float(steps[~is_border].mean())
        found.append((float(steps[is_border].mean()) + 0.1) / (inside + 0.1))
    return max(found, default=1.0)


def _ramp(value: float, worst: float, best: float) -> float:
    return min(1.0, max(0.0, (value - worst) / (best - worst)))
