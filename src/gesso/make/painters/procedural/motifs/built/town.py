"""Towns: a skyline, a harbour, a village, a house, a castle, a clock tower."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Lab, Points, f32, mix, smooth
from gesso.make.painters.procedural.canvas.surface import Stencil, Surface, toward
from gesso.make.painters.procedural.motifs.built.metal import dial, dial_marks, hand, ring
from gesso.make.painters.procedural.motifs.built.works import box, lamp, masonry, walled
from gesso.make.painters.procedural.motifs.nature.land import land_value


def skyline(s: Surface, horizon: float) -> None:
    """A city in three rows: far towers in the haze, near ones with a lit and a shaded side."""
    _city_glow(s, horizon)
    middle = s.focus_x
    for row, (near, many, low, high) in enumerate(((0.15, 26, 0.10, 0.30), (0.45, 20, 0.08, 0.36), (0.85, 15, 0.05, 0.24))):
        rng = s.rng("city", row)
        count = round(many * s.wide)
        shapes: list[tuple[float, float, float]] = []
        for number in range(count):
            x = s.wide * (number + rng.random()) / count
            if s.spec.symmetry > 0.5 and number % 2:
                x = s.wide - shapes[-1][0]
            crown = 0.45 + 0.95 * math.exp(-(((x - middle) / (0.26 * s.wide + 0.06)) ** 2))
            shapes.append((x, 0.026 + 0.040 * rng.random(), (low + (high - low) * rng.random() ** 1.5) * crown))
        for x, wide, tall in sorted(shapes, key=lambda shape: -shape[2]):
            _tower(s, rng, x, horizon, wide, tall, near)


def _city_glow(s: Surface, horizon: float) -> None:
    glow = np.exp(-np.abs(s.y - horizon) / 0.13) * s.spec.night * 0.5
    s.put(s.whole(f32(glow + 0 * s.x)), toward(s.palette.lamp(0.62), s.palette.value(0.55), 0.3))


def _tower(s: Surface, rng: np.random.Generator, x: float, foot: float, wide: float, tall: float, near: float) -> None:
    left, right, top = x - wide / 2, x + wide / 2, foot - tall
    shapes = [box(left, top, right, foot + 0.01)]
    kind = int(rng.integers(5)) if tall > 0.16 else 4
    if kind in (0, 1):
        step = 0.03 + 0.03 * rng.random()
        shapes += [box(x - 0.34 * wide, top - step, x + 0.34 * wide, top + 0.01), box(x - 0.18 * wide, top - 1.7 * step, x + 0.18 * wide, top)]
    if kind == 2:
        shapes.append(np.array([(left, top + 0.002), (x, top - 0.9 * wide), (right, top + 0.002)]))
    if kind == 3:
        shapes.append(np.array([(left, top + 0.002), (right, top + 0.002), (right, top - 0.5 * wide)]))
    body = s.polygon(shapes)
    across, down = s.inside(body)
    side = 1.0 if s.light[0] > x else -1.0
    value = land_value(s, near) * (0.85 if s.spec.night > 0.5 else 1.0)
    face = smooth(side * (across - x - side * 0.08 * wide), -0.004, 0.004)
    level = value - 0.035 + (0.12 - 0.03 * near) * face + 0.10 * smooth(down, foot - 0.12, foot + 0.02) * s.spec.night
    colour = s.palette.ramp(f32(level + 0 * body.mask), 0.95)
    colour = toward(colour, s.palette.light(0.78 - 0.22 * s.spec.night, 1.1), 0.26 * face * (1 - 0.3 * near) + 0 * body.mask)
    s.put(body, colour, angle=np.pi / 2, detail=0.45, far=0.80 - 0.65 * near, plane=1 if near < 0.3 else 2)
    if kind in (0, 1, 2) and near > 0.3:
        s.mark([(x, top - 0.03), (x, top - 0.075 - 0.03 * rng.random())], 0.0026, s.palette.value(value, 0.8), 2)
    if near > 0.3:
        _windows(s, rng, left, right, top, foot, near)


def _windows(s: Surface, rng: np.random.Generator, left: float, right: float, top: float, foot: float, near: float) -> None:
    """Lit windows, in the storeys where somebody is still up; by day dark panes."""
    night = s.spec.night
    pitch_x, pitch_y = 0.0092, 0.0135
    columns = max(1, int((right - left - 0.006) / pitch_x))
    rows = max(1, int((foot - top - 0.02) / pitch_y))
    chance = (0.16 + 0.45 * s.spec.density) * (0.25 + 0.75 * night)
    awake = 0.35 + 1.3 * rng.random(rows)
    lit = rng.random((rows, columns)) < chance * awake[:, None]
    tints = (s.palette.lamp(0.88), s.palette.lamp(0.76), s.palette.light(0.86, 0.9))
    tint = tints[int(rng.integers(3))]
    offset = (right - left - (columns - 1) * pitch_x) / 2
    for row, column in zip(*np.nonzero(lit), strict=True):
        x, y = left + offset + column * pitch_x, top + 0.014 + row * pitch_y
        s.mark(box(x - 0.0024, y - 0.0034, x + 0.0024, y + 0.0034), 0.0, tint, 2, 0.75 + 0.25 * near)


def house(s: Surface, x: float, foot: float, k: float = 1.0, turn: int = 0, plane: int = 2) -> None:
    """A gabled house with lit windows and a smoking chimney."""
    side = 1.0 if s.light[0] > x else -1.0
    way = side if turn == 0 else -side
    stone = toward(masonry(s, 0.42, 0.5), s.palette.value(mix(0.70, 0.30, s.spec.night), 0.7), 0.45)
    wide, tall, ridge = 0.075 * k, 0.080 * k, 0.068 * k
    gable = np.array([(x - way * wide, foot), (x - way * wide, foot - tall), (x - way * 0.5 * wide, foot - tall - ridge), (x, foot - tall), (x, foot)])
    lit = way < 0
    front = s.polygon(gable)
    walled(s, front, stone + f32((0.05 if lit == (side < 0) else -0.05, 0, 0)), far=0.2, plane=plane)
    long = s.polygon(np.array([(x, foot - tall), (x + way * 1.55 * wide, foot - tall), (x + way * 1.55 * wide, foot), (x, foot)]))
    walled(s, long, stone - f32((0.03, 0, 0)), far=0.2, plane=plane)
    roof_colour = s.palette.local(land_value(s, 0.75) + 0.05, 40, 1.7)
    if s.spec.season == "winter":
        roof_colour = s.palette.value(mix(0.90, 0.60, s.spec.night), 0.4)
    roof = s.polygon(np.array([(x - way * 0.5 * wide, foot - tall - ridge), (x + way * 1.12 * wide, foot - tall - ridge), (x + way * 1.64 * wide, foot - tall + 0.006 * k), (x + way * 0.03 * wide, foot - tall + 0.006 * k)]))
    tiles = s.noise("tiles", 30, 2)[roof.rows, roof.columns]
    s.put(roof, roof_colour[None, None] + np.stack([0.025 * tiles, 0 * tiles, 0 * tiles], -1), angle=0.9 * way, detail=0.7, far=0.2, plane=plane)
    s.mark([(x - way * 0.5 * wide, foot - tall - ridge), (x - way * 1.10 * wide, foot - tall + 0.01 * k)], 0.0075 * k, roof_colour - f32((0.04, 0, 0)), plane)
    s.mark([(x - way * 0.5 * wide, foot - tall - ridge), (x + way * 1.12 * wide, foot - tall - ridge)], 0.0035 * k, roof_colour + f32((0.13, 0, 0)), plane, 0.8)
    chimney = x + way * 0.75 * wide
    s.put(s.polygon(box(chimney - 0.010 * k, foot - tall - ridge - 0.030 * k, chimney + 0.010 * k, foot - tall - 0.6 * ridge)), stone - f32((0.06, 0, 0)), detail=0.9, plane=plane)
    panes = [(x - way * 0.5 * wide, foot - 0.60 * tall), (x + way * 0.42 * wide, foot - 0.52 * tall), (x + way * 1.10 * wide, foot - 0.52 * tall), (x - way * 0.5 * wide, foot - 1.12 * tall)]
    warm = s.palette.lamp(0.88) if s.spec.night > 0.25 else s.palette.value(0.16, 1.0)
    for number, (px, py) in enumerate(panes):
        size = 0.0095 * k if number < 3 else 0.006 * k
        s.mark(box(px - size, py - 1.2 * size, px + size, py + 1.2 * size), 0.0, warm, plane)
        s.mark([(px, py - 1.2 * size), (px, py + 1.2 * size)], 0.002 * k, stone - f32((0.15, 0, 0)), plane)
        if s.spec.night > 0.4:
            s.glow(px, py, 0.028 * k, s.palette.lamp(0.84), 0.34)


def smoke(s: Surface, x: float, y: float, k: float) -> None:
    """A thin smoke that leans from a chimney."""
    up = y - s.y
    billow = s.noise("chimney smoke", 9, 3)
    off = (s.x - x - 0.35 * up * np.clip(up, 0, 1) - 0.012 * billow) / (0.006 * k + 0.09 * np.clip(up, 0, 1))
    body = np.exp(-(off**2)) * smooth(up, 0.0, 0.02) * np.exp(-np.clip(up, 0, 3) / (0.16 * k)) * 0.6
    s.put(s.whole(f32(body)), s.palette.value(mix(0.82, 0.50, s.spec.night), 0.6), angle=np.pi / 2 + 0.5 * billow)


def village(s: Surface, x: float, foot: float) -> None:
    """Houses huddled about a church."""
    rng = s.rng("village")
    church_x = x + 0.05
    _church(s, church_x, foot - 0.035, 0.9)
    spots = sorted(((float(x + 0.30 * rng.standard_normal()), float(foot + 0.075 * (rng.random() - 0.35)), 0.42 + 0.3 * rng.random()) for _ in range(int(9 + 8 * s.spec.density))), key=lambda spot: spot[1])
    taken: list[tuple[float, float]] = []
    for hx, hy, k in spots:
        if all(abs(hx - a) > 0.085 or abs(hy - b) > 0.045 for a, b in taken):
            taken.append((hx, hy))
            house(s, hx, hy, k * (0.8 + 2.2 * (hy - foot + 0.03)), int(rng.integers(2)))
    smoke(s, x - 0.02, foot - 0.14, 0.8)


def _church(s: Surface, x: float, foot: float, k: float) -> None:
    stone = toward(masonry(s, 0.4, 0.4), s.palette.value(mix(0.72, 0.32, s.spec.night), 0.7), 0.5)
    tower = s.polygon(box(x - 0.022 * k, foot - 0.15 * k, x + 0.022 * k, foot))
    walled(s, tower, stone, far=0.25, round_x=(x - 0.04 * k, x + 0.04 * k))
    spire = s.polygon(np.array([(x - 0.026 * k, foot - 0.148 * k), (x, foot - 0.29 * k), (x + 0.026 * k, foot - 0.148 * k)]))
    roof = s.palette.value(land_value(s, 0.8) + 0.06, 0.9)
    s.put(spire, roof, angle=np.pi / 2, detail=0.9, far=0.25, plane=2)
    s.bevel(spire, 0.012, 0.25)
    s.mark([(x, foot - 0.285 * k), (x, foot - 0.315 * k)], 0.0025, roof, 2)
    s.mark(box(x - 0.006 * k, foot - 0.125 * k, x + 0.006 * k, foot - 0.10 * k), 0.0, s.palette.lamp(0.84) if s.spec.night > 0.3 else s.palette.value(0.12), 2)


def castle(s: Surface, x: float, foot: float) -> None:
    """A castle on its rock, with slits of light."""
    rng = s.rng("castle")
    stone = masonry(s, 0.5, 0.35)
    rock = np.array([(x - 0.36, foot + 0.03), (x - 0.27, foot - 0.03), (x - 0.21, foot - 0.095), (x + 0.19, foot - 0.105), (x + 0.26, foot - 0.05), (x + 0.36, foot + 0.03)])
    hill = s.polygon(rock + 0.008 * rng.standard_normal((6, 2)))
    rough = s.noise("rock face", 14, 4)[hill.rows, hill.columns]
    s.put(hill, s.palette.ramp(f32(land_value(s, 0.7) + 0.05 * rough), 0.9), angle=1.2 + 0.5 * rough, detail=0.5, far=0.25, plane=2)
    ground = foot - 0.09
    curtain = _battlements(x - 0.20, x + 0.19, ground - 0.075, ground + 0.03, 0.016)
    walled(s, s.polygon(curtain), stone, far=0.22)
    for dx, wide, tall, roofed in ((-0.10, 0.034, 0.20, True), (0.03, 0.052, 0.30, False), (0.12, 0.030, 0.235, True), (-0.195, 0.036, 0.135, True), (0.185, 0.034, 0.15, True)):
        left, right, top = x + dx - wide, x + dx + wide, ground - tall
        walled(s, s.polygon(_battlements(left, right, top, ground + 0.03, 0.5 * wide)), stone + f32((0.02, 0, 0)), far=0.18, round_x=(left, right))
        if roofed:
            cone = s.polygon(np.array([(left - 0.006, top + 0.004), (x + dx, top - 2.5 * wide), (right + 0.006, top + 0.004)]))
            s.put(cone, s.palette.local(land_value(s, 0.6) + 0.03, 265, 1.6), angle=np.pi / 2, detail=0.9, far=0.18, plane=2)
            s.bevel(cone, 0.014, 0.28)
        for at in (0.25, 0.5, 0.74):
            if rng.random() < 0.72:
                y = top + at * tall
                s.mark(box(x + dx - 0.0035, y - 0.009, x + dx + 0.0035, y + 0.009), 0.0, s.palette.lamp(0.88) if s.spec.night > 0.25 else s.palette.value(0.08), 2)
    s.mark([(x + 0.03, ground - 0.30), (x + 0.03, ground - 0.37)], 0.003, s.palette.value(0.12), 2)
    s.mark(np.array([(x + 0.03, ground - 0.37), (x + 0.075, ground - 0.357), (x + 0.03, ground - 0.344)]), 0.0, s.palette.local(0.5, 28, 2.2), 2)


def _battlements(left: float, right: float, top: float, bottom: float, pitch: float) -> Points:
    count = max(2, round((right - left) / pitch / 2))
    points: list[tuple[float, float]] = []
    step = (right - left) / (2 * count - 1)
    for number in range(2 * count - 1):
        height = top if number % 2 == 0 else top + 0.45 * step + 0.004
        points += [(left + number * step, height), (left + (number + 1) * step, height)]
    return np.array([*points, (right, bottom), (left, bottom)])


def clock_tower(s: Surface, x: float, foot: float) -> None:
    """A tall tower with a lit clock in its head."""
    stone = toward(masonry(s, 0.5, 0.5), s.palette.value(mix(0.62, 0.26, s.spec.night), 0.8), 0.4)
    wide, tall = 0.066, 0.50 * min(1.0, foot / 0.62)
    top = foot - tall
    shaft = s.polygon(box(x - wide, top + 0.12, x + wide, foot + 0.012))
    walled(s, shaft, stone, far=0.15, round_x=(x - 1.5 * wide, x + 1.5 * wide))
    for edge in (-0.8, -0.28, 0.28, 0.8):
        s.mark([(x + edge * wide, top + 0.24), (x + edge * wide, foot)], 0.0055, stone - f32((0.06, 0, 0)), 2, 0.8)
    head = s.polygon(box(x - 1.18 * wide, top + 0.060, x + 1.18 * wide, top + 0.225))
    walled(s, head, stone + f32((0.025, 0, 0)), far=0.12, round_x=(x - 1.7 * wide, x + 1.7 * wide))
    for y in (top + 0.060, top + 0.225):
        ledge = s.polygon(box(x - 1.30 * wide, y - 0.008, x + 1.30 * wide, y + 0.008))
        s.put(ledge, stone + f32((0.09, 0, 0)), angle=0.0, detail=1.0, far=0.1, plane=2)
    slate = s.palette.local(land_value(s, 0.7) + 0.06, 215, 1.4)
    roof = s.polygon(np.array([(x - 1.18 * wide, top + 0.056), (x - 0.55 * wide, top - 0.015), (x - 0.48 * wide, top - 0.05), (x, top - 0.16), (x + 0.48 * wide, top - 0.05), (x + 0.55 * wide, top - 0.015), (x + 1.18 * wide, top + 0.056)]))
    s.put(roof, slate, angle=np.pi / 2 - 0.3, detail=0.8, far=0.1, plane=2)
    s.bevel(roof, 0.022, 0.30)
    s.mark([(x, top - 0.155), (x, top - 0.205)], 0.0035, slate, 2)
    for side in (-1.0, 1.0):
        pin = s.polygon(np.array([(x + side * 1.18 * wide - 0.010, top + 0.056), (x + side * 1.18 * wide, top - 0.005), (x + side * 1.18 * wide + 0.010, top + 0.056)]))
        s.put(pin, slate, detail=1.0, plane=2)
    for at in (0.34, 0.48, 0.62, 0.78):
        for edge in (-0.52, 0.0, 0.52):
            y = top + at * tall + 0.04
            s.mark(box(x + edge * wide - 0.0045, y - 0.014, x + edge * wide + 0.0045, y + 0.012), 0.0, s.palette.lamp(0.8) if s.spec.night > 0.3 and (at * 100 + edge * 7) % 3 > 1 else s.palette.value(0.09), 2)
    radius, middle = 0.050, top + 0.143
    dial(s, x, middle, radius)
    dial_marks(s, x, middle, radius, 2)
    hand(s, x, middle, 0.55 * radius, 5.3, 2)
    hand(s, x, middle, 0.85 * radius, 0.15, 2)
    s.glow(x, middle, 1.6 * radius, s.palette.lamp(0.86), 0.10 + 0.30 * s.spec.night)


def quay(s: Surface, horizon: float) -> None:
    """A harbour front: tall houses with stepped gables shoulder to shoulder, lamps along the edge."""
    rng = s.rng("quay")
    x, number = -0.03, 0
    while x < s.wide + 0.03:
        wide = 0.055 + 0.040 * rng.random()
        tall = 0.15 + 0.085 * rng.random()
        _gabled(s, rng, x, horizon, wide, tall)
        x += wide
        number += 1
    edge = s.polygon(box(-0.05, horizon - 0.003, s.wide + 0.05, horizon + 0.022))
    s.put(edge, masonry(s, 0.8, 0.3), angle=0.0, detail=0.8, far=0.2, plane=2)
    for at in np.arange(0.06, s.wide, 0.135):
        s.mark([(float(at), horizon), (float(at), horizon - 0.055)], 0.003, s.palette.value(0.06), 2)
        lamp(s, float(at), horizon - 0.058, 0.0065)


def _gabled(s: Surface, rng: np.random.Generator, x: float, foot: float, wide: float, tall: float) -> None:
    hue = float(rng.choice((28, 52, 80, 255, 150)))
    value = mix(0.60, 0.25, s.spec.night) + 0.09 * rng.standard_normal()
    colour = toward(s.palette.local(float(value), hue, 1.3), s.palette.value(float(value), 0.9), 0.35)
    top = foot - tall
    peak = 0.62 * wide
    if rng.random() < 0.5:
        steps = 4
        crown = [(x + wide * number / (2 * steps), top - peak * (number + extra) / steps) for number in range(steps) for extra in (0, 1)]
        mirror = [(2 * x + wide - px, py) for px, py in reversed(crown)]
        outline = np.array([(x, foot), *crown, *mirror, (x + wide, foot)])
    else:
        outline = np.array([(x, foot), (x, top), (x + wide / 2, top - peak), (x + wide, top), (x + wide, foot)])
    front = s.polygon(outline)
    walled(s, front, colour, far=0.30)
    s.mark(outline[1:-1], 0.0035, colour + f32((0.10, 0, 0)), 2, 0.7)
    lit, dark = s.palette.lamp(0.86), s.palette.value(0.10, 1.0)
    columns = 2 if wide < 0.075 else 3
    for row in range(int(tall / 0.042)):
        for column in range(columns):
            px, py = x + wide * (column + 0.5) / columns, foot - 0.038 - 0.042 * row
            on = rng.random() < 0.18 + 0.38 * s.spec.night
            s.mark(box(px - 0.0058, py - 0.010, px + 0.0058, py + 0.010), 0.0, lit if on and s.spec.night > 0.25 else dark, 2, 0.9)
            if on and s.spec.night > 0.5 and row == 0:
                s.glow(px, py, 0.020, lit, 0.25)


def path(s: Surface, foot: float) -> None:
    """A path from the lower edge to the middle distance."""
    t = np.linspace(0, 1, 20)
    end = s.focus_x
    middle = end + (0.30 * np.sin(3.2 * (1 - t)) + 0.05) * (1 - t)
    down = foot + 0.01 + (s.high - foot) * (1 - t) ** 1.6
    half = 0.006 + 0.085 * (1 - t) ** 1.8
    way = s.polygon(np.concatenate([np.stack([middle - half, down], -1), np.stack([middle + half, down], -1)[::-1]]))
    dust = s.noise("path", 16, 3, stretch=2.0)[way.rows, way.columns]
    value = land_value(s, 0.3) + 0.06 + 0.03 * dust
    colour = toward(s.palette.ramp(f32(value), 0.8), s.palette.light(0.72 - 0.2 * s.spec.night, 1.0), 0.4 + 0 * dust)
    s.put(way, colour, angle=0.15 * dust, detail=0.45, far=0.25, plane=1)


Stone = Lab
_ = (Sequence, Stencil, ring)
