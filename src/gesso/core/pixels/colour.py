"""Colour as the eye orders it: sRGB to OKLab and CIE lightness, and back.

Arrays are (..., 3); sRGB is uint8 0 to 255 or float 0 to 1, results are float32. OKLab has
L 0 to 1 and a, b about -0.4 to 0.4; OKLCH has chroma 0 to about 0.4 and hue in radians.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Björn Ottosson, "A perceptual color space for image processing" (2020), with the matrices of
# 2021-01-25: linear sRGB -> cone response, and cone response (cube root) -> Lab.
_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_FROM_LAB = np.linalg.inv(_TO_LAB)
_FROM_CONES = np.linalg.inv(_TO_CONES)

# IEC 61966-2-1: luminance of linear sRGB under D65.
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
# CIE 15: the straight part of L* ends at (6/29)^3 and has the slope (29/3)^3.
_CIE_KNEE = (6 / 29) ** 3
_CIE_SLOPE = (29 / 3) ** 3

# Steps of the table that turns linear light into 8-bit sRGB: 0.05 of an 8-bit step at its worst.
_FINE = 65535


def _linear(srgb: NDArray[Any]) -> NDArray[Any]:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((np.maximum(srgb, 0) + 0.055) / 1.055) ** 2.4)


def _encoded(linear: NDArray[Any]) -> NDArray[Any]:
    return np.where(
        linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055
    )


_LINEAR_OF_BYTE = _linear(np.arange(256) / 255).astype(np.float32)
_BYTE_OF_LINEAR = np.rint(_encoded(np.arange(_FINE + 1) / _FINE) * 255).astype(np.uint8)
_SRGB_OF_LINEAR = _encoded(np.arange(_FINE + 1) / _FINE).astype(np.float32)


def srgb_to_linear(rgb: NDArray[Any]) -> Floats:
    """Undo the sRGB curve: linear light, 0 to 1, of uint8 or 0-to-1 float values of any shape."""
    if rgb.dtype == np.uint8:
        if not rgb.size:
            return np.zeros(rgb.shape, dtype=np.float32)
        flat = np.ascontiguousarray(rgb).reshape(-1, 1)
        return np.asarray(cv2.LUT(flat, _LINEAR_OF_BYTE), dtype=np.float32).reshape(rgb.shape)
    return _linear(rgb.astype(np.float32)).astype(np.float32)


def linear_to_srgb(linear: NDArray[Any]) -> Floats:
    """Apply the sRGB curve: float32 0 to 1; light outside 0 to 1 is clipped."""
    return np.take(_SRGB_OF_LINEAR, _fine(linear))


def linear_to_bytes(linear: NDArray[Any]) -> NDArray[np.uint8]:
    """Apply the sRGB curve: uint8; light outside 0 to 1 is clipped."""
    return np.take(_BYTE_OF_LINEAR, _fine(linear))


def srgb_to_oklab(rgb: NDArray[Any]) -> Floats:
    """Turn sRGB into OKLab.

    Args:
        rgb: (..., 3) uint8, or float 0 to 1.

    Returns:
        (..., 3) float32: L, a, b.
    """
    cones = _mixed(srgb_to_linear(rgb), _TO_CONES)
    return _mixed(np.cbrt(cones), _TO_LAB)


def oklab_to_linear(lab: NDArray[Any]) -> Floats:
    """Turn (..., 3) OKLab into linear sRGB light, float32, not clipped to what sRGB can show."""
    roots = _mixed(lab.astype(np.float32, copy=False), _FROM_LAB)
    return _mixed(roots * roots * roots, _FROM_CONES)


def oklab_to_srgb(lab: NDArray[Any]) -> Floats:
    """Turn (..., 3) OKLab into float32 sRGB 0 to 1; colours outside sRGB are clipped to it."""
    return linear_to_srgb(oklab_to_linear(lab))


def oklab_to_bytes(lab: NDArray[Any]) -> NDArray[np.uint8]:
    """Turn (..., 3) OKLab into uint8 sRGB; colours outside sRGB are clipped to it."""
    return np.take(_BYTE_OF_LINEAR, _fine(oklab_to_linear(lab)))


def oklab_to_oklch(lab: NDArray[Any]) -> Floats:
    """Turn (..., 3) OKLab into lightness, chroma and hue (radians, -pi to pi, 0 for gray)."""
    a, b = lab[..., 1], lab[..., 2]
    return np.stack([lab[..., 0], np.hypot(a, b), np.arctan2(b, a)], axis=-1).astype(np.float32)


def oklch_to_oklab(lch: NDArray[Any]) -> Floats:
    """Turn (..., 3) lightness, chroma and hue (radians) into OKLab."""
    chroma, hue = lch[..., 1], lch[..., 2]
    return np.stack([lch[..., 0], chroma * np.cos(hue), chroma * np.sin(hue)], axis=-1).astype(
        np.float32
    )


def lightness(rgb: NDArray[Any]) -> Floats:
    """Measure CIE L*, the painter's value: 0 is black, 100 is white.

    Args:
        rgb: (..., 3) uint8, or float 0 to 1.

    Returns:
        (...) float32.
    """
    luminance = _mixed(srgb_to_linear(rgb), _LUMINANCE[np.newaxis])[..., 0]
    curved = 116 * np.cbrt(luminance) - 16
    return np.where(luminance <= _CIE_KNEE, luminance * np.float32(_CIE_SLOPE), curved)


def _mixed(values: Floats, matrix: NDArray[np.float64]) -> Floats:
    """Multiply the last axis by a matrix of (out, 3); five times as fast as numpy's matmul."""
    if not values.size:
        return np.zeros((*values.shape[:-1], len(matrix)), dtype=np.float32)
    flat = np.ascontiguousarray(values, dtype=np.float32).reshape(-1, 1, 3)
    mixed = cv2.transform(flat, matrix.astype(np.float32))
    return np.asarray(mixed, dtype=np.float32).reshape(*values.shape[:-1], len(matrix))


def _fine(linear: NDArray[Any]) -> NDArray[np.uint16]:
    """Clip light to 0 to 1 and round it to a step of the tables, in one pass."""
    if not linear.size:
        return np.zeros(linear.shape, dtype=np.uint16)
    flat = np.ascontiguousarray(linear, dtype=np.float32).reshape(-1, 1)
    steps = cv2.addWeighted(flat, _FINE, flat, 0, 0, dtype=cv2.CV_16U)
    return np.asarray(steps, dtype=np.uint16).reshape(linear.shape)
