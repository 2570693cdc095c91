"""Colours on the same map as the values: palette, harmony, temperature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import oklab_to_bytes
from gesso.core.pixels.derived.swatches import swatches
from gesso.core.pixels.picture import Picture
from gesso.core.records.works import Swatch
from gesso.study.drawing.lettering import INK, Word, lettered
from gesso.study.drawing.plates import Bytes, drawn_later, filled, size_of, wide_blocks
from gesso.study.easel import Easel, Floats
from gesso.study.measures.colour import hues, measure_colour
from gesso.study.records import Figure, Reading
from gesso.study.tools.colour.harmony import Harmony, fit_harmony
from gesso.study.tools.colour.names import name_of
from gesso.study.tools.tool import measured_by

_CHIPS = (760, 220)


@dataclass(frozen=True)
class ColoursOptions:
    """How the palette is made.

    Attributes:
        most: colours of the palette at most.
        apart: OKLab distance below which two colours are one.
        least_share: of a colour of the palette, 0 to 1.
    """

    most: int = 8
    apart: float = 0.05
    least_share: float = 0.004


@dataclass(frozen=True)
class PaletteColour:
    """A colour of the palette: OKLab and its share of the picture."""

    lab: tuple[float, float, float]
    share: float

    @property
    def name(self) -> str:
        """In plain words."""
        return name_of(*self.lab)


class Colours:
    """Reads the colours.

    Args:
        options: how the palette is made.
        company: not used.
    """

    Options: ClassVar[type] = ColoursOptions
    name = "colours"

    def __init__(self, options: ColoursOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options

    def read(self, easel: Easel) -> Reading:
        """The palette with names, the template its hues fit, warm against cool, two sheets."""
        metrics = easel.once(measure_colour)
        palette = palette_of(swatches(Picture(easel.rgb)), self._options)
        harmony = fit_harmony(easel.once(hues))
        size, blocks = size_of(easel.values.shape), easel.blocks()
        wide = easel.once(wide_blocks)
        means = _means(easel.lab, blocks.labels, blocks.used)
        return Reading(
            tool=self.name,
            title="Colour",
            note=_note(palette, harmony, metrics),
            figures={
                **metrics,
                "palette": [_told(colour) for colour in palette],
                "harmony": None
                if harmony is None
                else {
                    "template": harmony.template,
                    "turn": harmony.turn,
                    "residual": harmony.residual,
                },
            },
            sheets=(
                drawn_later(
                    "colour-blocks",
                    "The big shapes in their own colours.",
                    size,
                    lambda: filled(wide(), oklab_to_bytes(means)),
                ),
                drawn_later(
                    "palette",
                    "The colours, by how much there is of each.",
                    _CHIPS,
                    lambda: _chips(palette),
                ),
            ),
            maker=measured_by(self.name, "1", self._options, easel),
        )


def palette_of(found: tuple[Swatch, ...], options: ColoursOptions) -> tuple[PaletteColour, ...]:
    """Swatches joined until they stand apart, largest share first.

    Args:
        found: of the picture.
        options: how far apart, how large, how many.
    """
    held: list[tuple[NDArray[np.float64], float]] = []
    for swatch in found:
        place, share = np.array([swatch.lightness, swatch.a, swatch.b]), swatch.share
        near = [float(np.linalg.norm(place - middle)) for middle, _ in held]
        closest = int(np.argmin(near)) if near else -1
        if held and near[closest] < options.apart:
            middle, had = held[closest]
            held[closest] = (middle * had + place * share) / (had + share), had + share
        else:
            held.append((place, share))
    held.sort(key=lambda colour: -colour[1])
    kept = [colour for colour in held if colour[1] >= options.least_share][: options.most]
    kept = kept or held[:1]
    total = sum(share for _, share in kept)
    return tuple(
        PaletteColour((float(m[0]), float(m[1]), float(m[2])), share / total) for m, share in kept
    )


def _means(lab: Floats, index: NDArray[np.int32], count: int) -> Floats:
    flat = index.ravel()
    sizes = np.bincount(flat, minlength=count)
    parts = [
        np.bincount(flat, weights=lab[..., part].ravel(), minlength=count) / sizes
        for part in range(3)
    ]
    return np.stack(parts, axis=1).astype(np.float32)


def _told(colour: PaletteColour) -> Figure:
    return {
        "name": colour.name,
        "hex": hex_of(colour.lab),
        "oklab": [round(part, 4) for part in colour.lab],
        "share": round(colour.share, 6),
    }


def hex_of(lab: tuple[float, float, float]) -> str:
    """As the web writes it: "#2f4a6b"."""
    red, green, blue = oklab_to_bytes(np.array([[lab]], dtype=np.float32))[0, 0].tolist()
    return f"#{red:02x}{green:02x}{blue:02x}"


def _note(
    palette: tuple[PaletteColour, ...], harmony: Harmony | None, metrics: dict[str, float]
) -> str:
    names = list(dict.fromkeys(colour.name for colour in palette))[:3]
    first = f"Mostly {' and '.join([', '.join(names[:-1]), names[-1]]) if names[1:] else names[0]}."
    if harmony is None:
        return f"{first} It is all grays, so no hues to compare."
    warm = metrics.get("warm", 0.0)
    leaning = "warm" if warm > 0.33 else "cool" if warm < -0.33 else "warm and cool alike"
    lights = metrics.get("temp_split", 0.0)
    split = (
        f" Lights are {'warmer' if lights > 0 else 'cooler'} than darks."
        if abs(lights) > 0.012
        else ""
    )
    return f"{first} The hues are nearest to {harmony.template}, {leaning}.{split}"


def _chips(palette: tuple[PaletteColour, ...]) -> Bytes:
    """Bars as wide as each colour's share, with names below where there is room."""
    (width, height), foot = _CHIPS, 52
    plate = np.full((height, width, 3), 250, dtype=np.uint8)
    edges = np.rint(np.cumsum([0.0, *(colour.share for colour in palette)]) * width).astype(int)
    words = []
    for colour, left, right in zip(palette, edges[:-1], edges[1:], strict=True):
        tone = oklab_to_bytes(np.array([[colour.lab]], dtype=np.float32))[0, 0]
        plate[: height - foot, left:right] = tone
        if right - left > 8 * len(colour.name):
            middle = (left + right) / 2
            words += [
                Word(colour.name, middle, height - 34, INK, 14),
                Word(f"{colour.share:.0%}", middle, height - 15, (110, 110, 110), 13),
            ]
    return lettered(plate, words)
