"""Notan: the picture in two values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gesso.study.drawing.plates import Bytes, drawn_later, filled, gray_of, plane, sheet, size_of
from gesso.study.easel import Easel
from gesso.study.measures.value import measure_notan
from gesso.study.records import Reading
from gesso.study.regions.tones import Tones, counted, tone_of
from gesso.study.tips.wording import told
from gesso.study.tools.tool import measured_by

_DARK, _LIGHT = 12.0, 96.0


@dataclass(frozen=True)
class NotanOptions:
    """Where the two values part.

    Attributes:
        cut: L*, 0 to 100; None for the cut with the least error.
    """

    cut: float | None = None


class Notan:
    """Reads the two-value design.

    Args:
        options: where to cut.
        company: not used.
    """

    Options: ClassVar[type] = NotanOptions
    name = "notan"

    def __init__(self, options: NotanOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options

    def read(self, easel: Easel) -> Reading:
        """The dark share at the cut, how much two values explain, and a map to move the cut on."""
        metrics = easel.once(measure_notan)
        cut = metrics["notan_cut"] if self._options.cut is None else self._options.cut
        tones, tone = easel.tones(easel.options.strength), tone_of(cut)
        shares = _dark_by_tone(counted(tones))
        size = size_of(tones.shape)
        explained = metrics.get("notan_expl")
        carries = f" Two values carry {told('notan_expl', explained)} of it." if explained else ""
        dark = shares[tone]
        return Reading(
            tool=self.name,
            title="Notan",
            note=f"{told('notan_dark', dark)} is dark, cut at {told('notan_cut', cut)}.{carries}",
            figures={
                **metrics,
                "cut": round(float(cut), 4),
                "cut_tone": tone,
                "dark": dark,
                "dark_by_tone": [*shares],
            },
            sheets=(
                drawn_later(
                    "notan",
                    "Two values: the design without drawing or colour.",
                    size,
                    lambda: _two_values(tones, tone, size),
                ),
                sheet(
                    "notan-tones",
                    "The smoothed values, L* times 2.55, for moving the cut.",
                    tones,
                    is_map=True,
                ),
            ),
            maker=measured_by("notan", "2", self._options, easel),
        )


def _two_values(tones: Tones, tone: int, size: tuple[int, int]) -> Bytes:
    # Between two tones the border lies halfway, so that an even field on the cut stays whole.
    light = plane(tones.astype(np.float32), size) >= tone - 0.5
    return filled(light.view(np.uint8), gray_of(np.array([_DARK, _LIGHT], dtype=np.float32)))


def _dark_by_tone(counts: NDArray[np.int64]) -> list[float]:
    """The dark share for a cut at each tone, 0 to 256: what lies below it."""
    below = np.concatenate([[0], np.cumsum(counts)])
    return [round(int(count) / int(below[-1]), 6) for count in below]
