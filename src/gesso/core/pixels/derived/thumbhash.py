"""ThumbHash: a picture of a picture in 20-odd bytes, to show until the picture has come.

The format is Evan Wallace's (2023, github.com/evanw/thumbhash), so that any reader of it works:
brightness and two colour differences as a few cosines, four bits each. Our pictures have no
transparency, so the variant with alpha is read but never written.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.derived.thumbnails import Reductions
from gesso.core.pixels.picture import Picture

# The format's own limits: input up to 100 pixels, output of 32.
_INPUT_SIDE = 100
_OUTPUT_SIDE = 32
_COSINES = 7
_COSINES_BESIDE_ALPHA = 5

Waves = NDArray[np.float64]


@dataclass(frozen=True)
class _Channel:
    """One channel's cosines: its mean, the largest of the others, and the others over that."""

    mean: float
    scale: float
    waves: Waves


def thumbhash(picture: Picture, reductions: Reductions | None = None) -> bytes:
    """Write a picture's ThumbHash, 12 to 25 bytes.

    Args:
        picture: what to write of.
        reductions: of the same picture, where others want it small as well.
    """
    small = (reductions or Reductions(picture)).within(_INPUT_SIDE)
    rgb = small.astype(np.float64) / 255
    height, width = rgb.shape[:2]
    longest = max(width, height)
    across = max(1, _rounded(_COSINES * width / longest))
    down = max(1, _rounded(_COSINES * height / longest))
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    light = _channel((red + green + blue) / 3, max(3, across), max(3, down))
    yellow = _channel((red + green) / 2 - blue, 3, 3)
    ruddy = _channel(red - green, 3, 3)
    landscape = width > height
    head = (
        _rounded(63 * light.mean)
        | _rounded(31.5 + 31.5 * yellow.mean) << 6
        | _rounded(31.5 + 31.5 * ruddy.mean) << 12
        | _rounded(31 * light.scale) << 18
    )
    tail = (
        (down if landscape else across)
        | _rounded(63 * yellow.scale) << 3
        | _rounded(63 * ruddy.scale) << 9
        | landscape << 15
    )
    waves = np.concatenate([light.waves, yellow.waves, ruddy.waves])
    code: bytes = head.to_bytes(3, "little") + int(tail).to_bytes(2, "little")
    return code + _nibbles(waves)


def thumbhash_to_rgb(code: bytes) -> NDArray[np.uint8]:
    """Draw a ThumbHash: (height, width, 3) uint8, 32 pixels on the long side.

    Raises:
        ValueError: the code is too short to be a ThumbHash.
    """
    if len(code) < 5:
        raise ValueError(f"A ThumbHash has more than {len(code)} bytes.")
    head = int.from_bytes(code[:3], "little")
    tail = int.from_bytes(code[3:5], "little")
    has_alpha, landscape = bool(head >> 23), bool(tail >> 15)
    most = _COSINES_BESIDE_ALPHA if has_alpha else _COSINES
    across, down = (most, tail & 7) if landscape else (tail & 7, most)
    ratio = across / max(down, 1)
    width = max(1, _rounded(_OUTPUT_SIDE * min(ratio, 1)))
    height = max(1, _rounded(_OUTPUT_SIDE / max(ratio, 1)))
    grids = ((max(3, across), max(3, down)), (3, 3), (3, 3))
    means = ((head & 63) / 63, (head >> 6 & 63) / 31.5 - 1, (head >> 12 & 63) / 31.5 - 1)
    # The format draws colours a quarter stronger: rounding has washed them out.
    scales = ((head >> 18 & 31) / 31, (tail >> 3 & 63) / 63 * 1.25, (tail >> 9 & 63) / 63 * 1.25)
    waves = _from_nibbles(code[6 if has_alpha else 5 :], sum(_count(*grid) for grid in grids))
    planes = []
    for grid, mean, scale in zip(grids, means, scales, strict=True):
        count = _count(*grid)
        planes.append(_drawn(_Channel(mean, scale, waves[:count]), grid, (height, width)))
        waves = waves[count:]
    light, yellow, ruddy = planes
    blue = light - yellow * 2 / 3
    red = (3 * light - blue + ruddy) / 2
    rgb = np.stack([red, red - ruddy, blue], axis=-1)
    return np.asarray(np.rint(np.clip(rgb, 0, 1) * 255), dtype=np.uint8)


def _channel(values: Waves, across: int, down: int) -> _Channel:
    height, width = values.shape
    spectrum = _cosines(down, height) @ values @ _cosines(across, width).T / values.size
    waves = spectrum[_kept(across, down)]
    scale = float(np.abs(waves).max())
    # A flat channel has no waves: what is left is rounding, and must not be blown up.
    if scale < 1e-9:
        return _Channel(float(spectrum[0, 0]), 0.0, np.zeros_like(waves))
    return _Channel(float(spectrum[0, 0]), scale, 0.5 + 0.5 / scale * waves)


def _drawn(channel: _Channel, grid: tuple[int, int], size: tuple[int, int]) -> Waves:
    across, down = grid
    spectrum = np.zeros((down, across))
    spectrum[_kept(across, down)] = channel.waves * channel.scale
    rows = _cosines(down, size[0]) * 2
    return channel.mean + rows.T @ spectrum @ _cosines(across, size[1])


@cache
def _cosines(count: int, length: int) -> Waves:
    """The first `count` cosines over `length` pixels: (count, length)."""
    return np.cos(np.pi / length * np.outer(np.arange(count), np.arange(length) + 0.5))


@cache
def _kept(across: int, down: int) -> NDArray[np.bool_]:
    """Which frequencies the format keeps: a triangle of the low ones, without the mean."""
    rows, columns = np.mgrid[:down, :across]
    kept: NDArray[np.bool_] = columns * down < across * (down - rows)
    kept[0, 0] = False
    return kept


def _count(across: int, down: int) -> int:
    return int(_kept(across, down).sum())


def _nibbles(waves: Waves) -> bytes:
    fours = np.floor(15 * waves + 0.5).astype(np.uint8)
    if len(fours) % 2:
        fours = np.append(fours, np.uint8(0))
    return bytes((fours[0::2] | fours[1::2] << 4).tolist())


def _from_nibbles(code: bytes, count: int) -> Waves:
    """Unpack `count` waves of -1 to 1; those that a short code lacks are 0."""
    pairs = np.frombuffer(code, dtype=np.uint8)
    fours = np.stack([pairs & 15, pairs >> 4], axis=1).ravel()[:count]
    waves = np.zeros(count)
    waves[: len(fours)] = fours / 7.5 - 1
    return waves


def _rounded(value: float) -> int:
    """Round halves up, as the format does."""
    return math.floor(value + 0.5)
