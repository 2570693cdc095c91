"""Seen before? Exact hashes of bytes and pixels, and two that survive scaling and recompression."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.derived.thumbnails import Reductions
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Fingerprint

# Both hashes read one small gray picture: 9 x 8 cells of 8 x 8 pixels.
_CELL = 8
_SMALL = (9 * _CELL, 8 * _CELL)
_ENOUGH = 4 * max(_SMALL)
# Below this a frequency of the 0 to 255 gray picture is rounding, not content.
_SILENT = 0.05


def fingerprint(data: bytes, picture: Picture, reductions: Reductions | None = None) -> Fingerprint:
    """Hash a picture four ways.

    Both perceptual hashes of a flat picture are all zeros.

    Args:
        data: the file as it is stored.
        picture: the same, decoded.
        reductions: of the picture, where others want it small as well.
    """
    small_enough = (reductions or Reductions(picture)).within(_ENOUGH)
    gray = cv2.cvtColor(small_enough, cv2.COLOR_RGB2GRAY)
    cells = cv2.resize(gray, _SMALL, interpolation=cv2.INTER_AREA)
    small = np.asarray(cells, dtype=np.float32)
    return Fingerprint(
        data=hashlib.sha256(data).hexdigest(),
        pixels=picture.pixels_sha256,
        dhash=_hex(_differences(small)),
        phash=_hex(_frequencies(small)),
    )


def hamming(one: str, other: str) -> int:
    """Count the bits in which two hashes of the same length differ: 0 is alike, 10 is kin.

    Raises:
        ValueError: the hashes are of different lengths, or no hex digits.
    """
    if len(one) != len(other):
        raise ValueError(f"Hashes of {len(one)} and {len(other)} digits cannot be compared.")
    return (int(one, 16) ^ int(other, 16)).bit_count()


def _differences(small: NDArray[np.float32]) -> NDArray[np.bool_]:
    """DHash: does a cell get lighter to the right? (8, 8)."""
    cells = small.reshape(8, _CELL, 9, _CELL).mean(axis=(1, 3))
    lighter: NDArray[np.bool_] = cells[:, 1:] > cells[:, :-1]
    return lighter


def _frequencies(small: NDArray[np.float32]) -> NDArray[np.bool_]:
    """PHash: which of the 63 lowest frequencies are above their median? (8, 8)."""
    square = cv2.resize(small, (32, 32), interpolation=cv2.INTER_AREA)
    low = np.asarray(cv2.dct(square), dtype=np.float32)[:8, :8]
    low = np.where(np.abs(low) < _SILENT, np.float32(0), low)
    low[0, 0] = -np.inf  # the mean brightness says nothing about what is seen
    median = np.sort(low, axis=None)[1 + 63 // 2]  # of the other 63
    above: NDArray[np.bool_] = low > median
    return above


def _hex(bits: NDArray[np.bool_]) -> str:
    return np.packbits(bits.ravel()).tobytes().hex()
