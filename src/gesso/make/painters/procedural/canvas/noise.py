"""Seeded randomness by stage, soft noise, and the few array steps that everything here shares."""

from __future__ import annotations

import hashlib

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

Plane = NDArray[np.float32]
"""(height, width), or a row or column that broadcasts to it."""

Lab = NDArray[np.float32]
"""(..., 3) OKLab."""

Points = NDArray[np.float64]
"""(n, 2) x, y in units of the picture's short side."""


def generator(seed: int, *stage: str | int) -> np.random.Generator:
    """Random numbers for one stage of one picture: a new stage never shifts those of another."""
    digest = hashlib.blake2b(repr((int(seed), *stage)).encode(), digest_size=8).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))


def f32(values: ArrayLike) -> NDArray[np.float32]:
    """The values as float32."""
    return np.asarray(values, dtype=np.float32)


def mix(first: ArrayLike, second: ArrayLike, share: ArrayLike) -> NDArray[np.float32]:
    """From `first` at share 0 to `second` at share 1."""
    start = f32(first)
    return start + (f32(second) - start) * f32(share)


def smooth(values: ArrayLike, low: ArrayLike, high: ArrayLike) -> NDArray[np.float32]:
    """0 below `low`, 1 above `high`, an S between."""
    bottom = f32(low)
    t = np.clip((f32(values) - bottom) / (f32(high) - bottom), 0, 1)
    return f32(t * t * (3 - 2 * t))


def blur(plane: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Gaussian blur; a sigma under a third of a pixel changes nothing."""
    return f32(cv2.GaussianBlur(plane, (0, 0), sigma)) if sigma > 0.3 else plane


def resized(plane: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """Bilinear when growing, by area when shrinking."""
    shrinks = width < plane.shape[1] and height < plane.shape[0]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return f32(cv2.resize(plane, (width, height), interpolation=how))


def warped(plane: NDArray[np.float32], across: ArrayLike, down: ArrayLike) -> NDArray[np.float32]:
    """`plane` looked up at pixel places (across, down), mirrored beyond its edges."""
    places = np.broadcast_arrays(f32(across), f32(down))
    return f32(
        cv2.remap(
            plane,
            np.ascontiguousarray(places[0]),
            np.ascontiguousarray(places[1]),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT,
        )
    )


def soft_noise(
    rng: np.random.Generator,
    shape: tuple[int, int],
    unit_px: int,
    cells: float,
    octaves: int = 4,
    *,
    gain: float = 0.5,
    stretch: float = 1.0,
) -> NDArray[np.float32]:
    """Noise of about unit variance.

    Args:
        rng: of a stage of its own, as the number of octaves drawn depends on the size.
        shape: (height, width) in pixels.
        unit_px: pixels of the short side.
        cells: bumps along the short side in the coarsest octave.
        octaves: each twice as fine as the one before; those finer than two pixels are left out.
        gain: an octave's strength beside the one before.
        stretch: how much longer a bump is than high.
    """
    height, width = shape
    total = np.zeros(shape, np.float32)
    strength, power = 1.0, 0.0
    for _ in range(octaves):
        rows = max(1, round(cells * height / unit_px)) + 2
        columns = max(1, round(cells * width / unit_px / stretch)) + 2
        if power and cells * 2 > unit_px:
            break
        grid = rng.standard_normal((rows, columns), np.float32)
        total += f32(cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC)) * strength
        power += strength * strength
        strength *= gain
        cells *= 2
    return f32(total / np.sqrt(power))
