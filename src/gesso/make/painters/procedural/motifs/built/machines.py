"""Machines that fill a picture or stand in one: gear trains, orreries, clockwork."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, mix, smooth
from gesso.make.painters.procedural.canvas.palette import blend_hues, lch
from gesso.make.painters.procedural.canvas.surface import Surface, toward
from gesso.make.painters.procedural.motifs.built.metal import (
    BRASS,
    COPPER,
    IRON,
    dial,
    dial_marks,
    gear,
    globe,
    hand,
    ring,
    rod,
    turned,
)
from gesso.make.painters.procedural.motifs.nature import sky


def vault(s: Surface, level: float = 0.16) -> None:
    """The dim inside of a great machine: warm light from one side, smoke, rafters."""
    x, y = s.light
    away = f32(np.hypot((s.x - x) * 0.9, s.y - y))
    smoke = s.noise("smoke", 1.8, 5, 0.55)
    day = 1 - s.spec.night
    value = level * (1 + 0.9 * day) + (0.40 + 0.12 * day) * np.exp(-((away / 0.55) ** 1.4)) + 0.035 * smoke
    s.lab[:] = s.palette.ramp(f32(value), 1.05)
    s.lab += (s.palette.lamp(0.84) - s.lab) * f32(0.45 * np.exp(-((away / 0.34) ** 1.5)))[..., None]
    s.angle[:] = np.arctan2(s.y - y, s.x - x) + np.pi / 2 + 0.4 * smoke
    s.far[:] = 0.9


def _train(rng: np.random.Generator, x: float, y: float, radius: float, links: int, tooth: float, way: float) -> list[tuple[float, float, float, int, float]]:
    """Gears that mesh: (x, y, radius, teeth, phase), each with the one before it."""
    count = max(9, round(radius / tooth))
    gears = [(x, y, count * tooth, count, float(rng.random()))]
    for _ in range(links):
        px, py, pr, pn, phase = gears[-1]
        number = max(9, int(pn * rng.choice((0.45, 0.62, 0.8, 1.35, 1.6))))
        number = min(number, 46)
        radius = number * tooth
        way += float(rng.choice((-1, 1))) * (0.6 + 0.7 * rng.random())
        x, y = px + (pr + radius) * math.cos(way), py + (pr + radius) * math.sin(way)
        # A tooth of one stands in a gap of the other along the line between them.
        turns = (way - phase) * pn / (2 * math.pi)
        mesh = way + math.pi + (2 * math.pi / number) * (0.5 + turns - math.floor(turns))
        gears.append((x, y, radius, number, mesh))
    return gears


def gears_whole(s: Surface) -> None:
    """A wall of wheels, near ones large, far ones lost in lit smoke."""
    vault(s)
    for layer, (many, radius, tooth, value) in enumerate(((5, 0.15, 0.0072, 0.30), (4, 0.20, 0.0090, 0.44), (2, 0.32, 0.0135, 0.54))):
        rng = s.rng("gears", layer)
        starts = max(1, round((2.4, 1.6, 1.0)[layer] * max(s.wide, s.high)))
        for start in range(starts):
            if layer == 2:
                # The great wheel stands off the light's side, cut by the frame.
                x = s.focus_x + (0.20 if s.light[0] < s.focus_x else -0.20)
                y = 0.66 * s.high
            else:
                x = s.wide * (start + rng.random()) / starts
                y = s.high * rng.random()
            for gx, gy, gr, count, phase in _train(rng, x, y, radius, many, tooth, 6.3 * rng.random()):
                hue = float(rng.choice((BRASS, BRASS, COPPER, IRON)))
                lit = 0.14 * math.exp(-math.hypot(gx - s.light[0], gy - s.light[1]) / 0.5)
                gear(s, gx, gy, gr, count, phase, hue, plane=layer + 1, value=value + lit, far=0.85 - 0.4 * layer)
        _haze(s, 0.30 - 0.13 * layer)
    _sparks(s)


def _haze(s: Surface, strength: float) -> None:
    """Lit smoke between two layers of wheels."""
    x, y = s.light
    away = np.hypot(s.x - x, s.y - y)
    drift = s.noise("lit smoke", 2.5, 4)
    cover = strength * np.exp(-((away / 0.6) ** 1.5)) * np.clip(1 + 0.4 * drift, 0, 1.6)
    s.lab += (s.palette.lamp(0.80) - s.lab) * f32(np.clip(cover, 0, 0.9))[..., None]


def _sparks(s: Surface) -> None:
    rng = s.rng("sparks")
    for _ in range(int(24 + 60 * s.spec.density)):
        x = s.light[0] + 0.35 * rng.standard_normal()
        y = s.light[1] + 0.35 * abs(rng.standard_normal())
        s.dabs([(x, y, 0.0012 + 0.003 * rng.random() ** 3)], s.palette.lamp(0.93), plane=3, alpha=0.8)


def gears_subject(s: Surface, x: float, foot: float) -> None:
    """Wheels as large as hills, standing where they came to rest."""
    rng = s.rng("gears in the land")
    side = 1.0 if s.light[0] < x else -1.0
    size = 0.30 * min(1.25, max(0.8, foot / 0.62))
    tooth = size / 26
    way = -math.pi / 2 + side * 0.85
    first = (x - side * 0.05, foot - 0.50 * size, size, 26, 0.3 * rng.random())
    train = [first]
    for number, turn in ((15, way), (11, way - side * 1.35)):
        px, py, pr, pn, phase = train[-1]
        radius = number * tooth
        gx, gy = px + (pr + radius) * math.cos(turn), py + (pr + radius) * math.sin(turn)
        turns = (turn - phase) * pn / (2 * math.pi)
        mesh = turn + math.pi + (2 * math.pi / number) * (0.5 + turns - math.floor(turns))
        train.append((gx, gy, radius, number, mesh))
    value = 0.46 - 0.12 * s.spec.night
    for number, (gx, gy, gr, count, phase) in enumerate(reversed(train)):
        gear(s, gx, gy, gr, count, phase, (COPPER, BRASS, BRASS)[number], plane=2, value=value + 0.04 * number, far=0.25)


def orrery_whole(s: Surface) -> None:
    """An orrery under the night: its brass sun gives the light."""
    horizon = 1.25 * s.high
    sky.sky(s, horizon)
    sky.stars(s, horizon, 1.3)
    orrery(s, s.focus_x, 0.50 * s.high, 0.43 * min(1.0, s.wide), s.high + 0.02)


def orrery(s: Surface, x: float, y: float, reach: float, foot: float) -> None:
    """Rings, arms, planets with moons, about a sun of gilded brass, on a turned column."""
    rng = s.rng("orrery")
    flat, tilt = 0.34, -0.14 if s.light[0] < x else 0.14
    _column(s, x, y, reach, foot)
    orbits = np.linspace(0.30, 1.0, 6) * reach
    turns = rng.permutation(6) * (2 * math.pi / 6) + 0.5 * rng.random(6) + 0.25
    for behind in (True, False):
        for number, orbit in enumerate(orbits):
            _orbit(s, x, y, float(orbit), flat, tilt, behind)
            turn = float(turns[number])
            if (math.sin(turn) < 0) == behind:
                _planet(s, rng, number, (x, y), float(orbit), flat, tilt, turn)
        if behind:
            _brass_sun(s, x, y, 0.145 * reach)
    meridian = turned(ring(0, 0, 1.06 * reach, 96, 1.06 * reach * 0.93), tilt) + (x, y)
    s.mark(np.concatenate([meridian, meridian[:1]]), 0.0085, s.palette.metal(0.50, BRASS), 2)
    s.mark(np.concatenate([meridian, meridian[:1]]) + (-0.001, -0.0015), 0.0026, s.palette.metal(0.90, BRASS), 2, 0.8)


def _column(s: Surface, x: float, y: float, reach: float, foot: float) -> None:
    half = np.array([(0.0, 0.030), (0.10, 0.022), (0.2, 0.045), (0.26, 0.02), (0.62, 0.028), (0.72, 0.075), (0.78, 0.05), (0.86, 0.12), (0.93, 0.20), (1.0, 0.23)])
    heights = y + (foot - y) * half[:, 0]
    wide = half[:, 1] * reach * 1.5
    shape = np.concatenate([np.stack([x - wide, heights], -1), np.stack([x + wide, heights], -1)[::-1]])
    column = s.polygon(shape)
    across, down = s.inside(column)
    width = np.interp(down.ravel(), heights, wide)[:, None]
    place = np.clip((across - x) / width, -1, 1)
    side = -0.45 if s.light[0] < x else 0.45
    level = 0.30 + 0.36 * np.exp(-(((place - side) / 0.22) ** 2)) + 0.10 * np.exp(-(((place + 0.7 * np.sign(side)) / 0.12) ** 2)) - 0.12 * np.abs(place) ** 3
    steps = np.linspace(0, 1, 17)
    table = f32([s.palette.metal(float(step), BRASS) for step in steps])
    colour = np.stack([np.interp(level, steps, table[:, channel]) for channel in range(3)], -1)
    s.put(column, colour, angle=np.pi / 2, detail=0.7, far=0.05, plane=2)


def _orbit(s: Surface, x: float, y: float, radius: float, flat: float, tilt: float, behind: bool) -> None:
    turn = np.linspace(math.pi, 2 * math.pi, 60) if behind else np.linspace(0, math.pi, 60)
    line = turned(np.stack([radius * np.cos(turn), flat * radius * np.sin(turn)], -1), tilt) + (x, y)
    s.put(s.lines(line, 0.007), s.palette.metal(0.34 if behind else 0.5, BRASS), detail=0.9, far=0.1, plane=2)
    s.mark(line, 0.0052, s.palette.metal(0.40 if behind else 0.56, BRASS), 2)
    s.mark(line[10:34] + (0, -0.0016), 0.0020, s.palette.metal(0.66 if behind else 0.93, BRASS), 2, 0.9)


def _brass_sun(s: Surface, x: float, y: float, radius: float) -> None:
    s.glow(x, y, 3.0 * radius, s.palette.lamp(0.86), 0.75)
    rays = []
    for number in range(24):
        turn = 2 * math.pi * number / 24
        reach = radius * (1.75 if number % 2 else 1.42)
        rays.append(turned(np.array([(0.9 * radius, -0.10 * radius), (reach, 0.0), (0.9 * radius, 0.10 * radius)]), turn) + (x, y))
    s.put(s.polygon(rays), s.palette.metal(0.76, BRASS, 1.2), detail=0.9, plane=2)
    ball = s.ellipse(x, y, radius)
    across, down = s.inside(ball)
    r = np.hypot(across - x, down - y) / radius
    level = f32(0.95 - 0.22 * r**2)
    colour = s.palette.lamp(0.95)[None, None] + np.stack([level - 0.95, 0 * level, 0.03 * r], -1)
    s.put(ball, colour, angle=np.arctan2(down - y, across - x) + np.pi / 2, detail=0.8, plane=2)


def _planet(s: Surface, rng: np.random.Generator, number: int, middle: tuple[float, float], orbit: float, flat: float, tilt: float, turn: float) -> None:
    place = turned(np.array([(orbit * math.cos(turn), flat * orbit * math.sin(turn))]), tilt)[0] + middle
    x, y = float(place[0]), float(place[1])
    radius = orbit * (0.045 + 0.055 * rng.random()) + 0.013
    hues = (IRON, 45.0, s.spec.hue_mid, 28.0, 75.0, blend_hues(s.spec.hue_dark, s.spec.hue_light, 0.4))
    colour = lch(0.60, 0.05 + 0.5 * s.spec.ground_chroma, hues[number % 6])
    rod(s, [middle, (x, y + radius)], 0.006, 0.46)
    rod(s, [(x, y + 1.9 * radius), (x, y)], 0.006, 0.5)
    globe(s, x, y, radius, colour, bands=float(number % 2), shine=0.3)
    if number == 4:
        band = turned(ring(0, 0, 1.9 * radius, 48, 0.55 * radius), tilt - 0.25) + (x, y)
        s.mark(band[:26], 0.006, s.palette.metal(0.8, BRASS), 2, 0.95)
    for moon in range(number % 3):
        way = turn + 1.3 + 2.2 * moon
        globe(s, x + 2.0 * radius * math.cos(way), y + 1.2 * radius * math.sin(way), 0.22 * radius + 0.003, s.palette.value(0.75, 0.6))


def clockwork_whole(s: Surface) -> None:
    """A great clock from within: its dial over the going train, a pendulum before the dark."""
    vault(s, 0.13)
    rng = s.rng("clockwork")
    x, y = s.focus_x, 0.40 * s.high
    radius = 0.29 * min(1.0, s.wide)
    for number in range(9):
        turn = 2 * math.pi * number / 9 + 0.3
        gx, gy = x + (0.40 + 0.10 * rng.random()) * math.cos(turn), y + (0.40 + 0.14 * rng.random()) * math.sin(turn)
        size = 0.085 + 0.10 * rng.random()
        count = int(14 + 16 * rng.random())
        gear(s, gx, gy, size, count, rng.random(), float(rng.choice((BRASS, COPPER, IRON))), plane=1, value=0.33, far=0.55)
    _haze(s, 0.22)
    rod(s, [(x + 0.03, y + 1.05 * radius), (x + 0.05, s.high - 0.16)], 0.018, 0.52, plane=2)
    globe(s, x + 0.05, s.high - 0.13, 0.085, s.palette.metal(0.62, BRASS), shine=0.5)
    dial(s, x, y, radius)
    _open_heart(s, rng, x, y, radius)
    dial_marks(s, x, y, radius, 3)
    s.mark(np.concatenate([ring(x, y, 0.66 * radius), ring(x, y, 0.66 * radius)[:1]]), 0.004, s.palette.metal(0.3, BRASS), 3, 0.8)
    minute = 2 * math.pi * (0.05 + 0.5 * rng.random())
    hand(s, x, y, 0.56 * radius, minute / 12 + 5.2, 3)
    hand(s, x, y, 0.84 * radius, minute, 3)
    s.dabs([(x, y, 0.028 * radius + 0.004)], s.palette.metal(0.7, BRASS), 3)
    s.glow(x, y, 1.15 * radius, s.palette.lamp(0.86), 0.10)
    _sparks(s)


def _open_heart(s: Surface, rng: np.random.Generator, x: float, y: float, radius: float) -> None:
    """The part of the dial that is cut away, and the wheels that turn in it."""
    well = s.polygon(ring(x, y, 0.63 * radius))
    across, down = s.inside(well)
    depth = smooth(np.hypot(across - x, down - y) / radius, 0.1, 0.63)
    s.put(well, s.palette.ramp(f32(0.20 - 0.12 * depth), 1.0), detail=0.6, plane=2)
    tooth = 0.0105 * radius / 0.29
    for gx, gy, gr, count, phase in _train(rng, x - 0.22 * radius, y + 0.14 * radius, 0.30 * radius, 2, tooth, -0.6):
        if math.hypot(gx - x, gy - y) + gr < 0.66 * radius:
            gear(s, gx, gy, gr, count, phase, float(rng.choice((BRASS, COPPER))), plane=2, value=0.56)
    gear(s, x, y, 0.20 * radius, 20, 0.1, BRASS, plane=2, value=0.62)


def clock_mix(s: Surface, x: float, foot: float) -> None:
    """A clock as high as a house, set down in a landscape."""
    radius = 0.24 * min(1.2, max(0.8, foot / 0.62))
    y = foot - 1.28 * radius
    for side in (-1.0, 1.0):
        rod(s, [(x + side * 0.62 * radius, y + 0.7 * radius), (x + side * 0.9 * radius, foot + 0.02)], 0.024, 0.36)
    gear(s, x + 1.05 * radius, y + 0.85 * radius, 0.36 * radius, 20, 0.1, COPPER, 2, 0.40, 0.25)
    gear(s, x - 1.0 * radius, y + 0.95 * radius, 0.28 * radius, 16, 0.3, BRASS, 2, 0.42, 0.25)
    dial(s, x, y, radius)
    dial_marks(s, x, y, radius, 2)
    hand(s, x, y, 0.52 * radius, 5.5, 2)
    hand(s, x, y, 0.80 * radius, 0.35, 2)
    s.glow(x, y, 1.2 * radius, s.palette.lamp(0.86), 0.10 + 0.22 * s.spec.night)


__all__ = ["clock_mix", "clockwork_whole", "gears_subject", "gears_whole", "mix", "orrery", "orrery_whole", "toward", "vault"]
