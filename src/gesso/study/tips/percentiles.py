"""Where a measurement stands among paintings."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np

PLACES = (0.02, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.98)
"""The percentiles that the table holds, as parts of 1."""


@cache
def table() -> Mapping[str, Sequence[float]]:
    """For each metric its values at `PLACES`, rising (benchmarks/study_percentiles.py)."""
    text = files("gesso.study.tips").joinpath("percentiles.toml").read_text("utf-8")
    found = tomllib.loads(text)["metrics"]
    return {name: tuple(float(value) for value in values) for name, values in found.items()}


def percentile_of(metric: str, value: float) -> float | None:
    """The part of paintings that measure less, 0.02 to 0.98; None for a metric without a table.

    A value that many paintings share (no dark at all) stands in the middle of its run.
    """
    values = table().get(metric)
    if values is None:
        return None
    low = float(np.interp(value, values, PLACES, left=PLACES[0], right=PLACES[-1]))
    run = [place for place, held in zip(PLACES, values, strict=True) if held == value]
    return (run[0] + run[-1]) / 2 if run else low
