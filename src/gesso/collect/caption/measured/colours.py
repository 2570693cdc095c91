"""The colours of a picture by their plain names, pixel by pixel, and how light it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness, srgb_to_oklab
from gesso.core.pixels.derived.thumbnails import reduced
from gesso.core.pixels.picture import Picture

SIDE = 256
FAMILIES = (
    *("black", "gray", "white", "brown", "cream", "red", "orange", "ochre", "yellow"),
    *("green", "blue-green", "blue", "violet", "pink"),
)
NEUTRAL = frozenset({"black", "gray", "white"})

_GRAY = 0.025
"""OKLab chroma below which a pixel has no colour that one would name."""
_TURNS = (
    *((12.0, "pink"), (50.0, "red"), (75.0, "orange"), (98.0, "ochre"), (118.0, "yellow")),
    *((165.0, "green"), (220.0, "blue-green"), (290.0, "blue"), (335.0, "violet"), (360.0, "pink")),
)
"""Where one hue ends and the next begins, degrees of OKLab."""


@dataclass(frozen=True)
class Hue:
    """One family of colours in a picture.

    Attributes:
        name: of `FAMILIES`.
        share: of the picture's area, 0 to 1.
        lightness: mean OKLab L of those pixels, 0 to 1.
        chroma: their mean OKLab chroma.
    """

    name: str
    share: float
    lightness: float
    chroma: float

    @property
    def words(self) -> str:
        """The colour as one says it: "dark brown", "pale blue"."""
        if self.name in {"black", "white", "cream"}:
            return self.name
        if self.name == "gray":
            return _shaded("gray", self.lightness, 0.42, 0.76, "light")
        if self.name in {"brown", "ochre", "orange", "yellow"}:
            return _shaded(self.name, self.lightness, 0.36, 1.0, "")
        return _shaded(self.name, self.lightness, 0.40, 0.80, "pale")


@dataclass(frozen=True)
class Tones:
    """How light a picture is, CIE L* 0 to 100.

    Attributes:
        mean: of all pixels.
        low, high: the 5th and the 95th percentile.
        chroma: the 95th percentile of OKLab chroma: how much colour there is at its strongest.
        coloured: the share of pixels that are plainly coloured, however few, 0 to 1.
    """

    mean: float
    low: float
    high: float
    chroma: float
    coloured: float

    @property
    def is_gray(self) -> bool:
        """There is no colour in it, but for what a scanner adds."""
        return self.chroma < 0.02 and self.coloured < 0.0005


def colours_of(picture: Picture) -> tuple[Tones, tuple[Hue, ...]]:
    """The tones of a picture, and its colours by family, the largest first."""
    rgb = reduced(picture.rgb, SIDE)
    values, lab = lightness(rgb), srgb_to_oklab(rgb)
    light = lab[..., 0].ravel()
    chroma = np.hypot(lab[..., 1], lab[..., 2]).ravel()
    low, high = np.percentile(values, (5, 95))
    tones = Tones(
        float(values.mean(dtype=np.float64)),
        float(low),
        float(high),
        float(np.percentile(chroma, 95)),
        float((chroma > 2 * _GRAY).mean()),
    )
    hue = np.degrees(np.arctan2(lab[..., 2], lab[..., 1])).ravel() % 360
    names = _families(light, chroma, hue)
    counts = np.bincount(names, minlength=len(FAMILIES))
    lights = np.bincount(names, light, len(FAMILIES))
    chromas = np.bincount(names, chroma, len(FAMILIES))
    found = [
        Hue(name, count / names.size, lights[at] / count, chromas[at] / count)
        for at, (name, count) in enumerate(zip(FAMILIES, counts.tolist(), strict=True))
        if count
    ]
    return tones, tuple(sorted(found, key=lambda one: (-one.share, one.name)))


def _families(
    light: NDArray[np.float32], chroma: NDArray[np.float32], hue: NDArray[np.float32]
) -> NDArray[np.int64]:
    """The number of each pixel's family in `FAMILIES`."""
    ends = np.array([end for end, _ in _TURNS])
    by_turn = np.array([FAMILIES.index(name) for _, name in _TURNS])
    found = by_turn[np.minimum(np.searchsorted(ends, hue, side="right"), len(_TURNS) - 1)]
    is_warm = (hue >= 25) & (hue <= 100)
    found[is_warm & (light < 0.62) & (chroma < 0.13)] = FAMILIES.index("brown")
    found[(hue >= 40) & (hue <= 115) & (light > 0.80) & (chroma < 0.09)] = FAMILIES.index("cream")
    found[(hue < 40) & (light > 0.72) & (chroma < 0.13)] = FAMILIES.index("pink")
    is_gray = chroma < _GRAY
    found[is_gray] = FAMILIES.index("gray")
    found[(chroma < 2 * _GRAY) & (light < 0.22)] = FAMILIES.index("black")
    found[is_gray & (light > 0.93)] = FAMILIES.index("white")
    return np.asarray(found, dtype=np.int64)


def _shaded(name: str, light: float, dark: float, pale: float, light_word: str) -> str:
    if light < dark:
        return f"dark {name}"
    return f"{light_word} {name}" if light > pale else name
