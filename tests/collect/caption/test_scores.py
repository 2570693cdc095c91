"""Scores: what each says of pictures in which the right answer is plain to see."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gesso.collect.caption.measured.colours import colours_of
from gesso.collect.caption.measured.scores import NAMES, colourfulness, scores_of
from gesso.collect.caption.measured.technical import blur_effect, technical
from gesso.core.pixels.picture import Picture

from .conftest import BLACK, BLUE, RED, WHITE, flat, halves, texture


def test_every_score_is_a_share_of_one_whatever_the_picture() -> None:
    odd = [flat((9, 9, 9), 1, 1), flat(RED, 3, 500), texture(), halves(BLACK, WHITE)]

    for picture in odd:
        scores = scores_of(picture)
        assert set(scores) == set(NAMES)
        assert all(0 <= value <= 1 for value in scores.values())


def test_contrast_is_none_in_a_flat_picture_and_all_in_black_beside_white() -> None:
    assert scores_of(flat(BLUE))["contrast"] == 0
    assert scores_of(halves(BLACK, WHITE))["contrast"] == pytest.approx(1.0, abs=1e-3)


def test_colourfulness_is_that_of_the_paper() -> None:
    # Half pure red, half pure green: rg is 255 or -255, yb is 127.5 in both; M3 by hand.
    rgb = halves((255, 0, 0), (0, 255, 0)).rgb

    assert colourfulness(rgb) == pytest.approx(255 + 0.3 * 127.5)
    assert colourfulness(flat((77, 77, 77)).rgb) == 0


def test_a_picture_full_of_detail_is_more_complex_than_the_same_blurred() -> None:
    busy, calm = (scores_of(texture(soft=soft))["complexity"] for soft in (1.0, 12.0))

    assert scores_of(flat(RED))["complexity"] == 0
    assert calm < 0.35
    assert busy > 0.6


def test_valence_rises_with_light_and_arousal_with_colour() -> None:
    dark, light = (scores_of(flat(tone)) for tone in ((40, 38, 30), (235, 230, 200)))
    gray, vivid = scores_of(flat((120, 120, 120))), scores_of(halves(RED, BLUE))

    assert light["valence"] > dark["valence"] + 0.3
    assert vivid["arousal"] > gray["arousal"] + 0.3


def test_size_does_not_change_what_is_not_about_size() -> None:
    large = texture(1, 2048, 1536, soft=8.0)
    small = Picture(np.asarray(cv2.resize(large.rgb, (512, 384), interpolation=cv2.INTER_AREA)))

    first, second = scores_of(large), scores_of(small)

    for name in set(NAMES) - {"technical"}:
        assert first[name] == pytest.approx(second[name], abs=0.03), name


def test_a_blurred_file_is_worse_than_a_sharp_one_and_an_upscaled_one_is_found_out() -> None:
    sharp = texture(2, 800, 600, soft=0.8)
    blurred = texture(2, 800, 600, soft=5.0)
    small = cv2.resize(sharp.rgb, (100, 75), interpolation=cv2.INTER_AREA)
    upscaled = Picture(np.asarray(cv2.resize(small, (800, 600), interpolation=cv2.INTER_CUBIC)))

    assert technical(sharp) > 0.7
    assert technical(blurred) < technical(sharp) - 0.3
    assert technical(upscaled) < technical(sharp) - 0.2


def test_blocks_of_a_hard_jpeg_count_against_a_file() -> None:
    calm = texture(3, 640, 480, soft=3.0)
    _, coded = cv2.imencode(".jpg", calm.rgb, (cv2.IMWRITE_JPEG_QUALITY, 4))
    blocky = Picture(np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)))

    assert technical(blocky) < technical(calm) - 0.2


def test_a_larger_file_of_the_same_sharpness_is_the_better_one() -> None:
    assert technical(texture(4, 1600, 1200)) > technical(texture(4, 320, 240)) + 0.1


def test_a_flat_plane_is_as_blurred_as_can_be() -> None:
    assert blur_effect(np.full((32, 32), 7.0, dtype=np.float32)) == 1.0


@pytest.mark.parametrize(
    ("rgb", "name"),
    [
        ((0, 0, 0), "black"), ((255, 255, 255), "white"), ((128, 128, 128), "gray"),
        ((200, 30, 30), "red"), ((255, 140, 0), "orange"), ((255, 235, 40), "yellow"),
        ((40, 140, 60), "green"), ((40, 60, 190), "blue"), ((110, 40, 150), "violet"),
        ((110, 70, 40), "brown"), ((245, 235, 215), "cream"), ((255, 180, 200), "pink"),
        ((30, 150, 150), "blue-green"),
    ],
)  # fmt: skip
def test_colours_bear_the_names_that_people_give_them(rgb, name) -> None:
    _, (only, *rest) = colours_of(flat(rgb))

    assert (only.name, rest) == (name, [])
    assert only.share == 1.0


def test_shares_add_up_and_the_largest_comes_first() -> None:
    rgb = np.array(flat(BLUE, 100, 100).rgb)
    rgb[:20] = RED

    tones, hues = colours_of(Picture(rgb))

    assert [(hue.name, hue.share) for hue in hues] == [("blue", 0.8), ("red", 0.2)]
    assert not tones.is_gray
    assert colours_of(flat((90, 90, 90)))[0].is_gray
