"""Plants: firs, a leafy tree, reeds, and flowers in a bunch or in a meadow."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Points, f32, mix, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward
from gesso.make.painters.procedural.motifs.nature.land import below, land_value


def firs(
    s: Surface,
    ground: float,
    tall: float,
    count: int,
    near: float,
    *,
    stage: str,
    plane: int,
    gap: float = 0.0,
) -> None:
    """A stand of firs; `gap` keeps a clearing around the focus."""
    rng = s.rng("firs", stage)
    places = (np.arange(count) + rng.random(count)) / count * (s.wide + 0.2) - 0.1
    heights = tall * (0.45 + 0.75 * rng.random(count))
    clear = np.clip(np.abs(places - s.light[0]) / 0.30, 0.25, 1.0) if gap else np.ones(count)
    heights = heights * mix(1.0, clear, gap)
    line = f32(ground + 0.012 * s.profile(f"firs {stage}", 4, 4))
    feet = np.interp(places, s.x[0], line) + 0.012
    shapes = [
        _fir(rng, x, foot, height) for x, foot, height in zip(places, feet, heights, strict=True)
    ]
    value = land_value(s, near)
    hue = 155.0
    floor = below(s, line)
    body = toward(s.palette.value(value, 1.0), s.palette.local(value, hue, 1.1), 0.55)
    rough = s.noise(f"floor {stage}", 14, 3)[floor.rows]
    s.put(
        floor,
        lifted(body, 0.03 * rough),
        angle=0.3 * rough,
        detail=0.35,
        far=0.75 * (1 - near),
        plane=plane,
    )
    trees = s.polygon(shapes)
    x, y = s.inside(trees)
    boughs = s.noise(f"boughs {stage}", 30, 3, 0.6, stretch=1.6)[trees.rows, trees.columns]
    toward_light = np.exp(-((np.hypot(x - s.light[0], y - s.light[1]) / 0.5) ** 2))
    lift = f32(0.035 * boughs + 0.09 * toward_light * np.clip(0.4 + boughs, 0, 1.4))
    colour = lifted(body, lift)
    colour = toward(
        colour, s.palette.light(0.75, 1.0), np.clip(0.30 * toward_light * (boughs > 0.4), 0, 1)
    )
    droop = np.pi / 2 - 0.9 * np.sign(np.sin((x + 0 * y) * 60))
    s.put(
        trees, colour, angle=droop + 0.25 * boughs, detail=0.65, far=0.75 * (1 - near), plane=plane
    )


def _fir(rng: np.random.Generator, x: float, foot: float, height: float) -> Points:
    """An outline of drooping boughs, wider and looser towards the foot."""
    tiers = int(9 + 5 * rng.random())
    half = height * (0.15 + 0.05 * rng.random())
    right: list[tuple[float, float]] = [(0.0, -height)]
    left: list[tuple[float, float]] = []
    for tier in range(1, tiers + 1):
        down = tier / tiers
        for side, points in ((1, right), (-1, left)):
            reach = half * (0.08 + 0.92 * down) * (0.72 + 0.5 * rng.random())
            tip = -height * (1 - 0.93 * down) + 0.018 * height * rng.standard_normal()
            points.append((side * reach, tip + 0.035 * height))
            points.append((side * reach * 0.42, tip + 0.012 * height))
    trunk = [
        (0.012 * height, -0.05 * height),
        (0.014 * height, 0.02 * height),
        (-0.014 * height, 0.02 * height),
        (-0.012 * height, -0.05 * height),
    ]
    outline = np.array(right + trunk + left[::-1])
    return np.asarray(outline + np.array((x, foot)), np.float64)


def tree(s: Surface, x: float, foot: float, height: float) -> None:
    """One broad tree: trunk, boughs, and clumps of leaves lit from the light."""
    rng = s.rng("tree")
    tips: list[tuple[float, float, float]] = []
    limbs: list[tuple[Points, float]] = []
    lean = -math.pi / 2 + 0.06 * rng.standard_normal()
    trunk = _Twig(x, foot, lean, height * 0.26, height * 0.052, 6)
    _grow(rng, trunk, limbs, tips)
    bark = s.palette.value(land_value(s, 0.95), 0.8)
    for line, width in limbs:
        limb = s.lines(line, width)
        s.put(limb, bark, angle=math.pi / 2, detail=0.8, far=0.05, plane=2)
    if s.spec.season == "winter":
        return
    hue = {"autumn": 52.0, "spring": 350.0}.get(s.spec.season, 128.0)
    crown = (x, foot - 0.66 * height)
    masses = [
        (*tip[:2], height * (0.085 + 0.055 * rng.random()))
        for tip in tips[:: max(1, len(tips) // 30)]
    ]
    masses += [
        (
            crown[0] + 0.16 * height * rng.standard_normal(),
            crown[1] + 0.10 * height * rng.standard_normal(),
            height * 0.13,
        )
        for _ in range(8)
    ]
    lx, ly = s.light
    for mass in sorted(
        masses, key=lambda mass: math.hypot(mass[0] - lx, mass[1] - ly), reverse=True
    ):
        _leaves(s, mass, crown, height, hue)


def _leaves(
    s: Surface,
    mass: tuple[float, float, float],
    crown: tuple[float, float],
    height: float,
    hue: float,
) -> None:
    """One mass of leaves: a ragged ball in the great ball of the crown."""
    x, y, radius = mass
    box = s.polygon(
        np.array(
            [
                (x - 1.3 * radius, y - 1.2 * radius),
                (x + 1.3 * radius, y - 1.2 * radius),
                (x + 1.3 * radius, y + 1.2 * radius),
                (x - 1.3 * radius, y + 1.2 * radius),
            ]
        )
    )
    across, down = s.inside(box)
    nx, ny = (across - x) / radius, (down - y) / (0.85 * radius)
    ragged = s.noise("leaves", 26, 3, 0.7)[box.rows, box.columns]
    cover = smooth(1.0 - np.hypot(nx, ny) + 0.30 * ragged, 0.10, 0.24) * box.mask
    away = math.hypot(s.light[0] - x, s.light[1] - y) + 1e-6
    toward_x, toward_y = (s.light[0] - x) / away, (s.light[1] - y) / away - 0.45
    own = 0.55 * (nx * toward_x + ny * toward_y)
    great = 0.8 * ((x - crown[0]) * toward_x + (y - crown[1]) * toward_y) / (0.4 * height)
    lit = np.clip(0.42 + own + great + 0.20 * ragged, 0, 1.25)
    value = f32(mix(land_value(s, 0.95), s.by_hour(0.66, 0.34), lit))
    colour = lifted(s.palette.local(0.4, hue, 1.7), 0.08 + 0.89 * value - 0.436)
    colour = toward(
        colour,
        s.palette.light(0.86 - 0.2 * s.spec.night, 1.2),
        np.clip(0.42 * (lit - 0.55), 0, 0.5),
    )
    s.put(box.times(cover), colour, angle=0.7 + 1.3 * ragged, detail=0.45, far=0.05, plane=2)


@dataclass(frozen=True)
class _Twig:
    """One piece of wood: where it begins, its way, and how many forks are still to come."""

    x: float
    y: float
    way: float
    length: float
    width: float
    left: int


def _grow(
    rng: np.random.Generator,
    twig: _Twig,
    limbs: list[tuple[Points, float]],
    tips: list[tuple[float, float, float]],
) -> None:
    """Grow a twig and all that forks from it, into `limbs`; the outer ends go into `tips`."""
    way, half = twig.way, 0.5 * twig.length
    bent = way + 0.25 * rng.standard_normal()
    middle = (twig.x + half * math.cos(way), twig.y + half * math.sin(way))
    end = (middle[0] + half * math.cos(bent), middle[1] + half * math.sin(bent))
    limbs.append((np.array([(twig.x, twig.y), middle, end]), twig.width))
    if twig.left <= 3:
        tips.append((*end, way))
    if twig.left == 0:
        return
    for turn in (-0.50, 0.46) if twig.left < 4 else (-0.66, -0.08, 0.60):
        child = _Twig(
            *end,
            way=bent + turn + 0.16 * rng.standard_normal(),
            length=twig.length * (0.68 + 0.12 * rng.random()),
            width=twig.width * 0.62,
            left=twig.left - 1,
        )
        _grow(rng, child, limbs, tips)
