"""Thumbnails: small, in proportion, and averaged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.core.pixels.decode import decode
from gesso.core.pixels.derived.thumbnails import make_thumbnails, reduced
from gesso.core.pixels.picture import Picture


def test_a_large_picture_has_two_thumbnails_in_its_own_proportions() -> None:
    picture = Picture(np.zeros((800, 1200, 3), dtype=np.uint8))

    thumbnails = make_thumbnails(picture)

    assert [(t.side, t.width, t.height) for t in thumbnails] == [(512, 512, 341), (256, 256, 170)]
    for thumbnail in thumbnails:
        decoded = decode(thumbnail.data)
        assert decoded.media_type == thumbnail.media_type == "image/jpeg"
        assert (decoded.picture.width, decoded.picture.height) == (
            thumbnail.width,
            thumbnail.height,
        )


def test_a_small_picture_is_never_enlarged() -> None:
    thumbnails = make_thumbnails(Picture(np.zeros((30, 40, 3), dtype=np.uint8)))

    assert [(t.side, t.width, t.height) for t in thumbnails] == [(512, 40, 30), (256, 40, 30)]


@pytest.mark.parametrize("shape", [(1, 20_000), (20_000, 1), (3, 5000)])
def test_a_thread_of_a_picture_keeps_at_least_one_pixel_of_width(shape: tuple[int, int]) -> None:
    thumbnails = make_thumbnails(Picture(np.full((*shape, 3), 200, dtype=np.uint8)))

    for thumbnail in thumbnails:
        assert min(thumbnail.width, thumbnail.height) >= 1
        assert max(thumbnail.width, thumbnail.height) == thumbnail.side
        assert int(decode(thumbnail.data).picture.rgb.min()) > 190


def test_a_thumbnail_shows_the_colours_of_the_picture_in_their_places() -> None:
    rgb = np.zeros((1400, 1400, 3), dtype=np.uint8)
    rgb[:, :700] = (200, 40, 40)
    rgb[:, 700:] = (40, 40, 200)

    small = decode(make_thumbnails(Picture(rgb))[1].data).picture.rgb.astype(int)

    assert small[128, 30] == pytest.approx([200, 40, 40], abs=6)
    assert small[128, 220] == pytest.approx([40, 40, 200], abs=6)


def test_fine_lines_are_averaged_not_skipped() -> None:
    rgb = np.zeros((2048, 2048, 3), dtype=np.uint8)
    rgb[::2] = 255

    small = reduced(rgb, 256)

    assert small.min() >= 126
    assert small.max() <= 129


@given(st.integers(1, 700), st.integers(1, 700), st.integers(1, 300))
def test_a_reduced_picture_fits_its_side_and_keeps_its_mean(
    width: int, height: int, side: int
) -> None:
    rgb = np.full((height, width, 3), 77, dtype=np.uint8)

    small = reduced(rgb, side)

    assert max(small.shape[:2]) == min(side, max(width, height))
    assert set(np.unique(small)) == {77}
