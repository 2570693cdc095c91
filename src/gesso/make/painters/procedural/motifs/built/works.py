"""Works of engineers: bridges, a viaduct with a train, a lighthouse, a windmill, an observatory."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Lab, Points, f32, mix, smooth
from gesso.make.painters.procedural.canvas.surface import Stencil, Surface, toward
from gesso.make.painters.procedural.motifs.built.metal import BRASS, ring, rod, turned
from gesso.make.painters.procedural.motifs.nature.land import land_value


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """A rectangle's corners."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def masonry(s: Surface, near: float, warm: float = 0.3) -> Lab:
    """The colour of stone at a distance."""
    value = land_value(s, near)
    return toward(s.palette.value(value, 0.8), s.palette.local(value + 0.03, 62, 0.8), warm)


def walled(s: Surface, stencil: Stencil, colour: Lab, *, far: float, plane: int = 2, round_x: tuple[float, float] | None = None) -> None:
    """Lay stone: courses and weather on it; with `round_x` (left, right) it is a tower's curve."""
    x, y = s.inside(stencil)
    worn = s.noise("masonry", 16, 4, 0.6)[stencil.rows, stencil.columns]
    courses = np.sin(y * 260) * 0.006
    level = 0.028 * worn + courses
    if round_x is not None:
        place = np.clip((x - round_x[0]) / max(1e-3, round_x[1] - round_x[0]) * 2 - 1, -1, 1)
        side = 1.0 if s.light[0] > 0.5 * (round_x[0] + round_x[1]) else -1.0
        level = level + 0.16 * np.sin(place * side * 1.35) - 0.07 * np.abs(place) ** 3
    else:
        level = level + 0.05 * np.sign(s.light[0] - x) * 0.3
    body = colour[None, None] + np.stack([level, 0 * level, 0 * level], -1)
    body = toward(body, s.palette.light(0.85 - 0.2 * s.spec.night, 1.0), np.clip(level - 0.05, 0, 1) * 1.6)
    s.put(stencil, body, angle=np.pi / 2 + 0.2 * worn, detail=0.5, far=far, plane=plane)


def lamp(s: Surface, x: float, y: float, size: float, plane: int = 2) -> None:
    """A lit lamp: a touch of thick paint, and by night its glow."""
    if s.spec.night > 0.4:
        s.glow(x, y, 5 * size, s.palette.lamp(0.85), 0.55 * s.spec.night)
    s.dabs([(x, y, size)], s.palette.lamp(0.94), plane)


def suspension(s: Surface, deck: float, x: float) -> None:
    """A suspension bridge from edge to edge: two towers, the chain, hangers, a row of lamps."""
    stone = masonry(s, 0.55, 0.2)
    half = 0.30 * s.wide
    towers = (x - half, x + half)
    tall = 0.34
    top, water = deck - tall, deck + 0.115
    thin = 0.020
    for tower in towers:
        legs = [box(tower - 0.036, top, tower - 0.036 + thin, water + 0.02), box(tower + 0.036 - thin, top, tower + 0.036, water + 0.02)]
        beams = [box(tower - 0.04, top + at * tall, tower + 0.04, top + at * tall + 0.016) for at in (0.0, 0.36, 0.70)]
        walled(s, s.polygon(legs + beams), stone, far=0.35)
        foot = s.polygon(box(tower - 0.062, water - 0.028, tower + 0.062, water + 0.03))
        walled(s, foot, stone - f32((0.05, 0, 0)), far=0.3)
    road = s.polygon(box(-0.1, deck, s.wide + 0.1, deck + 0.017))
    s.put(road, stone - f32((0.07, 0, 0)), angle=0.0, detail=0.8, far=0.3, plane=2)
    s.mark([(-0.1, deck + 0.001), (s.wide + 0.1, deck + 0.001)], 0.0028, s.palette.light(0.72, 1.0), 2, 0.8)
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
        side = deck - 0.004 - (rise - 0.012) * (1 - np.minimum(np.abs(x - left), np.abs(x - right)) / (0.62 * span)) ** 1.7
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
    s.mark([(-0.1, deck - 0.010), (s.wide + 0.1, deck - 0.010)], 0.0025, s.palette.light(0.80 - 0.1 * s.spec.night, 1.0), 2, 0.8)


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
    engine = [part(0.0, 0.105, 0.022, 0.052), part(0.095, 0.135, 0.014, 0.074), part(0.024, 0.038, 0.05, 0.082), part(0.055, 0.068, 0.05, 0.064), part(0.0, 0.13, 0.012, 0.024)]
    cars = [part(0.150 + 0.135 * number, 0.275 + 0.135 * number, 0.012, 0.060) for number in range(4)]
    cars.insert(0, part(0.137, 0.150, 0.014, 0.03))
    s.put(s.polygon(engine + cars), iron, angle=0.0, detail=0.95, far=0.2, plane=2)
    for place in (0.02, 0.052, 0.083, 0.115, *(0.17 + 0.135 * car + shift for car in range(4) for shift in (0.0, 0.085))):
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
    spread = 0.012 + 0.16 * np.clip(back, 0, 2) ** 0.8
    off = (s.y - (y - rise) + 0.018 * billow) / spread
    body = np.exp(-(off**2)) * smooth(back, -0.015, 0.02) * np.exp(-np.clip(back, 0, 3) / 0.40)
    cover = np.clip(body * (1.0 + 0.45 * billow), 0, 0.95)
    lift = 0.08 * np.clip(-off, -1, 1) + 0.05 * billow
    value = mix(0.88, 0.62, s.spec.night) + lift
    colour = toward(s.palette.ramp(f32(value), 0.7), s.palette.light(0.9, 1.1), np.clip(0.30 + 2 * lift, 0, 0.7))
    s.put(s.whole(f32(cover)), colour, angle=1.2 * billow)


def lighthouse(s: Surface, x: float, foot: float) -> None:
    """A lighthouse on its rock; by night its beam lies through the air."""
    tall = 0.44 * min(1.0, foot / 0.6)
    top = foot - tall
    way = 1.0 if s.light[0] > x else -1.0
    if s.spec.night > 0.25:
        _beam(s, x, top + 0.012, -way, 0.055)
        _beam(s, x, top + 0.012, way, 0.030)
    _rock(s, x, foot)
    white = toward(s.palette.value(mix(0.82, 0.46, s.spec.night), 0.6), s.palette.light(0.8, 0.8), 0.2)
    outline = np.array([(x - 0.026, top + 0.045), (x + 0.026, top + 0.045), (x + 0.045, foot), (x - 0.045, foot)])
    tower = s.polygon(outline)
    walled(s, tower, white, far=0.15, round_x=(x - 0.042, x + 0.042))
    red = s.palette.local(0.40, 28, 2.2)
    for low in (0.22, 0.60):
        y0, y1 = top + low * tall, top + (low + 0.18) * tall
        w0, w1 = (0.026 + 0.019 * (value - top - 0.045) / (tall - 0.045) for value in (y0, y1))
        walled(s, s.polygon(np.array([(x - w0, y0), (x + w0, y0), (x + w1, y1), (x - w1, y1)])), red, far=0.15, round_x=(x - 0.042, x + 0.042))
    iron = s.palette.value(0.10, 0.8)
    gallery = s.polygon([box(x - 0.037, top + 0.038, x + 0.037, top + 0.047), np.array([(x - 0.026, top - 0.008), (x, top - 0.040), (x + 0.026, top - 0.008)])])
    s.put(gallery, iron, detail=1.0, far=0.1, plane=2)
    s.put(s.polygon(box(x - 0.018, top - 0.008, x + 0.018, top + 0.038)), s.palette.lamp(0.9), detail=1.0, plane=2)
    for side in (-0.018, -0.006, 0.006, 0.018):
        s.mark([(x + side, top - 0.008), (x + side, top + 0.038)], 0.0022, iron, 2)
    s.mark([(x, top - 0.040), (x, top - 0.062)], 0.0025, iron, 2)
    s.glow(x, top + 0.014, 0.045, s.palette.lamp(0.93), 0.35 + 0.55 * s.spec.night)
    s.dabs([(x, top + 0.014, 0.011)], s.palette.lamp(0.97), 2)
    for at in (0.35, 0.55, 0.80):
        s.mark(box(x - 0.005, top + at * tall, x + 0.005, top + at * tall + 0.018), 0.0, s.palette.lamp(0.8) if s.spec.night > 0.4 else iron, 2)


def _beam(s: Surface, x: float, y: float, way: float, spread: float) -> None:
    lean = -0.10
    along = (s.x - x) * way
    off = (s.y - y - lean * along) / (0.010 + spread * np.clip(along, 0, 3))
    dust = 1 + 0.25 * s.noise("beam", 5, 3, stretch=3)
    beam = np.exp(-(off**4)) * smooth(along, 0.0, 0.04) * np.exp(-np.clip(along, 0, 3) / 0.75) * dust
    cover = f32(np.clip(beam * 0.62 * s.spec.night, 0, 0.85))
    s.put(s.whole(cover), s.palette.lamp(0.86))
    np.copyto(s.angle, np.float32(math.atan2(lean, 1.0)), where=cover > 0.12)


def _rock(s: Surface, x: float, foot: float) -> None:
    rng = s.rng("rock")
    across = np.linspace(-0.24, 0.26, 30)
    crown = np.exp(-((across / 0.13) ** 2)) * 0.045 + 0.012 * rng.standard_normal(30)
    outline = np.concatenate([np.stack([x + across, foot + 0.045 - crown * 1.3], -1), [(x + 0.27, foot + 0.08), (x - 0.25, foot + 0.08)]])
    rock = s.polygon(outline)
    facets = s.noise("facets", 20, 4, 0.6)[rock.rows, rock.columns]
    tilt = np.gradient(facets, axis=1) * s.unit * 0.012 if min(facets.shape) > 1 else facets
    side = 1.0 if s.light[0] > x else -1.0
    value = land_value(s, 0.85) + 0.03 * facets - 0.05 * np.clip(side * tilt, -1.5, 1.5)
    s.put(rock, s.palette.ramp(f32(value), 0.8), angle=0.9 + 0.8 * facets, detail=0.7, far=0.12, plane=2)


def windmill(s: Surface, x: float, foot: float) -> None:
    """A windmill with its four sails set."""
    tall = 0.30 * min(1.1, foot / 0.65)
    top = foot - tall
    stone = masonry(s, 0.5, 0.5)
    body = s.polygon(np.array([(x - 0.042, top), (x + 0.042, top), (x + 0.075, foot + 0.01), (x - 0.075, foot + 0.01)]))
    walled(s, body, stone, far=0.15, round_x=(x - 0.065, x + 0.065))
    dark = s.palette.value(land_value(s, 1.0), 0.9)
    cap = s.polygon(np.concatenate([ring(x, top, 0.048, 24, 0.045)[12:], [(x + 0.048, top + 0.006), (x - 0.048, top + 0.006)]]))
    s.put(cap, dark + f32((0.05, 0, 0)), detail=0.9, far=0.1, plane=2)
    s.mark(box(x - 0.012, foot - 0.055, x + 0.012, foot + 0.008), 0.0, dark, 2)
    for at in (0.30, 0.58):
        s.mark(box(x - 0.008, top + at * tall, x + 0.008, top + at * tall + 0.022), 0.0, s.palette.lamp(0.85) if s.spec.night > 0.3 else dark, 2)
    turn = 0.35 + 0.5 * s.rng("sails").random()
    hub = np.array((x + (0.02 if s.light[0] > x else -0.02), top - 0.005))
    sail = s.palette.value(mix(0.80, 0.50, s.spec.night), 0.7)
    for number in range(4):
        way = turn + number * math.pi / 2
        cloth = turned(np.array([(0.045, 0.004), (0.225, 0.004), (0.225, 0.056), (0.045, 0.046)]), way) + hub
        s.put(s.polygon(cloth), sail, angle=way, detail=0.9, far=0.1, plane=2)
        s.bevel(s.polygon(cloth), 0.006, 0.10)
        rod(s, turned(np.array([(0.0, 0.0), (0.235, 0.0)]), way) + hub, 0.0055, 0.25)
        for rung in np.linspace(0.055, 0.222, 8):
            s.mark(turned(np.array([(rung, 0.003), (rung, 0.050)]), way) + hub, 0.0016, dark, 2, 0.7)
    s.dabs([(*hub.tolist(), 0.010)], dark, 2)


def observatory(s: Surface, x: float, foot: float) -> None:
    """An observatory: its dome open to the light, the telescope in the slit."""
    stone = toward(masonry(s, 0.4, 0.2), s.palette.value(0.6 - 0.2 * s.spec.night, 0.6), 0.4)
    radius = 0.155 * min(1.1, foot / 0.62)
    base = foot - 0.115
    drum = s.polygon(box(x - radius, base, x + radius, foot + 0.012))
    walled(s, drum, stone, far=0.15, round_x=(x - radius, x + radius))
    wings = s.polygon([box(x - 2.2 * radius, foot - 0.060, x - radius, foot + 0.012), box(x + radius, foot - 0.060, x + 2.0 * radius, foot + 0.012)])
    walled(s, wings, stone - f32((0.06, 0, 0)), far=0.15)
    dome = s.polygon(np.concatenate([ring(x, base, radius * 1.03, 48)[24:], [(x + radius * 1.03, base + 0.004), (x - radius * 1.03, base + 0.004)]]))
    across, down = s.inside(dome)
    nx, ny = (across - x) / radius, (down - base) / radius
    side = 1.0 if s.light[0] > x else -1.0
    lit = np.clip(0.55 * nx * side - 0.5 * ny + 0.3 * np.sqrt(np.clip(1 - nx**2 - ny**2, 0, 1)), -0.2, 1)
    ribs = np.abs(np.sin(np.arctan2(nx, np.sqrt(np.clip(1.001 - nx**2 - ny**2, 0.001, 1))) * 7)) < 0.16
    level = 0.26 + (0.40 - 0.06 * s.spec.night) * lit - 0.05 * ribs
    steps = np.linspace(0, 1, 17)
    table = f32([s.palette.metal(float(step), 190.0, 0.7) for step in steps])
    colour = np.stack([np.interp(level, steps, table[:, channel]) for channel in range(3)], -1)
    s.put(dome, colour, angle=np.arctan2(ny, nx) + np.pi / 2, detail=0.6, far=0.1, plane=2)
    _telescope(s, x, base, radius, side)
    for number in range(-4, 5):
        wx = x + number * 0.42 * radius
        if abs(number) != 2:
            s.mark(box(wx - 0.006, foot - 0.042, wx + 0.006, foot - 0.018), 0.0, s.palette.lamp(0.86) if s.spec.night > 0.3 else s.palette.value(0.1), 2)
    ledge = s.polygon(box(x - radius * 1.07, base - 0.006, x + radius * 1.07, base + 0.008))
    s.put(ledge, stone + f32((0.08, 0, 0)), angle=0.0, detail=1.0, plane=2)


def _telescope(s: Surface, x: float, base: float, radius: float, side: float) -> None:
    way = np.array((side * 0.60, -0.80))
    across = np.array((-way[1], way[0]))
    middle = np.array((x, base))
    slit = np.stack([middle + 0.30 * radius * way + across * 0.13 * radius, middle + 1.04 * radius * way + across * 0.15 * radius, middle + 1.04 * radius * way - across * 0.15 * radius, middle + 0.30 * radius * way - across * 0.13 * radius])
    s.put(s.polygon(slit), toward(s.palette.value(0.10, 1.0), s.palette.lamp(0.62), 0.25 + 0.5 * s.spec.night), detail=0.9, plane=2)
    if s.spec.night > 0.3:
        s.glow(*(middle + 0.8 * radius * way).tolist(), 0.06, s.palette.lamp(0.8), 0.35)
    rod(s, [middle + 0.45 * radius * way, middle + 1.30 * radius * way], 0.085 * radius / 0.155 * 0.5, 0.46)
    rod(s, [middle + 1.24 * radius * way, middle + 1.34 * radius * way], 0.055 * radius / 0.155, 0.62)
