"""Small type and thin lines on plates."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gesso.study.drawing.plates import Bytes

Colour = tuple[int, int, int]
INK: Colour = (24, 24, 24)
PAPER: Colour = (250, 250, 250)


@dataclass(frozen=True)
class Word:
    """A word on a plate.

    Attributes:
        text: what it says.
        x, y: its middle, pixels; with `anchor` "lm" its left middle.
        colour: sRGB.
        size: of the type, pixels.
        anchor: as Pillow names it.
    """

    text: str
    x: float
    y: float
    colour: Colour = INK
    size: int = 15
    anchor: str = "mm"


def lettered(plate: Bytes, words: Iterable[Word]) -> Bytes:
    """Write words on a plate of (height, width, 3)."""
    image = Image.fromarray(plate)
    draw = ImageDraw.Draw(image)
    for word in words:
        place = (word.x, word.y)
        draw.text(place, word.text, fill=word.colour, font=font(word.size), anchor=word.anchor)
    return np.array(image)


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Our own type at a size in pixels."""
    data = (files("gesso.study.drawing") / "type" / "InstrumentSans.ttf").read_bytes()
    return ImageFont.truetype(io.BytesIO(data), size, layout_engine=ImageFont.Layout.BASIC)


def readable_on(level: float) -> Colour:
    """Ink or paper, whichever reads on that L*."""
    return PAPER if level < 55 else INK


def ring(plate: Bytes, x: float, y: float, radius: float, colour: Colour) -> None:
    """Draw a thin ring with a dark rim, so that it reads on every ground."""
    centre = round(x * 8), round(y * 8)
    for tone, thick in (((20, 20, 20), 5), (colour, 2)):
        cv2.circle(plate, centre, round(radius * 8), tone, thick, cv2.LINE_AA, shift=3)


def line(
    plate: Bytes, start: tuple[float, float], end: tuple[float, float], colour: Colour
) -> None:
    """Draw a thin line with a dark rim."""
    first, last = ((round(x * 8), round(y * 8)) for x, y in (start, end))
    for tone, thick in (((20, 20, 20), 3), (colour, 1)):
        cv2.line(plate, first, last, tone, thick, cv2.LINE_AA, shift=3)


def places(
    index: NDArray[np.int32], areas: NDArray[np.int64], least_share: float
) -> list[tuple[int, float, float]]:
    """(patch, x, y), 0 to 1: the place furthest inside each patch of at least that share.

    The pole of inaccessibility, from the distance transform; patches in order of size.
    """
    height, width = index.shape
    found = []
    for patch in np.argsort(-areas, kind="stable").tolist():
        if areas[patch] < least_share * index.size:
            break
        inside = (index == patch).view(np.uint8)
        left, top, wide, high = cv2.boundingRect(inside)
        mask = np.zeros((high + 2, wide + 2), dtype=np.uint8)
        mask[1:-1, 1:-1] = inside[top : top + high, left : left + wide]
        depth = cv2.distanceTransform(mask, cv2.DIST_L2, 3)
        row, column = np.unravel_index(int(depth.argmax()), depth.shape)
        x = (float(column) - 1 + left + 0.5) / width
        y = (float(row) - 1 + top + 0.5) / height
        found.append((patch, x, y))
    return found
