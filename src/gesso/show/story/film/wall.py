"""The wall: its gray, its ink, and where picture and label hang on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gesso.core.pixels.colour import linear_to_bytes
from gesso.core.pixels.type.faces import OWN, Faces, Line, Style, begins_right
from gesso.show.story.records import Frame, Scene, Wall

Bytes = NDArray[np.uint8]

_GRAYS: dict[Wall, tuple[float, float]] = {
    "chalk": (92.0, 14.0),
    "gray": (48.0, 97.0),
    "nocturne": (13.0, 88.0),
}
"""L* of the wall and of what is written on it."""
_FIRST, _SECOND = 255, 178
"""How much ink: titles, and what stands below them."""
_HEIGHT = 540
"""All measures below are pixels of a film of this height."""
_MARGIN, _SIDE_MARGIN, _GAP = 34.0, 44.0, 20.0
_LABEL_WIDTH = 224.0
_TITLE, _LINE, _TEXT = 21.0, 15.0, 16.5
_LEADING = 1.32
_LEAST = 0.3
"""Of its size without a label a picture keeps so much."""
_MOST_UPSCALED = 4.0
"""A picture of few pixels hangs small, rather than as a few squares."""


@dataclass(frozen=True)
class Box:
    """A place on the wall, pixels; need not be whole."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Label:
    """Words on the wall.

    Attributes:
        x, y: of the left upper corner of `ink`, pixels.
        ink: (height, width) uint8, how much ink stands at each pixel.
    """

    x: int
    y: int
    ink: Bytes


@dataclass(frozen=True)
class Hanging:
    """Where a picture and its label hang."""

    box: Box
    label: Label | None


@dataclass(frozen=True)
class _Set:
    """A block of lines as it is set: lines with their ink, and its size."""

    lines: tuple[tuple[Line, int, float], ...]
    width: float
    height: float


def gray_of(lightness: float) -> int:
    """The sRGB byte of an L*, 0 to 100."""
    linear = ((lightness + 16) / 116) ** 3 if lightness > 8 else lightness / 903.2963
    return int(linear_to_bytes(np.array([[linear]], np.float32))[0, 0])


def wall_of(frame: Frame) -> int:
    """The gray of the wall, 0 to 255."""
    return gray_of(_GRAYS[frame.wall][0])


def ink_of(frame: Frame) -> int:
    """The gray of what is written on it."""
    return gray_of(_GRAYS[frame.wall][1])


def unit_of(frame: Frame) -> float:
    """Pixels of this film for one of a film of 540 lines; upright films go by their width."""
    return min(frame.height, frame.width) / _HEIGHT


def hang(size: tuple[int, int], scene: Scene, frame: Frame, faces: Faces = OWN) -> Hanging:
    """Hang a picture whole, and its label beside or below it, whichever leaves it larger.

    Where a label would leave the picture hardly any room, its last lines are left out.

    Args:
        size: of the picture, (width, height), pixels.
        scene: its words.
        frame: the film.
        faces: that the words are set in.
    """
    alone = _centred(size, frame, _room(frame, 0.0, 0.0))
    words = _words_of(scene) if frame.is_labelled else ()
    while words:
        hung = _hung(size, words, frame, faces)
        fits = hung.label is not None and _is_inside(hung.box, hung.label, frame)
        if fits and _area(hung.box) >= _LEAST * _area(alone):
            return hung
        words = words[:-1]
    return Hanging(alone, None)


def _hung(
    size: tuple[int, int],
    words: Sequence[tuple[str, Style, float, int]],
    frame: Frame,
    faces: Faces,
) -> Hanging:
    unit = unit_of(frame)
    beside = _set(words, _LABEL_WIDTH * unit, unit, faces)
    below = _set(words, _room(frame, 0.0, 0.0)[0], unit, faces)
    aside = _room(frame, beside.width + _GAP * unit, 0.0)
    above = _room(frame, 0.0, below.height + _GAP * unit)
    one, other = _fitted(size, aside, unit), _fitted(size, above, unit)
    if one[0] * one[1] >= other[0] * other[1]:
        return _hung_beside(one, beside, frame, faces)
    return _hung_above(other, below, frame, faces)


def _is_inside(box: Box, label: Label, frame: Frame) -> bool:
    """Whether picture and label stand on the wall."""
    height, width = label.ink.shape
    tall, wide = label.y + height <= frame.height, label.x + width <= frame.width
    return tall and wide and box.y >= 0 and box.x >= 0


def _area(box: Box) -> float:
    return box.width * box.height


def lettered(
    lines: Sequence[tuple[Line, int, float]],
    size: tuple[int, int],
    faces: Faces,
    *,
    centred: bool = False,
) -> Bytes:
    """Set lines on an empty plate.

    Args:
        lines: each with its ink and the height of its baseline.
        size: (width, height) of the plate.
        faces: that they are set in.
        centred: in the middle, not where each line begins: at the left, or at the right.

    Returns:
        (height, width) uint8 ink.
    """
    image = Image.new("L", (max(1, size[0]), max(1, size[1])), 0)
    for line, ink, baseline in lines:
        width = faces.width_of(line.text, line.style, line.size)
        room = size[0] - width
        left = room / 2 if centred else room - 1.0 if begins_right(line.text) else 1.0
        faces.draw_line(image, (left, baseline), line, ink)
    return np.array(image)


def inked(plate: Bytes, label: Label, strength: float, ink: int) -> None:
    """Write a label into (height, width, 3), as strong as 0 to 1."""
    height, width = label.ink.shape
    part = plate[label.y : label.y + height, label.x : label.x + width]
    amount = (label.ink[: part.shape[0], : part.shape[1], None] / np.float32(255)) * strength
    part[:] = np.rint(part + (ink - part.astype(np.float32)) * amount).astype(np.uint8)


def _words_of(scene: Scene) -> tuple[tuple[str, Style, float, int], ...]:
    """(text, style, size, ink) of each paragraph of a label."""
    told: tuple[tuple[str, Style, float, int], ...] = (
        (scene.title, "italic", _TITLE, _FIRST),
        (scene.line, "text", _LINE, _SECOND),
        (scene.text, "text", _TEXT, _FIRST),
    )
    return tuple(one for one in told if one[0].strip())


def _set(
    words: Sequence[tuple[str, Style, float, int]], width: float, unit: float, faces: Faces
) -> _Set:
    """Set paragraphs one below the other; each has three lines at most."""
    lines: list[tuple[Line, int, float]] = []
    y, widest = 0.0, 0.0
    for text, face, size, ink in words:
        own = max(8, round(size * unit))
        y += 0.45 * own if lines else 0.0
        broken = _balanced(text, face, own, width, faces)
        if len(broken) > 3:
            rest = faces.shortened(" ".join(broken[2:]), face, own, width)
            broken = [*broken[:2], rest]
        for part in broken:
            y += own * _LEADING
            lines.append((Line(part, face, own), ink, y - own * 0.32))
            widest = max(widest, faces.width_of(part, face, own))
    return _Set(tuple(lines), widest + 3, y + 2)


def _balanced(text: str, face: Style, size: int, width: float, faces: Faces) -> list[str]:
    """A text in as few lines as it needs, none of them left with a single short word."""
    lines = faces.wrapped(text, face, size, width)
    for share in (0.6, 0.7, 0.8, 0.9):
        tighter = faces.wrapped(text, face, size, width * share)
        if 1 < len(tighter) <= len(lines):
            return tighter
    return lines


def _room(frame: Frame, width: float, height: float) -> tuple[float, float]:
    """What is left for a picture beside a label of that size, (width, height)."""
    unit = unit_of(frame)
    across = frame.width - 2 * _SIDE_MARGIN * unit - width
    down = frame.height - 2 * _MARGIN * unit - height
    return max(16.0, across), max(16.0, down)


def _fitted(size: tuple[int, int], room: tuple[float, float], unit: float) -> tuple[float, float]:
    """A picture's size on the wall: as large as the room lets it, never cropped."""
    scale = min(room[0] / size[0], room[1] / size[1], _MOST_UPSCALED * max(unit, 1.0))
    return max(1.0, size[0] * scale), max(1.0, size[1] * scale)


def _centred(size: tuple[int, int], frame: Frame, room: tuple[float, float]) -> Box:
    width, height = _fitted(size, room, unit_of(frame))
    return Box((frame.width - width) / 2, (frame.height - height) / 2, width, height)


def _hung_beside(size: tuple[float, float], words: _Set, frame: Frame, faces: Faces) -> Hanging:
    """The label stands right of the picture, its last line level with the picture's edge."""
    gap = _GAP * unit_of(frame)
    left = (frame.width - size[0] - gap - words.width) / 2
    box = Box(left, (frame.height - size[1]) / 2, *size)
    top = max(box.y + box.height - words.height, (frame.height - words.height) / 2)
    if box.height < words.height:
        top = (frame.height - words.height) / 2
    return Hanging(box, _label(words, box.x + box.width + gap, top, faces))


def _hung_above(size: tuple[float, float], words: _Set, frame: Frame, faces: Faces) -> Hanging:
    """The label stands below the picture, at its left edge where it is no wider."""
    gap = _GAP * unit_of(frame)
    top = (frame.height - size[1] - gap - words.height) / 2
    box = Box((frame.width - size[0]) / 2, top, *size)
    left = min(box.x, frame.width - words.width - _SIDE_MARGIN * unit_of(frame))
    left = max(_SIDE_MARGIN * unit_of(frame), left)
    return Hanging(box, _label(words, left, top + size[1] + gap, faces))


def _label(words: _Set, x: float, y: float, faces: Faces) -> Label:
    size = round(words.width) + 2, round(words.height) + 2
    return Label(max(0, round(x)), max(0, round(y)), lettered(words.lines, size, faces))
