"""Flowers in a vase, every head of its own kind."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Points, f32
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.surface import Surface, lifted
from gesso.make.painters.procedural.motifs.built.machines.metal import turned
from gesso.make.painters.procedural.motifs.built.rooms.vessel import VASE, room, vessel


def bouquet(s: Surface) -> None:
    """Flowers in a vase: every head of its own kind and turned its own way, some cut fallen."""
    rng = s.rng("bouquet")
    table = 0.80 * s.high
    room(s, table)
    x = s.focus_x
    side = 1.0 if s.light[0] < x else -1.0
    foot = table + 0.075
    tall = 0.30
    heads = _places(s, rng, x, foot - tall - 0.02)
    _greens(s, rng, x, foot - tall + 0.02, heads)
    vessel(s, x, foot, tall, VASE, colour=s.palette.local(0.44, 245, 1.4), side=side, shine=0.8)
    for number, (hx, hy, radius) in enumerate(heads):
        _flower(s, rng, number, hx, hy, radius=radius)
    for number in range(2):
        px = x + side * (0.16 + 0.13 * number)
        py = table + 0.12 + 0.03 * number
        petal = _petal_shape(rng, 0.055, 0.020, 0.4 + 2.0 * number) + np.array((px, py))
        s.shadow(s.polygon(petal), side * 0.006, 0.008, 0.006, 0.5)
        s.put(
            s.polygon(petal),
            lch(0.68 - 0.1 * s.spec.night, 0.05 + s.spec.ground_chroma, s.spec.hue_light),
            angle=0.4,
            detail=1.0,
            plane=2,
        )


def _places(
    s: Surface, rng: np.random.Generator, x: float, neck: float
) -> list[tuple[float, float, float]]:
    """Where the heads are: a loose dome over the vase, small ones outside."""
    found: list[tuple[float, float, float]] = []
    wanted = int(9 + 16 * s.spec.busy)
    rise = min(0.46, 0.72 * neck)
    for _ in range(500):
        if len(found) >= wanted:
            break
        turn, out = rng.uniform(-1.25, 1.25), math.sqrt(rng.random())
        hx = x + 0.34 * min(1.1, s.wide) * out * math.sin(turn) * 1.05
        hy = neck - 0.05 - rise * out * math.cos(turn)
        radius = (0.098 - 0.036 * out) * (0.75 + 0.5 * rng.random())
        if all(math.hypot(hx - a, hy - b) > 0.74 * (radius + c) for a, b, c in found):
            found.append((float(hx), float(hy), float(radius)))
    return sorted(found, key=lambda head: (head[0] - s.light[0]) ** 2 + head[2], reverse=True)


def _greens(
    s: Surface,
    rng: np.random.Generator,
    x: float,
    neck: float,
    heads: list[tuple[float, float, float]],
) -> None:
    green = s.palette.local(0.30 - 0.10 * s.spec.night, 140, 1.5)
    t = np.linspace(0, 1, 14)
    for hx, hy, radius in heads:
        line = np.stack([x + (hx - x) * t**1.4 + 0.02 * np.sin(3 * t), neck + (hy - neck) * t], -1)
        s.put(s.lines(line, 0.008), green, angle=math.pi / 2, detail=0.8, far=0.1, plane=2)
        for _ in range(3):
            at = line[int(3 + 9 * rng.random())]
            way = math.atan2(hy - neck, hx - x + 1e-6) + rng.uniform(-1.2, 1.2)
            leaf = _petal_shape(rng, radius * rng.uniform(1.1, 1.9), radius * 0.30, way) + at
            facing = 0.10 * math.cos(way - math.atan2(s.light[1] - at[1], s.light[0] - at[0]))
            s.put(
                s.polygon(leaf),
                green + f32((facing + 0.05 * rng.standard_normal(), 0, 0)),
                angle=way,
                detail=0.6,
                far=0.1,
                plane=2,
            )


def _flower(
    s: Surface, rng: np.random.Generator, number: int, x: float, y: float, *, radius: float
) -> None:
    """One head: rings of petals, each petal a shape of its own, seen at a slant."""
    petals, rings, breadth = _KINDS[int(rng.integers(len(_KINDS)))]
    hues = (s.spec.hue_light, 18.0, 352.0, s.spec.hue_light + 14, 300.0)
    hue = hues[number % 5] + 10 * rng.standard_normal()
    chroma = min(0.17, 0.045 + 1.05 * s.spec.ground_chroma) * (0.28 if number % 4 == 3 else 1.0)
    base = s.by_hour(0.60, 0.46) + 0.05 * rng.standard_normal() + 0.14 * (number % 4 == 3)
    slant, tilt, first = 0.66 + 0.34 * rng.random(), 0.6 * rng.standard_normal(), 7 * rng.random()
    lean = np.array((s.light[0] - x, s.light[1] - y))
    lean = lean / (np.hypot(*lean) + 1e-6)
    for level in range(rings):
        size = radius * (1 - 0.78 * level / rings)
        for petal in range(max(5, petals - 2 * level)):
            turn = first + 2 * math.pi * (petal + 0.5 * (level % 2)) / max(5, petals - 2 * level)
            turn += 0.09 * rng.standard_normal()
            shape = _petal_shape(
                rng,
                size * (0.88 + 0.2 * rng.random()),
                radius * breadth * (1 - 0.4 * level / rings),
                turn,
            )
            shape = turned(shape * (1, slant), tilt) + np.array((x, y))
            stencil = s.polygon(shape)
            s.shadow(stencil, -0.03 * radius * lean[0], 0.06 * radius, 0.035 * radius, 0.42)
            across, down = s.inside(stencil)
            out = np.clip(np.hypot(across - x, down - y) / size, 0, 1.1)
            facing = float(np.array((math.cos(turn), math.sin(turn))) @ lean)
            value = base + 0.10 * facing + 0.05 * level / rings + 0.03 * rng.standard_normal()
            colour = lifted(lch(value, chroma, hue + 16 * level / rings), 0.24 * (out - 0.66))
            s.put(stencil, colour, angle=turn + tilt, detail=0.9, far=0.05, plane=2)
    _heart(s, rng, x, y, radius, slant=slant)


_KINDS = ((8, 2, 0.36), (17, 2, 0.15), (5, 1, 0.50), (12, 4, 0.28), (9, 5, 0.34))
"""Petals in the outer ring, rings, and a petal's half-width beside the head's radius."""


def _heart(
    s: Surface, rng: np.random.Generator, x: float, y: float, radius: float, *, slant: float
) -> None:
    size = radius * (0.13 + 0.10 * rng.random())
    heart = s.ellipse(x, y, size, size * slant)
    s.put(heart, s.palette.lamp(0.52), detail=1.0, plane=2)
    s.bevel(heart, 0.006, 0.14)
    for _ in range(10):
        turn, out = 6.3 * rng.random(), size * (0.4 + 0.75 * rng.random())
        s.dabs(
            [(x + out * math.cos(turn), y + out * slant * math.sin(turn), 0.0028)],
            s.palette.lamp(0.86),
            plane=2,
        )


def _petal_shape(rng: np.random.Generator, length: float, breadth: float, turn: float) -> Points:
    t = np.linspace(0, 1, 9)
    half = (
        breadth * np.sin(np.pi * np.clip(t, 0.04, 1) ** 1.35) ** 0.75 * (0.9 + 0.2 * rng.random())
    )
    notch = 1 - 0.08 * rng.random() * (t > 0.95)
    curl = 0.10 * length * rng.standard_normal() * t * t
    spine = np.stack([length * t * notch, curl], -1)
    outline = np.concatenate(
        [spine + np.stack([0 * half, half], -1), (spine - np.stack([0 * half, half], -1))[::-1]]
    )
    return turned(outline, turn)
