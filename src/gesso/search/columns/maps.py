"""The big shapes of a picture's values, small enough to be compared with a million others.

They are read from the thumbhash that every picture has: its cosines are the slow changes of
brightness, which is what a painter sees who squints.
"""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.derived.thumbhash import thumbhash
from gesso.core.pixels.picture import Picture

SIDE = 8
"""A map has 8 x 8 places, whatever the shape of its picture."""
_HEAD = 5
_COSINES = 7

# Four bits have no place for nothing: 7 and 8 stand about it, and most waves are nearly none.
_WAVES = np.array([0 if four in (7, 8) else four / 7.5 - 1 for four in range(16)], np.float32)

Maps = NDArray[np.float16]


def value_maps(codes: Sequence[str]) -> tuple[Maps, NDArray[np.bool_]]:
    """The maps of many pictures.

    Args:
        codes: thumbhashes in base64, "" for none.

    Returns:
        (works, 64) float16 lightness, about 0 to 100, row by row; and (works,) whether there is
        one. A code that cannot be read counts as none.
    """
    maps = np.zeros((len(codes), SIDE * SIDE), dtype=np.float16)
    is_there = np.zeros(len(codes), dtype=np.bool_)
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    read = [_bytes(code) for code in codes]
    for at, code in enumerate(read):
        if len(code) > _HEAD and not code[2] & 0x80:
            alike[_grid(code)].append(at)
    for (across, down), places in alike.items():
        count = int(_kept(across, down).sum())
        size = _HEAD + (count + 1) // 2
        whole = [at for at in places if len(read[at]) >= size]
        if whole:
            raw = np.frombuffer(b"".join(read[at][:size] for at in whole), dtype=np.uint8)
            maps[whole] = _drawn(raw.reshape(len(whole), size), across, down)
            is_there[whole] = True
    return maps, is_there


def map_of(picture: Picture) -> NDArray[np.float32]:
    """(64,) float32: the map of one picture, by the same way as those of the works."""
    code = base64.b64encode(thumbhash(picture)).decode("ascii")
    return np.asarray(value_maps([code])[0][0], dtype=np.float32)


def likeness(wanted: NDArray[np.float32], maps: Maps) -> NDArray[np.float32]:
    """How alike big shapes are: (works,) 0 to 1, 1 for the same.

    Where light and dark lie counts most, how light all of it is counts a little.

    Args:
        wanted: (64,) one map.
        maps: (works, 64) others.
    """
    held = maps.astype(np.float32)
    means = held.mean(axis=1)
    held -= means[:, np.newaxis]
    own = wanted - wanted.mean()
    spread, own_spread = np.sqrt((held**2).mean(axis=1)), float(np.sqrt((own**2).mean()))
    # Two flat maps are alike; a flat one and one with shapes are not: 2 L* is the least to see.
    floor = 2.0
    together = (held @ own) / len(own)
    alike = (together + floor**2) / np.sqrt((spread**2 + floor**2) * (own_spread**2 + floor**2))
    contrast = np.minimum(spread, own_spread) + floor
    contrast /= np.maximum(spread, own_spread) + floor
    key = 1 - np.minimum(np.abs(means - float(wanted.mean())) / 50, 1)
    found = 0.7 * np.clip(alike, 0, 1) + 0.15 * contrast + 0.15 * key
    return np.asarray(np.clip(found, 0, 1), dtype=np.float32)


def _bytes(code: str) -> bytes:
    try:
        return base64.b64decode(code)
    except (binascii.Error, ValueError):
        return b""


def _grid(code: bytes) -> tuple[int, int]:
    tail = code[3] | code[4] << 8
    is_wide, other = bool(tail >> 15), max(3, tail & 7)
    return (_COSINES, other) if is_wide else (other, _COSINES)


def _drawn(raw: NDArray[np.uint8], across: int, down: int) -> NDArray[np.float32]:
    """(works, 64) lightness of codes whose cosines are laid out alike."""
    mean = (raw[:, 0] & 63).astype(np.float32) / 63
    head = raw[:, 0].astype(np.int32) | raw[:, 1].astype(np.int32) << 8
    head |= raw[:, 2].astype(np.int32) << 16
    scale = (head >> 18 & 31).astype(np.float32) / 31
    kept = _kept(across, down)
    count = int(kept.sum())
    pairs = raw[:, _HEAD:]
    fours = np.stack([pairs & 15, pairs >> 4], axis=2).reshape(len(raw), -1)[:, :count]
    waves = _WAVES[fours] * scale[:, np.newaxis]
    shapes = waves @ _shapes(across, down)
    return np.asarray((mean[:, np.newaxis] + shapes) * 100, dtype=np.float32)


@cache
def _shapes(across: int, down: int) -> NDArray[np.float32]:
    """(waves, 64): what each cosine that is kept adds to each place."""
    wide = np.cos(np.pi / SIDE * np.outer(np.arange(across), np.arange(SIDE) + 0.5))
    tall = np.cos(np.pi / SIDE * np.outer(np.arange(down), np.arange(SIDE) + 0.5)) * 2
    all_shapes = np.einsum("jy,ix->jiyx", tall, wide).reshape(down, across, -1)
    return np.asarray(all_shapes[_kept(across, down)], dtype=np.float32)


@cache
def _kept(across: int, down: int) -> NDArray[np.bool_]:
    """Which frequencies a thumbhash keeps: a triangle of the low ones, without the mean."""
    rows, columns = np.mgrid[:down, :across]
    kept: NDArray[np.bool_] = columns * down < across * (down - rows)
    kept[0, 0] = False
    return kept
