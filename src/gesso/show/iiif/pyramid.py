"""A picture at every halving of its size, and any part of it drawn as it is asked for."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray

from gesso.show.iiif.geometry import ImageRequest, Region

TILE_SIDE = 512
"""Pixels of a tile's side; the smallest level fits into one tile."""
_QUALITY = 86
_BITONAL = 128
_PNG_SETTINGS = (cv2.IMWRITE_PNG_COMPRESSION, 3, cv2.IMWRITE_PNG_STRATEGY, 3)

Pixels = NDArray[np.uint8]


def level_sizes(width: int, height: int) -> list[tuple[int, int]]:
    """(width, height) of each level, the picture itself first; each half of the one before.

    Halves are rounded up, as viewers reckon them.
    """
    sizes = [(width, height)]
    while max(sizes[-1]) > TILE_SIDE:
        wide, high = sizes[-1]
        sizes.append(((wide + 1) // 2, (high + 1) // 2))
    return sizes


@dataclass(frozen=True)
class Pyramid:
    """A picture at every halving of its size.

    Attributes:
        levels: (height, width, 3) uint8 sRGB, the picture itself first.
        is_on_disk: its pixels are a file's, mapped, that goes when the pyramid goes.
    """

    levels: tuple[Pixels, ...]
    is_on_disk: bool = False

    @property
    def nbytes(self) -> int:
        """Bytes of all its pixels."""
        return sum(level.nbytes for level in self.levels)

    def part(self, region: Region, width: int, height: int) -> Pixels:
        """A region, `width` by `height` pixels; a view where nothing has to be reckoned."""
        shrinks = min(region.width / width, region.height / height)
        step = min(max(0, math.floor(math.log2(shrinks))), len(self.levels) - 1)
        # A region that begins or ends between the pixels of a level is cut from a finer one.
        if step and (region.x | region.y) & ((1 << step) - 1):
            step -= 1
        found = _cut(self.levels[step], region, step)
        if found.shape[:2] == (height, width):
            return found
        grows = width > found.shape[1] or height > found.shape[0]
        how = cv2.INTER_CUBIC if grows else cv2.INTER_AREA
        return np.asarray(cv2.resize(found, (width, height), interpolation=how), np.uint8)


def build(rgb: Pixels, folder: Path | None = None) -> Pyramid:
    """Make a picture's pyramid.

    Args:
        rgb: (height, width, 3) uint8.
        folder: where to lay its pixels down, mapped, in a file without a name; None for memory.

    Raises:
        OSError: the folder has no room, or nothing may be written there.
    """
    height, width = rgb.shape[:2]
    sizes = level_sizes(width, height)
    levels = _room_in(folder, sizes) if folder else _room(sizes, rgb)
    if folder:
        levels[0][:] = rgb
    for above, level in pairwise(levels):
        _halve(above, level)
    return Pyramid(tuple(levels), is_on_disk=folder is not None)


def drawn(pyramid: Pyramid, asked: ImageRequest) -> bytes:
    """What a request asks for, as a file.

    Args:
        pyramid: of the picture; for a request of the whole of it also of a smaller copy.
        asked: the request.
    """
    high, wide = pyramid.levels[0].shape[:2]
    region = Region(0, 0, wide, high) if asked.is_whole else asked.region
    part = pyramid.part(region, asked.width, asked.height)
    if asked.mirrored:
        part = part[:, ::-1]
    part = np.rot90(part, -(asked.rotation // 90))
    if asked.quality in ("gray", "bitonal"):
        part = np.asarray(cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY), np.uint8)
    if asked.quality == "bitonal":
        part = np.where(part >= _BITONAL, np.uint8(255), np.uint8(0))
    return _written(np.ascontiguousarray(part), asked.format)


def _cut(level: Pixels, region: Region, step: int) -> Pixels:
    left, top = region.x >> step, region.y >> step
    right = -(-(region.x + region.width) >> step)
    bottom = -(-(region.y + region.height) >> step)
    return level[top:bottom, left:right]


def _room(sizes: Sequence[tuple[int, int]], rgb: Pixels) -> list[Pixels]:
    return [rgb, *(np.empty((high, wide, 3), np.uint8) for wide, high in sizes[1:])]


def _room_in(folder: Path, sizes: Sequence[tuple[int, int]]) -> list[Pixels]:
    """Levels one behind the other in a file that has no name, so nothing of it can stay behind."""
    folder.mkdir(parents=True, exist_ok=True)
    lengths = [wide * high * 3 for wide, high in sizes]
    with tempfile.TemporaryFile(dir=folder) as file:
        file.truncate(sum(lengths))
        flat = np.memmap(file, np.uint8, "r+", shape=(sum(lengths),))
    levels, at = [], 0
    for (wide, high), length in zip(sizes, lengths, strict=True):
        levels.append(np.asarray(flat[at : at + length]).reshape(high, wide, 3))
        at += length
    return levels


def _halve(above: Pixels, level: Pixels) -> None:
    """Fill a level with the means of two by two pixels; an odd last row or column of its own."""
    high, wide = above.shape[0] // 2, above.shape[1] // 2
    if high and wide:
        even = above[: 2 * high, : 2 * wide]
        level[:high, :wide] = cv2.resize(even, (wide, high), interpolation=cv2.INTER_AREA)
    if level.shape[1] > wide:
        level[:, wide:] = _squeezed(above[:, -1:], level.shape[0], axis=0)
    if level.shape[0] > high:
        level[high:] = _squeezed(above[-1:], level.shape[1], axis=1)


def _squeezed(line: Pixels, length: int, axis: int) -> Pixels:
    """A line of pixels at half its length, rounded up."""
    shape = (1, length) if axis == 0 else (length, 1)  # (width, height)
    found = cv2.resize(line, shape, interpolation=cv2.INTER_AREA)
    return np.asarray(found, np.uint8).reshape(*((length, 1) if axis == 0 else (1, length)), 3)


def _written(part: Pixels, form: str) -> bytes:
    if form == "jpg":
        if part.ndim == 2:
            gray = part[:, :, np.newaxis]
            return bytes(simplejpeg.encode_jpeg(gray, _QUALITY, "GRAY", "Gray"))
        return bytes(simplejpeg.encode_jpeg(part, _QUALITY, "RGB", "420"))
    bgr = part if part.ndim == 2 else cv2.cvtColor(part, cv2.COLOR_RGB2BGR)
    settings = _PNG_SETTINGS if form == "png" else (cv2.IMWRITE_WEBP_QUALITY, _QUALITY)
    written, data = cv2.imencode(f".{form}", bgr, settings)
    if not written:  # sizes are within every format; a failure is memory
        raise MemoryError(f"A picture of {part.shape[1]} x {part.shape[0]} could not be written.")
    return bytes(data)
