"""Levels: where values part."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.study.regions.levels import cuts_between, labels_of, natural_levels


def error(values: np.ndarray, levels: np.ndarray) -> float:
    return float(np.square(values[:, np.newaxis] - levels[np.newaxis]).min(axis=1).sum())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=4, max_size=40), st.integers(1, 4))
def test_no_other_levels_have_a_smaller_error(numbers: list[int], count: int) -> None:
    # Far enough apart that each number has a bin of its own.
    values = np.array(numbers, dtype=np.float32) * 4 + 2
    held = np.unique(values)
    count = min(count, len(held))

    found = natural_levels(values, count, nearest=0.0)

    best = min(
        error(values, np.array([group.mean() for group in _groups(values, held, cuts)]))
        for cuts in combinations(range(1, len(held)), count - 1)
    )
    assert error(values, found) == pytest.approx(best, abs=1e-2)


def _groups(values: np.ndarray, held: np.ndarray, cuts: tuple[int, ...]) -> list[np.ndarray]:
    bounds = [0, *cuts, len(held)]
    parts = pairwise(bounds)
    return [values[np.isin(values, held[a:b])] for a, b in parts]


def test_two_tones_have_two_levels_however_many_are_asked_for() -> None:
    values = np.repeat(np.array([20, 80], dtype=np.float32), 50)

    assert natural_levels(values, 6).tolist() == pytest.approx([20, 80], abs=0.01)


def test_levels_that_nearly_agree_are_one() -> None:
    values = np.repeat(np.array([50, 52, 53], dtype=np.float32), 50)

    assert len(natural_levels(values, 3)) == 1


def test_a_value_on_a_cut_belongs_to_the_lighter_level() -> None:
    levels = np.array([20, 60], dtype=np.float32)

    assert labels_of(np.array([39.9, 40.0, 40.1]), cuts_between(levels)).tolist() == [0, 1, 1]
