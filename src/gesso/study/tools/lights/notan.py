"""Notan: the picture in two values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gesso.study.drawing.plates import gray_of, plane, sheet, size_of
from gesso.study.easel import Easel, Floats
from gesso.study.measures.value import measure_notan
from gesso.study.records import Figure, Reading
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
        metrics = measure_notan(easel)
        cut = metrics["notan_cut"] if self._options.cut is None else self._options.cut
        size = size_of(easel.values.shape)
        smoothed = plane(easel.smoothed(), size)
        dark = float((easel.smoothed() < cut).mean())
        shares = _dark_by_cut(easel.smoothed())
        explained = metrics.get("notan_expl")
        carries = f" Two values carry {told('notan_expl', explained)} of it." if explained else ""
        return Reading(
            tool=self.name,
            title="Notan",
            note=f"{told('notan_dark', dark)} is dark, cut at {told('notan_cut', cut)}.{carries}",
            figures={**metrics, "cut": cut, "dark": dark, "dark_by_cut": shares},
            sheets=(
                sheet(
                    "notan",
                    "Two values: the design without drawing or colour.",
                    gray_of(np.where(smoothed < cut, np.float32(_DARK), np.float32(_LIGHT))),
                ),
                sheet(
                    "notan-values",
                    "The smoothed values, L* times 2.55, for moving the cut.",
                    np.rint(np.clip(easel.smoothed(), 0, 100) * 2.55).astype(np.uint8),
                    is_map=True,
                ),
            ),
            maker=measured_by("notan", "1", self._options, easel),
        )


def _dark_by_cut(values: Floats) -> list[Figure]:
    """The dark share for a cut at each whole L*, 0 to 100."""
    ordered = np.sort(values, axis=None)
    below = np.searchsorted(ordered, np.arange(101, dtype=np.float32), side="left")
    return [round(float(count) / values.size, 6) for count in below]
