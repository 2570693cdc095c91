"""The values of a picture: grays, histogram, key, coverage, what a squint sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness
from gesso.study.drawing.lettering import INK, Word, lettered
from gesso.study.drawing.plates import Kept, drawn_later, gray_of, sheet, size_of
from gesso.study.easel import Easel, Floats, Surface
from gesso.study.measures.value import measure_value
from gesso.study.records import Reading
from gesso.study.tips.wording import told
from gesso.study.tools.tool import measured_by

_BINS = 50
_BARS = (760, 260)
_WIDE = 4.0
"""Pixels of a blur from which half the size holds all that is left."""
_NAMES = ((30.0, "low"), (60.0, "middle"), (101.0, "high"))


@dataclass(frozen=True)
class ValuesOptions:
    """How values are shown.

    Attributes:
        squint: blur of the squint, a part of the long side.
    """

    squint: float = 0.012


class Values:
    """Reads the values.

    Args:
        options: how they are shown.
        company: not used.
    """

    Options: ClassVar[type] = ValuesOptions
    name = "values"

    def __init__(self, options: ValuesOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options

    def read(self, easel: Easel) -> Reading:
        """Key, contrast, coverage and histogram, with a gray, a squint and a histogram sheet."""
        metrics = easel.once(measure_value)
        counts, _ = np.histogram(easel.values, bins=_BINS, range=(0, 100))
        shares = counts / easel.values.size
        key = key_of(metrics["L_mean"])
        size = size_of(easel.values.shape)
        values = Kept(partial(_values_of, easel.surface, size))
        blur = max(0.3, self._options.squint * max(size))

        return Reading(
            tool=self.name,
            title="Values",
            note=(
                f"A {key} key, {told('L_mean', metrics['L_mean'])} on average, with a range of "
                f"{told('L_range', metrics['L_range'])}; {told('dark25', metrics['dark25'])} is "
                f"very dark and {told('light80', metrics['light80'])} very light."
            ),
            figures={
                **metrics,
                "key": key,
                "munsell": round(metrics["L_mean"] / 10, 1),
                "histogram": [round(float(share), 6) for share in shares],
            },
            sheets=(
                drawn_later(
                    "values", "The picture in its true grays.", size, lambda: gray_of(values())
                ),
                drawn_later(
                    "squint",
                    "What is left when you squint.",
                    size,
                    lambda: gray_of(_squinted(values(), blur)),
                ),
                drawn_later(
                    "histogram",
                    "How much there is of each value, Munsell 0 to 10.",
                    _BARS,
                    lambda: _bars(shares),
                ),
                sheet("value-tones", "The values, L* times 2.55.", easel.tones(), is_map=True),
            ),
            maker=measured_by("values", "1", self._options, easel),
        )


def _values_of(surface: Surface, size: tuple[int, int]) -> Floats:
    return lightness(surface.photo(size))


def _squinted(values: Floats, blur: float) -> Floats:
    """Blurred; at half the size where so much is blurred that nothing is lost by it."""
    height, width = values.shape
    if blur < _WIDE or min(height, width) < 2:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), blur), dtype=np.float32)
    half = cv2.resize(values, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(half, (0, 0), blur / 2)
    return np.asarray(
        cv2.resize(soft, (width, height), interpolation=cv2.INTER_CUBIC), dtype=np.float32
    )


def key_of(mean: float) -> str:
    """Low, middle or high, by the mean L*."""
    return next(name for end, name in _NAMES if mean < end)


def _bars(shares: NDArray[Any]) -> NDArray[np.uint8]:
    """Bars over a scale of eleven grays with their Munsell values."""
    (width, height), foot = _BARS, 56
    plate = np.full((height, width, 3), 250, dtype=np.uint8)
    tall = np.sqrt(shares / max(float(shares.max()), 1e-9)) * (height - foot - 24)
    edges = np.linspace(20, width - 20, len(shares) + 1).astype(int)
    for left, right, high in zip(edges[:-1], edges[1:], tall, strict=True):
        plate[height - foot - round(float(high)) : height - foot, left : right - 1] = 70
    stops = np.linspace(20, width - 20, 12).astype(int)
    levels: Floats = np.arange(0, 101, 10, dtype=np.float32)
    grays = gray_of(levels)
    words = []
    for number, (left, right) in enumerate(pairwise(stops.tolist())):
        plate[height - foot + 8 : height - 24, left:right] = grays[number]
        words.append(Word(str(number), (left + right) / 2, height - 11, INK, 13))
    return lettered(plate, words)
