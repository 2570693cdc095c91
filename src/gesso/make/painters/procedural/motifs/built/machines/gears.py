"""Gear trains: a wall of wheels, and wheels as large as hills."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32
from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.built.machines.metal import (
    BRASS,
    COPPER,
    IRON,
    Wheel,
    gear,
)


def vault(s: Surface, level: float = 0.16) -> None:
    """The dim inside of a great machine: warm light from one side, smoke, rafters."""
    x, y = s.light
    away = f32(np.hypot((s.x - x) * 0.9, s.y - y))
    smoke = s.noise("smoke", 1.8, 5, 0.55)
    day = 1 - s.spec.night
    value = level * (0.85 + 1.0 * day) + (0.34 + 0.18 * day) * np.exp(-((away / 0.46) ** 1.5))
    value = value + 0.04 * smoke
    s.lab[:] = s.palette.ramp(f32(value), 1.05)
    s.lab += (s.palette.lamp(0.84) - s.lab) * f32(0.45 * np.exp(-((away / 0.34) ** 1.5)))[..., None]
    s.angle[:] = np.arctan2(s.y - y, s.x - x) + np.pi / 2 + 0.4 * smoke
    s.far[:] = 0.9


def gear_train(rng: np.random.Generator, first: Wheel, links: int, way: float) -> list[Wheel]:
    """A wheel and `links` more, each meshed with the one before it, wandering from `way`."""
    wheels = [first]
    for _ in range(links):
        last = wheels[-1]
        count = int(last.count * rng.choice((0.45, 0.62, 0.8, 1.35, 1.6)))
        way += float(rng.choice((-1, 1))) * (0.6 + 0.7 * rng.random())
        wheels.append(last.meshed(min(46, max(9, count)), way))
    return wheels


_LAYERS = ((5, 0.15, 0.0072, 0.30, 2.4), (4, 0.20, 0.0090, 0.44, 1.6), (2, 0.32, 0.0135, 0.54, 1.0))
"""Far to near: links of a train, first radius, tooth, value, trains along the longer side."""


def gears_whole(s: Surface) -> None:
    """A wall of wheels, near ones large, far ones lost in lit smoke."""
    vault(s)
    for layer, (links, radius, tooth, value, trains) in enumerate(_LAYERS):
        rng = s.rng("gears", layer)
        crowd = min(1.5, 0.30 + 3.5 * s.spec.busy)
        many = max(layer == 2, round(trains * crowd * max(s.wide, s.high)))
        for number in range(many):
            x, y = s.wide * (number + rng.random()) / many, s.high * rng.random()
            if layer == 2 and number == 0:
                # The great wheel stands off the light's side, cut by the frame.
                x = s.focus_x + (0.20 if s.light[0] < s.focus_x else -0.20)
                y = 0.66 * s.high
            first = Wheel(x, y, radius, round(radius / tooth), float(rng.random()))
            for wheel in gear_train(rng, first, links, 6.3 * rng.random()):
                hue = float(rng.choice((BRASS, BRASS, COPPER, IRON)))
                away = math.hypot(wheel.x - s.light[0], wheel.y - s.light[1])
                lit = value + 0.14 * math.exp(-away / 0.5)
                gear(s, wheel, hue=hue, plane=layer + 1, value=lit, far=0.85 - 0.4 * layer)
        haze(s, 0.30 - 0.13 * layer)
    sparks(s)


def haze(s: Surface, strength: float) -> None:
    """Lit smoke between two layers of wheels."""
    x, y = s.light
    away = np.hypot(s.x - x, s.y - y)
    drift = s.noise("lit smoke", 2.5, 4)
    cover = strength * np.exp(-((away / 0.6) ** 1.5)) * np.clip(1 + 0.4 * drift, 0, 1.6)
    s.lab += (s.palette.lamp(0.80) - s.lab) * f32(np.clip(cover, 0, 0.9))[..., None]


def sparks(s: Surface) -> None:
    """Glowing dust about the light."""
    rng = s.rng("sparks")
    for _ in range(int(24 + 60 * s.spec.busy)):
        x = s.light[0] + 0.35 * rng.standard_normal()
        y = s.light[1] + 0.35 * abs(rng.standard_normal())
        s.dabs(
            [(x, y, 0.0012 + 0.003 * rng.random() ** 3)], s.palette.lamp(0.93), plane=3, alpha=0.8
        )


def gears_subject(s: Surface, x: float, foot: float) -> None:
    """Wheels as large as hills, standing where they came to rest."""
    rng = s.rng("gears in the land")
    side = 1.0 if s.light[0] < x else -1.0
    size = 0.30 * min(1.25, max(0.8, foot / 0.62))
    way = -math.pi / 2 + side * 0.85
    great = Wheel(x - side * 0.05, foot - 0.50 * size, size, 26, 0.3 * float(rng.random()))
    middle = great.meshed(15, way)
    small = middle.meshed(11, way - side * 1.35)
    value = 0.46 - 0.12 * s.spec.night
    for number, wheel in enumerate((small, middle, great)):
        hue = (COPPER, BRASS, BRASS)[number]
        gear(s, wheel, hue=hue, value=value + 0.04 * number, far=0.25)
