"""What orders and words go by: a few figures of each work, from what the catalogue has of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import PictureError
from gesso.core.pixels.colour import lightness, srgb_to_oklab
from gesso.core.pixels.decode import decode
from gesso.core.pixels.derived.mood import MOOD_SIDE, mood_figures, mood_of_figures
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Swatch, Work

Floats = NDArray[np.float64]

_CELLS = 6
_PALETTE, _LAYOUT = 1.0, 0.6
"""How much colours and their places count in how far two pictures are apart; ours."""
_COLOURED = 0.03


@dataclass(frozen=True)
class Look:
    """How a work looks.

    Attributes:
        work: its record.
        value: mean L*, 0 to 100.
        chroma: mean OKLab chroma.
        warmth: -1 for all cool, 1 for all warm; 0 without colour.
        hue: radians, where its colour points; None without colour.
        spread: standard deviation of L*.
        valence, arousal: 0 to 1.
        cells: (6, 6, 3) OKLab, its colours by their places.
    """

    work: Work
    value: float
    chroma: float
    warmth: float
    hue: float | None
    spread: float
    valence: float
    arousal: float
    cells: NDArray[np.float32]


def look_at(catalogue: Catalogue, work: Work) -> Look:
    """Look at a work's small picture.

    Raises:
        UnknownItem: there is no picture of it.
        DamageError: its thumbnail is missing.
    """
    rgb = reduced(np.asarray(small_picture(catalogue, work).rgb), MOOD_SIDE)
    values, lab = lightness(rgb), srgb_to_oklab(rgb)
    figures = mood_figures(values, lab)
    mood = mood_of_figures(figures)
    a, b = float(lab[..., 1].mean()), float(lab[..., 2].mean())
    cells = cv2.resize(lab, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA)
    return Look(
        work,
        figures["light"],
        figures["chroma"],
        figures["warm"],
        math.atan2(b, a) if math.hypot(a, b) > 0.012 else None,
        figures["spread"],
        mood["valence"],
        mood["arousal"],
        np.asarray(cells, np.float32),
    )


def distances(looks: Sequence[Look]) -> Floats:
    """(n, n) how unlike the pictures are: their palettes, and where the colours stand."""
    count = len(looks)
    found = np.zeros((count, count))
    cells = np.stack([look.cells.reshape(-1, 3) for look in looks])
    for i in range(count):
        layout = np.linalg.norm(cells - cells[i], axis=2).mean(axis=1)
        for j in range(i):
            palette = palettes_apart(looks[i].work.swatches, looks[j].work.swatches)
            found[i, j] = found[j, i] = _PALETTE * palette + _LAYOUT * float(layout[j])
    return found


def apart(one: Look, other: Look) -> float:
    """How unlike two pictures are, as `distances` tells it."""
    return float(distances((one, other))[0, 1])


def palettes_apart(one: Sequence[Swatch], other: Sequence[Swatch]) -> float:
    """How far each colour of one palette is from the nearest of the other, by their shares."""
    if not one or not other:
        return 0.3
    here, there = _points(one), _points(other)
    apart = np.linalg.norm(here[:, None] - there[None], axis=2)
    shares, others = _shares(one), _shares(other)
    return float((apart.min(axis=1) @ shares + apart.min(axis=0) @ others) / 2)


def _points(swatches: Sequence[Swatch]) -> Floats:
    return np.array([(one.lightness, one.a, one.b) for one in swatches])


def _shares(swatches: Sequence[Swatch]) -> Floats:
    shares = np.array([one.share for one in swatches])
    return np.asarray(shares / shares.sum())


def small_picture(catalogue: Catalogue, work: Work) -> Picture:
    """A work's picture, small.

    Raises:
        UnknownItem: there is no picture of it.
        DamageError: its thumbnail is missing.
    """
    try:
        return decode(catalogue.thumbnail(work, 512), name=f"work {work.id}").picture
    except PictureError:
        return catalogue.picture(work)
