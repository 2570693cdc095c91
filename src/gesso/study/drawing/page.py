"""One printed page of a study: the picture, its big shapes, the sheets, the two tips."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import as_file, files
from typing import Any, Literal, cast

import numpy as np
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, XPos, YPos
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
_FIRST = ("values", "squint", "notan", "value-plan", "colour-blocks", "edges", "composition",
          "attention")  # fmt: skip
_ELSEWHERE = frozenset({"blocks", "outlines", "histogram", "palette", "hints", "what-if", "similar",
                        "subject", "subject-mask"})  # fmt: skip
"""What is large here or drawn anew, or says little in small; sheets of a new tool are shown."""
_MOST = 12
_ACROSS, _LEAST_MM = (4, 5, 6, 8), 16.0
"""Small sheets in a row; the height of one, at least."""
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
_SIZES = (8.0, 7.2, 6.5)
"""Points of the notes: the largest at which all of them fit."""
_PAIR_MM, _TALL_MM = 66.0, 82.0
"""Height of the picture, lying and standing."""
_FOOT_MM, _PALETTE_MM = (70.0, 112.0), 15.5
"""What is kept free below the sheets, at least and at most; and the palette of it."""
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
    shown, left_out = _shown(study)
    notes = [(reading.title, reading.note or reading.abstains) for reading in study.readings]
    foot = page.foot_of(notes, study.tips)
    if study.width >= study.height:
        page.pair(_jpeg(picture), sheets.get("blocks"))
        page.levels_across(levels)
        page.row(shown, foot)
    else:
        page.standing(_jpeg(picture), sheets.get("blocks"), levels)
        page.row(shown, foot)
    page.palette(_rows(readings.get("colours"), "palette"))
    page.notes(notes, left_out, page.height_of(study.tips))
    page.tips(study.tips, study.silence)
    return page.data()


def _shown(study: Study) -> tuple[list[Sheet], list[str]]:
    """The small sheets, the usual ones first; and what others are called that find no room."""
    drawn = [sheet for reading in study.readings for sheet in reading.sheets]
    sheets = {sheet.name: sheet for sheet in drawn if sheet.role == "sheet"}
    names = [name for name in _FIRST if name in sheets]
    names += [name for name in sheets if name not in (*_FIRST, *_ELSEWHERE)]
    left_out = [name.replace("-", " ") for name in names[_MOST:]]
    return [sheets[name] for name in names[:_MOST]], left_out


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

    def row(self, sheets: Sequence[Sheet], foot: float) -> None:
        """Small sheets with their titles, as large as they fit above a foot in millimetres."""
        if not sheets:
            return
        gap, bottom = 3.5, self._pdf.h - _MARGIN - foot

        def place_of(many: int) -> tuple[float, float]:
            rows = -(-len(sheets) // many)
            high = max(_LEAST_MM, (bottom - self._top) / rows - 7)
            return (self._width - (many - 1) * gap) / many, high

        def shown(many: int) -> float:
            wide, high = place_of(many)
            return min(wide / sheets[0].width, high / sheets[0].height)

        many = max(_ACROSS, key=shown)
        each, room = place_of(many)
        for start in range(0, len(sheets), many):
            top, deepest = self._top, 0.0
            for place, sheet in enumerate(sheets[start : start + many]):
                x = _MARGIN + place * (each + gap)
                high = self._picture(sheet.data, _Box(x, top, each, room), left=True)
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

    def notes(self, notes: Sequence[tuple[str, str]], left_out: Sequence[str], foot: float) -> None:
        """What each tool says, as large as all of it fits; what does not fit is named.

        Args:
            notes: title and words of each.
            left_out: names of sheets that found no room.
            foot: what comes below them, millimetres.
        """
        told = [(title, note) for title, note in notes if note]
        room = self._pdf.h - _MARGIN - foot - self._top - 2
        size, heights = self._fitting(told, room)
        missing = [f"the sheet of {name}" for name in left_out]
        room -= 4 if missing or sum(heights) > room else 0
        for (title, note), high in zip(told, heights, strict=True):
            if high > room:
                missing.append(f"the note on {title.lower()}")
                continue
            room -= high
            self._pdf.set_x(_MARGIN)
            self._set(size, _GRAY)
            self._pdf.cell(26, size / 2, title)
            self._set(size, _INK)
            self._pdf.multi_cell(
                self._width - 26, size / 2, note, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
        if missing:
            words = f"Without room on this page: {', '.join(missing)}."
            self._say(words[:160], 7, _GRAY, 4)
        self._pdf.ln(2)

    def _fitting(self, notes: Sequence[tuple[str, str]], room: float) -> tuple[float, list[float]]:
        """The largest size at which the notes fit, the smallest where none is; their heights."""
        for size in _SIZES:
            heights = [self._high(note, size, self._width - 26, size / 2) for _, note in notes]
            if sum(heights) <= room:
                break
        return size, heights

    def foot_of(self, notes: Sequence[tuple[str, str]], tips: Sequence[Tip]) -> float:
        """What palette, notes and tips want, within bounds, millimetres."""
        size = _SIZES[1]
        told = sum(self._high(note, size, self._width - 26, size / 2) for _, note in notes if note)
        return float(np.clip(_PALETTE_MM + told + 4 + self.height_of(tips), *_FOOT_MM))

    def height_of(self, tips: Sequence[Tip]) -> float:
        """What the tips need, or the sentence in their place, millimetres."""
        half = (self._width - _GUTTER) / 2
        columns = [
            sum(self._high(words, size, half, size * 0.46) + 1.2 for words, size, _ in _lines(tip))
            for tip in tips
        ]
        return 3 + max(columns, default=12.0)

    def _high(self, words: str, size: float, width: float, line: float) -> float:
        self._set(size, _INK)
        told = self._pdf.multi_cell(
            width, line, words, align="L", dry_run=True, output=MethodReturnValue.HEIGHT
        )
        return cast("float", told)

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
            for words, size, colour in _lines(tip):
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


def _lines(tip: Tip) -> tuple[tuple[str, float, tuple[int, int, int]], ...]:
    """What is written of a tip: words, points, colour."""
    return (
        (tip.observation, 10, _INK),
        (f"Ten minutes: {tip.action}", 10, _INK),
        (tip.why, 8.5, _GRAY),
    )


def _jpeg(picture: Picture) -> bytes:
    held = io.BytesIO()
    size = size_of(picture.rgb.shape, _PHOTO_SIDE)
    Image.fromarray(photo(picture.rgb, size)).save(held, "JPEG", quality=90)
    return held.getvalue()
