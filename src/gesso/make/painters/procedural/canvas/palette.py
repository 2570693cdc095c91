"""The colours of one picture: a cool ground, a warm light, and everything between, in OKLab."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Lab, f32, mix, smooth
from gesso.make.painters.procedural.spec import PaintSpec

_BRASS = 70.0, 90.0
_METALS = {"silver": (245.0, 0.16), "iron": (250.0, 0.30), "copper": (46.0, 1.05)}
"""Hue and share of brass's chroma of the metals that a text can name."""


def lch(lightness: float, chroma: float, hue: float) -> Lab:
    """One OKLab colour from lightness 0 to 1, chroma, and hue in degrees."""
    angle = math.radians(hue)
    return f32((lightness, chroma * math.cos(angle), chroma * math.sin(angle)))


def blend_hues(first: float, second: float, share: float) -> float:
    """The hue on the short way from `first` to `second`, in degrees."""
    return (first + ((second - first + 180) % 360 - 180) * share) % 360


class Palette:
    """Colours by the part they play.

    Args:
        spec: hues of darks, middles and lights, and the chroma to mix with.
    """

    def __init__(self, spec: PaintSpec) -> None:
        self._spec = spec
        steps = np.linspace(0.0, 1.0, 33)
        self._steps = f32(steps)
        self._ramp = f32([self._at(float(step)) for step in steps])

    def _at(self, value: float) -> Lab:
        spec = self._spec
        dark, mid, light = (lch(0, 1, hue) for hue in (spec.hue_dark, spec.hue_mid, spec.hue_light))
        way = (
            mix(dark, mid, min(1, value / 0.48))
            if value < 0.48
            else mix(mid, light, (value - 0.48) / 0.4)
        )
        # Paint is most colourful a little below the middle, and white is never quite white.
        strength = spec.ground_chroma * (0.45 + 1.15 * math.exp(-(((value - 0.46) / 0.34) ** 2)))
        colour = f32(way * strength)
        colour[0] = 0.08 + 0.89 * value
        return colour

    def value(self, value: float, chroma: float = 1.0) -> Lab:
        """A ground colour of this value, 0 dark to 1 light."""
        colour = self._at(min(1.0, max(0.0, value)))
        return f32(colour * (1, chroma, chroma))

    def ramp(self, values: Lab, chroma: float = 1.0) -> Lab:
        """Ground colours for a whole plane of values: (...) -> (..., 3)."""
        place = np.clip(values, 0, 1)
        return f32(
            np.stack(
                [
                    np.interp(place, self._steps, self._ramp[:, channel] * scale)
                    for channel, scale in enumerate((1.0, chroma, chroma))
                ],
                axis=-1,
            )
        )

    def sky(self, values: Lab, warmth: Lab) -> Lab:
        """Sky colours by value, and by warmth: 0 the cool of the height, 1 the light's own hue."""
        spec = self._spec
        cool = _unit(spec.hue_dark) * 0.6 + _unit(spec.hue_mid) * 0.4
        middle, warm = _unit(spec.hue_mid), _unit(spec.hue_light)
        share = np.clip(warmth, 0, 1)[..., None]
        way = mix(mix(cool, middle, np.clip(share / 0.55, 0, 1)), warm, smooth(share, 0.5, 1.0))
        bell = 0.55 + 0.85 * np.exp(-(((values - 0.5) / 0.36) ** 2))
        chroma = spec.ground_chroma * bell[..., None]
        return f32(
            np.concatenate([(0.08 + 0.89 * np.clip(values, 0, 1))[..., None], way * chroma], -1)
        )

    def light(self, value: float = 0.93, chroma: float = 1.2) -> Lab:
        """The colour of the light source."""
        return lch(value, max(0.02, self._spec.ground_chroma) * chroma, self._spec.hue_light)

    def lamp(self, value: float = 0.86) -> Lab:
        """Firelight and lit windows: warm, whatever the light of the sky is."""
        strength = min(0.15, 0.06 + 0.75 * self._spec.ground_chroma)
        if self._spec.chroma is not None:
            strength = min(strength, 0.02 + 1.6 * self._spec.chroma)
        return _leaning(value, strength, 72, self._spec.hue_light, 0.2)

    def metal(self, value: float, hue: float = 76.0, chroma: float = 1.0) -> Lab:
        """Brass, copper or iron by `hue`; it leans to the picture's light.

        Where the text names a metal, what would be brass is made of that.
        """
        if self._spec.metal and _BRASS[0] <= hue <= _BRASS[1]:
            hue, share_of = _METALS[self._spec.metal]
            chroma *= share_of
        bell = 0.035 + 0.075 * math.exp(-(((value - 0.6) / 0.3) ** 2))
        strength = bell * chroma * min(1.25, 0.35 + self._spec.ground_chroma / 0.09)
        shade = self._spec.hue_dark if value < 0.3 else self._spec.hue_light
        share = 0.9 - 2.6 * value if value < 0.3 else 0.15
        return _leaning(0.07 + 0.9 * value, strength, hue, shade, max(0.12, share))

    def local(self, value: float, hue: float, chroma: float = 1.0) -> Lab:
        """A thing's own colour (grass, brick) under this picture's light and chroma."""
        strength = (
            self._spec.ground_chroma
            * chroma
            * (0.5 + 0.9 * math.exp(-(((value - 0.5) / 0.38) ** 2)))
        )
        return _leaning(0.08 + 0.89 * value, strength, hue, self._spec.hue_mid, 0.22)


def _unit(hue: float) -> Lab:
    return lch(0.0, 1.0, hue)[1:]


def _leaning(value: float, chroma: float, hue: float, other: float, share: float) -> Lab:
    """A hue that leans to another by way of grey, as mixed paint does."""
    return f32((value, *(chroma * mix(_unit(hue), _unit(other), share)).tolist()))
