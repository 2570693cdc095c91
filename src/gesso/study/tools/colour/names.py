"""Plain names of colours, by their place in OKLab."""

from __future__ import annotations

import math

_HUES = (
    (12.0, "rose"),
    (32.0, "red"),
    (52.0, "red orange"),
    (72.0, "orange"),
    (92.0, "ochre yellow"),
    (112.0, "yellow"),
    (132.0, "yellow green"),
    (158.0, "green"),
    (188.0, "blue green"),
    (222.0, "turquoise"),
    (255.0, "sky blue"),
    (285.0, "blue"),
    (312.0, "violet"),
    (340.0, "purple"),
    (352.0, "magenta"),
    (361.0, "rose"),
)
_BROWN = (30.0, 100.0)


def name_of(lightness: float, a: float, b: float) -> str:
    """A plain name: "dark blue", "warm gray", "brown", "pale yellow".

    Args:
        lightness: OKLab L, 0 to 1.
        a: OKLab, green to red.
        b: OKLab, blue to yellow.
    """
    chroma = math.hypot(a, b)
    hue = math.degrees(math.atan2(b, a)) % 360
    if chroma < 0.012:
        return _gray(lightness, "")
    if chroma < 0.03:
        return _gray(lightness, "warm " if hue < 130 or hue > 330 else "cool ")
    named = next(name for end, name in _HUES if hue < end)
    if _BROWN[0] <= hue <= _BROWN[1] and lightness < 0.62 and chroma < 0.13:
        return "dark brown" if lightness < 0.36 else "brown"
    if lightness < 0.36:
        return f"dark {named}"
    if lightness > 0.82:
        return f"pale {named}"
    return f"muted {named}" if chroma < 0.06 else named


def _gray(lightness: float, leaning: str) -> str:
    if lightness < 0.2:
        return f"{leaning}black"
    if lightness > 0.95:
        return f"{leaning}white"
    depth = "dark " if lightness < 0.42 else "light " if lightness > 0.76 else ""
    return f"{depth}{leaning}gray"
