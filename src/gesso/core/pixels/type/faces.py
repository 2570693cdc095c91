"""The faces that words are set in; where one lacks a letter, the next has it, or it is told of."""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from PIL import Image, ImageDraw, ImageFont, features

from gesso.core.pixels.type.spare import SpareFonts

Style = Literal["text", "italic"]

_FILES = {"text": "Newsreader.ttf", "italic": "Newsreader-Italic.ttf", "other": "NotoSans.ttf"}
_CHAINS: dict[Style, tuple[str, ...]] = {"text": ("text", "other"), "italic": ("italic", "other")}
_SIZE_OF_OTHER = 0.92
"""Noto Sans looks larger than Newsreader at the same size."""
_NOBODY_HAS = "\U0010fffd"
_RIGHT_TO_LEFT = ("R", "AL")
_JOINED = ((0x0590, 0x08FF), (0x0900, 0x109F), (0x1780, 0x18AF), (0xA840, 0xABFF), (0xFB1D, 0xFDFF))
"""Scripts whose letters change beside each other, or run from the right: Hebrew, Arabic and their
neighbours; from Devanagari to Myanmar; Khmer and Mongolian; further ones of South Asia."""
_CAN_JOIN = bool(features.check("raqm"))


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


class Faces:
    """Faces for words: the house's own, and others for letters that those lack.

    Args:
        spare: the others; None for the house's own alone.
    """

    def __init__(self, spare: SpareFonts | None = None) -> None:
        self._spare = spare or SpareFonts()
        self._found: dict[str, str | None] = {}

    def runs(self, text: str, style: Style, size: int) -> list[Run]:
        """A line from the left in as few runs as its faces need; what no face has is left out.

        Raises:
            SettingsError: a font that the owner named cannot be read.
        """
        found: list[tuple[str, str]] = []
        for letter in text:
            face = self._face(style, letter, found[-1] if found else None)
            if face is None:
                continue
            if found and (found[-1][0] == face or letter == " "):
                found[-1] = (found[-1][0], found[-1][1] + letter)
            else:
                found.append((face, letter))
        if begins_right(text):
            found = [(face, _turned(letters)) for face, letters in reversed(found)]
        return [_run(face, letters, size) for face, letters in found]

    def width_of(self, text: str, style: Style, size: int) -> float:
        """How wide a line is, pixels."""
        return sum(run.width for run in self.runs(text, style, size))

    def missing(self, texts: Sequence[str]) -> str:
        """The letters that no face here has, each once, in the order they come."""
        letters = dict.fromkeys(letter for text in texts for letter in text)
        said = (one for one in letters if one.isprintable())
        return "".join(one for one in said if self._face("text", one, None) is None)

    def wrapped(self, text: str, style: Style, size: int, width: float) -> list[str]:
        """A text in lines that are no wider than `width` pixels; a longer word is broken."""
        lines: list[str] = []
        # A space that does not break holds "c. 1665" together.
        for word in re.split(r"[ \t\n]+", text.strip(" \t\n")):
            joined = f"{lines[-1]} {word}" if lines else word
            if lines and self.width_of(joined, style, size) <= width:
                lines[-1] = joined
                continue
            rest = word
            while len(rest) > 1 and self.width_of(rest, style, size) > width:
                fits = self._fitting(rest, style, size, width)
                lines.append(rest[:fits])
                rest = rest[fits:]
            lines.append(rest)
        return lines

    def shortened(self, text: str, style: Style, size: int, width: float) -> str:
        """A line no wider than `width` pixels, ending in an ellipsis where it was cut."""
        if self.width_of(text, style, size) <= width:
            return text
        kept = text
        while kept and self.width_of(f"{kept.rstrip()}…", style, size) > width:
            kept = kept[:-1]
        return f"{kept.rstrip()}…"

    def draw_line(
        self, image: Image.Image, place: tuple[float, float], line: Line, ink: int = 255
    ) -> None:
        """Set a line on a grayscale image.

        Args:
            image: in mode "L".
            place: the left end of its baseline, pixels.
            line: what is set.
            ink: 0 to 255.
        """
        draw, (x, y) = ImageDraw.Draw(image), place
        for run in self.runs(line.text, line.style, line.size):
            draw.text((x, y), run.text, fill=ink, font=run.font, anchor="ls")
            x += run.width

    def _face(self, style: Style, letter: str, last: tuple[str, str] | None) -> str | None:
        """The face of a letter; None where none has it.

        Args:
            style: of the type.
            letter: one.
            last: face and letters of the run before it: marks and joiners stay with those.
        """
        if last is not None and _stays(letter, *last):
            return last[0]
        own = next((name for name in _CHAINS[style] if _has(name, letter)), None)
        if own is None and letter.isprintable():
            own = self._other(letter)
        return own if _CAN_JOIN or not _is_joined(letter) else None

    def _other(self, letter: str) -> str | None:
        if letter not in self._found:
            self._found[letter] = self._looked_for(letter)
        return self._found[letter]

    def _looked_for(self, letter: str) -> str | None:
        for path in self._spare.having(letter):
            if _sets(path, letter):
                return str(path)
        return None

    def _fitting(self, word: str, style: Style, size: int, width: float) -> int:
        """How many letters of a word fit, one at least."""
        fits = 1
        while fits < len(word) and self.width_of(word[: fits + 1], style, size) <= width:
            fits += 1
        return fits


OWN = Faces()
"""The house's own faces alone."""


def begins_right(text: str) -> bool:
    """Whether a line is laid from the right: its first letter with a direction runs from there.

    Where letters cannot be joined, every line is laid from the left.
    """
    ways = (unicodedata.bidirectional(letter) for letter in text)
    return (
        _CAN_JOIN
        and next((way for way in ways if way in ("L", *_RIGHT_TO_LEFT)), "L") in _RIGHT_TO_LEFT
    )


def _turned(letters: str) -> str:
    """Letters that run from the left, in a line from the right: what stood after stands before."""
    if any(_is_joined(letter) for letter in letters):
        return letters
    kept = letters.rstrip(" ")
    return " " * (len(letters) - len(kept)) + kept


def _stays(letter: str, face: str, before: str) -> bool:
    """Marks and joiners stay with the letters before them, where their face can set them."""
    kind = unicodedata.category(letter)
    if kind == "Cf":
        return _is_joined(before[-1])
    return kind in ("Mn", "Mc") and _has(face, letter)


def _is_joined(letter: str) -> bool:
    code = ord(letter)
    return any(first <= code <= last for first, last in _JOINED)


def _run(face: str, letters: str, size: int) -> Run:
    own = size if face in ("text", "italic") else max(1, round(size * _SIZE_OF_OTHER))
    font = _font(face, own, joins=any(_is_joined(letter) for letter in letters))
    return Run(letters, font, font.getlength(letters))


def _sets(path: Path, letter: str) -> bool:
    try:
        return _has(str(path), letter)
    except OSError:
        # A font that is damaged, or of pictures in one size only.
        return False


@cache
def _data(face: str) -> bytes:
    return (files("gesso.core.pixels") / "type" / _FILES[face]).read_bytes()


@lru_cache(maxsize=64)
def _font(face: str, size: int, *, joins: bool = False) -> ImageFont.FreeTypeFont:
    # The plain layout sets the same line on every system; letters that join need the other.
    layout = ImageFont.Layout.RAQM if joins and _CAN_JOIN else ImageFont.Layout.BASIC
    source = io.BytesIO(_data(face)) if face in _FILES else face
    return ImageFont.truetype(source, size, layout_engine=layout)


@lru_cache(maxsize=16_384)
def _has(face: str, letter: str) -> bool:
    """Whether a face has a letter of its own: what it lacks looks as what nobody has."""
    if letter == " ":
        return True
    font = _font(face, 24)
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NOBODY_HAS)) or not letter.strip()
