"""Fingerprints: copies are kin, others are not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from gesso.core.pixels.decode import decode
from gesso.core.pixels.derived.fingerprint import fingerprint, hamming
from gesso.core.pixels.encode import encode
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Fingerprint


def look(seed: int, size: tuple[int, int] = (640, 480)) -> Picture:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Picture.from_array(cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC))


def of(picture: Picture) -> Fingerprint:
    return fingerprint(b"", picture)


def test_the_exact_hashes_are_of_the_bytes_and_of_the_pixels(painted: Picture) -> None:
    data = encode(painted)
    found = fingerprint(data, painted)

    assert found.data == hashlib.sha256(data).hexdigest()
    assert found.pixels == painted.pixels_sha256
    assert fingerprint(b"others", painted).pixels == found.pixels


def test_perceptual_hashes_are_sixteen_hex_digits(painted: Picture) -> None:
    found = of(painted)

    assert len(found.dhash) == len(found.phash) == 16
    assert int(found.dhash, 16) != int(found.phash, 16)


CHANGES: dict[str, Callable[[NDArray[np.uint8]], Any]] = {
    "recompressed": lambda rgb: decode(encode(Picture(rgb), "image/jpeg", quality=40)).picture.rgb,
    "a quarter of the size": lambda rgb: cv2.resize(rgb, (160, 120), interpolation=cv2.INTER_AREA),
    "three times the size": lambda rgb: cv2.resize(rgb, (1920, 1440)),
    "lighter": lambda rgb: np.clip(rgb * 1.2, 0, 255).astype(np.uint8),
    "gray": lambda rgb: np.repeat(
        cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)[:, :, np.newaxis], 3, axis=2
    ),
    "blurred": lambda rgb: cv2.GaussianBlur(rgb, (0, 0), 3),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_still_kin(change: str) -> None:
    for seed in range(6):
        picture = look(seed)
        copy = Picture.from_array(CHANGES[change](np.array(picture.rgb)))
        assert hamming(of(picture).dhash, of(copy).dhash) <= 10
        assert hamming(of(picture).phash, of(copy).phash) <= 10


def test_different_pictures_are_far_apart() -> None:
    prints = [of(look(seed)) for seed in range(24)]

    pairs = [(one, other) for i, one in enumerate(prints) for other in prints[:i]]
    assert min(hamming(one.dhash, other.dhash) for one, other in pairs) > 10
    assert min(hamming(one.phash, other.phash) for one, other in pairs) > 10


@pytest.mark.parametrize("shape", [(64, 64), (1, 1), (1, 3000), (700, 900)])
@pytest.mark.parametrize("value", [0, 90, 255])
def test_a_flat_picture_has_empty_hashes_whatever_its_colour(
    shape: tuple[int, int], value: float
) -> None:
    found = of(Picture(np.full((*shape, 3), value, dtype=np.uint8)))

    assert found.dhash == "0" * 16
    assert found.phash == "0" * 16


def test_hamming_counts_bits() -> None:
    assert hamming("00", "00") == 0
    assert hamming("00ff", "0000") == 8
    with pytest.raises(ValueError, match="cannot be compared"):
        hamming("00", "0000")
