"""Orreries: rings, arms and planets about a sun of gilded brass."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32
from gesso.make.painters.procedural.canvas.palette import blend_hues, lch
from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.built.machines.metal import (
    BRASS,
    IRON,
    globe,
    metal_ramp,
    ring,
    rod,
    turned,
)
from gesso.make.painters.procedural.motifs.nature import sky


def orrery_whole(s: Surface) -> None:
    """An orrery under the night: its brass sun gives the light."""
    horizon = 1.25 * s.high
    middle = 0.47 * s.high
    # The brass sun is the light here.
    s.spec = replace(s.spec, light_x=s.focus_x / s.wide, light_y=middle / s.high)
    sky.sky(s, horizon)
    sky.stars(s, horizon, 1.3)
    orrery(s, s.focus_x, middle, 0.43 * min(1.0, s.wide), s.high + 0.02)


def orrery(s: Surface, x: float, y: float, reach: float, foot: float) -> None:
    """Rings, arms, planets with moons, about a sun of gilded brass, on a turned column."""
    rng = s.rng("orrery")
    flat, tilt = 0.42, -0.14 if s.light[0] < x else 0.14
    _column(s, x, y, reach, foot)
    orbits = np.linspace(0.36, 1.0, 5) * reach
    turns = rng.permutation(5) * (2 * math.pi / 5) + 0.6 * rng.random(5) + 0.35
    for behind in (True, False):
        for number, orbit in enumerate(orbits):
            _orbit(s, x, y, float(orbit), flat, tilt=tilt, behind=behind)
            turn = float(turns[number])
            if (math.sin(turn) < 0) == behind:
                _planet(s, number, (x, y), float(orbit), flat=flat, tilt=tilt, turn=turn)
        if behind:
            _brass_sun(s, x, y, 0.165 * reach)
    meridian = turned(ring(0, 0, 1.06 * reach, 96, 1.06 * reach * 0.93), tilt) + np.array((x, y))
    s.mark(np.concatenate([meridian, meridian[:1]]), 0.0085, s.palette.metal(0.50, BRASS), 2)
    s.mark(
        np.concatenate([meridian, meridian[:1]]) + np.array((-0.001, -0.0015)),
        0.0026,
        s.palette.metal(0.90, BRASS),
        2,
        0.8,
    )


def _column(s: Surface, x: float, y: float, reach: float, foot: float) -> None:
    half = np.array(
        [
            (0.0, 0.030),
            (0.10, 0.022),
            (0.2, 0.045),
            (0.26, 0.02),
            (0.62, 0.028),
            (0.72, 0.075),
            (0.78, 0.05),
            (0.86, 0.12),
            (0.93, 0.20),
            (1.0, 0.23),
        ]
    )
    heights = y + (foot - y) * half[:, 0]
    wide = half[:, 1] * reach * 1.5
    shape = np.concatenate(
        [np.stack([x - wide, heights], -1), np.stack([x + wide, heights], -1)[::-1]]
    )
    column = s.polygon(shape)
    across, down = s.inside(column)
    width = np.interp(down.ravel(), heights, wide)[:, None]
    place = np.clip((across - x) / width, -1, 1)
    side = -0.45 if s.light[0] < x else 0.45
    level = (
        0.30
        + 0.36 * np.exp(-(((place - side) / 0.22) ** 2))
        + 0.10 * np.exp(-(((place + 0.7 * np.sign(side)) / 0.12) ** 2))
        - 0.12 * np.abs(place) ** 3
    )
    colour = metal_ramp(s.palette, f32(level), BRASS)
    s.put(column, colour, angle=np.pi / 2, detail=0.7, far=0.05, plane=2)


def _orbit(
    s: Surface, x: float, y: float, radius: float, flat: float, *, tilt: float, behind: bool
) -> None:
    turn = np.linspace(math.pi, 2 * math.pi, 60) if behind else np.linspace(0, math.pi, 60)
    line = np.stack([radius * np.cos(turn), flat * radius * np.sin(turn)], -1)
    line = turned(line, tilt) + np.array((x, y))
    s.put(
        s.lines(line, 0.007),
        s.palette.metal(0.34 if behind else 0.5, BRASS),
        detail=0.9,
        far=0.1,
        plane=2,
    )
    s.mark(line, 0.0052, s.palette.metal(0.40 if behind else 0.56, BRASS), 2)
    s.mark(
        line[10:34] + np.array((0, -0.0016)),
        0.0020,
        s.palette.metal(0.66 if behind else 0.93, BRASS),
        2,
        0.9,
    )


def _brass_sun(s: Surface, x: float, y: float, radius: float) -> None:
    s.glow(x, y, 3.0 * radius, s.palette.lamp(0.86), 0.75)
    bright, deep = s.palette.metal(0.90, BRASS, 1.1), s.palette.metal(0.55, BRASS, 1.2)
    for number in range(24):
        turn = 2 * math.pi * number / 24 + 0.06
        reach = radius * (1.95 if number % 2 else 1.50)
        for half, colour in ((0.115, deep), (0.055, bright)):
            ray = np.array(
                [(0.9 * radius, -half * radius), (reach, 0.0), (0.9 * radius, half * radius)]
            )
            s.mark(turned(ray, turn) + np.array((x, y)), 0.0, colour, 2)
    ball = s.ellipse(x, y, radius)
    across, down = s.inside(ball)
    r = np.hypot(across - x, down - y) / radius
    level = f32(0.95 - 0.22 * r**2)
    colour = s.palette.lamp(0.95)[None, None] + np.stack([level - 0.95, 0 * level, 0.03 * r], -1)
    s.put(ball, colour, angle=np.arctan2(down - y, across - x) + np.pi / 2, detail=0.8, plane=2)


def reach_of(number: int) -> float:
    """A planet's radius beside its orbit's."""
    return (0.075, 0.085, 0.062, 0.105, 0.095)[number % 5]


def _planet(
    s: Surface,
    number: int,
    middle: tuple[float, float],
    orbit: float,
    *,
    flat: float,
    tilt: float,
    turn: float,
) -> None:
    place = (
        turned(np.array([(orbit * math.cos(turn), flat * orbit * math.sin(turn))]), tilt)[0]
        + middle
    )
    x, y = float(place[0]), float(place[1])
    radius = reach_of(number) * orbit + 0.012
    hues = (
        IRON,
        45.0,
        s.spec.hue_mid,
        28.0,
        75.0,
        blend_hues(s.spec.hue_dark, s.spec.hue_light, 0.4),
    )
    colour = lch(0.60, 0.05 + 0.5 * s.spec.ground_chroma, hues[number % 6])
    rod(s, [middle, (x, y + radius)], 0.006, 0.46)
    rod(s, [(x, y + 1.9 * radius), (x, y)], 0.006, 0.5)
    globe(s, x, y, radius, colour, bands=float(number % 2), shine=0.3)
    if number == 4:
        band = turned(ring(0, 0, 1.9 * radius, 48, 0.55 * radius), tilt - 0.25) + np.array((x, y))
        s.mark(band[:26], 0.006, s.palette.metal(0.8, BRASS), 2, 0.95)
    for moon in range(number % 3):
        way = turn + 1.3 + 2.2 * moon
        globe(
            s,
            x + 2.0 * radius * math.cos(way),
            y + 1.2 * radius * math.sin(way),
            0.22 * radius + 0.003,
            s.palette.value(0.75, 0.6),
        )
