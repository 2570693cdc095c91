"""A contact sheet of duplicates: group by group, the one to show first, each with what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gesso.core.pixels.picture import Picture

_WIDTH, _MARGIN, _GAP, _APART = 1800, 64, 32, 84
_INNER = _WIDTH - 2 * _MARGIN
_TALL, _LABEL, _BETWEEN = 240, 62, 44
_MOST_WIDE = 520
_TITLE_PX, _LINE_PX = 19, 15
_WALL, _INK, _FAINT, _RULE = (244, 244, 244), (22, 22, 22), (104, 104, 104), (214, 214, 214)
_KEPT = (176, 132, 76)
_BAND = 5

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


@dataclass(frozen=True)
class Hung:
    """One picture of a sheet.

    Attributes:
        picture: the pixels, None where they cannot be had: its place stays empty.
        title: the first line under it.
        line: a second, smaller one.
        is_kept: it is the one to show, and is marked.
    """

    picture: NDArray[np.uint8] | None
    title: str
    line: str
    is_kept: bool = False


def draw_sheet(groups: Sequence[Sequence[Hung]]) -> Picture:
    """Draw groups side by side, whole pictures in their own proportions.

    Args:
        groups: at least one, each of at least one picture. A long group goes on in the next line.

    Raises:
        ValueError: there is none.
    """
    if not groups or not all(groups):
        raise ValueError("a sheet needs at least one picture in every group")
    lines = _lines([strip for group in groups for strip in _strips(group)])
    line_height = _TALL + _LABEL + _BETWEEN
    sheet = Image.new("RGB", (_WIDTH, 2 * _MARGIN + len(lines) * line_height - _BETWEEN), _WALL)
    draw = ImageDraw.Draw(sheet)
    for at, line in enumerate(lines):
        top, left = _MARGIN + at * line_height, _MARGIN
        if at:
            middle = top - _BETWEEN // 2
            draw.line((_MARGIN, middle, _WIDTH - _MARGIN, middle), fill=_RULE, width=1)
        for place, strip in enumerate(line):
            if place:
                middle = left - _APART // 2
                draw.line((middle, top, middle, top + _TALL + _LABEL), fill=_RULE, width=1)
            _hang(sheet, draw, strip, left, top)
            left += _length(strip) + _APART
    return Picture.adopt(np.array(sheet, dtype=np.uint8))


def _strips(group: Sequence[Hung]) -> list[list[Hung]]:
    """A group cut to the width of the sheet."""
    strips: list[list[Hung]] = [[]]
    for one in group:
        if strips[-1] and _length([*strips[-1], one]) > _INNER:
            strips.append([])
        strips[-1].append(one)
    return strips


def _lines(strips: Sequence[list[Hung]]) -> list[list[list[Hung]]]:
    """Strips beside each other, in order, as many as there is room for."""
    lines: list[list[list[Hung]]] = [[]]
    for strip in strips:
        filled = sum(_length(one) + _APART for one in lines[-1])
        if lines[-1] and filled + _length(strip) > _INNER:
            lines.append([])
        lines[-1].append(strip)
    return lines


def _length(strip: Sequence[Hung]) -> int:
    return sum(_wide(one) for one in strip) + _GAP * (len(strip) - 1)


def _hang(
    sheet: Image.Image, draw: ImageDraw.ImageDraw, strip: Sequence[Hung], left: int, top: int
) -> None:
    for one in strip:
        wide = _wide(one)
        if one.picture is None:
            draw.rectangle((left, top, left + wide - 1, top + _TALL - 1), outline=_RULE)
        else:
            size = _fitting(one.picture)
            image = Image.fromarray(one.picture).resize(size, Image.Resampling.LANCZOS)
            sheet.paste(image, (left, top + _TALL - size[1]))
        if one.is_kept:
            under = wide if one.picture is None else _fitting(one.picture)[0]
            draw.rectangle((left, top + _TALL, left + under - 1, top + _TALL + _BAND), fill=_KEPT)
        title, line = ImageFont.load_default(_TITLE_PX), ImageFont.load_default(_LINE_PX)
        draw.text((left, top + _TALL + 14), _cut(draw, one.title, title, wide), _INK, title)
        draw.text((left, top + _TALL + 39), _cut(draw, one.line, line, wide), _FAINT, line)
        left += wide + _GAP


def _wide(one: Hung) -> int:
    return max(240, _fitting(one.picture)[0] if one.picture is not None else _TALL)


def _fitting(rgb: NDArray[np.uint8]) -> tuple[int, int]:
    """(width, height) within the row's height and the widest a picture may be."""
    height, width = rgb.shape[:2]
    scale = min(_TALL / height, _MOST_WIDE / width)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _cut(draw: ImageDraw.ImageDraw, words: str, font: Font, wide: int) -> str:
    words = " ".join(words.split())
    if draw.textlength(words, font) <= wide:
        return words
    while words and draw.textlength(f"{words}…", font) > wide:
        words = words[:-1]
    return f"{words.rstrip()}…" if words else ""
