"""A work's values: the strip on its page, and the picture in few values to hold beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gesso.core.pixels.decode import decode
from gesso.core.records.works import Work
from gesso.study.drawing.plates import gray_of
from gesso.study.records import Reading
from gesso.study.room import StudyOptions
from gesso.web.answers.house import House
from gesso.web.server.kept import Kept

_TOOL = "value_plan"
_WISHES = StudyOptions(tools={_TOOL: {"cut": "natural"}})
_WIDE = 440.0
_KEPT_STRIPS, _KEPT_SHEETS = 2000, 40
_ROOM_FOR_WORDS = 34.0
_LIGHT = 55.0


@dataclass(frozen=True)
class Band:
    """One value of a picture's strip.

    Attributes:
        x: where it begins, the strip being 440 wide.
        width: its share of the strip.
        gray: "#rrggbb" of its lightness.
        ink: "#rrggbb" that can be read on it.
        level: its lightness, L* 0 to 100.
        share: of the picture, in percent.
        told: there is room to write the share on it.
    """

    x: float
    width: float
    gray: str
    ink: str
    level: int
    share: int
    told: bool


class Plans:
    """Values of works, worked out once.

    Args:
        house: who studies, and the desk.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._strips: Kept[list[Band]] = Kept(_KEPT_STRIPS)
        self._sheets: Kept[bytes] = Kept(_KEPT_SHEETS)

    def strip(self, work: Work) -> list[Band]:
        """Dark to light, five at most; read in the thumbnail, which tells shares well enough.

        Raises:
            DamageError: the thumbnail is missing.
        """
        key = work.fingerprint.pixels
        held = self._strips.get(key) if key else []
        if held is None:
            catalogue = self._house.studio.catalogue
            small = decode(catalogue.thumbnail(work, 512)).picture
            held = bands_of(self._house.studio.study.read(small, _TOOL, _WISHES))
            self._strips.put(key, held)
        return held

    def sheet(self, work: Work) -> bytes:
        """The picture in five values, as PNG.

        Raises:
            UnknownItem: it is a record without a picture.
            DamageError: its file is not what was kept.
        """
        key = work.fingerprint.pixels
        held = self._sheets.get(key)
        if held is None:
            reading = self._house.studio.study.read(work, _TOOL, _WISHES)
            held = next(one.data for one in reading.sheets if one.name == "value-plan")
            self._sheets.put(key, held)
        return held


def bands_of(reading: Reading) -> list[Band]:
    """The bands of a value plan side by side."""
    told: Any = reading.figures["bands"]  # JSON, whose shape the tool promises
    bands = [(float(one["level"]), float(one["share"])) for one in told]
    left, found = 0.0, []
    grays = gray_of(np.array([level for level, _ in bands], np.float64))
    for (level, share), gray in zip(bands, grays.tolist(), strict=True):
        width = _WIDE * share
        found.append(
            Band(
                x=round(left, 2),
                width=round(width, 2),
                gray=f"#{gray:02x}{gray:02x}{gray:02x}",
                ink="#000000" if level >= _LIGHT else "#ffffff",
                level=round(level),
                share=round(100 * share),
                told=width >= _ROOM_FOR_WORDS,
            )
        )
        left += width
    return found
