"""Measurements mean what they say."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.study.easel import EaselOptions
from gesso.study.measures.comparing import compare
from gesso.study.measures.focus import find_focus
from gesso.study.measures.measures import measure
from gesso.study.tips.percentiles import table

from ..conftest import gray, set_up


def test_half_black_half_white_is_as_wide_as_values_go() -> None:
    plane = np.zeros((100, 100))
    plane[:, 50:] = 255

    found = measure(set_up(gray(plane)))

    assert found["L_range"] == pytest.approx(100, abs=0.5)
    assert found["dark25"] == pytest.approx(0.5)
    assert found["light80"] == pytest.approx(0.5)
    assert found["notan_expl"] == pytest.approx(1, abs=0.01)
    assert found["dom"] == pytest.approx(0.5, abs=0.02)


def test_weight_on_the_left_is_measured_on_the_left() -> None:
    plane = np.full((100, 200), 200.0)
    plane[:, :40] = 0

    found = measure(set_up(gray(plane)))

    assert found["bal_lr"] < -0.5
    assert found["tilt_lr"] == pytest.approx(-found["bal_lr"])
    assert abs(found["bal_tb"]) < 0.01


def test_the_eye_goes_to_the_one_thing_that_differs() -> None:
    plane = np.full((200, 300), 128.0)
    plane[45:55, 220:232] = 255

    focus = find_focus(set_up(gray(plane)))

    assert focus is not None
    assert (focus.x, focus.y) == pytest.approx((226 / 300, 0.25), abs=0.03)


def test_a_flat_picture_has_no_focal_point_and_no_figure_of_it() -> None:
    easel = set_up(gray(np.full((50, 50), 77.0)))

    assert find_focus(easel) is None
    assert "focal_x" not in measure(easel)


def test_grays_have_no_hue_and_no_warmth() -> None:
    found = measure(set_up(gray(np.linspace(0, 255, 3600).reshape(60, 60))))

    assert found["neutral"] == 1
    assert {"warm", "hue_entropy", "hue_R1"}.isdisjoint(found)


def test_orange_is_warm_and_blue_is_cool() -> None:
    orange = Picture(np.full((20, 20, 3), (230, 140, 30), dtype=np.uint8))
    blue = Picture(np.full((20, 20, 3), (30, 90, 200), dtype=np.uint8))

    assert measure(set_up(orange))["warm"] > 0.9
    assert measure(set_up(blue))["warm"] < -0.5


def test_a_blurred_border_is_softer_than_a_cut_one() -> None:
    across = np.arange(300)
    cut = np.where(across < 150, 40.0, 220.0) * np.ones((200, 1))
    soft = (40 + 180 / (1 + np.exp(-(across - 150) / 25))) * np.ones((200, 1))

    assert measure(set_up(gray(cut)))["hard"] > 0.9
    assert measure(set_up(gray(soft)))["hard"] < 0.1


@pytest.mark.parametrize(
    "plane",
    [
        np.zeros((1, 1)),
        np.full((20000, 1), 9.0),
        np.full((40, 40), 255.0),
        np.random.default_rng(0).uniform(0, 255, (300, 300)),
        np.indices((64, 64)).sum(axis=0) % 2 * 255.0,
    ],
    ids=["a-pixel", "a-thread", "white", "noise", "chequers"],
)
def test_every_figure_is_finite(plane: np.ndarray) -> None:
    found = measure(set_up(gray(plane)))

    assert found
    assert np.isfinite(list(found.values())).all()


def test_every_metric_has_its_place_among_paintings(scene: Picture) -> None:
    assert set(measure(set_up(scene))) <= set(table())


def test_a_picture_agrees_with_itself(scene: Picture) -> None:
    easel = set_up(scene)
    match = compare(scene, scene, easel.options)

    assert match.agreement > 0.97
    assert match.aligned


def test_a_darker_copy_agrees_because_its_order_of_values_does(scene: Picture) -> None:
    darker = Picture((scene.rgb * 0.6).astype(np.uint8))

    match = compare(scene, darker, set_up(scene).options)

    assert match.agreement > 0.9
    assert all(attempt < reference for reference, attempt in match.levels)


def test_an_attempt_that_was_moved_is_laid_back(scene: Picture) -> None:
    moved = Picture(np.roll(np.array(scene.rgb), (8, 12), axis=(0, 1)))

    match = compare(scene, moved, set_up(scene).options)

    assert match.aligned
    assert match.shift == pytest.approx((12 / 320, 8 / 240), abs=0.01)


def test_a_part_of_a_picture_agrees_with_the_whole() -> None:
    """Where the values part in the whole is nothing that the part could know."""
    down, across = np.mgrid[:300, :300]
    plane = 90.0 + 70 * np.sin(across / 37) * np.cos(down / 29) + 20 * np.sin(down / 11)
    plane[:60] = 250 - across[:60] / 3

    match = compare(gray(plane), gray(plane[50:, 20:]), EaselOptions())

    assert match.aligned
    assert match.agreement > 0.9


def test_another_picture_agrees_little(scene: Picture) -> None:
    other = gray(np.random.default_rng(8).uniform(0, 255, (240, 320)))

    match = compare(scene, other, set_up(scene).options)

    assert not match.aligned
    assert match.agreement < 0.6
