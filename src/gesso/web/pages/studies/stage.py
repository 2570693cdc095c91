"""What of the stage is known before its script is there, so that nothing jumps when it comes."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt
from typing import Any

_PIXELS = 1e6
_MOST_TIMES = 4.0
"""As static/study/stage.js has them."""
_BIG = 0.05
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
            "Eleven", "Twelve")  # fmt: skip


def stage_of(study: Mapping[str, Any], title: str) -> dict[str, Any]:
    """The stage's size in pixels, its headline, how many values it lists, and the grays' address.

    Args:
        study: as it is told.
        title: of the picture, the headline where its values were not read.
    """
    readings = {reading["tool"]: reading for reading in study["readings"]}
    sheets = {sheet["name"]: sheet for one in readings.values() for sheet in one["sheets"]}
    tones = sheets.get("value-tones", study)
    bands = readings.get("value_plan", {}).get("figures", {}).get("bands", ())
    areas = readings.get("blocks", {}).get("figures", {}).get("areas", ())
    big = sum(area >= _BIG for area in areas)
    headline = f"{_many(len(bands), 'value')}, {_many(big, 'big shape').lower()}"
    return {
        "stage": _enlarged(tones["width"], tones["height"]),
        "headline": headline if bands and areas else title,
        "rows": len(bands),
        "grays": sheets["values"]["href"] if "values" in sheets else "",
    }


def _enlarged(width: int, height: int) -> tuple[int, int]:
    times = min(_MOST_TIMES, sqrt(_PIXELS / (width * height)))
    return max(1, int(width * times + 0.5)), max(1, int(height * times + 0.5))


def _many(count: int, what: str) -> str:
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{number} {what}" if count == 1 else f"{number} {what}s"
