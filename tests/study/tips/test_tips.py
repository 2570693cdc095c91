"""Two tips: always two, of two categories, resting on what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.study.measures.measures import measure
from gesso.study.tips.percentiles import PLACES, percentile_of, table
from gesso.study.tips.rules import rules, strengths
from gesso.study.tips.tips import advise, lacking, lessons_for
from gesso.study.tips.wording import told
from gesso.study.tools.what_if.preview import CHANGES, changed

from ..conftest import gray, set_up


def test_there_are_always_two_tips_of_two_categories(scene: Picture) -> None:
    easel = set_up(scene)
    tips = advise(easel, measure(easel), "none").tips

    assert len(tips) == 2
    assert len({tip.category for tip in tips}) == 2


def test_a_tip_names_its_measurements_and_says_their_values(scene: Picture) -> None:
    easel = set_up(scene)
    metrics = measure(easel)

    for tip in advise(easel, metrics, "none").tips:
        assert tip.evidence
        for evidence in tip.evidence:
            assert evidence.value == metrics[evidence.metric]
            assert 0 <= evidence.percentile <= 1
        assert "{" not in f"{tip.observation}{tip.action}{tip.why}"


def test_a_picture_in_one_gray_reads_as_narrow() -> None:
    across = np.linspace(100, 130, 320) * np.ones((240, 1))
    across[60:120, 60:160] += 12
    easel = set_up(gray(across))

    assert "narrow-range" in {rule.id for rule in lacking(measure(easel), "none")}


def test_an_intent_mutes_what_it_contradicts() -> None:
    plane = np.full((240, 320), 16.0)
    plane[100:140, 100:170] = 70
    plane[30:60, 200:240] = 45
    easel = set_up(gray(plane))
    metrics = measure(easel)

    assert "heavy-darks" in {rule.id for rule in lacking(metrics, "none")}
    assert "heavy-darks" not in {rule.id for rule in lacking(metrics, "nocturne")}


def test_nobody_is_told_to_add_colour_to_a_picture_in_grays(scene: Picture) -> None:
    plane = scene.rgb.mean(axis=2)

    found = lacking(measure(set_up(gray(plane))), "none")

    assert not {"little-colour", "one-temperature"} & {rule.id for rule in found}


@pytest.mark.parametrize("level", [0.0, 128.0, 255.0])
def test_an_empty_picture_gets_no_tips_but_a_reason(level: float) -> None:
    easel = set_up(gray(np.full((80, 80), level)))

    advice = advise(easel, measure(easel), "none")

    assert advice.tips == ()
    assert advice.silence


@pytest.mark.parametrize("shape", [(2, 3), (4000, 1), (9, 200)])
def test_a_few_pixels_get_no_tips_but_a_reason(shape: tuple[int, int]) -> None:
    easel = set_up(gray(np.random.default_rng(2).uniform(0, 255, shape)))

    advice = advise(easel, measure(easel), "none")

    assert (advice.tips, advice.silence) == (
        (),
        "The picture is too small or too thin to speak of.",
    )


def test_the_same_picture_gets_the_same_tips(scene: Picture) -> None:
    first, second = set_up(scene), set_up(Picture(np.array(scene.rgb)))

    assert advise(first, measure(first), "none") == advise(second, measure(second), "none")


def test_every_rule_can_be_said_and_shown() -> None:
    for rule in (*rules(), *strengths()):
        assert rule.what_if.name in CHANGES, rule.id
        assert all(condition.metric in table() for condition in rule.when), rule.id
        assert rule.is_strength or (rule.promise and rule.promise[0] in table()), rule.id
        words = f"{rule.observation} {rule.action} {rule.why}".lower()
        assert not {"good", "bad", "wrong", "score", "grade"} & set(words.split()), rule.id


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in (*rules(), *strengths())]

    assert len(ids) == len(set(ids))


def test_what_ifs_keep_their_promises_on_pictures_where_their_tips_apply(scene: Picture) -> None:
    rng = np.random.default_rng(4)
    pictures = [scene]
    for contrast, shift in ((0.25, 0), (0.5, -60), (0.5, 60), (1.4, 0)):
        moved = (scene.rgb.astype(float) - 128) * contrast + 128 + shift
        pictures.append(Picture(np.clip(moved, 0, 255).astype(np.uint8)))
    pictures.append(Picture(rng.integers(0, 255, (200, 260, 3), dtype=np.uint8)))
    kept = []
    for picture in pictures:
        easel = set_up(picture)
        metrics = measure(easel)
        for rule in lacking(metrics, "none"):
            assert rule.promise is not None
            metric, way = rule.promise
            after = measure(set_up(changed(easel, rule.what_if)))
            kept.append(way * (after.get(metric, metrics[metric]) - metrics[metric]) > 0)

    assert len(kept) >= 10
    assert np.mean(kept) >= 0.9


def test_lessons_to_choose_from_have_a_category_each(scene: Picture) -> None:
    easel = set_up(scene)
    lessons = lessons_for(easel, measure(easel), "none")

    assert 2 <= len(lessons) <= 4
    assert len({lesson.category for lesson in lessons}) == len(lessons)


def test_percentiles_rise_with_values() -> None:
    for metric, values in table().items():
        found = [percentile_of(metric, value) or 0.0 for value in values]
        assert found == sorted(found), metric
        assert found[0] >= PLACES[0]


def test_numbers_are_told_as_painters_read_them() -> None:
    assert told("dark25", 0.123) == "12 %"
    assert told("L_range", 43.4) == "43 L*"
    assert told("regions", 31.0) == "31"
    assert told("dom_gap", 0.07) == "7 points"


@pytest.mark.parametrize("metric", ["bal_lr", "warm", "L_mean", "dark25"])
def test_nothing_is_told_with_a_minus_before_it(metric: str) -> None:
    assert told(metric, -1e-9) == told(metric, 0.0)


@pytest.mark.parametrize(("lead", "words"), [(0.01, "1 point"), (0.07, "7 points")])
def test_one_point_is_no_points(lead: float, words: str) -> None:
    assert told("dom_gap", lead) == words
