"""Numbers as a painter reads them: shares in percent, values in steps of L*."""

from __future__ import annotations

from collections.abc import Mapping

_SHARES = frozenset(
    {
        *("dark25", "dark35", "light70", "light80", "notan_dark", "notan_expl", "dom", "top5"),
        *("hard", "soft", "lost", "neutral", "sal_top10", "second_peak", "tilt_lr", "tilt_tb"),
    }
)
_VALUES = frozenset({"L_mean", "L_std", "L_p5", "L_p95", "L_range", "min_gap", "notan_cut"})
_COUNTS = frozenset({"regions"})
_POINTS = frozenset({"dom_gap"})
_TIMES = frozenset({"focal_contrast", "focal_edge", "border_pull"})


def told(metric: str, value: float) -> str:
    """A metric's value in its unit: "12 %", "43 L*", "7 points", "31"."""
    if metric in _SHARES:
        return f"{value:.0%}".replace("%", " %")
    if metric in _VALUES:
        return f"{value:.0f} L*"
    if metric in _POINTS:
        return f"{100 * value:.0f} points"
    if metric in _COUNTS:
        return f"{value:.0f}"
    if metric in _TIMES:
        return f"{value:.1f}"
    return f"{value:.2f}"


def filled(text: str, metrics: Mapping[str, float], blocks: tuple[int, ...]) -> str:
    """A rule's text with its numbers.

    Args:
        text: with ids of metrics, `block_1`, `block_2`, `side_lr` and the like in braces.
        metrics: by id.
        blocks: numbers that the tip points at.
    """
    words = {name: told(name, value) for name, value in metrics.items()}
    words |= {f"block_{place}": str(block) for place, block in enumerate(blocks, 1)}
    words |= _sides("lr", metrics.get("bal_lr", 0.0), ("left", "right"))
    words |= _sides("tb", metrics.get("bal_tb", 0.0), ("top", "bottom"))
    return text.format_map(words)


def _sides(axis: str, lean: float, names: tuple[str, str]) -> dict[str, str]:
    heavy, light = names if lean < 0 else names[::-1]
    return {f"side_{axis}": heavy, f"other_{axis}": light}
