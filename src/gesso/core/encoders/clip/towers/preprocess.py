"""From a picture to what a picture tower reads: resized, cut, and as numbers.

The arithmetic is that of open_clip for evaluation, which wrote the towers' files, and of
transformers. Resizing is Pillow's, because its filters widen with the reduction as theirs do, and
OpenCV's do not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gesso.core.pixels.picture import Picture

Mode = Literal["shortest", "squash", "longest"]
Pixels = NDArray[np.uint8]

_MODES: tuple[Mode, ...] = ("shortest", "squash", "longest")
_FILTERS: Mapping[str, Image.Resampling] = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    # In training each picture took one of the two; read with, bicubic is taken.
    "random": Image.Resampling.BICUBIC,
}
_LARGEST = 4096
# A picture whose sides differ more than this is a ribbon.
_LONGEST = 8
# What open_clip takes where a model's own configuration says nothing.
_MEAN = (0.48145466, 0.4578275, 0.40821073)
_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Preprocess:
    """How a picture is made ready, as visual/preprocess_cfg.json says.

    Attributes:
        height, width: pixels that the tower reads.
        mean, std: of each channel, of values 0 to 1.
        interpolation: of Pillow's filters.
        mode: "shortest" cuts what is over in the middle, "squash" forgets the shape, "longest"
            shows all of it on a ground of `fill`.
        fill: the ground, 0 to 255.
    """

    height: int
    width: int
    mean: tuple[float, ...] = _MEAN
    std: tuple[float, ...] = _STD
    interpolation: str = "bicubic"
    mode: Mode = "shortest"
    fill: int = 0

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Preprocess:
        """Read it from the fields of preprocess_cfg.json.

        Raises:
            ValueError: a field cannot be used; the text names it.
        """
        height, width = _size(told.get("size"))
        filter_name = _among(told, "interpolation", "bicubic", tuple(_FILTERS))
        mode = _among(told, "resize_mode", "shortest", _MODES)
        if told.get("mode", "RGB") != "RGB":
            raise ValueError(f"mode is {told['mode']!r:.40}, and only RGB can be made")
        std = _three(told, "std", _STD)
        if min(std) <= 0:
            raise ValueError(f"std is {list(std)}, and must be above 0")
        fill = told.get("fill_color", 0)
        if not (isinstance(fill, int) and 0 <= fill <= 255):
            raise ValueError(f"fill_color is {fill!r:.40}, and must be 0 to 255")
        mean = _three(told, "mean", _MEAN)
        return cls(height, width, mean, std, filter_name, mode, fill)

    def pixels(self, picture: Picture) -> Pixels:
        """(height, width, 3) uint8: the picture as the tower sees it, before any arithmetic."""
        if self.mode == "longest":
            return self._on_ground(picture)
        if self.mode == "squash":
            return self._resized(picture, (self.width, self.height))
        return self._middle(picture)

    def values(self, pixels: Pixels) -> NDArray[np.float32]:
        """(height, width, 3) float32, standardised."""
        levels = np.arange(256)[:, np.newaxis] / 255
        table = ((levels - self.mean) / self.std).astype(np.float32)
        return np.asarray(cv2.LUT(pixels, table[np.newaxis]), dtype=np.float32)

    def _middle(self, picture: Picture) -> Pixels:
        """The middle of the picture, where the shorter side decides."""
        size = self._whole(picture.height, picture.width)
        # As transformers and Immich cut; open_clip rounds the half of an odd number to even, which
        # is one pixel beside in one picture of four.
        left, top = (size[0] - self.width) // 2, (size[1] - self.height) // 2
        if max(size[0] / self.width, size[1] / self.height) <= _LONGEST:
            made = self._resized(picture, size)
            return made[top : top + self.height, left : left + self.width]
        # Of a ribbon only what is kept is worked out, to a rounding the same: one pixel by a
        # million costs no more than another picture.
        across, down = picture.width / size[0], picture.height / size[1]
        right = min(float(picture.width), (left + self.width) * across)
        bottom = min(float(picture.height), (top + self.height) * down)
        box = (left * across, top * down, right, bottom)
        return self._resized(picture, (self.width, self.height), box)

    def _whole(self, height: int, width: int) -> tuple[int, int]:
        """Width and height of the whole resized picture, of which the middle is kept."""
        if self.height == self.width:
            longer = int(self.width * max(height, width) / min(height, width))
            return (self.width, longer) if height > width else (longer, self.height)
        ratio = min(height / self.height, width / self.width)
        return max(self.width, round(width / ratio)), max(self.height, round(height / ratio))

    def _on_ground(self, picture: Picture) -> Pixels:
        """All of the picture in the middle of a ground, where the longer side decides."""
        ratio = max(picture.height / self.height, picture.width / self.width)
        width = min(self.width, max(1, round(picture.width / ratio)))
        height = min(self.height, max(1, round(picture.height / ratio)))
        ground = np.full((self.height, self.width, 3), self.fill, dtype=np.uint8)
        left, top = (self.width - width) // 2, (self.height - height) // 2
        made = self._resized(picture, (width, height))
        ground[top : top + height, left : left + width] = made
        return ground

    def _resized(
        self,
        picture: Picture,
        size: tuple[int, int],
        box: tuple[float, float, float, float] | None = None,
    ) -> Pixels:
        image = Image.fromarray(picture.rgb)
        return np.asarray(image.resize(size, _FILTERS[self.interpolation], box), dtype=np.uint8)


def _size(told: Any) -> tuple[int, int]:
    sides = told if isinstance(told, list) else [told, told]
    if len(sides) == 1:
        sides *= 2
    if len(sides) != 2 or not all(_is_side(side) for side in sides):
        raise ValueError(f"size is {told!r:.40}, and must be pixels, 1 to {_LARGEST}")
    return sides[0], sides[1]


def _is_side(side: Any) -> bool:
    return isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= _LARGEST


def _three(told: Mapping[str, Any], name: str, usual: tuple[float, ...]) -> tuple[float, ...]:
    values = told.get(name, usual)
    is_number = isinstance(values, list | tuple) and all(
        isinstance(value, int | float) and math.isfinite(value) for value in values
    )
    if not is_number or len(values) != 3:
        raise ValueError(f"{name} is {values!r:.60}, and must be three numbers")
    return tuple(float(value) for value in values)


def _among(told: Mapping[str, Any], name: str, usual: str, known: tuple[Any, ...]) -> Any:
    value = told.get(name, usual)
    if value not in known:
        raise ValueError(f"{name} is {value!r:.40}, and must be one of: {', '.join(known)}")
    return value
