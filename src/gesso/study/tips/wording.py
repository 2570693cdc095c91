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

WORDS: Mapping[str, str] = {
    "L_mean": "the mean value",
    "L_std": "the spread of values",
    "L_p5": "the darkest twentieth",
    "L_p95": "the lightest twentieth",
    "L_range": "the range of values",
    "dark25": "what is very dark",
    "dark35": "what is dark",
    "light70": "what is light",
    "light80": "what is very light",
    "notan_cut": "the cut of the notan",
    "notan_dark": "the dark of the notan",
    "notan_expl": "what two values carry",
    "dom": "the leading block",
    "dom_gap": "the lead of the largest block",
    "min_gap": "the smallest step between blocks",
    "regions": "the number of shapes",
    "top5": "the five largest shapes",
    "busy": "the length of all borders",
    "edge_mean": "the mean steepness",
    "hard": "what is hard of the edges",
    "soft": "what is soft of the edges",
    "lost": "what is lost of the edges",
    "sal_top10": "attention in its strongest tenth",
    "second_peak": "the pull of the second place",
    "border_pull": "the pull of the border",
    "focal_x": "the focal point from the left",
    "focal_y": "the focal point from the top",
    "thirds_d": "the focal point's distance from the thirds",
    "centre_d": "the focal point's distance from the centre",
    "focal_contrast": "contrast at the focal point",
    "focal_edge": "edges at the focal point",
    "bal_lr": "the weight to the right",
    "bal_tb": "the weight to the bottom",
    "tilt_lr": "the tilt sideways",
    "tilt_tb": "the tilt up or down",
    "chroma": "the mean chroma",
    "chroma_p95": "the strongest chroma",
    "neutral": "what is nearly gray",
    "colourful": "colourfulness",
    "hue_entropy": "the spread of hues",
    "hue_R1": "the agreement of hues",
    "warm": "warmth",
    "temp_split": "lights warmer than darks",
    "temp_apart": "lights and darks apart in temperature",
}
"""Every measurement in words, as a sentence has them."""


def told(metric: str, value: float) -> str:
    """A metric's value in its unit: "12 %", "43 L*", "7 points", "31"."""
    if metric in _SHARES:
        return f"{value:z.0%}".replace("%", " %")
    if metric in _VALUES:
        return f"{value:z.0f} L*"
    if metric in _POINTS:
        points = f"{100 * value:z.0f}"
        return f"{points} point" if points in ("1", "-1") else f"{points} points"
    if metric in _COUNTS:
        return f"{value:z.0f}"
    if metric in _TIMES:
        return f"{value:z.1f}"
    return f"{value:z.2f}"


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
