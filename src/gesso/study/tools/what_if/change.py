"""The shelf of changes: a name -> what is done to the colours of a picture at working size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel, Floats
from gesso.study.measures.focus import Focus

_LSTAR_OF_OKLAB = 116.0
"""OKLab L is the cube root of luminance for grays, and CIE L* is 116 of those less 16."""


@dataclass(frozen=True)
class Scene:
    """What a change works on.

    Attributes:
        easel: the picture, set up.
        focus: where the eye goes, None where nothing stands out.
        blocks: numbers of the blocks it is about, 1 the darkest; empty for the whole picture.
    """

    easel: Easel
    focus: Focus | None
    blocks: tuple[int, ...] = ()


Change = Callable[[Scene, float], Floats]
"""(scene, amount 0 to 1) -> (height, width, 3) OKLab; amount 0 changes nothing."""


def with_values(lab: Floats, values: Floats, wanted: Floats) -> Floats:
    """The colours with other values.

    Args:
        lab: (height, width, 3) OKLab.
        values: (height, width) L* of them.
        wanted: (height, width) L* to have; clipped to 0 to 100.
    """
    moved = lab.copy()
    moved[..., 0] += (np.clip(wanted, 0, 100) - values) / np.float32(_LSTAR_OF_OKLAB)
    return moved


def spot(shape: tuple[int, ...], x: float, y: float, radius: float) -> Floats:
    """(height, width) 1 at a place, falling softly to 0 at twice the radius (of the long side)."""
    height, width = shape[:2]
    down = (np.arange(height, dtype=np.float32)[:, np.newaxis] + 0.5) - y * height
    across = (np.arange(width, dtype=np.float32)[np.newaxis] + 0.5) - x * width
    away = np.sqrt(across * across + down * down) / np.float32(radius * max(height, width))
    return falling(away, 1.0, 2.0)


def falling(amounts: NDArray[np.float32], start: float, end: float) -> Floats:
    """1 below `start`, 0 above `end`, smooth between."""
    along = np.clip((end - amounts) / (end - start), 0, 1)
    return np.asarray(along * along * (3 - 2 * along), dtype=np.float32)


def blurred(plane: Floats, part: float) -> Floats:
    """A plane or a picture blurred by a part of its long side."""
    sigma = max(0.3, part * max(plane.shape[:2]))
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), sigma), dtype=np.float32)


def pulled(lab: Floats, towards: Floats, weight: Floats) -> Floats:
    """Colours moved part of the way: (height, width) weight, 0 to 1."""
    return np.asarray(lab + weight[..., np.newaxis] * (towards - lab), dtype=np.float32)


Changes = Mapping[str, Change]
