"""A study on disk and on paper."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from fpdf import FPDF

from gesso.core.pixels.colour import lightness
from gesso.core.pixels.picture import Picture
from gesso.study.drawing import page
from gesso.study.drawing.page import Paper, page_of
from gesso.study.drawing.plates import enlarged, gray_of
from gesso.study.drawing.writing import write_study
from gesso.study.lesson import Lesson, LessonOptions
from gesso.study.records import Study
from gesso.study.tools.tool import TOOLS


@pytest.fixture(scope="module")
def study(scene: Picture) -> Study:
    return studied(scene)


def studied(scene: Picture) -> Study:
    factories = [TOOLS.open(name) for name in TOOLS.names()]
    tools = [factory(factory.Options(), None) for factory in factories]
    return Lesson(tools).study(scene, LessonOptions())


def test_a_folder_holds_the_page_the_json_and_every_sheet(
    tmp_path: Path, scene: Picture, study: Study
) -> None:
    files = write_study(tmp_path / "new" / "place", scene, study, "A hill")

    told = json.loads((tmp_path / "new/place/study.json").read_text("utf-8"))
    named = [sheet["file"] for reading in told["readings"] for sheet in reading["sheets"]]
    assert {tmp_path / "new/place" / name for name in named} <= set(files)
    assert all((tmp_path / "new/place" / name).is_file() for name in named)
    assert len(told["tips"]) == 2


@pytest.mark.parametrize("paper", ["a4", "letter"])
def test_a_page_is_one_pdf_of_the_same_bytes_each_time(
    paper: Paper, scene: Picture, study: Study
) -> None:
    first, second = (page_of(scene, study, "Tâche d’été, Łódź, ночь", paper) for _ in range(2))

    assert first == second
    assert first.startswith(b"%PDF")
    assert first.count(b"/Type /Page\n") == 1


class Told(FPDF):
    """A page that remembers what was written on it: a subset of a type says no letters."""

    words: ClassVar[list[str]] = []

    def cell(self, w: Any = None, h: Any = None, text: str = "", *args: Any, **wishes: Any) -> Any:
        self.words.append(text)
        return super().cell(w, h, text, *args, **wishes)

    def multi_cell(self, w: float, h: Any = None, text: str = "", *args: Any, **wishes: Any) -> Any:
        if not wishes.get("dry_run"):
            self.words.append(text)
        return super().multi_cell(w, h, text, *args, **wishes)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(page, "FPDF", Told)
    monkeypatch.setattr(Told, "words", [])
    return Told.words


def standing(scene: Picture) -> Picture:
    return Picture(np.ascontiguousarray(np.swapaxes(scene.rgb, 0, 1)))


@pytest.mark.parametrize("paper", ["a4", "letter"])
@pytest.mark.parametrize("stands", [False, True])
def test_a_page_shows_where_the_eye_lands_and_says_all_that_was_read(
    paper: Paper, stands: bool, scene: Picture, told: list[str]
) -> None:
    picture = standing(scene) if stands else scene
    study = studied(picture)

    page_of(picture, study, "A hill", paper)

    assert {"Where the eye lands; thirds", "What stands out"} <= set(told)
    assert {reading.title for reading in study.readings} <= set(told)
    assert not [words for words in told if words.startswith("Without room")]


def test_a_sheet_of_a_tool_that_nobody_knows_yet_is_printed(
    scene: Picture, study: Study, told: list[str]
) -> None:
    page_of(scene, with_sheets(study, 1), "A hill")

    assert "Rhythm 0" in told


def test_what_finds_no_room_on_the_page_is_named(
    scene: Picture, study: Study, told: list[str]
) -> None:
    many = with_sheets(study, 9)
    long = [replace(one, note=f"{one.note} " * 40) for one in many.readings]

    printed = page_of(scene, replace(many, readings=tuple(long)), "A hill")

    said = next(words for words in told if words.startswith("Without room on this page"))
    assert "the sheet of rhythm 4" in said
    assert "the note on values" in said
    assert printed.count(b"/Type /Page\n") == 1


def with_sheets(study: Study, many: int) -> Study:
    """A study that another tool has added sheets to."""
    plate = study.readings[0].sheets[0]
    drawn = tuple(
        replace(plate, name=f"rhythm-{number}", caption=f"Rhythm {number}")
        for number in range(many)
    )
    added = replace(study.readings[0], tool="rhythm", title="Rhythm", sheets=drawn)
    return replace(study, readings=(*study.readings, added))


def test_a_gray_measures_as_the_value_it_stands_for() -> None:
    wanted = np.linspace(0, 100, 101, dtype=np.float32)

    grays = gray_of(wanted)

    found = lightness(np.repeat(grays[:, np.newaxis], 3, axis=1))
    assert np.abs(found - wanted).max() < 0.5


def test_an_enlarged_map_keeps_its_shares(scene: Picture) -> None:
    labels = np.zeros((30, 40), dtype=np.int32)
    labels[:, 20:] = 1
    labels[10:14, 5:9] = 2

    wide = enlarged(labels, (160, 120))

    before = np.bincount(labels.ravel()) / labels.size
    assert np.bincount(wide.ravel()) / wide.size == pytest.approx(before, abs=0.01)
