"""Paint poured and drawn through itself: the painter's abstract."""

from __future__ import annotations

import cv2
import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, smooth, warped
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.surface import Surface, toward


def flow(s: Surface) -> None:
    """Paint poured and drawn through itself: fields that fold, one lit seam through them."""
    first, second, third = (
        s.noise("fold a", 1.6, 3),
        s.noise("fold b", 1.6, 3),
        s.noise("base", 1.8, 4, 0.5),
    )
    columns = np.arange(s.width, dtype=np.float32)[None, :]
    rows = np.arange(s.height, dtype=np.float32)[:, None]
    reach = s.unit * (0.10 + 0.20 * s.spec.busy)
    once = warped(third, columns + first * reach, rows + second * reach)
    twice = warped(
        once, columns + (2.2 * once + first) * reach, rows + (2.2 * once - second) * reach
    )
    down, across = np.gradient(cv2.GaussianBlur(twice, (0, 0), s.unit / 90))
    steep = np.hypot(across, down) * s.unit
    x, y = s.light
    near = np.exp(-((np.hypot(s.x - x, s.y - y) / 0.55) ** 2))
    level = 0.5 + 0.26 * np.tanh(twice * 0.9) + 0.16 * near - 0.05
    relief = np.clip(-(across * (x - s.x) + down * (y - s.y)) * s.unit / 6, -1, 1)
    value = np.clip(level + 0.14 * relief, 0.04, 0.97)
    s.lab[:] = s.palette.ramp(f32(value), 1.5)
    seam = np.exp(-((twice - 0.25) ** 2) / 0.012)
    s.lab[:] = toward(
        s.lab, s.palette.light(0.86, 1.5), np.clip(seam * (0.35 + 0.6 * near), 0, 0.9)
    )
    other = np.exp(-((once + 0.9) ** 2) / 0.10)
    accent = lch(0.48, min(0.15, 0.05 + s.spec.ground_chroma), s.spec.hue_light + 320)
    s.lab[:] = toward(s.lab, accent, 0.55 * other)
    s.angle[:] = np.arctan2(across, -down)
    s.detail[:] = 0.2 + 0.5 * smooth(steep, 1.0, 9.0)
    s.far[:] = 0.5
