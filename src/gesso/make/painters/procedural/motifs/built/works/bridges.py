"""Bridges: chains between two towers, arches of stone, and the train on them."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Lab, Points, f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, toward
from gesso.make.painters.procedural.motifs.built.machines.metal import BRASS, ring
from gesso.make.painters.procedural.motifs.built.works.masonry import box, lamp, masonry, walled


def suspension(s: Surface, deck: float, x: float) -> None:
    """A suspension bridge from edge to edge: two towers, the chain, hangers, a row of lamps."""
    stone = masonry(s, 0.40, 0.3)
    half = min(0.30 * s.wide, 0.42)
    towers = (x - half, x + half)
    tall = 0.34
    top, water = deck - tall, deck + 0.115
    thin = 0.028
    rim = s.palette.light(s.by_hour(0.86, 0.74), 1.0)
    lit = thin if s.light[0] > x else 0.0
    for tower in towers:
        legs = [
            box(tower - 0.050, top, tower - 0.050 + thin, water + 0.02),
            box(tower + 0.050 - thin, top, tower + 0.050, water + 0.02),
        ]
        beams = [
            box(tower - 0.055, top + at * tall - 0.01, tower + 0.055, top + at * tall + 0.016)
            for at in (0.0, 0.36, 0.70)
        ]
        walled(s, s.polygon(legs + beams), stone, far=0.35)
        foot = s.polygon(box(tower - 0.080, water - 0.028, tower + 0.080, water + 0.03))
        walled(s, foot, stone - f32((0.05, 0, 0)), far=0.3)
        for leg in (tower - 0.050 + lit, tower + 0.050 - thin + lit):
            s.mark([(leg, top), (leg, deck)], 0.0030, rim, 2, 0.65)
    road = s.polygon(box(-0.1, deck, s.wide + 0.1, deck + 0.017))
    s.put(road, stone - f32((0.07, 0, 0)), angle=0.0, detail=0.8, far=0.3, plane=2)
    s.mark(
        [(-0.1, deck + 0.001), (s.wide + 0.1, deck + 0.001)],
        0.0028,
        s.palette.light(0.72, 1.0),
        2,
        0.8,
    )
    _chains(s, towers, top, deck, stone)
    spacing = 0.072
    for number in range(int(s.wide / spacing) + 2):
        at = x % spacing + spacing * (number - 0.5)
        s.mark([(at, deck - 0.022), (at, deck)], 0.0022, stone - f32((0.05, 0, 0)), 2)
        lamp(s, at, deck - 0.024, 0.0042)


def _chains(s: Surface, towers: tuple[float, float], top: float, deck: float, stone: Lab) -> None:
    dark = stone - f32((0.06, 0, 0))
    rise = deck - top
    left, right = towers
    span = right - left

    def chain(x: np.ndarray) -> np.ndarray:
        main = deck - 0.012 - (rise - 0.02) * ((x - 0.5 * (left + right)) / (0.5 * span)) ** 2
        past = np.minimum(np.abs(x - left), np.abs(x - right)) / (0.55 * span)
        side = deck - 0.004 - (rise - 0.012) * np.clip(1 - past, 0, 1) ** 1.7
        inside = (x >= left) & (x <= right)
        return np.where(inside, main, np.minimum(deck, side))

    x = np.linspace(-0.05, s.wide + 0.05, 120)
    curve = np.stack([x, np.clip(chain(x), top, deck)], -1)
    s.mark(curve, 0.0060, dark, 2)
    s.mark(curve - (0, 0.002), 0.0018, s.palette.light(0.78, 1.0), 2, 0.75)
    for at in np.arange(0.0, s.wide, 0.0225):
        height = float(np.clip(chain(np.array([at]))[0], top, deck))
        if deck - height > 0.012:
            s.mark([(at, height), (at, deck)], 0.0015, dark, 2, 0.85)


def arches(s: Surface, deck: float, foot: float, x: float) -> None:
    """A stone viaduct from edge to edge."""
    stone = masonry(s, 0.45, 0.5)
    pitch, pier = 0.165, 0.034
    holes = []
    for number in range(-1, int(s.wide / pitch) + 2):
        left = x % pitch + pitch * (number - 0.5) + pier / 2
        right = left + pitch - pier
        radius = (right - left) / 2
        spring = deck + 0.035 + radius
        turn = np.linspace(math.pi, 2 * math.pi, 18)
        arc = np.stack([left + radius + radius * np.cos(turn), spring + radius * np.sin(turn)], -1)
        hole = np.concatenate([arc, [(right, foot + 0.2), (left, foot + 0.2)]])
        holes.append(hole)
    wall = s.polygon(box(-0.1, deck, s.wide + 0.1, foot + 0.06), holes)
    walled(s, wall, stone, far=0.3)
    s.bevel(wall, 0.006, 0.12)
    for hole in holes:
        s.mark(hole[:18], 0.0035, stone + f32((0.10, 0, 0.01)), 2, 0.7)
    cornice = s.polygon(box(-0.1, deck - 0.010, s.wide + 0.1, deck + 0.006))
    s.put(cornice, stone + f32((0.06, 0, 0)), angle=0.0, detail=0.9, far=0.3, plane=2)
    s.mark(
        [(-0.1, deck - 0.010), (s.wide + 0.1, deck - 0.010)],
        0.0025,
        s.palette.light(0.80 - 0.1 * s.spec.night, 1.0),
        2,
        0.8,
    )


def train(s: Surface, rail: float, x: float) -> None:
    """A steam train under its own cloud, its windows lit."""
    way = 1.0 if s.light[0] > x else -1.0
    iron = s.palette.value(0.05 + 0.05 * (1 - s.spec.night), 0.8)
    nose = x + way * 0.13

    def at(back: float, up: float) -> tuple[float, float]:
        return nose - way * back, rail - up

    def part(first: float, last: float, low: float, high: float) -> Points:
        return np.array([at(first, low), at(last, low), at(last, high), at(first, high)])

    _steam(s, *at(0.03, 0.085), way)
    engine = [
        part(0.0, 0.105, 0.022, 0.052),
        part(0.095, 0.135, 0.014, 0.074),
        part(0.024, 0.038, 0.05, 0.082),
        part(0.055, 0.068, 0.05, 0.064),
        part(0.0, 0.13, 0.012, 0.024),
    ]
    cars = [
        part(0.150 + 0.135 * number, 0.275 + 0.135 * number, 0.012, 0.060) for number in range(4)
    ]
    cars.insert(0, part(0.137, 0.150, 0.014, 0.03))
    s.put(s.polygon(engine + cars), iron, angle=0.0, detail=0.95, far=0.2, plane=2)
    for place in (
        0.02,
        0.052,
        0.083,
        0.115,
        *(0.17 + 0.135 * car + shift for car in range(4) for shift in (0.0, 0.085)),
    ):
        cx, cy = at(place, 0.011)
        s.dabs([(cx, cy, 0.0115)], iron + f32((0.05, 0, 0)), 2)
        s.mark(ring(cx, cy, 0.0095, 14), 0.0016, s.palette.metal(0.55, BRASS), 2, 0.8)
    s.mark([at(0.0, 0.050), at(0.10, 0.050)], 0.003, s.palette.metal(0.75, BRASS), 2, 0.9)
    for car in range(4):
        for window in range(6):
            back = 0.160 + 0.135 * car + 0.018 * window
            s.mark(part(back, back + 0.011, 0.034, 0.050), 0.0, s.palette.lamp(0.88), 2)
    s.mark(part(0.104, 0.124, 0.048, 0.064), 0.0, s.palette.lamp(0.86), 2)
    lx, ly = at(-0.004, 0.046)
    lamp(s, lx, ly, 0.006)


def _steam(s: Surface, x: float, y: float, way: float) -> None:
    """Steam that leaves the chimney, rises and trails behind."""
    back = -(s.x - x) * way
    rise = 0.10 * (1 - np.exp(-np.clip(back, 0, 3) / 0.16)) + 0.02
    billow = s.noise("steam", 7, 5, 0.6)
    spread = 0.014 + 0.17 * np.clip(back, 0, 2) ** 0.75
    off = (s.y - (y - rise) + 0.022 * billow) / spread
    body = np.exp(-(off**2)) * smooth(back, -0.012, 0.01) * np.exp(-np.clip(back, 0, 3) / 0.60)
    cover = smooth(body * (1.0 + 0.40 * billow), 0.16, 0.52) * np.exp(-np.clip(back, 0, 3) / 0.9)
    lift = 0.09 * np.clip(-off, -1, 1) + 0.06 * billow
    value = s.by_hour(0.88, 0.70) + lift
    colour = toward(
        s.palette.ramp(f32(value), 0.7), s.palette.light(0.9, 1.1), np.clip(0.30 + 2 * lift, 0, 0.7)
    )
    s.put(s.whole(f32(cover)), colour, angle=1.2 * billow)
