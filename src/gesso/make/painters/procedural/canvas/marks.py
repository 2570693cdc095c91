"""The last touches of the small brush: lines, lamps and stars, at full size over the strokes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import oklab_to_bytes
from gesso.make.painters.procedural.canvas.noise import Lab, Points, f32

Canvas = NDArray[np.uint8]
"""(height, width, 4): sRGB and the thickness of the paint."""

Tone = Callable[[Lab], Lab]
"""The tone step of a picture, from the scene's colours to those that are painted."""

_SHIFT = 4


@dataclass(frozen=True)
class Mark:
    """A last touch of the small brush, drawn over the strokes at full size.

    Attributes:
        points: a line, or with `width` 0 a closed shape.
        width: of the line, in units of the short side.
        colour: (3,) OKLab, before the tone step.
        plane: as in `Surface.put`.
        alpha: how much of it covers.
    """

    points: Points
    width: float
    colour: Lab
    plane: int
    alpha: float = 1.0


def draw_marks(canvas: Canvas, marks: list[Mark], tone: Tone) -> None:
    """Draw marks in their order; a line thinner than a pixel covers the less."""
    if not marks:
        return
    unit_px = min(canvas.shape[:2])
    colours = oklab_to_bytes(tone(f32([mark.colour for mark in marks]))[None])[0].astype(np.float64)
    for mark, colour in zip(marks, colours, strict=True):
        _draw_mark(canvas, mark, colour, unit_px)


def _draw_mark(canvas: Canvas, mark: Mark, colour: Points, unit_px: int) -> None:
    px = mark.points * unit_px
    height, width = canvas.shape[:2]
    if (
        px[:, 0].max() < 0
        or px[:, 1].max() < 0
        or px[:, 0].min() > width
        or px[:, 1].min() > height
    ):
        return
    breadth = mark.width * unit_px if mark.width else float(np.ptp(px[:, 0]))
    share = mark.alpha * min(1.0, max(0.25, breadth))
    x, y = px.mean(0)
    under = canvas[min(height - 1, max(0, int(y))), min(width - 1, max(0, int(x)))]
    paint = [*(under[:3] + (colour - under[:3]) * share).tolist(), 235.0]
    fixed = np.round(np.clip(px, -30000, 60000) * (1 << _SHIFT)).astype(np.int32)
    if mark.width:
        cv2.polylines(canvas, [fixed], False, paint, max(1, round(breadth)), cv2.LINE_AA, _SHIFT)
    else:
        cv2.fillPoly(canvas, [fixed], paint, cv2.LINE_AA, _SHIFT)
