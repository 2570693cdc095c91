"""A small line for a row of figures, as the points of an SVG polyline."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT, PAD = 160, 28, 3


def lines_of(values: Sequence[float]) -> str:
    """Points "x,y x,y" in a box of 160 x 28, the lowest value lowest; one value is a flat line."""
    low, high = min(values), max(values)
    shown = [*values, values[0]] if len(values) == 1 else list(values)
    across = (WIDTH - 2 * PAD) / (len(shown) - 1)
    tall = HEIGHT - 2 * PAD
    return " ".join(
        f"{PAD + place * across:.1f},{_height(value, low, high, tall):.1f}"
        for place, value in enumerate(shown)
    )


def _height(value: float, low: float, high: float, tall: float) -> float:
    share = (value - low) / (high - low) if high > low else 0.5
    return PAD + (1 - share) * tall
