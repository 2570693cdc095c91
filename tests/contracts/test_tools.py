"""What every tool of study owes the lesson, whoever stands on the shelf."""

from __future__ import annotations

import json
import math
from typing import Any

import cv2
import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import to_plain
from gesso.study.easel import Easel, EaselOptions
from gesso.study.records import Reading
from gesso.study.tools.tool import TOOLS, Tool

TOOL_NAMES = TOOLS.names()


def tool_of(name: str, **options: Any) -> Tool:
    factory: Any = TOOLS.open(name)
    made: Tool = factory(factory.Options(**options), None)
    return made


def plane(rgb: Any) -> Picture:
    return Picture(np.ascontiguousarray(rgb, dtype=np.uint8))


def scene() -> Picture:
    down, across = np.mgrid[:150, :200]
    rgb = np.full((150, 200, 3), (205, 178, 152), np.uint8)
    rgb[down > 90 + 15 * np.sin(across / 20)] = (48, 70, 62)
    rgb[(across - 140) ** 2 + (down - 40) ** 2 < 12**2] = (252, 236, 170)
    return plane(rgb)


NOISE = np.random.default_rng(1).integers(0, 256, (90, 120, 3), dtype=np.uint8)
ODD = {
    "scene": scene(),
    "a pixel": plane(np.zeros((1, 1, 3))),
    "a thread": plane(np.full((1, 20_000, 3), 200)),
    "white": plane(np.full((64, 64, 3), 255)),
    "noise": plane(NOISE),
    "one bit": plane((NOISE[..., :1] > 127).repeat(3, axis=2) * 255),
    "two colours": plane(np.repeat([[[20, 20, 200]], [[240, 200, 40]]], 30, axis=0).repeat(60, 1)),
}


def numbers(value: object) -> list[float]:
    if isinstance(value, dict):
        return [one for held in value.values() for one in numbers(held)]
    if isinstance(value, list | tuple):
        return [one for held in value for one in numbers(held)]
    return [float(value)] if isinstance(value, int | float) else []


@pytest.fixture(params=TOOL_NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=ODD)
def reading(request: pytest.FixtureRequest, name: str) -> Reading:
    return tool_of(name).read(Easel(ODD[request.param], EaselOptions()))


def test_a_reading_bears_its_tools_name_and_says_something(name: str, reading: Reading) -> None:
    assert reading.tool == reading.maker.name == tool_of(name).name == name
    assert reading.title
    assert reading.note or reading.abstains


def test_every_figure_is_finite_and_json_takes_it(reading: Reading) -> None:
    assert all(math.isfinite(one) for one in numbers(dict(reading.figures)))
    json.dumps(to_plain(dict(reading.figures)), allow_nan=False)


def test_every_sheet_is_a_png_of_the_size_it_says(reading: Reading) -> None:
    for sheet in reading.sheets:
        plate = cv2.imdecode(np.frombuffer(sheet.data, np.uint8), cv2.IMREAD_UNCHANGED)
        assert plate is not None
        assert plate.shape[:2] == (sheet.height, sheet.width)
        assert sheet.caption.endswith(".")


def test_the_same_picture_reads_the_same_to_the_byte(name: str) -> None:
    first, second = (tool_of(name).read(Easel(scene(), EaselOptions())) for _ in range(2))

    assert first == second
    assert [sheet.data for sheet in first.sheets] == [sheet.data for sheet in second.sheets]


def test_what_made_a_reading_is_plain_and_says_how(name: str) -> None:
    maker = tool_of(name).read(Easel(scene(), EaselOptions(side=300))).maker

    assert maker.version
    assert maker.settings["side"] == 300
    assert all(isinstance(one, str | int | float | bool | None) for one in maker.settings.values())


def test_no_two_tools_draw_sheets_of_one_name() -> None:
    easel = Easel(scene(), EaselOptions())
    names = [sheet.name for tool in TOOL_NAMES for sheet in tool_of(tool).read(easel).sheets]

    assert len(names) == len(set(names))
