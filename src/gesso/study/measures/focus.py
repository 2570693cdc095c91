"""Where the eye goes: what stands out from what surrounds it, at four sizes.

Colour contrast between centre and surround in OKLab, after Itti, Koch and Niebur (PAMI 20, 1998).
An estimate of what stands out, not of what matters to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel, Floats
from gesso.study.measures.edges import steepness

_SCALES = (0.02, 0.04, 0.08, 0.16)
"""Sizes of the surround, of the long side."""
_PEAK_BLUR = 0.03
_CORNER = 0.3
"""What a corner loses against the middle when the strongest place is looked for."""
_EDGE, _AT_EDGE = 0.06, 0.3
"""Nearer to the border than this part of a side a place counts less, at the border this much."""
_DISC = 0.12
"""Radius of the disc around the focal point, of the long side."""
_FRAME = 0.06
"""Width of the border, of the long side."""
_NOTHING = 1e-7
"""Mean squared OKLab difference below which nothing stands out from anything."""


@dataclass(frozen=True)
class Focus:
    """Where the eye goes first.

    Attributes:
        saliency: (height, width) float32 at working size, adding up to 1.
        x, y: the strongest place, 0 to 1 from the left and the top.
        second: strength of the next place, of the strongest, 0 to 1.
        second_x, second_y: where that is.
    """

    saliency: Floats
    x: float
    y: float
    second: float
    second_x: float
    second_y: float


def find_focus(easel: Easel) -> Focus | None:
    """The places that stand out; None where nothing does."""
    saliency = _saliency(easel.lab)
    if saliency is None:
        return None
    height, width = saliency.shape
    peaks = _blurred(saliency, _PEAK_BLUR * max(height, width)) * _reach(height, width)
    row, column = _highest(peaks)
    strongest = float(peaks[row, column])
    apart = np.where(_disc(peaks.shape, row, column, 2 * _DISC), np.float32(0), peaks)
    next_row, next_column = _highest(apart)
    return Focus(
        saliency,
        (column + 0.5) / width,
        (row + 0.5) / height,
        float(apart[next_row, next_column]) / strongest,
        (next_column + 0.5) / width,
        (next_row + 0.5) / height,
    )


def measured_focus(easel: Easel) -> dict[str, float]:
    """Figures of the focal point that is found on an easel; see `measure_focus`."""
    return measure_focus(easel, easel.once(find_focus))


def measure_focus(easel: Easel, focus: Focus | None) -> dict[str, float]:
    """Figures of the focal point; none where nothing stands out.

    Returns:
        sal_top10: saliency within its strongest tenth of the picture, 0 to 1.
        second_peak: the next place's strength, of the strongest.
        border_pull: saliency of a 6 % frame over the frame's share of the area; 1 is even.
        focal_x, focal_y: 0 to 1; thirds_d, centre_d: distance to the nearest point of thirds and
            to the centre, in widths and heights.
        focal_contrast: spread of L* in the focal disc over that of the picture; focal_edge: mean
            gradient there over that of the picture; each left out where its divisor is nothing.
    """
    if focus is None:
        return {}
    saliency = focus.saliency
    height, width = saliency.shape
    ordered = np.sort(saliency, axis=None)[::-1]
    tenth = max(1, saliency.size // 10)
    frame = _frame(saliency.shape)
    points = product((1 / 3, 2 / 3), repeat=2)
    disc = _disc(saliency.shape, int(focus.y * height), int(focus.x * width), _DISC)
    found = {
        "sal_top10": float(ordered[:tenth].sum(dtype=np.float64)),
        "second_peak": focus.second,
        "border_pull": float(saliency[frame].sum(dtype=np.float64)) / float(frame.mean()),
        "focal_x": focus.x,
        "focal_y": focus.y,
        "thirds_d": min(float(np.hypot(focus.x - u, focus.y - v)) for u, v in points),
        "centre_d": float(np.hypot(focus.x - 0.5, focus.y - 0.5)),
    }
    values, slope = easel.values, easel.once(steepness)
    spread, steep = float(values.std(dtype=np.float64)), float(slope.mean(dtype=np.float64))
    if spread > 1e-3:
        found["focal_contrast"] = float(values[disc].std(dtype=np.float64)) / spread
    if steep > 1e-4:
        found["focal_edge"] = float(slope[disc].mean(dtype=np.float64)) / steep
    return found


def _saliency(lab: Floats) -> Floats | None:
    height, width = lab.shape[:2]
    # The surrounds are wide: half the size tells the same in a quarter of the time.
    size = max(1, width // 2), max(1, height // 2)
    half = np.asarray(cv2.resize(lab, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    side = max(half.shape[:2])
    total = np.zeros(half.shape[:2], dtype=np.float32)
    for scale in _SCALES:
        apart = half - _blurred(half, scale * side)
        total += _blurred(np.square(apart).sum(axis=2, dtype=np.float32), scale * side * 0.5)
    if float(total.mean(dtype=np.float64)) < _NOTHING:
        return None
    full = cv2.resize(total, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(full / full.sum(dtype=np.float64), dtype=np.float32)


def _blurred(plane: NDArray[np.float32], sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), max(sigma, 0.3)), dtype=np.float32)


def _highest(plane: Floats) -> tuple[int, int]:
    row, column = np.unravel_index(int(plane.argmax()), plane.shape)
    return int(row), int(column)


def _reach(height: int, width: int) -> Floats:
    """(height, width) how readily the eye goes there: less to corners, least to the border."""
    down = (np.arange(height, dtype=np.float32)[:, np.newaxis] + 0.5) / height
    across = (np.arange(width, dtype=np.float32)[np.newaxis] + 0.5) / width
    away = (np.square(2 * across - 1) + np.square(2 * down - 1)) / 2
    border = np.minimum(np.minimum(across, 1 - across), np.minimum(down, 1 - down))
    reach = (1 - _CORNER * away) * np.clip(border / _EDGE, _AT_EDGE, 1)
    return np.asarray(reach, dtype=np.float32)


def _disc(shape: tuple[int, ...], row: int, column: int, radius: float) -> NDArray[np.bool_]:
    height, width = shape[:2]
    down, across = np.ogrid[:height, :width]
    near: NDArray[np.bool_] = (across - column) ** 2 + (down - row) ** 2 <= (
        radius * max(height, width)
    ) ** 2
    return near


def _frame(shape: tuple[int, ...]) -> NDArray[np.bool_]:
    height, width = shape[:2]
    thick = max(1, int(_FRAME * max(height, width)))
    frame = np.ones((height, width), dtype=np.bool_)
    frame[thick : height - thick, thick : width - thick] = False
    return frame
