"""A study on disk and on paper."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from gesso.core.pixels.colour import lightness
from gesso.core.pixels.picture import Picture
from gesso.study.drawing.page import Paper, page_of
from gesso.study.drawing.plates import enlarged, gray_of
from gesso.study.drawing.writing import write_study
from gesso.study.lesson import Lesson, LessonOptions
from gesso.study.records import Study
from gesso.study.tools.tool import TOOLS


@pytest.fixture(scope="module")
def study(scene: Picture) -> Study:
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
