"""One sheet of an exhibition: the pictures hung in rows on a white wall, each with its label."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from gesso.core.pixels.picture import Picture


@dataclass(frozen=True)
class Framed:
    """A picture with what its label says.

    Attributes:
        picture: the pixels.
        title: the first line.
        line: a smaller second line, "" for none.
    """

    picture: Picture
    title: str
    line: str = ""


@dataclass(frozen=True)
class SheetOptions:
    """How a sheet is hung. Lengths are pixels.

    Attributes:
        width: of the whole sheet.
        row_height: what a row comes near to; pictures are never cropped, so rows differ a little.
        gap: between pictures, and between rows beside the labels.
        margin: around everything.
        wall, ink, faint: sRGB of the wall, the titles and the second lines.
    """

    width: int = 2000
    row_height: int = 520
    gap: int = 44
    margin: int = 72
    wall: tuple[int, int, int] = (244, 244, 244)
    ink: tuple[int, int, int] = (22, 22, 22)
    faint: tuple[int, int, int] = (91, 91, 91)


_TITLE_PX, _LINE_PX, _LABEL_PX = 24, 17, 74
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont


def hang_sheet(framed: Sequence[Framed], options: SheetOptions | None = None) -> Picture:
    """Hang pictures in justified rows, in order, whole and in their own proportions.

    Raises:
        ValueError: there is no picture.
    """
    if not framed:
        raise ValueError("a sheet needs at least one picture")
    look = options or SheetOptions()
    rows = _rows(framed, look)
    height = 2 * look.margin - look.gap
    height += sum(_row_height(row, look) + _LABEL_PX + look.gap for row in rows)
    sheet = Image.new("RGB", (look.width, height), look.wall)
    draw = ImageDraw.Draw(sheet)
    top = look.margin
    for row in rows:
        tall = _row_height(row, look)
        _hang_row(sheet, draw, row, top, look)
        top += tall + _LABEL_PX + look.gap
    return Picture.adopt(np.array(sheet, dtype=np.uint8))


def _rows(framed: Sequence[Framed], look: SheetOptions) -> list[list[Framed]]:
    """Rows as even as whole pictures allow: as many as the aimed height asks for."""
    inner = look.width - 2 * look.margin
    total = sum(_aspect(each) for each in framed)
    count = max(1, round(total * look.row_height / inner))
    share = total / count
    rows: list[list[Framed]] = [[]]
    filled = 0.0
    for each in framed:
        if rows[-1] and filled + _aspect(each) / 2 > share * len(rows) and len(rows) < count:
            rows.append([])
        rows[-1].append(each)
        filled += _aspect(each)
    return rows


def _row_height(row: Sequence[Framed], look: SheetOptions) -> int:
    inner = look.width - 2 * look.margin - look.gap * (len(row) - 1)
    # A lonely picture in the last row is not blown up beyond the aimed height.
    return min(round(inner / sum(_aspect(each) for each in row)), round(1.35 * look.row_height))


def _hang_row(
    sheet: Image.Image,
    draw: ImageDraw.ImageDraw,
    row: Sequence[Framed],
    top: int,
    look: SheetOptions,
) -> None:
    tall = _row_height(row, look)
    left = look.margin
    for each in row:
        wide = round(tall * _aspect(each))
        image = Image.fromarray(each.picture.rgb)
        sheet.paste(image.resize((wide, tall), Image.Resampling.LANCZOS), (left, top))
        title, line = _font(_TITLE_PX), _font(_LINE_PX)
        at = left, top + tall + 16
        draw.text(at, _fitted(draw, each.title, title, wide), look.ink, title)
        below = left, top + tall + 48
        draw.text(below, _fitted(draw, each.line, line, wide), look.faint, line)
        left += wide + look.gap


def _aspect(framed: Framed) -> float:
    return framed.picture.width / framed.picture.height


def _font(size: int) -> Font:
    return ImageFont.load_default(size)


def _fitted(draw: ImageDraw.ImageDraw, words: str, font: Font, wide: int) -> str:
    if draw.textlength(words, font) <= wide:
        return words
    while words and draw.textlength(f"{words}…", font) > wide:
        words = words[:-1]
    return f"{words.rstrip()}…" if words else ""
