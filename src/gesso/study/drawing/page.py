"""One printed page of a study: the picture, its big shapes, the sheets, the two tips."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Literal

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image

from gesso.core.pixels.picture import Picture
from gesso.study.drawing.plates import size_of
from gesso.study.easel import photo
from gesso.study.records import Sheet, Study, Tip

Paper = Literal["a4", "letter"]

_TYPES = {
    "instrument": ("gesso.study.drawing", "InstrumentSans.ttf"),
    "noto": ("gesso.core.pixels", "NotoSans.ttf"),
}
_MARGIN, _GUTTER = 12.0, 5.0
_INK, _GRAY = (24, 24, 24), (105, 105, 105)
_PHOTO_SIDE = 1200
_SMALL = ("values", "squint", "notan", "value-plan", "colour-blocks", "edges")
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""Every page bears this date, so that the same study prints to the same bytes."""


@dataclass(frozen=True)
class _Box:
    """A place on the page, millimetres."""

    x: float
    y: float
    width: float
    height: float


def page_of(picture: Picture, study: Study, title: str, paper: Paper = "a4") -> bytes:
    """Print a study on one page.

    Args:
        picture: what was studied.
        study: with its sheets.
        title: for the head of the page, any letters; those the type lacks are shown as boxes.
        paper: "a4" or "letter".

    Returns:
        A PDF; the same study gives the same bytes.
    """
    page = _Page(paper)
    page.head(title, study)
    sheets = {sheet.name: sheet for reading in study.readings for sheet in reading.sheets}
    page.pair(_jpeg(picture), sheets.get("blocks"))
    page.row([sheets[name] for name in _SMALL if name in sheets])
    page.wide(sheets.get("palette"))
    page.notes([(reading.title, reading.note or reading.abstains) for reading in study.readings])
    page.tips(study.tips, study.silence)
    return page.data()


class _Page:
    def __init__(self, paper: Paper) -> None:
        self._pdf = FPDF(format=paper)
        self._pdf.set_creation_date(_EPOCH)
        self._pdf.set_auto_page_break(auto=False)
        self._pdf.set_margins(_MARGIN, _MARGIN, _MARGIN)
        self._pdf.c_margin = 0
        for name, (package, file) in _TYPES.items():
            with as_file(files(package) / "type" / file) as path:
                self._pdf.add_font(name, fname=path)
        self._pdf.set_fallback_fonts(["noto"])
        self._pdf.add_page()
        self._pdf.set_y(_MARGIN)

    @property
    def _width(self) -> float:
        return float(self._pdf.epw)

    def head(self, title: str, study: Study) -> None:
        """The title, and what was studied."""
        self._say(" ".join(title.split())[:90] or "A study", 19, _INK, 9)
        intent = "" if study.intent == "none" else f", meant as {study.intent.replace('-', ' ')}"
        self._say(f"{study.width} x {study.height} pixels{intent}", 8.5, _GRAY, 6)

    def pair(self, shown: bytes, blocks: Sheet | None) -> None:
        """The picture beside its big shapes."""
        half = (self._width - _GUTTER) / 2
        high = 78.0
        top = float(self._pdf.get_y())
        left = self._picture(shown, _Box(_MARGIN, top, half, high))
        right = 0.0
        if blocks is not None:
            right = self._picture(blocks.data, _Box(_MARGIN + half + _GUTTER, top, half, high))
        self._pdf.set_y(top + max(left, right) + 4)

    def row(self, sheets: Sequence[Sheet]) -> None:
        """Small sheets, three in a row, with their captions."""
        each = (self._width - 2 * _GUTTER) / 3
        for start in range(0, len(sheets), 3):
            top, deepest = float(self._pdf.get_y()), 0.0
            for place, sheet in enumerate(sheets[start : start + 3]):
                x = _MARGIN + place * (each + _GUTTER)
                high = self._picture(sheet.data, _Box(x, top, each, 34), left=True)
                self._pdf.set_xy(x, top + high + 0.8)
                self._set(7.5, _GRAY)
                self._pdf.multi_cell(each, 3.2, sheet.caption, align="L")
                deepest = max(deepest, float(self._pdf.get_y()) - top)
            self._pdf.set_y(top + deepest + 2.5)

    def wide(self, sheet: Sheet | None) -> None:
        """A sheet over the whole width."""
        if sheet is None:
            return
        top = float(self._pdf.get_y())
        high = self._picture(sheet.data, _Box(_MARGIN, top, self._width, 22), left=True)
        self._pdf.set_y(top + high + 2.5)

    def notes(self, notes: Sequence[tuple[str, str]]) -> None:
        """What each tool says, a line each."""
        for title, note in notes:
            if note and self._room(6):
                self._pdf.set_x(_MARGIN)
                self._set(8, _GRAY)
                self._pdf.cell(26, 4, title)
                self._set(8, _INK)
                self._pdf.multi_cell(
                    self._width - 26, 4, note, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
                )
        self._pdf.ln(2)

    def tips(self, tips: Sequence[Tip], silence: str) -> None:
        """The two tips side by side, or why there are none."""
        if not tips:
            self._say(silence, 10, _INK, 6)
            return
        half, top = (self._width - _GUTTER) / 2, float(self._pdf.get_y())
        for place, tip in enumerate(tips):
            self._pdf.set_y(top)
            x = _MARGIN + place * (half + _GUTTER)
            for words, size, colour in (
                (tip.observation, 10, _INK),
                (f"Ten minutes: {tip.action}", 10, _INK),
                (tip.why, 8.5, _GRAY),
            ):
                self._pdf.set_x(x)
                self._set(size, colour)
                self._pdf.multi_cell(half, size * 0.46, words, align="L", new_x=XPos.LMARGIN)
                self._pdf.ln(1.2)

    def data(self) -> bytes:
        return bytes(self._pdf.output())

    def _picture(self, data: bytes, box: _Box, *, left: bool = False) -> float:
        """Show a picture as large as the box allows; returns its height, millimetres."""
        with Image.open(io.BytesIO(data)) as image:
            scale = min(box.width / image.width, box.height / image.height)
            width, height = image.width * scale, image.height * scale
        x = box.x if left else box.x + (box.width - width) / 2
        self._pdf.image(io.BytesIO(data), x=x, y=box.y, w=width, h=height)
        return height

    def _say(self, words: str, size: float, colour: tuple[int, int, int], high: float) -> None:
        self._set(size, colour)
        self._pdf.set_x(_MARGIN)
        self._pdf.multi_cell(self._width, high, words, align="L", new_x=XPos.LMARGIN)

    def _set(self, size: float, colour: tuple[int, int, int]) -> None:
        self._pdf.set_font("instrument", size=size)
        self._pdf.set_text_color(*colour)

    def _room(self, high: float) -> bool:
        return float(self._pdf.get_y()) + high < self._pdf.h - 45


def _jpeg(picture: Picture) -> bytes:
    held = io.BytesIO()
    size = size_of(picture.rgb.shape, _PHOTO_SIDE)
    Image.fromarray(photo(picture.rgb, size)).save(held, "JPEG", quality=90)
    return held.getvalue()
