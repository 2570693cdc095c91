"""A value plan: three to eight values, each drawn at the mean of what it covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from gesso.core.errors import InputError
from gesso.study.drawing.plates import enlarged, gray_of, sheet, size_of
from gesso.study.easel import Easel, Floats
from gesso.study.records import Figure, Reading
from gesso.study.regions.blocks import BlockMap, relevelled
from gesso.study.regions.levels import Cut, labels_of, plan_cuts
from gesso.study.regions.merging import MergeOptions, merge_small
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
        plan = self._plan(easel)
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
                "bands": bands,
                "rmse": round(error, 4),
                "sha256": plan.sha256,
            },
            sheets=(
                sheet(
                    "value-plan",
                    f"The picture in {many}.",
                    gray_of(plan.levels[enlarged(plan.labels, size)]),
                ),
                sheet(
                    "value-plan-map",
                    "The number of the band at each pixel, 0 the darkest.",
                    plan.labels.astype(np.uint8),
                    is_map=True,
                ),
            ),
            maker=measured_by("value_plan", "1", self._options, easel),
        )

    def _plan(self, easel: Easel) -> BlockMap:
        smoothed = easel.smoothed(_LIGHT_SMOOTHING)
        cuts = plan_cuts(smoothed, self._options.count, self._options.cut)
        labels = merge_small(easel.values, labels_of(smoothed, cuts), _SPECKS)
        return _told_apart(easel.values, relevelled(easel.values, labels, self._options.count))


def _told_apart(values: Floats, plan: BlockMap) -> BlockMap:
    """The plan without bands that nobody could tell from their neighbour."""
    while plan.used > 1:
        steps = np.diff(plan.levels)
        if steps.min() >= _LEAST_STEP:
            break
        joined = np.where(plan.labels > steps.argmin(), plan.labels - 1, plan.labels)
        plan = relevelled(values, joined.astype(np.int32), plan.asked)
    return plan
