"""Where a measurement stands among paintings."""

from __future__ import annotations

import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

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
    first, beyond = bisect_left(values, value), bisect_right(values, value)
    if first < beyond:
        return (PLACES[first] + PLACES[beyond - 1]) / 2
    if not 0 < first < len(values):
        return PLACES[0] if first == 0 else PLACES[-1]
    low, high = values[first - 1], values[first]
    rise = (PLACES[first] - PLACES[first - 1]) / (high - low)
    return rise * (value - low) + PLACES[first - 1]
