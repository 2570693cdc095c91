"""An attempt is laid on its reference however it was photographed."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.study.easel import EaselOptions
from gesso.study.measures.comparing import compare

from ..conftest import gray


def moved(picture: Picture, across: float, down: float, turned: float, size: float) -> Picture:
    """A picture on a white ground, shifted (parts of its sides), turned (degrees) and scaled."""
    height, width = picture.rgb.shape[:2]
    warp = cv2.getRotationMatrix2D((width / 2, height / 2), turned, size)
    warp[:, 2] += (across * width, down * height)
    shown = cv2.warpAffine(picture.rgb, warp, (width, height), borderValue=(255, 255, 255))
    return Picture(np.ascontiguousarray(shown, dtype=np.uint8))


@pytest.mark.parametrize(
    ("across", "down", "turned", "size"),
    [
        (0, 0, 0, 1),
        (0.05, 0.02, 0, 1),
        (0.15, 0.1, 0, 1),
        (0, 0, 0, 0.85),
        (0, 0, 0, 0.7),
        (0, 0, 0, 1.15),
        (0, 0, 8, 1),
        (0.06, -0.04, 5, 0.9),
    ],
)
def test_an_attempt_that_was_moved_is_found(
    scene: Picture, across: float, down: float, turned: float, size: float
) -> None:
    match = compare(scene, moved(scene, across, down, turned, size), EaselOptions())

    assert match.aligned
    assert match.correlation > 0.9
    assert match.agreement > 0.8
    assert match.shift == pytest.approx((across, down), abs=0.02)


def test_another_picture_and_a_mirrored_one_are_not_laid_on_it(scene: Picture) -> None:
    across = np.linspace(20, 230, 320) * np.ones((240, 1))
    for other in (gray(across), Picture(np.ascontiguousarray(scene.rgb[::-1]))):
        match = compare(scene, other, EaselOptions())

        assert not match.aligned
        assert match.shift == (0.0, 0.0)
        assert match.overlap == 1.0
