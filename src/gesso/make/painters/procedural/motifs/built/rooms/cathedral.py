"""A cathedral, looking down the nave to its rose window."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Plane, f32, mix, smooth
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward
from gesso.make.painters.procedural.motifs.built.works.masonry import box


def cathedral(s: Surface) -> None:
    """Down the nave: piers and ribs that draw together on a rose window, light on the floor."""
    x, y = 0.5 * s.wide + 0.25 * (s.focus_x - 0.5 * s.wide), 0.44 * s.high
    dx, dy = (s.x - x) / (0.5 * s.wide), (s.y - y) / (0.56 * s.high)
    depth = f32(np.clip(np.maximum(np.abs(dx), np.abs(dy)), 0, 1.6))
    worn = s.noise("nave", 5, 4)
    glow = np.exp(-((np.hypot(s.x - x, s.y - y + 0.08) / 0.26) ** 1.6))
    value = s.by_hour(0.44, 0.22) - 0.16 * smooth(depth, 0.0, 0.9) + 0.42 * glow + 0.02 * worn
    s.lab[:] = s.palette.sky(f32(value), f32(0.15 + 0.85 * glow))
    s.angle[:] = np.arctan2(s.y - y, s.x - x)
    s.far[:] = np.clip(1.1 - 1.4 * depth, 0, 1)
    _floor(s, x, y, depth, worn)
    _rose(s, x, y - 0.09, 0.115)
    bays = 6
    for bay in range(bays):
        _bay(s, x, y, ((bay + 0.55) / bays) ** 1.8)
        if bay in (2, 4):
            _shafts(s, x, y, 0.5 if bay == 2 else 0.8)


def _floor(s: Surface, x: float, y: float, depth: Plane, worn: Plane) -> None:
    """Slabs in perspective, with the windows' colours spilt on them."""
    down = np.maximum(s.y - y, 0.02)
    floor = smooth((s.y - y) - 0.30 * depth * s.high - 0.09, 0.0, 0.02)
    slabs = np.sign(np.sin((s.x - x) / down * 8)) * np.sign(np.sin(2.4 / down))
    shine = np.exp(-(((s.x - x) / (0.05 + 0.30 * down)) ** 2)) * np.exp(-down / 0.5)
    value = s.by_hour(0.26, 0.12) + 0.34 * shine + 0.022 * slabs + 0.012 * worn
    colour = s.palette.sky(f32(value), f32(0.2 + 0.8 * shine))
    spill = s.noise("spill", 7, 2, stretch=2.0)
    hues = (s.spec.hue_light, 25.0, s.spec.hue_dark)
    for number, hue in enumerate(hues):
        patch = np.exp(-((spill - (number - 1) * 1.0) ** 2) / 0.06) * shine
        colour = toward(colour, lch(0.62, 0.12, hue), np.clip(0.7 * patch, 0, 0.6))
    s.put(s.whole(f32(floor)), colour, angle=0.1 * worn, detail=0.35)


def _rose(s: Surface, x: float, y: float, radius: float) -> None:
    rng = s.rng("rose")
    s.glow(x, y, 1.6 * radius, s.palette.light(0.86, 1.1), 0.62)
    s.put(s.ellipse(x, y, radius * 1.12), s.palette.value(0.16, 0.8), detail=1.0, far=0.5, plane=0)
    for ring_number, (inner, outer, count) in enumerate(
        ((0.0, 0.28, 6), (0.30, 0.66, 12), (0.68, 1.0, 24))
    ):
        for number in range(count):
            turn = np.linspace(number + 0.11, number + 0.89, 5) * 2 * math.pi / count
            shape = np.concatenate(
                [
                    np.stack(
                        [x + outer * radius * np.cos(turn), y + outer * radius * np.sin(turn)], -1
                    ),
                    np.stack(
                        [
                            x + inner * radius * np.cos(turn[::-1]),
                            y + inner * radius * np.sin(turn[::-1]),
                        ],
                        -1,
                    ),
                ]
            )
            hue = (s.spec.hue_light, s.spec.hue_dark, 25.0)[(number + ring_number) % 3]
            s.mark(
                shape,
                0.0,
                lch(0.74 - 0.10 * ring_number + 0.05 * rng.standard_normal(), 0.12, hue),
                0,
            )
    for lancet in range(-2, 3):
        lx = x + lancet * 0.042
        pane = np.array(
            [
                (lx - 0.014, y + 0.32),
                (lx - 0.014, y + 0.17),
                (lx, y + 0.14),
                (lx + 0.014, y + 0.17),
                (lx + 0.014, y + 0.32),
            ]
        )
        s.mark(pane, 0.0, lch(0.70, 0.11, (s.spec.hue_dark, s.spec.hue_light)[lancet % 2]), 0)


def _bay(s: Surface, x: float, y: float, near: float) -> None:
    """One pair of piers and the pointed arch that they bear."""
    half = 0.10 + 0.50 * s.wide * near
    foot = y + 0.20 + 0.62 * s.high * near
    spring = y - 0.06 - 0.32 * s.high * near
    crown = y - 0.24 - 0.72 * s.high * near
    thick = 0.010 + 0.105 * near
    value = float(mix(s.by_hour(0.56, 0.32), s.by_hour(0.20, 0.06), near**0.6))
    stone = toward(s.palette.value(value, 0.8), s.palette.local(value, 60, 0.8), 0.4)
    plane = 1 if near < 0.25 else 2 if near < 0.7 else 3
    t = np.linspace(0, 1, 14)
    arch = np.stack(
        [half * (1 - t**1.7), spring + (crown - spring) * np.sin(0.5 * np.pi * t) ** 0.9], -1
    )
    for side in (-1.0, 1.0):
        inner = np.concatenate([[(side * half, foot), (side * half, spring)], arch * (side, 1)])
        outer = inner * (1, 1) + np.stack(
            [np.full(len(inner), side * thick), np.zeros(len(inner))], -1
        )
        outer[2:, 1] -= np.linspace(0, 1.0, 14) * thick
        outer[2:, 0] = (arch * (side, 1))[:, 0] + side * thick * (1 - 0.85 * t)
        pier = s.polygon(np.concatenate([inner, outer[::-1]]) + np.array((x, 0)))
        across, down = s.inside(pier)
        shafts = 0.045 * np.cos((np.abs(across - x) - half) / thick * 2 * np.pi * 2)
        lit = (
            0.16
            * np.exp(-(np.abs(across - x) - half).clip(0) / (0.4 * thick))
            * np.exp(-np.abs(down - y) / 0.8)
        )
        level = value + shafts * (down > spring) + lit
        colour = lifted(stone, level - value)
        colour = toward(colour, s.palette.light(0.8, 1.0), np.clip(1.4 * lit, 0, 0.5))
        s.put(pier, colour, angle=np.pi / 2, detail=0.45, far=0.75 * (1 - near), plane=plane)
        capital = s.polygon(
            box(
                x + side * half - 0.3 * thick,
                spring - 0.25 * thick,
                x + side * half + side * 1.15 * thick,
                spring + 0.25 * thick,
            )
        )
        s.put(capital, stone + f32((0.06, 0, 0)), angle=0.0, detail=0.9, plane=plane)
        s.mark(
            arch * (side, 1) + (x, 0),
            0.004 + 0.010 * near,
            stone + f32((0.11, 0.004, 0.012)),
            plane,
            0.8,
        )


def _shafts(s: Surface, x: float, y: float, strength: float) -> None:
    """Slanting light with dust in it, from windows beyond the frame."""
    way = 1.0 if s.light[0] < x else -1.0
    dust = 1 + 0.3 * s.noise("dust", 6, 4)
    slant = (s.x - x) * way - 0.72 * (s.y - y)
    rays = np.zeros_like(dust)
    for place in (-0.44, -0.25, -0.06):
        rays += np.exp(-(((slant - place) / 0.040) ** 2))
    fade = smooth(s.y, 0.02 * s.high, 0.3 * s.high) * smooth(s.y, 0.95 * s.high, 0.6 * s.high)
    cover = f32(np.clip(0.30 * strength * rays * fade * dust, 0, 0.7))
    s.put(s.whole(cover), s.palette.light(0.86, 1.1))
