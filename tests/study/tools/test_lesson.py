"""A lesson: every tool reads, shows, and says; none takes the others down."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import pytest

from gesso.core.errors import InputError
from gesso.core.pixels.picture import Picture
from gesso.core.records.codec import from_json, to_json
from gesso.study.easel import Easel, EaselOptions
from gesso.study.lesson import Lesson, LessonOptions, without_sheets
from gesso.study.measures.measures import measure
from gesso.study.records import Reading, Study, WhatIf
from gesso.study.regions.levels import Cut
from gesso.study.tools.lights.notan import Notan, NotanOptions
from gesso.study.tools.lights.value_plan import ValuePlan, ValuePlanOptions
from gesso.study.tools.shapes.blocks import Blocks, BlocksOptions, roles_of
from gesso.study.tools.shapes.hints import Hints, HintsOptions
from gesso.study.tools.tool import TOOLS
from gesso.study.tools.what_if.preview import CHANGES, changed, preview
from gesso.study.tools.what_if.tool import WhatIfOptions, WhatIfTool

from ..conftest import gray, set_up


def tools() -> list[Any]:
    opened = [TOOLS.open(name) for name in TOOLS.names()]
    return [factory(factory.Options(), None) for factory in opened]


@pytest.fixture(scope="module")
def study(scene: Picture) -> Study:
    return Lesson(tools()).study(scene, LessonOptions())


def test_every_tool_reads_in_its_order(study: Study) -> None:
    assert tuple(reading.tool for reading in study.readings) == TOOLS.names()
    assert all(reading.note or reading.abstains for reading in study.readings)


def test_sheets_are_pngs_of_the_size_they_say(study: Study) -> None:
    names = []
    for reading in study.readings:
        for sheet in reading.sheets:
            plate = cv2.imdecode(np.frombuffer(sheet.data, np.uint8), cv2.IMREAD_UNCHANGED)
            assert plate is not None
            assert plate.shape[:2] == (sheet.height, sheet.width)
            assert sheet.caption.endswith(".")
            names.append(sheet.name)
    assert len(names) == len(set(names))


def test_every_figure_is_finite(study: Study) -> None:
    def check(value: object) -> None:
        if isinstance(value, float):
            assert math.isfinite(value)
        elif isinstance(value, dict):
            for held in value.values():
                check(held)
        elif isinstance(value, list | tuple):
            for held in value:
                check(held)

    for reading in study.readings:
        check(dict(reading.figures))


def test_the_same_picture_gives_the_same_study_to_the_byte(scene: Picture, study: Study) -> None:
    again = Lesson(tools()).study(Picture(np.array(scene.rgb)), LessonOptions())

    assert again == study


def test_a_study_comes_back_from_json(study: Study) -> None:
    bare = without_sheets(study)

    assert from_json(Study, to_json(bare)) == bare


def test_a_tool_that_fails_says_so_and_the_others_read_on(scene: Picture) -> None:
    class Broken:
        name = "broken"

        def read(self, easel: Easel) -> Reading:
            raise ZeroDivisionError("by design")

    found = Lesson([Broken(), *tools()]).study(scene, LessonOptions())

    assert "by design" in found.readings[0].abstains
    assert len(found.readings) == len(TOOLS.names()) + 1
    assert len(found.tips) == 2


@pytest.mark.parametrize(
    "rgb",
    [
        np.zeros((1, 1, 3), np.uint8),
        np.full((1, 20000, 3), 200, np.uint8),
        np.full((64, 64, 3), 255, np.uint8),
        np.random.default_rng(1).integers(0, 255, (200, 200, 3), dtype=np.uint8),
        np.random.default_rng(1).integers(0, 2, (120, 90, 1), dtype=np.uint8).repeat(3, 2) * 255,
    ],
    ids=["a-pixel", "a-thread", "white", "noise", "one-bit"],
)
def test_odd_pictures_are_read_or_abstained_from(rgb: np.ndarray) -> None:
    found = Lesson(tools()).study(Picture(rgb), LessonOptions())

    for reading in found.readings:
        assert not reading.abstains.startswith("A fault"), reading.abstains
    assert found.tips or found.silence


def test_a_plan_that_cannot_have_its_values_says_so() -> None:
    plane = np.full((60, 60), 30.0)
    plane[:, 30:] = 200

    reading = ValuePlan(ValuePlanOptions(7, "natural"), None).read(set_up(gray(plane)))

    assert reading.figures["k_used"] == 2
    assert "You asked for 7" in reading.note


def test_a_picture_of_one_value_is_told_as_one() -> None:
    easel = set_up(gray(np.full((60, 60), 120.0)))

    plan = ValuePlan(ValuePlanOptions(), None).read(easel)
    hints = Hints(HintsOptions(), None).read(easel)

    assert plan.note.startswith("1 value, at L*")
    assert hints.note.startswith("There is one block alone")


@pytest.mark.parametrize("count", [2, 9])
def test_a_plan_of_too_few_or_many_values_is_refused(count: int) -> None:
    with pytest.raises(InputError, match=f"plan of {count} values"):
        ValuePlanOptions(count)


def test_bands_of_a_plan_are_drawn_at_their_mean(scene: Picture) -> None:
    easel = set_up(scene)
    reading = ValuePlan(ValuePlanOptions(5, "quantile"), None).read(easel)

    drawn = next(sheet for sheet in reading.sheets if sheet.name == "value-plan-map")
    labels = cv2.imdecode(np.frombuffer(drawn.data, np.uint8), cv2.IMREAD_UNCHANGED)
    bands = reading.figures["bands"]
    assert isinstance(bands, list)
    for number, band in enumerate(bands):
        assert isinstance(band, dict)
        assert band["level"] == pytest.approx(easel.values[labels == number].mean(), abs=0.01)


def test_moving_the_cut_of_a_notan_moves_its_share(scene: Picture) -> None:
    easel = set_up(scene)
    shares = [
        Notan(NotanOptions(cut), None).read(easel).figures["dark"] for cut in (20.0, 50.0, 90.0)
    ]

    assert shares == sorted(shares)  # type: ignore[type-var]  # figures of one tool are floats
    table = Notan(NotanOptions(), None).read(easel).figures["dark_by_tone"]
    assert isinstance(table, list)
    assert len(table) == 257
    assert (table[0], table[-1]) == (0, 1)


def test_the_largest_block_is_dominant_and_ties_lead_together(scene: Picture) -> None:
    plane = np.full((100, 100), 40.0)
    plane[:, 50:] = 200
    tied = set_up(gray(plane)).blocks()

    assert roles_of(tied) == ("Dominant", "Dominant")
    blocks = set_up(scene).blocks()
    assert roles_of(blocks)[int(blocks.shares.argmax())] == "Dominant"


def test_blocks_say_who_borders_on_whom(scene: Picture) -> None:
    reading = Blocks(BlocksOptions(), None).read(set_up(scene))

    pairs = reading.figures["adjacency"]
    assert isinstance(pairs, list)
    assert pairs
    lengths = [pair["border_px"] for pair in pairs if isinstance(pair, dict)]
    assert lengths == sorted(lengths, reverse=True)  # type: ignore[type-var]  # they are ints


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_of_nothing_changes_next_to_nothing(name: str, scene: Picture) -> None:
    easel = set_up(scene)

    found = changed(easel, WhatIf(name, 0.0, (1, 2)))

    assert np.abs(found.rgb.astype(int) - easel.rgb.astype(int)).max() <= 1


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_whole_change_is_seen(name: str, scene: Picture) -> None:
    easel = set_up(scene)

    shown = preview(easel, WhatIf(name, 1.0, (1, 2)))

    assert not np.array_equal(shown.picture.rgb, easel.rgb)
    assert shown.before != shown.after


@pytest.mark.parametrize("amount", [-0.1, 1.1, float("nan")])
def test_an_amount_that_cannot_be_is_refused(amount: float, scene: Picture) -> None:
    with pytest.raises(InputError, match="cannot be made"):
        changed(set_up(scene), WhatIf("widen-values", amount))


def test_a_change_that_does_not_exist_is_refused_with_those_that_do(scene: Picture) -> None:
    with pytest.raises(InputError, match="no change called 'magic'"):
        changed(set_up(scene), WhatIf("magic", 0.5))


def test_the_long_side_is_read_at_the_size_that_was_asked_for(scene: Picture) -> None:
    assert Easel(scene, EaselOptions(side=300)).rgb.shape == (225, 300, 3)


@pytest.mark.parametrize("cut", ["quantile", "even", "natural"])
def test_bands_of_a_value_plan_can_be_told_apart(cut: Cut) -> None:
    plane = np.full((120, 160), 128.0) + np.linspace(0, 4, 160)
    plane[40:60, 40:80] = 30
    reading = ValuePlan(ValuePlanOptions(5, cut), None).read(set_up(gray(plane)))

    bands = reading.figures["bands"]
    assert isinstance(bands, list)
    levels = [band["level"] for band in bands if isinstance(band, dict)]
    assert np.diff(np.array(levels, dtype=float)).min() >= 2
    assert reading.figures["k_used"] == len(levels) < 5
    assert "You asked for 5" in reading.note


def test_a_what_if_without_a_name_is_the_first_tips_own(study: Study) -> None:
    reading = next(one for one in study.readings if one.tool == "what_if")
    own = study.tips[0].what_if

    assert own is not None
    assert reading.figures["change"] == own.name
    assert reading.figures["amount"] == own.amount


def test_a_named_what_if_tells_its_figures_before_and_after(scene: Picture) -> None:
    easel = set_up(scene)
    reading = WhatIfTool(WhatIfOptions("lift-darks", 1.0), None).read(easel)

    figures: Any = reading.figures
    before, after = figures["before"], figures["after"]
    assert before == easel.once(measure)
    assert after["L_p5"] > before["L_p5"] + 5
    assert reading.note.startswith("With the darks lifted by 100 %")


def test_a_what_if_keeps_the_detail_of_the_picture() -> None:
    rng = np.random.default_rng(2)
    picture = gray(np.repeat(rng.integers(60, 90, (1, 800)), 600, axis=0).astype(float))
    easel = set_up(picture)
    (sheet,) = WhatIfTool(WhatIfOptions("raise-key", 0.5), None).read(easel).sheets

    after = cv2.imdecode(np.frombuffer(sheet.data, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert after is not None
    before = easel.surface.photo((sheet.width, sheet.height))
    assert after.mean() > before.mean() + 5
    assert after.std() == pytest.approx(before.std(), rel=0.1)


def test_a_what_if_that_cannot_be_is_one_sentence(scene: Picture) -> None:
    with pytest.raises(InputError, match="no change called 'lift-dark'"):
        WhatIfTool(WhatIfOptions("lift-dark"), None).read(set_up(scene))
    with pytest.raises(InputError, match="A change of 2"):
        WhatIfOptions("lift-darks", 2.0)


def test_a_picture_without_tips_has_no_what_if_of_its_own() -> None:
    reading = WhatIfTool(WhatIfOptions(), None).read(set_up(gray(np.full((60, 60), 120.0))))

    assert reading.abstains
    assert reading.figures == {}


@pytest.mark.parametrize("cut", ["quantile", "even", "natural"])
def test_shares_of_a_plan_follow_from_its_tones_and_cuts(scene: Picture, cut: Cut) -> None:
    reading = ValuePlan(ValuePlanOptions(6, cut), None).read(set_up(scene))
    sheets = {sheet.name: sheet for sheet in reading.sheets}
    tones, bands = (
        cv2.imdecode(np.frombuffer(sheets[name].data, np.uint8), cv2.IMREAD_UNCHANGED)
        for name in ("value-plan-tones", "value-plan-map")
    )

    assert tones is not None
    assert bands is not None
    figures: Any = reading.figures
    cuts = figures["cut_tones"]
    drawn = np.searchsorted(cuts, tones.ravel(), side="right")
    # Specks have joined a neighbour; nothing else differs.
    assert (drawn == bands.ravel()).mean() > 0.98
    assert len(cuts) == figures["k_used"] - 1


def test_a_notan_is_cut_in_whole_tones(scene: Picture) -> None:
    reading = Notan(NotanOptions(40.0), None).read(set_up(scene))
    drawn = next(sheet for sheet in reading.sheets if sheet.name == "notan-tones")
    tones = cv2.imdecode(np.frombuffer(drawn.data, np.uint8), cv2.IMREAD_UNCHANGED)

    assert tones is not None
    assert reading.figures["cut_tone"] == 102
    assert reading.figures["dark"] == pytest.approx((tones < 102).mean(), abs=1e-6)
