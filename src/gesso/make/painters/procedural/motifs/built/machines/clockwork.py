"""Clockwork: a great dial from within, or set down in a landscape."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.built.machines.clock_parts import dial, dial_marks, hand
from gesso.make.painters.procedural.motifs.built.machines.gears import (
    gear_train,
    haze,
    sparks,
    vault,
)
from gesso.make.painters.procedural.motifs.built.machines.metal import (
    BRASS,
    COPPER,
    IRON,
    Wheel,
    gear,
    globe,
    ring,
    rod,
)


def clockwork_whole(s: Surface) -> None:
    """A great clock from within: its dial over the going train, a pendulum before the dark."""
    vault(s, 0.13)
    rng = s.rng("clockwork")
    x, y = s.focus_x, 0.40 * s.high
    radius = 0.29 * min(1.0, s.wide)
    for number in range(9):
        turn = 2 * math.pi * number / 9 + 0.3
        gx, gy = (
            x + (0.40 + 0.10 * rng.random()) * math.cos(turn),
            y + (0.40 + 0.14 * rng.random()) * math.sin(turn),
        )
        size = 0.085 + 0.10 * rng.random()
        count = int(14 + 16 * rng.random())
        wheel = Wheel(gx, gy, size, count, float(rng.random()))
        hue = float(rng.choice((BRASS, COPPER, IRON)))
        gear(s, wheel, hue=hue, plane=1, value=0.33, far=0.55)
    haze(s, 0.22)
    rod(s, [(x + 0.03, y + 1.05 * radius), (x + 0.05, s.high - 0.16)], 0.018, 0.52, plane=2)
    globe(s, x + 0.05, s.high - 0.13, 0.085, s.palette.metal(0.62, BRASS), shine=0.5)
    dial(s, x, y, radius)
    _open_heart(s, rng, x, y, radius)
    dial_marks(s, x, y, radius, 3)
    s.mark(
        np.concatenate([ring(x, y, 0.66 * radius), ring(x, y, 0.66 * radius)[:1]]),
        0.004,
        s.palette.metal(0.3, BRASS),
        3,
        0.8,
    )
    minute = 2 * math.pi * (0.05 + 0.5 * rng.random())
    hand(s, x, y, 0.56 * radius, minute / 12 + 5.2, plane=3)
    hand(s, x, y, 0.84 * radius, minute, plane=3)
    s.dabs([(x, y, 0.028 * radius + 0.004)], s.palette.metal(0.7, BRASS), 3)
    s.glow(x, y, 1.15 * radius, s.palette.lamp(0.86), 0.10)
    sparks(s)


def _open_heart(s: Surface, rng: np.random.Generator, x: float, y: float, radius: float) -> None:
    """The part of the dial that is cut away, and the wheels that turn in it."""
    well = s.polygon(ring(x, y, 0.63 * radius))
    across, down = s.inside(well)
    depth = smooth(np.hypot(across - x, down - y) / radius, 0.1, 0.63)
    s.put(well, s.palette.ramp(f32(0.20 - 0.12 * depth), 1.0), detail=0.6, plane=2)
    tooth = 0.0105 * radius / 0.29
    size = 0.30 * radius
    first = Wheel(x - 0.20 * radius, y + 0.14 * radius, size, round(size / tooth), 0.3)
    for wheel in gear_train(rng, first, 3, -0.6):
        if math.hypot(wheel.x - x, wheel.y - y) + wheel.radius < 0.68 * radius:
            gear(s, wheel, hue=float(rng.choice((BRASS, COPPER))), value=0.56)
    gear(s, Wheel(x, y, 0.20 * radius, 20, 0.1), value=0.62)
    _escapement(s, x + 0.26 * radius, y + 0.20 * radius, 0.23 * radius)


def _escapement(s: Surface, x: float, y: float, radius: float) -> None:
    """A wheel of pointed, leaning teeth, and the anchor that lets them by one at a time."""
    turns = 2 * math.pi * np.arange(15) / 15
    tips = np.stack([np.cos(turns + 0.10), np.sin(turns + 0.10)], -1) * radius
    feet = np.stack([np.cos(turns - 0.12), np.sin(turns - 0.12)], -1) * (0.74 * radius)
    outline = np.stack([feet, tips], 1).reshape(-1, 2) + np.array((x, y))
    wheel = s.polygon(outline, [ring(x, y, 0.56 * radius, 40)])
    s.shadow(wheel, 0.02 * radius, 0.04 * radius, 0.04 * radius, 0.5)
    s.put(wheel, s.palette.metal(0.66, BRASS), detail=1.0, plane=2)
    s.bevel(wheel, 0.05 * radius, 0.25)
    for turn in np.arange(4) * (math.pi / 2) + 0.4:
        arm = [(x, y), (x + 0.6 * radius * math.cos(turn), y + 0.6 * radius * math.sin(turn))]
        rod(s, arm, 0.09 * radius, 0.6)
    bow = np.linspace(-2.45, -0.70, 16)
    anchor = np.stack([np.cos(bow), np.sin(bow)], -1) * (1.22 * radius) + np.array((x, y))
    hooks = [
        anchor[0] + np.array((0.22, 0.16)) * radius,
        anchor[-1] + np.array((-0.16, 0.20)) * radius,
    ]
    steel = s.palette.metal(0.34, IRON, 0.7)
    s.mark(np.concatenate([hooks[:1], anchor, hooks[1:]]), 0.085 * radius, steel, 2)
    s.mark(
        anchor[3:12] - np.array((0.0, 0.03 * radius)),
        0.022 * radius,
        s.palette.metal(0.85, IRON, 0.6),
        2,
    )


def clock_mix(s: Surface, x: float, foot: float) -> None:
    """A clock as high as a house, set down in a landscape."""
    radius = 0.24 * min(1.2, max(0.8, foot / 0.62))
    y = foot - 1.28 * radius
    for side in (-1.0, 1.0):
        rod(
            s,
            [(x + side * 0.62 * radius, y + 0.7 * radius), (x + side * 0.9 * radius, foot + 0.02)],
            0.024,
            0.36,
        )
    right = Wheel(x + 1.05 * radius, y + 0.85 * radius, 0.36 * radius, 20, 0.1)
    gear(s, right, hue=COPPER, value=0.40, far=0.25)
    left = Wheel(x - 1.0 * radius, y + 0.95 * radius, 0.28 * radius, 16, 0.3)
    gear(s, left, value=0.42, far=0.25)
    dial(s, x, y, radius)
    dial_marks(s, x, y, radius, 2)
    hand(s, x, y, 0.52 * radius, 5.5, plane=2)
    hand(s, x, y, 0.80 * radius, 0.35, plane=2)
    s.glow(x, y, 1.2 * radius, s.palette.lamp(0.86), 0.10 + 0.22 * s.spec.night)
