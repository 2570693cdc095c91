"""Small pictures for walls and lists: 512 and 256 pixels on the long side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.picture import Picture

SIDES = (512, 256)

# At equal likeness (SSIM 0.95 at 512 pixels) JPEG takes 0.6 ms and 41 kB, WebP 8 to 16 ms and
# 29 kB, AVIF 13 to 47 ms and 26 kB: a wall of a thousand pictures is filled 20 times sooner.
MEDIA_TYPE = "image/jpeg"
_SETTINGS = (cv2.IMWRITE_JPEG_QUALITY, 84)


@dataclass(frozen=True)
class Thumbnail:
    """A small copy of a picture, as a file.

    Attributes:
        side: which size it serves: 512 or 256.
        width, height: its own pixels; a picture smaller than `side` keeps its size.
        data: the file.
        media_type: of the file.
    """

    side: int
    width: int
    height: int
    data: bytes
    media_type: str = MEDIA_TYPE


class Reductions:
    """A picture made smaller for many who want it small: each halving of it is made once.

    Args:
        picture: what to reduce.
    """

    def __init__(self, picture: Picture) -> None:
        self._halvings = [picture.rgb]

    def within(self, side: int) -> NDArray[np.uint8]:
        """At most `side` pixels on the long side, each pixel the mean of what it covers.

        Args:
            side: pixels, at least 1. The short side keeps at least one pixel; a picture that is
                small enough comes back as it is.
        """
        # Halving is five times as fast as any other factor.
        return _fitted(self.halved_while(lambda rgb: max(rgb.shape[:2]) >= 4 * side), side)

    def halved_while(self, is_large: Callable[[NDArray[np.uint8]], bool]) -> NDArray[np.uint8]:
        """Halved again and again while `is_large` says so and both sides have two pixels."""
        for step in range(64):
            rgb = self._halvings[step]
            if min(rgb.shape[:2]) < 2 or not is_large(rgb):
                break
            if step + 1 == len(self._halvings):
                self._halvings.append(_halved(rgb))
        return rgb


def make_thumbnails(
    picture: Picture, reductions: Reductions | None = None
) -> tuple[Thumbnail, ...]:
    """Make a picture's thumbnails, one for each of `SIDES`, largest first, without metadata.

    Args:
        picture: what to make them of.
        reductions: of the same picture, where others want it small as well.
    """
    thumbnails: list[Thumbnail] = []
    rgb = (reductions or Reductions(picture)).within(SIDES[0])
    for side in SIDES:
        if thumbnails and max(rgb.shape[:2]) <= side:
            thumbnails.append(replace(thumbnails[-1], side=side))
            continue
        rgb = reduced(rgb, side)  # the smaller from the larger: each pixel is averaged once
        thumbnails.append(_written(rgb, side))
    return tuple(thumbnails)


def reduced(rgb: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Reduce an array as `Reductions.within` does a picture: (height, width, 3) uint8."""
    while max(rgb.shape[:2]) >= 4 * side and min(rgb.shape[:2]) >= 2:
        rgb = _halved(rgb)
    return _fitted(rgb, side)


def _fitted(rgb: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    height, width = rgb.shape[:2]
    longest = max(height, width)
    if longest <= side:
        return rgb
    size = (max(1, round(width * side / longest)), max(1, round(height * side / longest)))
    if 2 * side < longest < 4 * side:
        # Means over parts of pixels are slow, so the odd step is taken between pixels at twice
        # the size, where the halving that follows hides it: 0.3 dB from doing it in one step.
        double = (2 * size[0], 2 * size[1])
        rgb = np.asarray(cv2.resize(rgb, double, interpolation=cv2.INTER_LINEAR), np.uint8)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _halved(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    height, width = rgb.shape[0] // 2, rgb.shape[1] // 2
    even = rgb[: 2 * height, : 2 * width]  # an odd last row or column would cost the fast path
    return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def _written(rgb: NDArray[np.uint8], side: int) -> Thumbnail:
    bgr = cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR)
    written, data = cv2.imencode(".jpg", bgr, _SETTINGS)
    if not written:  # 512 x 512 always fits; a failure is memory
        raise MemoryError("The thumbnail could not be written.")
    return Thumbnail(side, rgb.shape[1], rgb.shape[0], data.tobytes())
