"""The easel: one picture at working size, and what the tools share, each worked out once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness, srgb_to_oklab
from gesso.core.pixels.picture import Picture
from gesso.study.regions.blocks import BlockMap, block_map
from gesso.study.regions.merging import MergeOptions
from gesso.study.regions.smoothing import smooth
from gesso.study.regions.tones import Tones, tones_of

Found = TypeVar("Found")
Floats = NDArray[np.float32]
SHEET_SIDE = 840
"""The long side of a sheet, pixels."""


@dataclass(frozen=True)
class EaselOptions:
    """How a picture is set up.

    Attributes:
        side: the long side at which it is read, pixels, 300 to 420; smaller pictures stay as
            they are.
        coherence: 0 to 1, how much texture is forgotten before shapes are cut.
        levels: of the blocks, 4 to 6.
        merging: what is too small to be a shape.
    """

    side: int = 360
    coherence: float = 0.783
    levels: int = 5
    merging: MergeOptions = field(default=MergeOptions())

    @property
    def strength(self) -> float:
        """The smoothing that a coherence stands for: 2 to 24 L*; the default is 14."""
        return float(2.0 * 12.0**self.coherence)

    def settings(self) -> dict[str, str | int | float | bool | None]:
        """What a reading depends on, under flat names."""
        return {
            "side": self.side,
            "coherence": self.coherence,
            "levels": self.levels,
            "least_share": self.merging.least_share,
            "accent": self.merging.accent,
        }


class Surface:
    """A picture at working size, before it is cut into shapes: what every number of values shares.

    It does not hold on to the picture, so sheets that are drawn later keep little in memory.

    Args:
        picture: upright sRGB pixels.
        side: the long side at which it is read, pixels.
    """

    def __init__(self, picture: Picture, side: int) -> None:
        self.side = side
        self.rgb = at_most(picture.rgb, side)
        self._shown = at_most(_halved(picture.rgb, SHEET_SIDE), SHEET_SIDE)
        self._smoothed: dict[float, Floats] = {}
        self._tones: dict[float, Tones] = {}
        self._photos: dict[tuple[int, int], NDArray[np.uint8]] = {}

    @cached_property
    def values(self) -> Floats:
        """(height, width) float32 L*, 0 to 100."""
        return lightness(self.rgb)

    @cached_property
    def lab(self) -> Floats:
        """(height, width, 3) float32 OKLab."""
        return srgb_to_oklab(self.rgb)

    def photo(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """The picture at (width, height), read-only: sheets are drawn on copies."""
        if size not in self._photos:
            shown = np.array(photo(self._shown, size))
            shown.flags.writeable = False
            self._photos[size] = shown
        return self._photos[size]

    def smoothed(self, strength: float) -> Floats:
        """(height, width) float32 L* without texture."""
        if strength not in self._smoothed:
            self._smoothed[strength] = smooth(self.values, strength)
        return self._smoothed[strength]

    def tones(self, strength: float) -> Tones:
        """(height, width) uint8 tones without texture; as they are for a strength of 0."""
        if strength not in self._tones:
            values = self.smoothed(strength) if strength else self.values
            self._tones[strength] = tones_of(values)
        return self._tones[strength]


class Easel:
    """A picture set up for study. Used by one thread at a time.

    Args:
        picture: upright sRGB pixels.
        options: how it is set up.
        surface: the picture at the size of the options, where it is at hand.
    """

    def __init__(
        self, picture: Picture, options: EaselOptions, surface: Surface | None = None
    ) -> None:
        self.picture = picture
        self.options = options
        self.surface = surface or Surface(picture, options.side)
        self._blocks: dict[Hashable, BlockMap] = {}
        self._found: dict[Callable[[Easel], Any], Any] = {}

    @property
    def rgb(self) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 at working size."""
        return self.surface.rgb

    @property
    def values(self) -> Floats:
        """(height, width) float32 L*, 0 to 100, at working size."""
        return self.surface.values

    @property
    def lab(self) -> Floats:
        """(height, width, 3) float32 OKLab at working size."""
        return self.surface.lab

    def smoothed(self, strength: float | None = None) -> Floats:
        """The values without texture; None for the strength of the options."""
        return self.surface.smoothed(self.options.strength if strength is None else strength)

    def tones(self, strength: float | None = None) -> Tones:
        """The values in 255 steps: as they are, or smoothed by a strength."""
        return self.surface.tones(strength or 0.0)

    def once(self, measure: Callable[[Easel], Found]) -> Found:
        """What a measurement finds on this easel, worked out the first time it is asked for."""
        if measure not in self._found:
            self._found[measure] = measure(self)
        return cast("Found", self._found[measure])

    def blocks(self, levels: int | None = None, merging: MergeOptions | None = None) -> BlockMap:
        """The picture's big shapes; None for what the options say."""
        count = self.options.levels if levels is None else levels
        small = self.options.merging if merging is None else merging
        if (count, small) not in self._blocks:
            self._blocks[count, small] = block_map(self.values, self.smoothed(), count, small)
        return self._blocks[count, small]


def _halved(rgb: NDArray[Any], side: int) -> NDArray[Any]:
    """Shrink by halves while the long side stays above `side`.

    Halving is ten times as fast as any other shrinking, and of sheets nobody sees the difference.
    """
    height, width = rgb.shape[:2]
    while max(height, width) >= 2 * side and min(height, width) > 1:
        height, width = height // 2, width // 2
        even = rgb[: 2 * height, : 2 * width]
        rgb = np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA))
    return rgb


def photo(rgb: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The picture at (width, height)."""
    how = cv2.INTER_AREA if size[0] < rgb.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=how), dtype=np.uint8)


def at_most(rgb: NDArray[Any], side: int) -> NDArray[np.uint8]:
    """Shrink by area so that the long side is `side` at most; smaller pictures stay.

    A side of a thin picture never falls below one pixel.
    """
    height, width = rgb.shape[:2]
    scale = side / max(height, width)
    if scale >= 1:
        return np.ascontiguousarray(rgb)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
