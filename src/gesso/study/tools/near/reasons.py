"""Why a work is like a picture: what of it was measured to be alike, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.encoders.look.colour import layout
from gesso.core.encoders.look.texture import patterns
from gesso.core.pixels.colour import srgb_to_oklab
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.records.works import Swatch

_SIDE = 192
"""The long side at which textures and layouts are compared, pixels."""
_LEAST = 12
_SAME_TEXTURE = 0.9984
"""Likeness of local patterns that one pair of paintings in ten reaches."""
_SAME_LAYOUT = 0.096
"""OKLab distance of sixteen fields within which one pair of paintings in ten lies."""
_SAME_PALETTE = 0.042
"""Mean OKLab distance between palettes below which they read as one."""
_SAME_KEY = 5.0
"""L* between two keys that read as one."""


@dataclass(frozen=True)
class Reason:
    """One thing that two pictures share.

    Attributes:
        what: "palette", "key", "texture" or "layout".
        value: as measured: OKLab distance (palette, layout), L* apart (key), likeness (texture).
    """

    what: str
    value: float


@dataclass(frozen=True)
class Traits:
    """What is held side by side.

    Attributes:
        swatches: of the picture or work.
        patterns: (54,) float32 shares of local patterns, as square roots.
        layout: (48,) float32 colours of sixteen fields.
    """

    swatches: Sequence[Swatch]
    patterns: NDArray[np.float32]
    layout: NDArray[np.float32]


def traits_of(rgb: NDArray[np.uint8], swatches: Sequence[Swatch]) -> Traits:
    """The traits of (height, width, 3) sRGB with its swatches."""
    small = reduced(rgb, _SIDE)
    height, width = small.shape[:2]
    size = max(_LEAST, width), max(_LEAST, height)
    if size != (width, height):
        small = np.asarray(cv2.resize(small, size), dtype=np.uint8)
    lab = srgb_to_oklab(small)
    return Traits(swatches, patterns(np.ascontiguousarray(lab[..., 0])), layout(lab))


def reasons_of(mine: Traits, theirs: Traits) -> tuple[Reason, ...]:
    """What two pictures share, the most telling first."""
    found = []
    if mine.swatches and theirs.swatches:
        far = palettes_apart(mine.swatches, theirs.swatches)
        if far < _SAME_PALETTE:
            found.append(Reason("palette", far))
    # Three rings of patterns, each of length 1.
    texture = float(mine.patterns @ theirs.patterns) / 3
    if texture > _SAME_TEXTURE:
        found.append(Reason("texture", texture))
    apart = float(np.sqrt(np.square(mine.layout - theirs.layout).mean(dtype=np.float64)))
    if apart < _SAME_LAYOUT:
        found.append(Reason("layout", apart))
    if mine.swatches and theirs.swatches:
        keys = abs(key_of(mine.swatches) - key_of(theirs.swatches))
        if keys < _SAME_KEY:
            found.append(Reason("key", keys))
    return tuple(found)


def key_of(swatches: Sequence[Swatch]) -> float:
    """The mean L* of a palette: of grays OKLab's L is the cube root of luminance."""
    total = sum(one.share for one in swatches)
    return sum((116 * one.lightness - 16) * one.share for one in swatches) / max(total, 1e-9)


def palettes_apart(mine: Sequence[Swatch], theirs: Sequence[Swatch]) -> float:
    """How far each colour is from the nearest of the other palette, by share, both ways."""
    one, first = _points(mine)
    other, second = _points(theirs)
    apart = np.linalg.norm(one[:, np.newaxis] - other[np.newaxis], axis=2)
    there = float((apart.min(axis=1) * first).sum()) / max(float(first.sum()), 1e-9)
    back = float((apart.min(axis=0) * second).sum()) / max(float(second.sum()), 1e-9)
    return (there + back) / 2


def _points(swatches: Sequence[Swatch]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = np.array([(one.lightness, one.a, one.b) for one in swatches])
    return points, np.array([one.share for one in swatches])
