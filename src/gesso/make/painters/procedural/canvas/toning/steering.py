"""Steering a whole scene: its mist, its weight and its symmetry, as a painter does it by light.

Nothing is moved. Air is laid over the distance or taken from it, one side is told more loudly than
the other, and broad lights and shades are evened out or made to fall from one side, until the scene
measures what the text asks for, as far as that leaves a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np

from gesso.core.pixels.colour import oklab_to_srgb
from gesso.make.painters.procedural.canvas.noise import Lab, Plane, blur, f32, mix, resized
from gesso.make.painters.procedural.canvas.surface import Surface

_SAMPLE_PX = 96
_STEPS = 9
_GRIP = 0.85
"""How far a step goes to its aim; the rest is left to the scene, and to refinement."""

_THICKEST, _CLEAREST = 0.86, 0.22
"""The most air that is laid over a scene, and the most that is taken from it."""

_DEPTHS = 0.7, 0.4, 0.1, 0.0
"""How far off last touches of the planes are."""

_LOUDEST = 0.72
"""By how much one side may be told more loudly, and the other less."""

_BROAD = 0.055
"""Lights and shades are evened where they are broader than this, in units: never a thing's edge."""

_FURTHEST = 0.20
"""OKLab lightness that evening out may add or take anywhere."""


def steer(surface: Surface, air: Lab) -> None:
    """Bring the scene nearer to the mist, balance and symmetry that its text asks for.

    Args:
        surface: everything stands in it; the tone step comes after.
        air: the colour of its mist.
    """
    spec = surface.spec
    if spec.haze is not None:
        _lay_air(surface, air, spec.haze)
    if spec.balance is not None:
        _lean(surface, spec.balance)
    if spec.even is not None:
        _even_out(surface, spec.even)


def _lay_air(s: Surface, air: Lab, aim: float) -> None:
    sample, far = _sample(s.lab), _small(s.far)
    grey = f32(air * (1.0, 0.3, 0.3))

    def laid(lab: Lab, depth: Plane, amount: float) -> Lab:
        if amount < 0:
            # What air there is, is lifted off: the inverse of laying it.
            share = -amount * (0.35 + 0.65 * depth)[..., None]
            clear = f32((lab - share * grey) / (1 - share))
            clear[..., 0] = np.maximum(clear[..., 0], np.minimum(lab[..., 0], 0.06))
            return clear
        cover = 1 - (1 - amount) ** (0.45 + 1.1 * depth)
        return mix(lab, grey, cover[..., None])

    def measured(amount: float) -> float:
        return _mist(laid(sample, far, amount))

    now = measured(0.0)
    amount = _solved(measured, now + (aim - now) * _GRIP, -_CLEAREST, _THICKEST)
    s.lab = f32(laid(s.lab, s.far, amount))
    s.marks = [
        replace(mark, colour=f32(laid(mark.colour, f32(_DEPTHS[mark.plane]), max(0.0, amount))))
        for mark in s.marks
    ]


def _lean(s: Surface, aim: float) -> None:
    sample = _sample(s.lab)
    mean = f32(sample.mean(axis=(0, 1)))
    across = f32(np.linspace(-1, 1, sample.shape[1]))[None, :, None]

    def told(lab: Lab, place: Plane, amount: float) -> Lab:
        # Towards the quiet side things lose themselves in the tone of the whole.
        return f32(mean + (lab - mean) * (1 + amount * place))

    def measured(amount: float) -> float:
        return _weight(told(sample, across, amount))

    now = measured(0.0)
    amount = _solved(measured, now + (aim - now) * _GRIP, -_LOUDEST, _LOUDEST)
    s.lab = told(s.lab, f32(2 * s.x / s.wide - 1)[..., None], amount)
    np.clip(s.lab[..., 0], 0.02, 1.0, out=s.lab[..., 0])


def _even_out(s: Surface, aim: float) -> None:
    field, side = _apart(s.lab[..., 0], s), _from_the_side(s)
    sample, small, slope = _sample(s.lab)[..., 0], _small(field), _small(side)

    def lit(light: Plane, own: Plane, across: Plane, amount: float) -> Plane:
        if amount <= 0:
            return f32(light + np.clip(amount * own, -_FURTHEST, _FURTHEST))
        change = amount * (own + 0.10 * across)
        return f32(np.clip(light + np.clip(change, -_FURTHEST, _FURTHEST), 0.02, 1.0))

    def measured(amount: float) -> float:
        return _likeness(lit(sample, small, slope, amount))

    now = measured(0.0)
    amount = _solved(measured, now + (aim - now) * _GRIP, 2.2, -1.0)
    s.lab[..., 0] = lit(s.lab[..., 0], field, side, amount)


def _apart(light: Plane, s: Surface) -> Plane:
    """What makes the broad lights of the left unlike those of the right, half of it each."""
    broad = blur(np.ascontiguousarray(light), _BROAD * s.unit)
    return f32((broad - broad[:, ::-1]) / 2)


def _from_the_side(s: Surface) -> Plane:
    """Light that comes from the side where the light stands: 1 there, -1 across from it."""
    way = -1.0 if s.spec.light_x <= 0.5 else 1.0
    fall = np.sin(np.pi / 2 * (2 * s.x / s.wide - 1))
    return f32(way * fall + 0 * s.y)


def _solved(measured: Callable[[float], float], aim: float, least: float, most: float) -> float:
    """The amount that measures `aim`; `least` is the end that measures least. 0 leaves it be."""
    now = measured(0.0)
    end = most if aim > now else least
    if abs(aim - now) < 0.005 or (measured(end) - now) * (aim - now) <= 0:
        return 0.0
    low, high = 0.0, end
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if (measured(middle) < aim) == (aim > now):
            low = middle
        else:
            high = middle
    return (low + high) / 2


# What the aims mean, on a small sample of the scene; `make/aims.py` says their units. -------------


def _sample(lab: Lab) -> Lab:
    return _small(lab)


def _small(plane: Plane) -> Plane:
    height, width = plane.shape[:2]
    share = min(1.0, _SAMPLE_PX / max(height, width))
    return resized(
        np.ascontiguousarray(plane), max(8, round(width * share)), max(8, round(height * share))
    )


def _mist(lab: Lab) -> float:
    rgb = f32(np.clip(oklab_to_srgb(lab), 0, 1))
    patch = max(3, round(_SAMPLE_PX * 15 / 256))
    dark = cv2.erode(f32(rgb.min(axis=2)), np.ones((patch, patch), np.uint8))
    air = max(float(np.percentile(rgb.max(axis=2), 99)), 0.02)
    return float(dark.mean() / air)


def _weight(lab: Lab) -> float:
    apart = lab - lab.mean(axis=(0, 1))
    weight = np.sqrt(apart[..., 0] ** 2 + 4 * (apart[..., 1] ** 2 + apart[..., 2] ** 2))
    columns = weight.sum(axis=0)
    places = (np.arange(columns.size) + 0.5) / columns.size
    return float((columns * places).sum() / max(float(columns.sum()), 1e-6))


def _likeness(light: Plane) -> float:
    soft = blur(light, _SAMPLE_PX * 4 / 256)
    around = soft - float(soft.mean())
    return float((around * around[:, ::-1]).mean() / max(float((around**2).mean()), 1e-9))
