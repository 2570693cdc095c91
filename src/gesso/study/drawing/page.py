"""One printed page of a study: the picture, its big shapes, the sheets, the two tips."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Any, Literal

import numpy as np
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from PIL import Image

from gesso.core.pixels.picture import Picture
from gesso.study.drawing.plates import gray_of, size_of
from gesso.study.easel import photo
from gesso.study.records import Reading, Sheet, Study, Tip

Paper = Literal["a4", "letter"]

_TYPES = {
    "instrument": ("gesso.study.drawing", "InstrumentSans.ttf"),
    "noto": ("gesso.core.pixels", "NotoSans.ttf"),
}
_MARGIN, _GUTTER = 12.0, 5.0
_INK, _GRAY, _LINE = (24, 24, 24), (105, 105, 105), (205, 205, 205)
_PHOTO_SIDE = 1200
_WIDE = ("values", "squint", "notan", "value-plan", "colour-blocks", "edges", "composition",
         "attention")  # fmt: skip
_TALL = ("values", "squint", "notan", "value-plan", "colour-blocks", "edges")
_TITLES = {
    "values": "True grays",
    "squint": "Squinting",
    "notan": "Two values",
    "value-plan": "Value plan",
    "colour-blocks": "In colour",
    "edges": "Edges: hard red, soft gray, lost blue",
    "composition": "Where the eye lands; thirds",
    "attention": "What stands out",
}
_PAIR_MM, _TALL_MM, _FOOT_MM = 70.0, 96.0, 80.0
"""Height of the picture, lying and standing; and what notes and tips need below the sheets."""
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
    readings = {reading.tool: reading for reading in study.readings}
    sheets = {sheet.name: sheet for reading in study.readings for sheet in reading.sheets}
    levels = _rows(readings.get("blocks"), "levels")
    shown = [sheets[name] for name in (_WIDE if study.width >= study.height else _TALL)
             if name in sheets]  # fmt: skip
    if study.width >= study.height:
        page.pair(_jpeg(picture), sheets.get("blocks"))
        page.levels_across(levels)
        page.row(shown, 4)
    else:
        page.standing(_jpeg(picture), sheets.get("blocks"), levels)
        page.row(shown, 6)
    page.palette(_rows(readings.get("colours"), "palette"))
    page.notes([(reading.title, reading.note or reading.abstains) for reading in study.readings])
    page.tips(study.tips, study.silence)
    return page.data()


def _rows(reading: Reading | None, name: str) -> list[dict[str, Any]]:
    """A list of records among a reading's figures; none where the tool read nothing."""
    found: Any = () if reading is None else reading.figures.get(name)
    return list(found or ())


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

    @property
    def _top(self) -> float:
        return float(self._pdf.get_y())

    def head(self, title: str, study: Study) -> None:
        """The title, and what was studied."""
        self._say(" ".join(title.split())[:90] or "A study", 19, _INK, 9)
        intent = "" if study.intent == "none" else f", meant as {study.intent.replace('-', ' ')}"
        self._say(f"{study.width} x {study.height} pixels{intent}", 8.5, _GRAY, 6)

    def pair(self, shown: bytes, blocks: Sheet | None) -> None:
        """The picture beside its big shapes."""
        half = (self._width - _GUTTER) / 2
        top = self._top
        left = self._picture(shown, _Box(_MARGIN, top, half, _PAIR_MM), left=True)
        right = 0.0
        if blocks is not None:
            box = _Box(_MARGIN + half + _GUTTER, top, half, _PAIR_MM)
            right = self._picture(blocks.data, box, left=True)
        self._pdf.set_y(top + max(left, right) + 3)

    def standing(
        self, shown: bytes, blocks: Sheet | None, levels: Sequence[Mapping[str, Any]]
    ) -> None:
        """The same for a picture that is taller than wide, with its blocks told beside it."""
        top, column = self._top, 44.0
        half = (self._width - column - 2 * _GUTTER) / 2
        high = self._picture(shown, _Box(_MARGIN, top, half, _TALL_MM), left=True)
        x = _MARGIN + half + _GUTTER
        if blocks is not None:
            high = max(high, self._picture(blocks.data, _Box(x, top, half, _TALL_MM), left=True))
        for place, level in enumerate(levels):
            self._level(level, x + half + _GUTTER, top + 13.0 * place, 11.0)
        self._pdf.set_y(top + high + 4)

    def levels_across(self, levels: Sequence[Mapping[str, Any]]) -> None:
        """The blocks, dark to light, in one row: gray, number, role, value, share."""
        if not levels:
            return
        each, top = self._width / len(levels), self._top
        for place, level in enumerate(levels):
            self._level(level, _MARGIN + place * each, top, 8.0)
        self._pdf.set_y(top + 11)

    def _level(self, level: Mapping[str, Any], x: float, y: float, side: float) -> None:
        gray = int(gray_of(np.array([level["level"]]))[0])
        self._pdf.set_fill_color(gray, gray, gray)
        self._pdf.rect(x, y, side, side, style="F")
        share = f"{100 * level['share']:.0f} %"
        lines = (
            (8.5, _INK, f"{level['block']}  {level['role']}"),
            (7.5, _GRAY, f"{level['level']:.0f} L*, {share}"),
        )
        for place, (size, colour, words) in enumerate(lines):
            self._set(size, colour)
            self._pdf.set_xy(x + side + 2, y + side / 2 - 4 + 4 * place)
            self._pdf.cell(40, 4, words)

    def row(self, sheets: Sequence[Sheet], many: int) -> None:
        """Small sheets, so many in a row, with their titles."""
        gap = 3.5
        each = (self._width - (many - 1) * gap) / many
        rows = -(-len(sheets) // many)
        room = (self._pdf.h - _MARGIN - _FOOT_MM - self._top) / max(1, rows) - 7
        for start in range(0, len(sheets), many):
            top, deepest = self._top, 0.0
            for place, sheet in enumerate(sheets[start : start + many]):
                x = _MARGIN + place * (each + gap)
                high = self._picture(sheet.data, _Box(x, top, each, max(18.0, room)), left=True)
                self._pdf.set_xy(x, top + high + 0.8)
                self._set(7.5, _GRAY)
                self._pdf.multi_cell(each, 3.2, _TITLES.get(sheet.name, sheet.caption), align="L")
                deepest = max(deepest, float(self._pdf.get_y()) - top)
            self._pdf.set_y(top + deepest + 2)

    def palette(self, colours: Sequence[Mapping[str, Any]]) -> None:
        """Bars as wide as each colour's share, with names where there is room."""
        if not colours:
            return
        top, x = self._top + 1, _MARGIN
        for colour in colours:
            wide = self._width * colour["share"]
            self._pdf.set_fill_color(*bytes.fromhex(colour["hex"][1:]))
            self._pdf.rect(x, top, wide, 8, style="F")
            self._set(7.5, _GRAY)
            words = f"{colour['name']} {100 * colour['share']:.0f} %"
            if self._pdf.get_string_width(words) < wide - 1:
                self._pdf.set_xy(x, top + 8.4)
                self._pdf.cell(wide, 3.4, words)
            x += wide
        self._pdf.set_y(top + 14.5)

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
        self._pdf.set_draw_color(*_LINE)
        self._pdf.line(_MARGIN, self._top, _MARGIN + self._width, self._top)
        half, top = (self._width - _GUTTER) / 2, self._top + 3
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
        return self._top + high < self._pdf.h - 48


def _jpeg(picture: Picture) -> bytes:
    held = io.BytesIO()
    size = size_of(picture.rgb.shape, _PHOTO_SIDE)
    Image.fromarray(photo(picture.rgb, size)).save(held, "JPEG", quality=90)
    return held.getvalue()
