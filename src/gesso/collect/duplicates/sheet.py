"""A contact sheet of duplicates: a row a group, the one to show first, each with what it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from gesso.core.pixels.picture import Picture

_WIDTH, _MARGIN, _GAP = 1800, 64, 36
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
        groups: at least one, each of at least one picture. A long group goes on in the next row.

    Raises:
        ValueError: there is none.
    """
    if not groups or not all(groups):
        raise ValueError("a sheet needs at least one picture in every group")
    rows = [_rows(group) for group in groups]
    row_height = _TALL + _LABEL
    height = 2 * _MARGIN + sum(len(some) * (row_height + _BETWEEN) for some in rows) - _BETWEEN
    sheet = Image.new("RGB", (_WIDTH, height), _WALL)
    draw = ImageDraw.Draw(sheet)
    top = _MARGIN
    for at, some in enumerate(rows):
        if at:
            middle = top - _BETWEEN // 2
            draw.line((_MARGIN, middle, _WIDTH - _MARGIN, middle), fill=_RULE, width=1)
        for row in some:
            _hang(sheet, draw, row, top)
            top += row_height + _BETWEEN
    return Picture.adopt(np.array(sheet, dtype=np.uint8))


def _rows(group: Sequence[Hung]) -> list[list[Hung]]:
    """As many to a row as there is room for."""
    rows: list[list[Hung]] = [[]]
    left = _MARGIN
    for one in group:
        wide = _wide(one)
        if rows[-1] and left + wide > _WIDTH - _MARGIN:
            rows.append([])
            left = _MARGIN
        rows[-1].append(one)
        left += wide + _GAP
    return rows


def _hang(sheet: Image.Image, draw: ImageDraw.ImageDraw, row: Sequence[Hung], top: int) -> None:
    left = _MARGIN
    for one in row:
        wide = _wide(one)
        if one.picture is None:
            draw.rectangle((left, top, left + wide - 1, top + _TALL - 1), outline=_RULE)
        else:
            size = _fitting(one.picture)
            image = Image.fromarray(one.picture).resize(size, Image.Resampling.LANCZOS)
            sheet.paste(image, (left, top + _TALL - size[1]))
        if one.is_kept:
            draw.rectangle((left, top + _TALL, left + wide - 1, top + _TALL + _BAND), fill=_KEPT)
        title, line = ImageFont.load_default(_TITLE_PX), ImageFont.load_default(_LINE_PX)
        draw.text((left, top + _TALL + 14), _cut(draw, one.title, title, wide), _INK, title)
        draw.text((left, top + _TALL + 39), _cut(draw, one.line, line, wide), _FAINT, line)
        left += wide + _GAP


def _wide(one: Hung) -> int:
    return max(150, _fitting(one.picture)[0] if one.picture is not None else _TALL)


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
