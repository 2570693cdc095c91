"""The collection's spectrum: its own colours side by side, and the works that hold some of them.

Swatches fall into 96 cells of OKLab that never change, so that an address which names a range of
them means the same for ever: twelve hues of seven values each, then twelve greys. A cell is shown
in the mean of the colours that fell into it: the bar looks like the collection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import oklab_to_bytes
from gesso.show.gallery.wall import CELLS

MOST_SWATCHES = 8
HUES, VALUES = 12, 7
_GREY = 0.025
"""OKLab chroma below which a colour is a grey to the eye."""
_FIRST_HUE = -np.pi / 24
"""Where the bar begins: just before red."""
HELD = 0.08
"""Share of a picture that a range has to cover for the work to hold it."""
_THIN = 0.0015
"""Stripes of the bar below this share would be too thin to hit; they join their neighbour."""


class Sums:
    """What fell into each cell so far: share, and share times L, a, b."""

    def __init__(self) -> None:
        self.totals: NDArray[np.float64] = np.zeros((CELLS, 4))

    def add(self, cells: NDArray[np.uint8], lab: NDArray[np.float64], shares: object) -> None:
        """Gather some swatches."""
        weights = np.asarray(shares, np.float64)
        for at, values in enumerate((np.ones(len(cells)), *lab.T)):
            self.totals[:, at] += np.bincount(cells, weights * values, CELLS)

    def hexes(self) -> list[str]:
        """The mean colour of each cell as #rrggbb; a cell without any gets its middle."""
        total = self.totals[:, :1]
        means = np.where(total > 0, self.totals[:, 1:] / np.maximum(total, 1e-9), _middles())
        colours = oklab_to_bytes(means.astype(np.float32)).tolist()
        return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in colours]


@dataclass(frozen=True)
class Stripe:
    """A colour of the bar.

    Attributes:
        first, last: its cells.
        share: of the room's whole area, 0 to 1.
        hex: its colour.
        words: what it is called: "dark blue".
    """

    first: int
    last: int
    share: float
    hex: str
    words: str


def cells_of(told: Sequence[str], sums: Sums) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The cells and shares of some works' swatches, as the catalogue keeps them.

    Args:
        told: JSON of each, "[[L,a,b,share],…]", or "".
        sums: gathers them.

    Returns:
        (works, 8) cells, and (works, 8) shares in 255ths, 0 where there is no swatch.
    """
    counts = np.array([max(0, text.count("[") - 1) for text in told], np.int64)
    joined = ",".join(text for text in told if len(text) > 2)
    numbers = np.fromstring(joined.translate(_BRACKETS), sep=",") if joined else np.zeros(0)
    swatches = numbers.reshape(-1, 4)
    works = np.repeat(np.arange(len(told)), counts)
    places = np.arange(len(works)) - np.repeat(np.cumsum(counts) - counts, counts)
    is_shown = places < MOST_SWATCHES
    works, places, swatches = works[is_shown], places[is_shown], swatches[is_shown]
    cells = _cells(swatches[:, :3])
    sums.add(cells, swatches[:, :3], swatches[:, 3])
    found = np.zeros((2, len(told), MOST_SWATCHES), np.uint8)
    found[0, works, places] = cells
    found[1, works, places] = np.clip(np.rint(swatches[:, 3] * 255), 0, 255)
    return found[0], found[1]


def holds(
    cells: NDArray[np.uint8], shares: NDArray[np.uint8], colours: tuple[int, int]
) -> NDArray[np.bool_]:
    """Which works hold a range of the spectrum, by the share of all their swatches in it.

    Of a range narrower than a hue half of that share is enough: it is an accent.
    """
    first, last = colours
    within = (cells >= first) & (cells <= last)
    covered = np.where(within, shares, 0).sum(axis=1, dtype=np.uint16)
    needed = HELD if last - first >= VALUES - 1 else HELD / 2
    found: NDArray[np.bool_] = covered >= round(needed * 255)
    return found


def weigh(cells: NDArray[np.uint8], shares: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The share of each cell in some works, 0 to 1."""
    found = np.bincount(cells.reshape(-1), shares.reshape(-1), CELLS)
    shares_of: NDArray[np.float64] = found / max(found.sum(), 1.0)
    return shares_of


def stripes(weights: NDArray[np.float64], hexes: Sequence[str]) -> tuple[Stripe, ...]:
    """The bar: cells that occur, in order; what would be too thin joins the one before it."""
    found: list[Stripe] = []
    for cell in np.flatnonzero(weights > 0).tolist():
        share = float(weights[cell])
        if found and _family(found[-1].last) == _family(cell) and share < _THIN:
            last = found[-1]
            found[-1] = Stripe(last.first, cell, last.share + share, last.hex, last.words)
        else:
            found.append(Stripe(cell, cell, share, hexes[cell], name_of(cell)))
    return tuple(found)


def name_of(cell: int) -> str:
    """What a cell is called."""
    if cell >= HUES * VALUES:
        step = cell - HUES * VALUES
        return _GREYS[step * len(_GREYS) // (CELLS - HUES * VALUES)]
    hue, value = divmod(cell, VALUES)
    return f"{_TONES[value]}{'brown' if hue == _BROWN and value <= VALUES // 2 else _NAMES[hue]}"


_BRACKETS = {ord("["): None, ord("]"): None}
_NAMES = (
    "rose", "red", "orange", "yellow", "olive green", "green", "sea green", "cyan", "blue",
    "violet blue", "violet", "magenta",
)  # fmt: skip
_BROWN = 2
"""The hue whose darks are browns."""
_TONES = ("blackish ", "very dark ", "dark ", "", "light ", "pale ", "very pale ")
_GREYS = ("black", "dark grey", "grey", "light grey", "white")


def _family(cell: int) -> int:
    return min(cell // VALUES, HUES)


def _cells(lab: NDArray[np.float64]) -> NDArray[np.uint8]:
    lightness, a, b = lab.T
    turned = (np.arctan2(b, a) - _FIRST_HUE) % (2 * np.pi)
    hue = np.minimum((turned * (HUES / (2 * np.pi))).astype(np.int64), HUES - 1)
    value = np.clip((lightness * VALUES).astype(np.int64), 0, VALUES - 1)
    greys = CELLS - HUES * VALUES
    grey = HUES * VALUES + np.clip((lightness * greys).astype(np.int64), 0, greys - 1)
    is_grey = np.hypot(a, b) < _GREY
    cells: NDArray[np.uint8] = np.where(is_grey, grey, hue * VALUES + value).astype(np.uint8)
    return cells


def _middles() -> NDArray[np.float64]:
    """The middle of each cell, as (96, 3) OKLab."""
    found = np.zeros((CELLS, 3))
    for cell in range(CELLS):
        if cell >= HUES * VALUES:
            found[cell, 0] = (cell - HUES * VALUES + 0.5) / (CELLS - HUES * VALUES)
            continue
        angle = _FIRST_HUE + (cell // VALUES + 0.5) * 2 * np.pi / HUES
        lightness = (cell % VALUES + 0.5) / VALUES
        found[cell] = lightness, 0.09 * np.cos(angle), 0.09 * np.sin(angle)
    return found
