"""Smoothing forgets texture and keeps edges."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.study.regions.smoothing import smooth


def total_variation(values: np.ndarray) -> float:
    return float(np.abs(np.diff(values, axis=0)).sum() + np.abs(np.diff(values, axis=1)).sum())


def energy(values: np.ndarray, wanted: np.ndarray, strength: float) -> float:
    across = np.zeros_like(values)
    down = np.zeros_like(values)
    across[:, :-1] = np.diff(values, axis=1)
    down[:-1] = np.diff(values, axis=0)
    return float(0.5 * np.square(values - wanted).sum() + strength * np.hypot(across, down).sum())


@pytest.fixture
def noisy_step() -> np.ndarray:
    values = np.full((60, 80), 30, dtype=np.float32)
    values[:, 40:] = 70
    return values + np.random.default_rng(1).normal(0, 4, values.shape).astype(np.float32)


def test_noise_goes_and_the_step_stays(noisy_step: np.ndarray) -> None:
    found = smooth(noisy_step, 14.0)

    assert total_variation(found) < 0.2 * total_variation(noisy_step)
    assert found[:, 60].mean() - found[:, 20].mean() == pytest.approx(40, abs=4)
    assert np.abs(np.diff(found, axis=1)).argmax(axis=1).tolist() == [39] * 60


def test_the_result_is_a_minimum_of_what_it_minimises(noisy_step: np.ndarray) -> None:
    found = smooth(noisy_step, 6.0, steps=400)
    rng = np.random.default_rng(2)

    least = energy(found, noisy_step, 6.0)
    for _ in range(20):
        near = found + rng.normal(0, 0.3, found.shape).astype(np.float32)
        assert energy(near, noisy_step, 6.0) > least


def test_a_flat_picture_stays_as_it_is() -> None:
    flat = np.full((9, 7), 42, dtype=np.float32)

    assert np.allclose(smooth(flat, 14.0), flat, atol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (2, 3)])
def test_thin_pictures_are_smoothed_too(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).uniform(0, 100, shape).astype(np.float32)

    found = smooth(values, 14.0)

    assert found.shape == shape
    assert np.isfinite(found).all()
    assert found.mean() == pytest.approx(values.mean(), abs=0.1)


def test_the_number_of_threads_changes_no_byte(noisy_step: np.ndarray) -> None:
    before = cv2.getNumThreads()
    try:
        results = set()
        for threads in (1, 2, 4):
            cv2.setNumThreads(threads)
            results.add(smooth(noisy_step, 14.0).tobytes())
    finally:
        cv2.setNumThreads(before)

    assert len(results) == 1


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.5, 40), st.integers(0, 99))
def test_values_never_leave_their_range(
    height: int, width: int, strength: float, seed: int
) -> None:
    values = np.random.default_rng(seed).uniform(0, 100, (height, width)).astype(np.float32)

    found = smooth(values, strength)

    assert found.min() >= values.min() - 1e-2
    assert found.max() <= values.max() + 1e-2


@pytest.mark.parametrize("strength", [0.0, -3.0, float("nan")])
def test_a_strength_that_is_none_is_refused(strength: float) -> None:
    with pytest.raises(ValueError, match="above 0"):
        smooth(np.zeros((3, 3), dtype=np.float32), strength)
