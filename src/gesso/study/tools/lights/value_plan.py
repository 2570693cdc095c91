"""A value plan: three to eight values, each drawn at the mean of what it covers.

Worked out on tones (regions/tones.py) from beginning to end, so that a browser that has the two
maps of tones draws the same plan: static/study/plan.js follows this file step by step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from gesso.core.errors import InputError
from gesso.study.drawing.plates import drawn_later, enlarged, filled, gray_of, sheet, size_of
from gesso.study.easel import Easel
from gesso.study.records import Figure, Reading
from gesso.study.regions.blocks import BlockMap, relevelled
from gesso.study.regions.levels import Cut
from gesso.study.regions.merging import MergeOptions, merge_small
from gesso.study.regions.tones import A_VALUE, counted, parted, plan_cuts
from gesso.study.tools.tool import measured_by

_LIGHT_SMOOTHING = 6.0
_LEAST_STEP = 2.0
"""L* between neighbouring bands; less is mixed as one."""
_SPECKS = MergeOptions(least_share=0.001, accent=None)


@dataclass(frozen=True)
class ValuePlanOptions:
    """How many values, and where they part.

    Attributes:
        count: 3 to 8.
        cut: "quantile" for equal shares, "even" for equal steps, "natural" for the least error.
    """

    count: int = 5
    cut: Cut = "quantile"

    def __post_init__(self) -> None:
        if not 3 <= self.count <= 8:
            raise InputError(
                f"A value plan of {self.count} values cannot be made.", "Ask for 3 to 8."
            )


@dataclass(frozen=True)
class _Plan:
    """Bands, and the tones between them."""

    bands: BlockMap
    cuts: tuple[int, ...]


class ValuePlan:
    """Reads a plan of few values.

    Args:
        options: how many, and where they part.
        company: not used.
    """

    Options: ClassVar[type] = ValuePlanOptions
    name = "value_plan"

    def __init__(self, options: ValuePlanOptions, company: object) -> None:  # noqa: ARG002 - the shelf's form
        self._options = options

    def read(self, easel: Easel) -> Reading:
        """The bands with their levels and shares; fewer than asked where the picture has fewer."""
        found = self._plan(easel)
        plan = found.bands
        bands: list[Figure] = [
            {"level": round(float(level), 2), "share": round(float(share), 6)}
            for level, share in zip(plan.levels, plan.shares, strict=True)
        ]
        error = float(np.sqrt(np.square(easel.values - plan.flat).mean(dtype=np.float64)))
        short = (
            ""
            if plan.used == plan.asked
            else f" You asked for {plan.asked}; the picture has no more to give."
        )
        steps = ", ".join(f"{level:.0f}" for level in plan.levels)
        many = "1 value" if plan.used == 1 else f"{plan.used} values"
        size = size_of(easel.values.shape)
        return Reading(
            tool=self.name,
            title="Value plan",
            note=f"{many}, at L* {steps}.{short}",
            figures={
                "k_asked": plan.asked,
                "k_used": plan.used,
                "cut": self._options.cut,
                "cuts": [round(tone / A_VALUE, 2) for tone in found.cuts],
                "cut_tones": list(found.cuts),
                "bands": bands,
                "rmse": round(error, 4),
                "sha256": plan.sha256,
            },
            sheets=(
                drawn_later(
                    "value-plan",
                    f"The picture in {many}.",
                    size,
                    lambda: filled(enlarged(plan.labels, size), gray_of(plan.levels)),
                ),
                sheet(
                    "value-plan-map",
                    "The number of the band at each pixel, 0 the darkest.",
                    plan.labels.astype(np.uint8),
                    is_map=True,
                ),
                sheet(
                    "value-plan-tones",
                    "The values that are cut, lightly smoothed, L* times 2.55.",
                    easel.tones(_LIGHT_SMOOTHING),
                    is_map=True,
                ),
            ),
            maker=measured_by("value_plan", "2", self._options, easel),
        )

    def _plan(self, easel: Easel) -> _Plan:
        tones = easel.tones(_LIGHT_SMOOTHING)
        values = easel.tones() / A_VALUE
        asked = self._options.count
        cuts = plan_cuts(counted(tones), asked, self._options.cut)
        labels = merge_small(values, parted(tones, cuts), _SPECKS)
        # Where a band died out, its lower cut parts nothing any more.
        held = tuple(
            cuts[band - 1] for band in np.flatnonzero(np.bincount(labels.ravel())).tolist()[1:]
        )
        return _told_apart(values, _Plan(relevelled(values, labels, asked), held))


def _told_apart(values: NDArray[np.float64], plan: _Plan) -> _Plan:
    """The plan without bands that nobody could tell from their neighbour."""
    bands, cuts = plan.bands, plan.cuts
    while bands.used > 1:
        steps = np.diff(bands.levels)
        if steps.min() >= _LEAST_STEP:
            break
        at = int(steps.argmin())
        joined = np.where(bands.labels > at, bands.labels - 1, bands.labels)
        bands = relevelled(values, joined.astype(np.int32), bands.asked)
        cuts = cuts[:at] + cuts[at + 1 :]
    return _Plan(bands, cuts)
