"""Plants: firs, a leafy tree, reeds, and flowers in a bunch or in a meadow."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Points, f32, mix, smooth
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.surface import Surface, toward
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
        body[None, None] + np.stack([0.03 * rough, 0 * rough, 0 * rough], -1),
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
    colour = body[None, None] + np.stack([lift, 0 * lift, 0 * lift], -1)
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
    return outline + (x, foot)


def tree(s: Surface, x: float, foot: float, height: float) -> None:
    """One broad tree: trunk, boughs, and clumps of leaves lit from the light."""
    rng = s.rng("tree")
    tips: list[tuple[float, float, float]] = []
    limbs: list[tuple[Points, float]] = []
    _grow(
        rng,
        x,
        foot,
        -math.pi / 2 + 0.06 * rng.standard_normal(),
        height * 0.30,
        height * 0.050,
        6,
        limbs,
        tips,
    )
    bark = s.palette.value(land_value(s, 0.95), 0.8)
    for line, width in limbs:
        limb = s.lines(line, width)
        s.put(limb, bark, angle=math.pi / 2, detail=0.8, far=0.05, plane=2)
    if s.spec.season == "winter":
        return
    hue = {"autumn": 52.0, "spring": 350.0}.get(s.spec.season, 135.0)
    order = sorted(
        tips, key=lambda tip: (tip[0] - s.light[0]) ** 2 + (tip[1] - s.light[1]) ** 2, reverse=True
    )
    for step, lift in enumerate((0.0, 0.5, 1.0)):
        clumps = [
            _clump(rng, tip, height * (0.085 - 0.021 * step), s.light, step)
            for tip in order[:: step + 1]
        ]
        leaves = s.polygon(clumps)
        dots = s.noise("leaves", 40, 2)[leaves.rows, leaves.columns]
        value = mix(land_value(s, 0.85), 0.62 - 0.28 * s.spec.night, lift) + 0.035 * dots
        own = s.palette.local(0.4, hue + 10 * step, 1.9)[None, None] + np.stack(
            [value - 0.4, 0 * value, 0 * value], -1
        )
        colour = toward(
            own, s.palette.light(0.82 - 0.2 * s.spec.night, 1.2), 0.22 * lift + 0 * value
        )
        s.put(leaves, colour, angle=0.8 + 1.2 * dots, detail=0.5, far=0.05, plane=2)


def _grow(
    rng: np.random.Generator,
    x: float,
    y: float,
    way: float,
    length: float,
    width: float,
    left: int,
    limbs: list[tuple[Points, float]],
    tips: list[tuple[float, float, float]],
) -> None:
    bend = 0.25 * rng.standard_normal()
    middle = (x + 0.5 * length * math.cos(way), y + 0.5 * length * math.sin(way))
    end = (
        middle[0] + 0.5 * length * math.cos(way + bend),
        middle[1] + 0.5 * length * math.sin(way + bend),
    )
    limbs.append((np.array([(x, y), middle, end]), width))
    if left <= 3:
        tips.append((*end, way))
    if left == 0:
        return
    for turn in (-0.48, 0.42) if left < 5 else (-0.62, 0.05, 0.58):
        _grow(
            rng,
            *end,
            way + bend + turn + 0.16 * rng.standard_normal(),
            length * (0.68 + 0.12 * rng.random()),
            width * 0.62,
            left - 1,
            limbs,
            tips,
        )


def _clump(
    rng: np.random.Generator,
    tip: tuple[float, float, float],
    size: float,
    light: tuple[float, float],
    step: int,
) -> Points:
    turn = np.linspace(0, 2 * np.pi, 12)[:-1]
    radius = size * (0.6 + 0.6 * rng.random(11))
    pull = 0.45 * size * step
    away = math.hypot(light[0] - tip[0], light[1] - tip[1]) + 1e-6
    x = tip[0] + pull * (light[0] - tip[0]) / away + 0.4 * size * rng.standard_normal()
    y = tip[1] + pull * (light[1] - tip[1]) / away + 0.4 * size * rng.standard_normal()
    return np.stack([x + radius * np.cos(turn), y + 0.8 * radius * np.sin(turn)], -1)


def bunch(s: Surface) -> None:
    """Flowers close by, each of its own kind, turned its own way, some still in bud."""
    rng = s.rng("bunch")
    ground = s.noise("garden", 1.8, 5, 0.55)
    night = s.spec.night
    glow = np.exp(-((np.hypot(s.x - s.light[0], s.y - s.light[1]) / 0.5) ** 2))
    value = mix(0.34, 0.15, night) + 0.055 * ground + mix(0.30, 0.20, night) * glow
    own = s.palette.local(0.35, 140, 0.9)[None, None] + np.stack(
        [value - 0.35, 0 * value, 0 * value], -1
    )
    s.lab[:] = toward(s.palette.ramp(f32(value), 1.0), own, 0.45 * smooth(ground, -0.6, 1.0))
    s.angle[:] = 1.1 * ground
    s.far[:] = 0.6
    heads = _places(s, rng)
    root = s.focus_x
    for x, y, radius in heads:
        _stem(s, rng, x, y, root, radius)
    for number, (x, y, radius) in enumerate(heads):
        _flower(s, rng, number, x, y, radius)


def _places(s: Surface, rng: np.random.Generator) -> list[tuple[float, float, float]]:
    found: list[tuple[float, float, float]] = []
    wanted = int(6 + 8 * s.spec.density + 3 * (s.wide * s.high - 1))
    for _ in range(400):
        if len(found) >= min(wanted, 18):
            break
        radius = 0.055 + 0.095 * rng.random() ** 0.8
        x = float(
            np.clip(s.focus_x + (0.24 + 0.1 * s.wide) * rng.standard_normal(), 0.08, s.wide - 0.08)
        )
        y = float(
            np.clip(0.46 * s.high + 0.19 * s.high * rng.standard_normal(), 0.12, s.high * 0.80)
        )
        if all(math.hypot(x - a, y - b) > 0.78 * (radius + c) for a, b, c in found):
            found.append((x, y, radius))
    return sorted(found, key=lambda head: head[2])


def _stem(
    s: Surface, rng: np.random.Generator, x: float, y: float, root: float, radius: float
) -> None:
    steps = np.linspace(0, 1, 20)
    line = np.stack(
        [
            mix(x, root + (x - root) * 0.3, steps**1.5) + 0.02 * np.sin(steps * 5 + x * 9),
            mix(y, s.high + 0.05, steps),
        ],
        -1,
    ).astype(np.float64)
    green = s.palette.local(0.36 - 0.14 * s.spec.night, 140, 1.5)
    s.put(
        s.lines(line, 0.008 + 0.02 * radius), green, angle=math.pi / 2, detail=0.8, far=0.2, plane=1
    )
    for _ in range(2):
        at = line[int(6 + 11 * rng.random())]
        way = rng.choice((-1, 1)) * (0.5 + 0.5 * rng.random())
        reach = radius * (1.0 + 0.6 * rng.random())
        t = np.linspace(0, 1, 9)
        spine = np.stack(
            [at[0] + reach * t * math.sin(way) * 1.2, at[1] - reach * t * (0.7 - 0.5 * t)], -1
        )
        wide = 0.24 * reach * np.sin(np.pi * t**0.8)
        leaf = s.polygon(
            np.concatenate(
                [
                    spine + np.stack([0 * wide, wide], -1),
                    (spine - np.stack([0 * wide, wide], -1))[::-1],
                ]
            )
        )
        s.put(
            leaf,
            green + f32((0.10 * rng.random() - 0.02, 0, 0)),
            angle=-0.7 * way,
            detail=0.6,
            far=0.2,
            plane=1,
        )


def _flower(
    s: Surface, rng: np.random.Generator, number: int, x: float, y: float, radius: float
) -> None:
    """One head: rings of petals, each petal a shape of its own, seen at a slant."""
    kind = int(rng.integers(4))
    hue = (s.spec.hue_light, s.spec.hue_light + 300, s.spec.hue_mid, s.spec.hue_light + 22)[
        number % 4
    ] + 12 * rng.standard_normal()
    petals, rings, length, breadth = (
        (7, 3, 1.0, 0.50),
        (15, 2, 1.0, 0.22),
        (5, 1, 1.0, 0.62),
        (11, 4, 1.0, 0.36),
    )[kind]
    slant, tilt = 0.62 + 0.36 * rng.random(), 0.6 * rng.standard_normal()
    chroma = min(0.19, 0.05 + 1.15 * s.spec.ground_chroma)
    base = mix(0.62, 0.50, s.spec.night) + 0.10 * rng.random()
    lean_x, lean_y = s.light[0] - x, s.light[1] - y
    away = math.hypot(lean_x, lean_y) + 1e-6
    turn0 = 7 * rng.random()
    for ring in range(rings):
        size = radius * (1 - 0.24 * ring)
        for petal in range(petals):
            turn = (
                turn0
                + 2 * math.pi * (petal + 0.5 * (ring % 2)) / petals
                + 0.10 * rng.standard_normal()
            )
            shape = _petal(rng, size * length * (0.88 + 0.2 * rng.random()), size * breadth, turn)
            shape = (
                shape
                * (1, slant)
                @ np.array([[math.cos(tilt), math.sin(tilt)], [-math.sin(tilt), math.cos(tilt)]])
            )
            facing = (math.cos(turn) * lean_x + math.sin(turn) * lean_y) / away
            value = base + 0.11 * facing + 0.055 * ring + 0.035 * rng.standard_normal()
            stencil = s.polygon(shape + (x, y))
            across, down = s.inside(stencil)
            out = np.clip(np.hypot(across - x, down - y) / size, 0, 1)
            colour = lch(value, chroma, hue + 7 * ring)[None, None] + np.stack(
                [0.15 * (out - 0.62), 0 * out, 0 * out], -1
            )
            way = math.atan2(float(shape[:, 1].mean()), float(shape[:, 0].mean()))
            s.put(stencil, colour, angle=way, detail=0.75, far=0.05, plane=2)
    heart = s.ellipse(x, y, radius * 0.17, radius * 0.17 * slant)
    s.put(heart, s.palette.lamp(0.66 - 0.1 * (kind == 1)), detail=1.0, plane=2)
    s.bevel(heart, 0.006, 0.10)
    for _ in range(12):
        turn, out = 6.3 * rng.random(), radius * (0.08 + 0.15 * rng.random())
        s.dabs(
            [(x + out * math.cos(turn), y + out * slant * math.sin(turn), 0.0035)],
            s.palette.lamp(0.84),
            plane=2,
        )


def _petal(rng: np.random.Generator, length: float, breadth: float, turn: float) -> Points:
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
    return outline @ np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])
