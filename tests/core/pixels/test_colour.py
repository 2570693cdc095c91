"""Colour: OKLab and CIE lightness agree with their published definitions."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.core.pixels import colour


def test_white_black_and_red_lie_where_ottosson_puts_them() -> None:
    lab = colour.srgb_to_oklab(np.array([[255] * 3, [0] * 3, [255, 0, 0]], dtype=np.uint8))

    assert lab[0] == pytest.approx([1, 0, 0], abs=1e-6)
    assert lab[1] == pytest.approx([0, 0, 0], abs=1e-6)
    assert lab[2] == pytest.approx([0.627955, 0.224863, 0.125846], abs=1e-5)


def test_every_eighth_8_bit_colour_comes_back_exactly() -> None:
    steps = np.r_[0:256:8, 255].astype(np.uint8)
    rgb = np.stack(np.meshgrid(steps, steps, steps), axis=-1)

    assert (colour.oklab_to_bytes(colour.srgb_to_oklab(rgb)) == rgb).all()
    assert colour.oklab_to_srgb(colour.srgb_to_oklab(rgb)) == pytest.approx(rgb / 255, abs=2e-4)


def test_floats_and_bytes_mean_the_same_colour() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (9, 7, 3), dtype=np.uint8)

    assert colour.srgb_to_oklab(rgb / 255) == pytest.approx(colour.srgb_to_oklab(rgb), abs=1e-5)
    assert colour.lightness(rgb / 255) == pytest.approx(colour.lightness(rgb), abs=1e-3)


def test_lightness_is_cie_l_star() -> None:
    rgb = np.random.default_rng(2).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    other = cv2.cvtColor(rgb.astype(np.float32) / 255, cv2.COLOR_RGB2Lab)[..., 0]

    assert colour.lightness(rgb) == pytest.approx(other, abs=0.2)
    gray = colour.lightness(np.array([[[0] * 3, [119] * 3, [255] * 3]], dtype=np.uint8))
    assert gray[0] == pytest.approx([0, 50.034, 100], abs=1e-2)


def test_lightness_drops_the_channel_axis_and_keeps_the_rest() -> None:
    assert colour.lightness(np.zeros((4, 5, 3), dtype=np.uint8)).shape == (4, 5)
    assert colour.lightness(np.zeros(3, dtype=np.uint8)).shape == ()
    assert colour.srgb_to_oklab(np.zeros((0, 3), dtype=np.uint8)).shape == (0, 3)


def test_colours_outside_srgb_are_clipped_to_it() -> None:
    wild = np.array([[0.7, 0.4, 0.3], [1.4, 0, 0], [-0.5, 0, 0]], dtype=np.float32)

    srgb = colour.oklab_to_srgb(wild)

    assert srgb.min() >= 0
    assert srgb.max() <= 1
    assert colour.oklab_to_bytes(wild)[1].tolist() == [255] * 3
    assert colour.oklab_to_linear(wild).min() < 0


@given(st.tuples(st.floats(0, 1), st.floats(0.01, 0.3), st.floats(-3.1, 3.1)))
def test_polar_and_plain_coordinates_mean_the_same(values: tuple[float, float, float]) -> None:
    lch = np.array(values)

    assert colour.oklab_to_oklch(colour.oklch_to_oklab(lch)) == pytest.approx(lch, abs=1e-5)


def test_gray_has_no_chroma() -> None:
    gray = np.full((1, 3), 130, dtype=np.uint8)

    assert colour.oklab_to_oklch(colour.srgb_to_oklab(gray))[0, 1] == pytest.approx(0, abs=1e-6)


def test_linear_light_and_srgb_undo_each_other() -> None:
    values = np.linspace(0, 1, 300)

    assert colour.linear_to_srgb(colour.srgb_to_linear(values)) == pytest.approx(values, abs=2e-4)


def test_light_beyond_the_range_keeps_its_sign() -> None:
    beyond = np.array([[-0.2, 0.5, 1.3]])

    assert colour.oklab_to_linear(colour.srgb_to_oklab(beyond)) == pytest.approx(
        colour.srgb_to_linear(beyond), abs=1e-4
    )
    assert colour.srgb_to_linear(beyond)[0, 0] < 0
