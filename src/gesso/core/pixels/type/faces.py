"""The faces that words are set in; where one lacks a letter, the next has it, or it is told of."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from PIL import Image, ImageDraw, ImageFont

Style = Literal["text", "italic"]

_FILES = {"text": "Newsreader.ttf", "italic": "Newsreader-Italic.ttf", "other": "NotoSans.ttf"}
_CHAINS: dict[Style, tuple[str, ...]] = {"text": ("text", "other"), "italic": ("italic", "other")}
_SIZE_OF_OTHER = 0.92
"""Noto Sans looks larger than Newsreader at the same size."""
_NOBODY_HAS = "\U0010fffd"


@dataclass(frozen=True)
class Line:
    """A line that is to be set.

    Attributes:
        text: what it says.
        style: of the type.
        size: of the type, pixels.
    """

    text: str
    style: Style
    size: int


@dataclass(frozen=True)
class Run:
    """Letters that one face sets.

    Attributes:
        text: the letters.
        font: that has them.
        width: pixels.
    """

    text: str
    font: ImageFont.FreeTypeFont
    width: float


def runs(text: str, style: Style, size: int) -> list[Run]:
    """The letters of a line in as few runs as its faces need; what no face has is left out."""
    found: list[tuple[str, str]] = []
    for letter in text:
        face = next((name for name in _CHAINS[style] if _has(name, letter)), None)
        if face is None:
            continue
        if found and (found[-1][0] == face or letter == " "):
            found[-1] = (found[-1][0], found[-1][1] + letter)
        else:
            found.append((face, letter))
    return [_run(face, letters, size) for face, letters in found]


def width_of(text: str, style: Style, size: int) -> float:
    """How wide a line is, pixels."""
    return sum(run.width for run in runs(text, style, size))


def missing(texts: Sequence[str]) -> str:
    """The letters that no face here has, each once, in the order they come."""
    letters = dict.fromkeys(letter for text in texts for letter in text if letter.isprintable())
    lacking = (one for one in letters if not any(_has(name, one) for name in _CHAINS["text"]))
    return "".join(lacking)


def wrapped(text: str, style: Style, size: int, width: float) -> list[str]:
    """A text in lines that are no wider than `width` pixels; a longer word is broken."""
    lines: list[str] = []
    # A space that does not break holds "c. 1665" together.
    for word in re.split(r"[ \t\n]+", text.strip(" \t\n")):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(joined, style, size) <= width:
            lines[-1] = joined
            continue
        rest = word
        while len(rest) > 1 and width_of(rest, style, size) > width:
            fits = _fitting(rest, style, size, width)
            lines.append(rest[:fits])
            rest = rest[fits:]
        lines.append(rest)
    return lines


def shortened(text: str, style: Style, size: int, width: float) -> str:
    """A line that is no wider than `width` pixels, ending in an ellipsis where it was cut."""
    if width_of(text, style, size) <= width:
        return text
    kept = text
    while kept and width_of(f"{kept.rstrip()}…", style, size) > width:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def draw_line(image: Image.Image, place: tuple[float, float], line: Line, ink: int = 255) -> None:
    """Set a line on a grayscale image.

    Args:
        image: in mode "L".
        place: the left end of its baseline, pixels.
        line: what is set.
        ink: 0 to 255.
    """
    draw, (x, y) = ImageDraw.Draw(image), place
    for run in runs(line.text, line.style, line.size):
        draw.text((x, y), run.text, fill=ink, font=run.font, anchor="ls")
        x += run.width


def _fitting(word: str, style: Style, size: int, width: float) -> int:
    """How many letters of a word fit, one at least."""
    fits = 1
    while fits < len(word) and width_of(word[: fits + 1], style, size) <= width:
        fits += 1
    return fits


def _run(face: str, letters: str, size: int) -> Run:
    own = max(1, round(size * _SIZE_OF_OTHER)) if face == "other" else size
    face_font = _font(face, own)
    return Run(letters, face_font, face_font.getlength(letters))


@cache
def _data(face: str) -> bytes:
    return (files("gesso.core.pixels") / "type" / _FILES[face]).read_bytes()


@lru_cache(maxsize=64)
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    # The plain layout sets the same line on every system.
    layout = ImageFont.Layout.BASIC
    return ImageFont.truetype(io.BytesIO(_data(face)), size, layout_engine=layout)


@lru_cache(maxsize=4096)
def _has(face: str, letter: str) -> bool:
    """Whether a face has a letter of its own: what it lacks looks as what nobody has."""
    if letter == " ":
        return True
    font = _font(face, 24)
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NOBODY_HAS)) or not letter.strip()
