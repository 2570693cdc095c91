"""What flies: balloons, an airship, paper lanterns."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, mix
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.surface import Surface, toward
from gesso.make.painters.procedural.motifs.built.machines.metal import BRASS, rod
from gesso.make.painters.procedural.motifs.built.works.masonry import box, lamp


def balloon(s: Surface, x: float, y: float, k: float = 1.0, number: int = 0) -> None:
    """A hot-air balloon, its gores in two or three colours, lit from its own flame by night."""
    radius = 0.135 * k
    turn = np.linspace(-0.80 * math.pi, 0.80 * math.pi, 50)
    round_x, round_y = np.sin(turn), -np.cos(turn)
    skirt = np.where(round_y > 0, 1 - 0.30 * np.abs(round_y) ** 1.5, 1.0)
    envelope = np.stack(
        [x + radius * round_x * skirt, y + radius * round_y * np.where(round_y > 0, 1.32, 1.0)], -1
    )
    bag = s.polygon(envelope)
    across, down = s.inside(bag)
    ny = (down - y) / radius
    half = np.sqrt(np.clip(1.02 - np.where(ny > 0, ny / 1.32, ny) ** 2, 0.03, 1)) * np.where(
        ny > 0, 1 - 0.22 * np.clip(ny, 0, 1.2), 1
    )
    nx = np.clip((across - x) / radius / half, -0.999, 0.999)
    gore = np.floor((np.arcsin(nx) / np.pi + 0.5) * 8).astype(int)
    hue = (s.spec.hue_light, s.spec.hue_light + 140, 25.0)[number % 3]
    chroma = min(0.16, 0.05 + 0.9 * s.spec.ground_chroma)
    one, two = lch(0.62, chroma, hue), lch(0.80, 0.5 * chroma, s.spec.hue_light + 10)
    base = np.where((gore % 2 == 0)[..., None], one, two)
    side = 1.0 if s.light[0] > x else -1.0
    lit = 0.20 * np.sin(nx * side * 1.3) - 0.10 * ny - 0.16 * s.spec.night
    fire = s.spec.night * 0.42 * np.exp(-((nx / 0.8) ** 2) - (((ny - 0.75) / 0.7) ** 2))
    seam = 0.05 * (np.abs(((np.arcsin(nx) / np.pi + 0.5) * 8) % 1 - 0.5) > 0.44)
    body = f32(base) + np.stack([lit - seam, 0 * lit, 0 * lit], -1)
    body = toward(body, s.palette.lamp(0.86), np.clip(fire, 0, 0.9))
    s.put(bag, body, angle=np.arctan2(ny + 0 * nx, nx) + np.pi / 2, detail=0.6, far=0.25, plane=2)
    dark = s.palette.value(0.10, 0.9)
    basket = y + 1.72 * radius
    for edge in (-0.17, -0.06, 0.06, 0.17):
        s.mark(
            [(x + edge * 1.6 * radius, y + 1.20 * radius), (x + edge * 0.75 * radius, basket)],
            0.0018 * k + 0.0004,
            dark,
            2,
            0.9,
        )
    s.put(
        s.polygon(box(x - 0.13 * radius, basket, x + 0.13 * radius, basket + 0.20 * radius)),
        s.palette.local(0.30, 60, 1.5),
        detail=1.0,
        plane=2,
    )
    if s.spec.night > 0.3:
        lamp(s, x, y + 1.42 * radius, 0.008 * k)


def balloons(s: Surface, x: float, horizon: float) -> None:
    """One balloon near, others behind it."""
    rng = s.rng("balloons")
    for number in range(4):
        k = 0.26 + 0.22 * rng.random()
        bx = float(np.clip(x + (0.5 * s.wide) * rng.uniform(-1, 1), 0.06, s.wide - 0.06))
        balloon(s, bx, horizon * rng.uniform(0.28, 0.74), k, number + 1)
    balloon(s, x, horizon * 0.42, 1.05, 0)


def airship(s: Surface, x: float, y: float) -> None:
    """An airship: ribs under the cloth, fins, a gondola with lit windows, searchlight by night."""
    way = 1.0 if s.light[0] < x else -1.0
    length, half = 0.33, 0.090
    turn = np.linspace(0, 2 * math.pi, 90)
    px = np.cos(turn)
    outline = np.stack(
        [x + way * length * px, y + half * np.sin(turn) * (1 - 0.16 * px) ** 0.9], -1
    )
    hull = s.polygon(outline)
    across, down = s.inside(hull)
    along = (across - x) / length
    ny = (down - y) / (half * np.sqrt(np.clip(1 - along**2, 0.02, 1)))
    lit = 0.30 * np.clip(-ny * 0.9 + 0.15, -1, 1) - 0.10 * np.clip(ny, 0, 1) ** 2
    ribs = np.abs((along * 9) % 1 - 0.5) > 0.455
    gore = np.abs((np.arcsin(np.clip(ny, -1, 1)) / np.pi * 7) % 1 - 0.5) > 0.455
    level = s.by_hour(0.58, 0.42) + lit - 0.045 * ribs - 0.03 * gore
    steps = np.linspace(0, 1, 17)
    table = f32(
        [
            mix(s.palette.metal(float(step), 75.0, 0.8), s.palette.value(float(step), 0.8), 0.4)
            for step in steps
        ]
    )
    colour = np.stack([np.interp(level, steps, table[:, channel]) for channel in range(3)], -1)
    s.put(hull, colour, angle=0.25 * along * way + 0 * ny, detail=0.55, far=0.2, plane=2)
    dark = s.palette.metal(0.22, BRASS)
    fins = [
        np.array(
            [
                (x - way * 0.95 * length, y - 0.2 * half),
                (x - way * 0.72 * length, y + side * 0.55 * half),
                (x - way * 0.86 * length, y + side * 1.35 * half),
                (x - way * 1.06 * length, y + side * 1.25 * half),
            ]
        )
        for side in (-1.0, 1.0)
    ]
    s.put(s.polygon(fins), s.palette.local(0.40, 32, 1.8), detail=0.9, far=0.15, plane=2)
    cabin = np.array(
        [
            (x - way * 0.11, y + 1.06 * half),
            (x + way * 0.13, y + 1.06 * half),
            (x + way * 0.10, y + 1.52 * half),
            (x - way * 0.09, y + 1.52 * half),
        ]
    )
    s.put(s.polygon(cabin), dark, detail=1.0, far=0.1, plane=2)
    for number in range(8):
        wx = x - way * 0.085 + way * 0.025 * number
        s.mark(
            box(wx - 0.006, y + 1.16 * half, wx + 0.006, y + 1.33 * half),
            0.0,
            s.palette.lamp(0.9),
            2,
        )
    for post in (-0.09, 0.0, 0.10):
        s.mark(
            [(x + way * post, y + 0.9 * half), (x + way * post, y + 1.08 * half)], 0.003, dark, 2
        )
    for engine in (-0.17, 0.18):
        rod(
            s,
            [
                (x + way * engine - 0.022, y + 1.12 * half),
                (x + way * engine + 0.022, y + 1.12 * half),
            ],
            0.016,
            0.5,
        )
    lamp(s, x + way * 0.125, y + 1.34 * half, 0.006)


def lanterns(s: Surface, horizon: float) -> None:
    """Paper lanterns let go into the air, large near and small far."""
    rng = s.rng("lanterns")
    many = int(26 + 50 * s.spec.busy)
    sizes = np.sort(0.005 + 0.030 * rng.random(many) ** 3.2)
    for size in sizes.tolist():
        x, y = rng.random() * s.wide, horizon * (0.05 + 0.88 * rng.random())
        s.glow(x, y, 2.4 * size + 0.006, s.palette.lamp(0.84), 0.55)
        shape = np.array(
            [(-0.72, -1.0), (0.72, -1.0), (0.92, 0.1), (0.55, 1.0), (-0.55, 1.0), (-0.92, 0.1)]
        ) * size + (x, y)
        if size < 0.010:
            s.mark(shape, 0.0, s.palette.lamp(0.88), 2)
            continue
        paper = s.polygon(shape)
        across, down = s.inside(paper)
        level = 0.13 * (down - y) / size + 0.02 - 0.05 * np.abs(across - x) / size
        colour = s.palette.lamp(0.80)[None, None] + np.stack(
            [level + 0 * paper.mask, 0 * paper.mask, 0.03 * paper.mask], -1
        )
        s.put(paper, colour, angle=np.pi / 2, detail=0.9, far=0.1, plane=2)
        s.mark([(x, y + 0.75 * size), (x, y + 0.9 * size)], 0.55 * size, s.palette.lamp(0.98), 2)
