"""What a person says about the subject: a box around it, strokes to keep and to drop."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError

Zones = NDArray[np.uint8]
Stroke = tuple[tuple[float, float], ...]
Box = tuple[float, float, float, float]

UNSAID, KEPT, DROPPED = 0, 1, 2


@dataclass(frozen=True)
class Guidance:
    """Marks on a picture; x and y are parts of its width and height, 0 to 1.

    Attributes:
        box: x, y, width, height of a box that holds the whole subject, None for none.
        keep: strokes over the subject.
        drop: strokes over what is not the subject; they win where both lie.
        brush: how wide a stroke is, a part of the long side.

    Raises:
        InputError: a mark that lies outside the picture, or is no mark.
    """

    box: Box | None = None
    keep: tuple[Stroke, ...] = ()
    drop: tuple[Stroke, ...] = ()
    brush: float = 0.012

    def __post_init__(self) -> None:
        if self.box is not None and not _is_box(self.box):
            raise InputError(
                f"A box of {_told(self.box)} does not lie in the picture.",
                "Give x, y, width and height as parts of the picture: 0.2,0.1,0.5,0.8",
            )
        for stroke in (*self.keep, *self.drop):
            if not stroke or not all(_is_inside(*point) for point in stroke):
                told = " ".join(_told(point) for point in stroke[:3]) or "no points"
                raise InputError(
                    f"A stroke of {told} does not lie in the picture.",
                    "Give its points as parts of the picture: 0.4,0.5 0.5,0.6",
                )
        if not 0 < self.brush <= 0.2:
            raise InputError(
                f"A brush of {self.brush:g} cannot be used.",
                "Give its width as a part of the long side, up to 0.2.",
            )

    @property
    def is_given(self) -> bool:
        """A person said something."""
        return self.box is not None or bool(self.keep) or bool(self.drop)

    def drawn(self, shape: tuple[int, ...]) -> Zones:
        """(height, width) uint8: `KEPT`, `DROPPED` (also outside the box) or `UNSAID`."""
        height, width = shape[:2]
        zones = np.full((height, width), UNSAID, np.uint8)
        if self.box is not None:
            left, top, right, bottom = self.edges(shape)
            inside = np.zeros((height, width), np.bool_)
            inside[top:bottom, left:right] = True
            zones[~inside] = DROPPED
        thick = max(1, round(self.brush * max(height, width)))
        for strokes, zone in ((self.keep, KEPT), (self.drop, DROPPED)):
            for stroke in strokes:
                places = [(round(x * (width - 1)), round(y * (height - 1))) for x, y in stroke]
                line = np.array(places if len(places) > 1 else places * 2, np.int32)
                cv2.polylines(zones, [line], isClosed=False, color=zone, thickness=thick)
        return zones

    def edges(self, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
        """The box as left, top, right, bottom in pixels; the whole picture without one."""
        height, width = shape[:2]
        x, y, wide, high = self.box or (0.0, 0.0, 1.0, 1.0)
        left, top = math.floor(x * width), math.floor(y * height)
        right, bottom = math.ceil((x + wide) * width), math.ceil((y + high) * height)
        return left, top, min(width, max(right, left + 1)), min(height, max(bottom, top + 1))

    def settings(self) -> dict[str, str | float | None]:
        """The marks under flat names."""
        return {
            "box": None if self.box is None else _told(self.box),
            "keep": "; ".join(" ".join(_told(point) for point in stroke) for stroke in self.keep),
            "drop": "; ".join(" ".join(_told(point) for point in stroke) for stroke in self.drop),
            "brush": self.brush,
        }


def stroke_of(text: str) -> Stroke:
    """A stroke as a person writes it: "0.4,0.5 0.5,0.6".

    Raises:
        InputError: it is no list of points.
    """
    try:
        points = [tuple(float(part) for part in point.split(",")) for point in text.split()]
        stroke = tuple((x, y) for x, y in points)
    except ValueError as error:
        raise InputError(
            f"'{text[:60]}' is no stroke.", 'Give points as parts of the picture: "0.4,0.5 0.5,0.6"'
        ) from error
    Guidance(keep=(stroke,))
    return stroke


def box_of(text: str) -> Box:
    """A box as a person writes it: "0.2,0.1,0.5,0.8".

    Raises:
        InputError: it is no box in a picture.
    """
    try:
        x, y, wide, high = (float(part) for part in text.split(","))
    except ValueError as error:
        raise InputError(
            f"'{text[:60]}' is no box.",
            "Give x, y, width and height as parts of the picture: 0.2,0.1,0.5,0.8",
        ) from error
    Guidance(box=(x, y, wide, high))
    return x, y, wide, high


def _is_inside(x: float, y: float) -> bool:
    return 0 <= x <= 1 and 0 <= y <= 1


def _is_box(box: Box) -> bool:
    x, y, wide, high = box
    fits = x + wide <= 1.0005 and y + high <= 1.0005
    return 0 <= x < 1 and 0 <= y < 1 and wide > 0 and high > 0 and fits


def _told(numbers: tuple[float, ...]) -> str:
    return ",".join(f"{number:g}" for number in numbers)
