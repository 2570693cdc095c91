"""Swatches: the colours of a picture and their shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.core.pixels.colour import srgb_to_oklab
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.picture import Picture


def test_a_flat_picture_has_one_swatch() -> None:
    (swatch,) = swatches(Picture(np.full((90, 120, 3), (200, 120, 40), dtype=np.uint8)))

    expected = srgb_to_oklab(np.array([200, 120, 40], dtype=np.uint8))
    assert swatch.share == pytest.approx(1)
    assert (swatch.lightness, swatch.a, swatch.b) == pytest.approx(tuple(expected), abs=1e-3)


def test_stripes_have_their_own_colours_and_shares() -> None:
    rgb = np.zeros((100, 100, 3), dtype=np.uint8)
    rgb[:50] = (230, 220, 200)
    rgb[50:80] = (30, 60, 120)
    rgb[80:] = (180, 30, 30)

    found = swatches(Picture(rgb))

    assert [s.share for s in found] == pytest.approx([0.5, 0.3, 0.2], abs=1e-6)
    for swatch, colour in zip(found, [(230, 220, 200), (30, 60, 120), (180, 30, 30)], strict=True):
        expected = srgb_to_oklab(np.array(colour, dtype=np.uint8))
        assert (swatch.lightness, swatch.a, swatch.b) == pytest.approx(tuple(expected), abs=2e-3)


def test_a_small_accent_is_found_among_many_grays() -> None:
    rng = np.random.default_rng(5)
    gray = rng.integers(40, 220, (200, 200, 1), dtype=np.uint8)
    rgb = np.repeat(gray, 3, axis=2)
    rgb[100:112, 100:112] = (220, 20, 20)

    found = swatches(Picture(rgb), 4)

    reds = [s for s in found if s.a > 0.15]
    assert len(reds) == 1
    assert reds[0].share == pytest.approx(144 / 40_000, rel=0.2)


def test_colours_that_cannot_be_told_apart_are_one() -> None:
    rgb = np.full((64, 64, 3), 119, dtype=np.uint8)
    rgb[::2] = 121

    assert len(swatches(Picture(rgb))) == 1


def test_fewer_can_be_asked_for_and_none_cannot(painted: Picture) -> None:
    assert len(swatches(painted, 3)) == 3
    with pytest.raises(ValueError, match="not 0"):
        swatches(painted, 0)


def test_a_turned_picture_has_the_same_swatches(painted: Picture) -> None:
    turned = Picture(np.rot90(painted.rgb).copy())

    for one, other in zip(swatches(painted), swatches(turned), strict=True):
        assert one.share == pytest.approx(other.share, abs=1e-9)
        assert (one.lightness, one.a, one.b) == pytest.approx(
            (other.lightness, other.a, other.b), abs=1e-9
        )


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from([1, 16, 255]),
)
def test_shares_add_up_and_fall(seed: int, height: int, width: int, spread: int) -> None:
    rng = np.random.default_rng(seed)
    rgb = rng.integers(0, spread + 1, (height, width, 3), dtype=np.uint8)

    found = swatches(Picture(rgb))

    shares = [s.share for s in found]
    assert 1 <= len(found) <= 8
    assert sum(shares) == pytest.approx(1)
    assert shares == sorted(shares, reverse=True)
    assert all(0 <= s.lightness <= 1.001 and np.isfinite([s.a, s.b]).all() for s in found)


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (3, 2)])
def test_odd_shapes_have_swatches(shape: tuple[int, int]) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)

    assert sum(s.share for s in swatches(Picture(rgb))) == pytest.approx(1)
