"""What is no picture to advise on: pure noise, and pages of text; told as what they are."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Easel, Floats

_ALIKE = 0.35
"""Correlation of each value with its neighbour; of 415 paintings none has less than twice that."""
_FEW = 16
"""Pixels of the shorter side below which likeness is an accident."""
_FAINT, _GRAIN = 3.0, 8.0
"""Spread of L* below which there is nothing to be alike, as read and at full size: grain of a blank
paper is no noise."""
_COARSE = 8
"""What is left of noise at an eighth of the reading size is next to nothing; of a picture that was
dithered it is the picture."""
_LEFT = 0.2
_WIDEST = 50.0
"""The widest that values from 0 to 100 can spread."""
_LOOKED_AT = 60_000
"""Pixels of the full size that are looked at, about, in whole rows and columns."""
_INK = 25.0
"""L* that ink lies below its paper."""
_PAPER = 0.6
"""The share of a page that is paper, at least, within `_LIKE` L* of its commonest value."""
_LIKE = 8.0
_INKED = (0.01, 0.35)
_THIN = 0.75
"""The part of the ink that is thinner than a few pixels."""
_LINES = 6
_EVEN = 0.5
"""Lines of text are alike: their heights spread by less than this part of their mean."""
_TEXT = (
    "This reads as a page of text: its values are paper and ink, and no tip for a picture "
    "would mean anything."
)
_NOISE = (
    "This reads as noise: no value says anything about the one beside it, so there is no shape "
    "to speak of."
)


def no_picture(easel: Easel) -> str:
    """Why nothing can be advised, "" for a picture."""
    if _is_text(easel):
        return _TEXT
    return _NOISE if _is_noise(easel) else ""


def _is_noise(easel: Easel) -> bool:
    """Whether neighbours have nothing in common: as it is read, or where that is a blur of it."""
    values = easel.values
    if min(values.shape) < _FEW:
        return False
    if _likeness(values) < _ALIKE and float(values.std()) > _FAINT:
        return True
    height, width = values.shape
    size = max(1, width // _COARSE), max(1, height // _COARSE)
    coarse = float(cv2.resize(values, size, interpolation=cv2.INTER_AREA).std())
    if coarse > _LEFT * _WIDEST:
        return False
    rgb = easel.picture.rgb
    step = max(1, rgb.shape[0] * rgb.shape[1] // _LOOKED_AT)
    rows, columns = _grays(rgb[::step]), _grays(rgb[:, ::step])
    spread = float(rows.std())
    is_alike = max(_beside(rows), _beside(columns.T)) >= _ALIKE
    return spread > _GRAIN and coarse < _LEFT * spread and not is_alike


def _grays(rgb: NDArray[np.uint8]) -> Floats:
    """Luma, 0 to 100: near enough to L* to say how far it spreads."""
    luma = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
    return np.asarray(luma, dtype=np.float32) / np.float32(2.55)


def _likeness(values: Floats) -> float:
    """Correlation of neighbours, the larger of both ways; 1 where nothing varies."""
    return max(_beside(values), _beside(values.T))


def _beside(rows: Floats) -> float:
    """Correlation of each value with the next in its row; 1 where nothing varies."""
    first, second = rows[:, 1:] - rows[:, 1:].mean(), rows[:, :-1] - rows[:, :-1].mean()
    spread = float(np.sqrt(np.square(first).sum() * np.square(second).sum()))
    return float((first * second).sum()) / spread if spread > 1e-3 else 1.0


def _is_text(easel: Easel) -> bool:
    """Even paper, thin ink, and rows of it that are alike, upright or sideways."""
    values = easel.values
    if min(values.shape) < 100:
        return False
    counts, edges = np.histogram(values, bins=50, range=(0, 100))
    paper = float(edges[int(counts.argmax())]) + 1
    ink = values < paper - _INK
    share = float(ink.mean())
    even = float((np.abs(values - paper) < _LIKE).mean())
    if even < _PAPER or not _INKED[0] < share < _INKED[1]:
        return False
    thick = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    if 1 - float(thick.sum()) / float(ink.sum()) < _THIN:
        return False
    return _has_lines(ink.mean(axis=1)) or _has_lines(ink.mean(axis=0))


def _has_lines(inked: NDArray[np.float64]) -> bool:
    """Whether rows with and without ink take turns, in runs of like height."""
    full = inked > 0.25 * float(np.percentile(inked, 90))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], full, [False]]).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    if len(runs) < _LINES or runs.mean() < 2:
        return False
    gaps = edges[2::2] - edges[1:-1:2]
    return bool(
        runs.std() < _EVEN * runs.mean()
        and np.median(gaps) >= 1
        and np.percentile(gaps, 75) <= 4 * max(1.0, float(np.median(gaps)))
    )
