"""The planes of a picture that several measures read, each taken apart once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Plane = NDArray[Any]


@dataclass(frozen=True)
class Planes:
    """A picture in OKLab, plane by plane; each (height, width) float32 and contiguous.

    Attributes:
        light: L, 0 to 1.
        a, b: about -0.4 to 0.4.
        chroma: the length of (a, b).
    """

    light: Plane
    a: Plane
    b: Plane
    chroma: Plane


def planes_of(lab: Floats) -> Planes:
    """Take a picture apart.

    Args:
        lab: (height, width, 3) OKLab.
    """
    light, a, b = cv2.split(lab)
    # In doubles as `np.hypot` has it, which goes through the pixels one by one.
    chroma = cv2.magnitude(a.astype(np.float64), b.astype(np.float64)).astype(np.float32)
    return Planes(light, a, b, chroma)
