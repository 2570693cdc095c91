"""Colours: works that have them, over all eight swatches of a picture and their shares."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError
from gesso.core.pixels.colour import oklab_to_bytes, srgb_to_oklab
from gesso.search.columns.rows import Rows
from gesso.search.records import Colour

MOST = 5
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")
_ASKED = re.compile(r"([^:~@]+)(?:[:@](\d{1,3}(?:\.\d+)?)%)?(?:~(\d?\.\d+|\d))?")
# A colour that covers a tenth of a picture is one that people name; more of it is a little better.
_ENOUGH = 0.1
NAMES = {
    "black": "#1a1a1a", "white": "#f5f3ee", "grey": "#808080", "gray": "#808080",
    "red": "#b3261e", "crimson": "#9b1b30", "pink": "#e8a0b4", "orange": "#e07b26",
    "brown": "#6b4a2f", "ochre": "#c38b2e", "gold": "#c9a227", "yellow": "#e8c832",
    "olive": "#6b6b2a", "green": "#3f7a3d", "turquoise": "#3fa79b", "teal": "#1f6b70",
    "blue": "#2c5aa0", "navy": "#1c2a4a", "ultramarine": "#2b3a9c", "violet": "#6a4c93",
    "purple": "#5e3370", "beige": "#d8c8a8", "cream": "#f0e6c8",
}  # fmt: skip


def read_colour(text: str) -> Colour:
    """A colour as people write it: "#224466", "blue", "#224466:20%", "gold~0.2".

    The share that it should cover stands behind a colon, how far it may be off behind a tilde.

    Raises:
        InputError: it is none.
    """
    found = _ASKED.fullmatch(text.strip())
    name = found[1].strip().lower() if found else ""
    code = _HEX.fullmatch(NAMES.get(name, name))
    share = float(found[2]) / 100 if found and found[2] else None
    tolerance = float(found[3]) if found and found[3] else 0.12
    if code is None or (share is not None and not 0 < share <= 1) or not 0.02 <= tolerance <= 0.4:
        raise InputError(
            f"'{text[:40]}' is no colour.",
            "Write #224466 or a name such as blue; with a share #224466:20%; with a tolerance of "
            "0.02 to 0.4 #224466~0.2.",
        )
    digits = code[1] if len(code[1]) == 6 else "".join(sign * 2 for sign in code[1])
    rgb = np.array([[[int(digits[at : at + 2], 16) for at in (0, 2, 4)]]], dtype=np.uint8)
    lightness, a, b = (float(part) for part in srgb_to_oklab(rgb)[0, 0])
    return Colour(lightness, a, b, share, tolerance, name if name in NAMES else f"#{digits}")


def have_colours(
    swatches: Rows, colours: Sequence[Colour]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """How well works have all of some colours.

    Every swatch of a picture counts by its share and its nearness, so a colour that two swatches
    have between them is seen, and a small one is not drowned by the dominant one.

    Args:
        swatches: the works.
        colours: one to five.

    Returns:
        (works,) 0 to 1 how well all of them are there, and (works, colours) the share of the area
        that each covers.

    Raises:
        InputError: none, or more than five.
    """
    if not 1 <= len(colours) <= MOST:
        raise InputError(
            f"{len(colours)} colours cannot be looked for at once.", f"Give 1 to {MOST}."
        )
    covered = np.stack([_covered(swatches, colour) for colour in colours], axis=1)
    fits = np.stack(
        [_fits(covered[:, at], colour.share) for at, colour in enumerate(colours)], axis=1
    )
    together = np.exp(np.log(np.maximum(fits, 1e-6)).mean(axis=1))
    together[(fits <= 0).any(axis=1)] = 0
    return np.asarray(together, dtype=np.float32), covered


def _covered(swatches: Rows, colour: Colour) -> NDArray[np.float32]:
    """(works,) the share of the area in about this colour; nearer swatches count for more."""
    held = swatches.columns
    apart = np.square(held["light"] - np.float32(colour.lightness))
    # In OKLab hue and chroma count too little beside lightness (CSS Color 4, deltaEOK2).
    apart += 4 * np.square(held["a"] - np.float32(colour.a))
    apart += 4 * np.square(held["b"] - np.float32(colour.b))
    near = np.maximum(1 - apart / np.float32(2 * colour.tolerance) ** 2, 0)
    return np.asarray((near * held["share"]).sum(axis=1), dtype=np.float32)


def _fits(covered: NDArray[np.float32], share: float | None) -> NDArray[np.float32]:
    if share is None:
        return np.asarray(1 - np.exp(-covered / _ENOUGH), dtype=np.float32)
    return np.asarray(
        np.minimum(covered, share) / np.maximum(np.maximum(covered, share), 1e-6),
        dtype=np.float32,
    )


def nearest_swatch(swatches: Rows, place: int, colour: Colour) -> str:
    """The swatch of one work that is nearest to a colour, as #rrggbb; "" for none."""
    held = {name: column[place] for name, column in swatches.columns.items()}
    apart = (held["light"] - colour.lightness) ** 2
    apart = apart + 4 * ((held["a"] - colour.a) ** 2 + (held["b"] - colour.b) ** 2)
    apart = np.where(held["share"] > 0, apart, np.inf)
    at = int(np.argmin(apart))
    if not np.isfinite(apart[at]):
        return ""
    lab = np.array([[[held["light"][at], held["a"][at], held["b"][at]]]])
    red, green, blue = (int(part) for part in oklab_to_bytes(lab)[0, 0])
    return f"#{red:02x}{green:02x}{blue:02x}"
