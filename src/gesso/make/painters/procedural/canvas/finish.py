"""Light on the paint: ridges of strokes, bristle traces, canvas weave, and darker corners."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.make.painters.procedural.canvas.marks import Canvas
from gesso.make.painters.procedural.canvas.noise import Plane, blur, f32, resized, smooth, warped
from gesso.make.painters.procedural.canvas.surface import Surface

_STRIP_ROWS = 1024
_HALO = 4


def finish(canvas: Canvas, surface: Surface) -> NDArray[np.uint8]:
    """Give the canvas its relief; returns (height, width, 3) uint8 sRGB."""
    height, width = canvas.shape[:2]
    bristles = _bristles(surface, height, width)
    out = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(height, top + _STRIP_ROWS)
        first, last = max(0, top - _HALO), min(height, bottom + _HALO)
        lit = _lit(canvas, bristles, first, last, surface.spec.relief * surface.spec.liveliness)
        out[top:bottom] = lit[top - first : bottom - first]
    return out


def _bristles(surface: Surface, height: int, width: int) -> Plane:
    """Noise smeared along the brush directions, at most about 700 px a side."""
    share = min(1.0, 560 / min(height, width))
    size = max(8, round(width * share)), max(8, round(height * share))
    angle = f32(cv2.resize(surface.angle, size, interpolation=cv2.INTER_NEAREST))
    trace = surface.rng("bristles").standard_normal((size[1], size[0]), np.float32)
    across, down = np.cos(angle), np.sin(angle)
    x = np.arange(size[0], dtype=np.float32)[None, :]
    y = np.arange(size[1], dtype=np.float32)[:, None]
    # Doubling the reach smears over 16 px with four steps instead of sixteen.
    for reach in (1.0, 2.0, 4.0, 6.0):
        ahead = warped(trace, x + across * reach, y + down * reach)
        behind = warped(trace, x - across * reach, y - down * reach)
        trace = (ahead + behind + trace) * np.float32(1 / 3)
    return f32(trace / (trace.std() + 1e-6))


def _lit(
    canvas: Canvas, bristles: Plane, first: int, last: int, relief: float
) -> NDArray[np.uint8]:
    height, width = canvas.shape[:2]
    part = canvas[first:last]
    trace = _strip(bristles, first, last, height, width)
    thick = part[..., 3].astype(np.float32) * np.float32(1 / 255)
    body = blur(thick, max(0.5, min(height, width) / 1600)) * 1.0 + trace * (0.030 + 0.05 * thick)
    slope = (
        cv2.Sobel(body, cv2.CV_32F, 1, 0, ksize=3) * 0.5
        + cv2.Sobel(body, cv2.CV_32F, 0, 1, ksize=3) * 0.8
    )
    light = np.clip(f32(slope), -0.9, 0.9) * np.float32(0.34 * relief)
    y = f32((np.arange(first, last) + 0.5) / height - 0.5)[:, None]
    x = f32((np.arange(width) + 0.5) / width - 0.5)[None, :]
    corner = 1 - 0.16 * smooth(np.hypot(x, y), 0.42, 0.78)
    colour = part[..., :3].astype(np.float32)
    # Ridges catch light in the lights and stay quiet in the darks, as glossy paint does.
    scale = (1 + light) * corner
    lit = colour * scale[..., None] + (light * 14)[..., None]
    return np.asarray(np.clip(lit, 0, 255) + 0.5).astype(np.uint8)


def _strip(plane: Plane, first: int, last: int, height: int, width: int) -> Plane:
    """Rows `first` to `last` of `plane` as if it were grown to (height, width)."""
    scale = plane.shape[0] / height
    if plane.shape == (height, width):
        return plane[first:last]
    y = (np.arange(first, last, dtype=np.float32) + np.float32(0.5)) * np.float32(
        scale
    ) - np.float32(0.5)
    low = max(0, int(y[0]) - 2)
    high = min(plane.shape[0], int(y[-1]) + 3)
    wide = f32(cv2.resize(plane[low:high], (width, high - low), interpolation=cv2.INTER_LINEAR))
    x = np.arange(width, dtype=np.float32)[None, :]
    if first == 0 and last == height:
        return resized(plane, width, height)
    return warped(wide, x, (y - low)[:, None])
