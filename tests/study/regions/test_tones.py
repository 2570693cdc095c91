"""Tones: values in whole steps, cut by one rule."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.study.regions.tones import (
    counted,
    natural_cuts,
    parted,
    plan_cuts,
    tone_of,
    tones_of,
)


def shares(tones: np.ndarray, cuts: tuple[int, ...]) -> list[float]:
    bands = parted(tones, cuts)
    found: list[float] = (np.bincount(bands.ravel()) / bands.size).tolist()
    return found


def test_black_is_0_white_is_255_and_what_lies_beyond_is_clipped() -> None:
    assert tones_of(np.array([-3.0, 0, 50, 100, 104])).tolist() == [0, 0, 128, 255, 255]


@pytest.mark.parametrize(("value", "tone"), [(0, 0), (40, 102), (50, 128), (100, 255)])
def test_a_cut_at_a_value_is_a_whole_tone(value: float, tone: int) -> None:
    assert tone_of(value) == tone


def test_a_tone_on_a_cut_belongs_to_the_lighter_band() -> None:
    assert parted(np.array([99, 100, 101], np.uint8), (100,)).tolist() == [0, 1, 1]


def test_a_quantile_plan_has_equal_shares() -> None:
    tones = np.random.default_rng(0).integers(0, 256, 100_000).astype(np.uint8)

    cuts = plan_cuts(counted(tones), 5, "quantile")

    assert shares(tones, cuts) == pytest.approx([0.2] * 5, abs=0.004)


def test_an_even_plan_has_equal_steps() -> None:
    assert plan_cuts(counted(np.array([3], np.uint8)), 4, "even") == (64, 128, 192)


def test_a_natural_plan_parts_where_the_picture_does() -> None:
    tones = np.repeat(np.array([30, 34, 120, 200, 210], np.uint8), 50)

    first, second = plan_cuts(counted(tones), 3, "natural")

    assert 34 < first <= 120 < second <= 200


def test_levels_that_nearly_agree_are_one() -> None:
    counts = counted(np.repeat(np.array([127, 132, 135], np.uint8), 50))

    assert natural_cuts(counts, 3) == ()
    assert len(natural_cuts(counts, 3, nearest=0.0)) == 2


def test_a_picture_that_is_nearly_all_black_gives_fewer_bands_without_a_hole() -> None:
    tones = np.concatenate([np.zeros(900), np.linspace(100, 230, 100)]).astype(np.uint8)

    assert min(shares(tones, plan_cuts(counted(tones), 7, "quantile"))) > 0


def test_a_picture_of_one_tone_is_not_cut() -> None:
    counts = counted(np.full((4, 4), 90, np.uint8))

    assert plan_cuts(counts, 5, "quantile") == plan_cuts(counts, 5, "natural") == ()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 255), min_size=1, max_size=60), st.integers(2, 8))
def test_no_band_between_cuts_of_equal_shares_is_empty(numbers: list[int], count: int) -> None:
    tones = np.array(numbers, np.uint8)

    cuts = plan_cuts(counted(tones), count, "quantile")

    assert list(cuts) == sorted(set(cuts))
    assert min(shares(tones, cuts)) > 0
