"""ThumbHash: the published format, written and drawn."""

from __future__ import annotations

import base64

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.core.pixels.derived.thumbhash import thumbhash, thumbhash_to_rgb
from gesso.core.pixels.picture import Picture


def test_a_picture_has_the_code_that_the_published_algorithm_gives_it() -> None:
    # Pixels that every reader of this test can make; the code is the reference program's.
    rows, columns = np.mgrid[:40, :60]
    noisy = columns * rows % 241, rows * columns**2 % 251
    rgb = np.stack([rows**2 // 6, *noisy], axis=-1).astype(np.uint8)

    assert base64.b64encode(thumbhash(Picture(rgb))) == b"WtcNNZZmZnZwd4h4eGiHh4hwmQm4"


def test_the_drawn_code_looks_like_the_picture() -> None:
    coarse = np.random.default_rng(4).integers(0, 256, (2, 3, 3), dtype=np.uint8)
    rgb = np.asarray(cv2.resize(coarse, (400, 300), interpolation=cv2.INTER_CUBIC), np.uint8)

    drawn = thumbhash_to_rgb(thumbhash(Picture(rgb)))

    assert drawn.shape == (23, 32, 3)
    small = cv2.resize(rgb, (32, 23), interpolation=cv2.INTER_AREA).astype(int)
    error = np.abs(drawn - small).mean()
    assert error < 30
    for other in (small[::-1], small[:, ::-1], small[:, :, ::-1]):
        assert error < 0.6 * np.abs(drawn - other).mean()


def test_a_flat_picture_is_drawn_flat_in_its_colour() -> None:
    flat = Picture(np.full((50, 50, 3), (180, 60, 20), dtype=np.uint8))

    drawn = thumbhash_to_rgb(thumbhash(flat))

    assert np.ptp(drawn, axis=(0, 1)).max() <= 1
    assert drawn[0, 0].astype(int) == pytest.approx([180, 60, 20], abs=8)


@pytest.mark.parametrize(("width", "height"), [(300, 100), (100, 300), (1, 1), (1, 900), (900, 1)])
def test_a_code_keeps_the_shape_of_the_picture(width: int, height: int) -> None:
    picture = Picture(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))

    code = thumbhash(picture)
    drawn = thumbhash_to_rgb(code)

    assert 12 <= len(code) <= 25
    assert max(drawn.shape[:2]) == 32
    assert (drawn.shape[1] > drawn.shape[0]) == (width > height)


@given(st.binary(max_size=40))
def test_any_bytes_are_drawn_or_refused(code: bytes) -> None:
    if len(code) < 5:
        with pytest.raises(ValueError, match="ThumbHash"):
            thumbhash_to_rgb(code)
    else:
        assert thumbhash_to_rgb(code).ndim == 3
