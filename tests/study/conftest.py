"""Pictures to study, made here."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.core.pixels.picture import Picture
from gesso.study.easel import Easel, EaselOptions


def gray(levels: np.ndarray) -> Picture:
    """A picture whose sRGB grays are those of an array of 0 to 255."""
    plane = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    return Picture(np.repeat(plane[..., np.newaxis], 3, axis=2))


def set_up(picture: Picture, **options: object) -> Easel:
    return Easel(picture, EaselOptions(**options))  # type: ignore[arg-type]  # options of one test


@pytest.fixture(scope="session")
def scene() -> Picture:
    """A dark hill before a light sky with a small sun, a path and some texture."""
    height, width = 240, 320
    down, across = np.mgrid[:height, :width]
    rng = np.random.default_rng(3)
    red = np.full((height, width), 150.0) - down * 0.15
    green = np.full((height, width), 175.0) - down * 0.2
    blue = np.full((height, width), 205.0) - down * 0.3
    hill = down > 150 + 25 * np.sin(across / 40)
    for plane, tone in ((red, 62.0), (green, 70.0), (blue, 48.0)):
        plane[hill] = tone
    path = hill & (np.abs(across - 160) < (down - 120) * 0.25)
    for plane, tone in ((red, 128.0), (green, 112.0), (blue, 84.0)):
        plane[path] = tone
    sun = (across - 230) ** 2 + (down - 60) ** 2 < 14**2
    for plane, tone in ((red, 252.0), (green, 236.0), (blue, 170.0)):
        plane[sun] = tone
    rgb = np.stack([red, green, blue], axis=2) + rng.normal(0, 3, (height, width, 3))
    return Picture(np.clip(np.rint(rgb), 0, 255).astype(np.uint8))
