"""Indoors and abstract: a cathedral, stained glass, a still life, flowing paint."""

from __future__ import annotations

import math

import cv2
import numpy as np

from gesso.make.painters.procedural.canvas.noise import Points, f32, mix, smooth, warped
from gesso.make.painters.procedural.canvas.palette import blend_hues, lch
from gesso.make.painters.procedural.canvas.surface import Surface, toward
from gesso.make.painters.procedural.motifs.built.metal import BRASS, globe, ring, rod
from gesso.make.painters.procedural.motifs.built.works import box


def flow(s: Surface) -> None:
    """Paint poured and drawn through itself: fields that fold, one lit seam through them."""
    first, second, third = s.noise("fold a", 1.6, 3), s.noise("fold b", 1.6, 3), s.noise("base", 1.8, 4, 0.5)
    columns = np.arange(s.width, dtype=np.float32)[None, :]
    rows = np.arange(s.height, dtype=np.float32)[:, None]
    reach = s.unit * (0.10 + 0.20 * s.spec.density)
    once = warped(third, columns + first * reach, rows + second * reach)
    twice = warped(once, columns + (2.2 * once + first) * reach, rows + (2.2 * once - second) * reach)
    down, across = np.gradient(cv2.GaussianBlur(twice, (0, 0), s.unit / 90))
    steep = np.hypot(across, down) * s.unit
    x, y = s.light
    near = np.exp(-((np.hypot(s.x - x, s.y - y) / 0.55) ** 2))
    level = 0.5 + 0.26 * np.tanh(twice * 0.9) + 0.16 * near - 0.05
    relief = np.clip(-(across * (x - s.x) + down * (y - s.y)) * s.unit / 6, -1, 1)
    value = np.clip(level + 0.14 * relief, 0.04, 0.97)
    s.lab[:] = s.palette.ramp(f32(value), 1.5)
    seam = np.exp(-((twice - 0.25) ** 2) / 0.012)
    s.lab[:] = toward(s.lab, s.palette.light(0.86, 1.5), np.clip(seam * (0.35 + 0.6 * near), 0, 0.9))
    other = np.exp(-((once + 0.9) ** 2) / 0.10)
    accent = lch(0.48, min(0.15, 0.05 + s.spec.ground_chroma), s.spec.hue_light + 320)
    s.lab[:] = toward(s.lab, accent, 0.55 * other)
    s.angle[:] = np.arctan2(across, -down)
    s.detail[:] = 0.2 + 0.5 * smooth(steep, 1.0, 9.0)
    s.far[:] = 0.5


def glass(s: Surface) -> None:
    """A rose window: panes by rings and rays about a heart of light, held in lead."""
    rng = s.rng("glass")
    x, y = s.focus_x, 0.5 * s.high
    reach = 0.47 * min(s.wide, s.high)
    night = s.spec.night
    stone = s.noise("tracery", 12, 4, 0.6)
    s.lab[:] = s.palette.ramp(f32(0.12 + 0.02 * stone), 0.8)
    s.far[:] = 0.1
    s.angle[:] = 0.5 * stone
    outer = ((s.wide / 2) ** 2 + (s.high / 2) ** 2) ** 0.5 * 1.02
    _panes(s, rng, (x, y), reach * 1.06, outer, 36, 0.0, stone_beyond=True)
    fold = 12
    radii = (0.0, 0.16, 0.40, 0.66, 0.86, 1.0)
    for number, (inner, rim) in enumerate(zip(radii[:-1], radii[1:], strict=True)):
        count = (6, fold, fold, 2 * fold, 3 * fold)[number]
        _panes(s, rng, (x, y), inner * reach, rim * reach, count, 0.5 * (number % 2))
    for number in range(fold):
        turn = 2 * math.pi * (number + 0.5) / fold
        for at, size in ((0.53, 0.085), (0.76, 0.052)):
            _roundel(s, rng, x + at * reach * math.cos(turn), y + at * reach * math.sin(turn), size * reach, number)
    _roundel(s, rng, x, y, 0.13 * reach, 0)
    lx, ly = s.light
    near = np.exp(-((np.hypot(s.x - lx, s.y - ly) / 0.42) ** 2))
    s.lab[..., 0] += f32(near * (0.14 - 0.04 * night) * (s.lab[..., 0] > 0.2))
    for rim in radii[1:]:
        s.mark(np.concatenate([ring(x, y, rim * reach, 120), ring(x, y, rim * reach, 120)[:1]]), 0.010 if rim in (1.0, 0.40) else 0.006, s.palette.value(0.03, 0.6), 2)


def _panes(s: Surface, rng: np.random.Generator, middle: tuple[float, float], inner: float, outer: float, count: int, shift: float, stone_beyond: bool = False) -> None:
    """One ring of panes with a little lead between them; hues step round the ring."""
    x, y = middle
    hues = (s.spec.hue_dark, s.spec.hue_mid, s.spec.hue_light, blend_hues(s.spec.hue_dark, 20, 0.7))
    chroma = min(0.19, 0.06 + 1.15 * s.spec.ground_chroma)
    gap = 0.0042
    for number in range(count):
        first = 2 * math.pi * (number + shift) / count
        last = 2 * math.pi * (number + 1 + shift) / count
        arc = np.linspace(first, last, 8)
        inset_far, inset_near = gap / max(outer, 1e-3), gap / max(inner, 0.02)
        far = np.linspace(first + inset_far, last - inset_far, 8)
        near = np.linspace(last - inset_near, first + inset_near, 8)
        shape = np.concatenate([
            np.stack([x + (outer - gap) * np.cos(far), y + (outer - gap) * np.sin(far)], -1),
            np.stack([x + (inner + gap) * np.cos(near), y + (inner + gap) * np.sin(near)], -1),
        ])
        del arc
        pane = s.polygon(shape)
        across, down = s.inside(pane)
        if pane.mask.size < 9:
            continue
        order = (number + int(inner * 17)) % 4
        hue = hues[order] + 9 * rng.standard_normal()
        base = (0.30, 0.44, 0.66, 0.40)[order] + 0.05 * rng.standard_normal()
        if stone_beyond:
            base *= 0.62
        streak = s.noise("streaks", 14, 3, 0.6, stretch=0.4)[pane.rows, pane.columns]
        glow = 0.16 * np.exp(-np.hypot(across - s.light[0], down - s.light[1]) / 0.45)
        level = base * (1 - 0.12 * s.spec.night) + glow + 0.045 * streak
        colour = lch(0.0, chroma, hue)[None, None] + np.stack([level, 0 * level, 0 * level], -1)
        s.put(pane, colour, angle=0.5 * (first + last) + math.pi / 2, detail=0.5, far=0.05, plane=1 if stone_beyond else 2)
        s.bevel(pane, 0.004, 0.06)


def _roundel(s: Surface, rng: np.random.Generator, x: float, y: float, radius: float, number: int) -> None:
    lead = s.ellipse(x, y, radius * 1.0)
    s.put(lead, s.palette.value(0.03, 0.6), detail=1.0, plane=2)
    disc = s.ellipse(x, y, radius * 0.86)
    hue = (s.spec.hue_light, blend_hues(s.spec.hue_light, 25, 0.8))[number % 2]
    across, down = s.inside(disc)
    r = np.hypot(across - x, down - y) / radius
    level = 0.78 - 0.30 * r + 0.02 * rng.standard_normal()
    s.put(disc, lch(0, min(0.17, 0.06 + s.spec.ground_chroma), hue)[None, None] + np.stack([level, 0 * level, 0 * level], -1), angle=np.arctan2(down - y, across - x) + np.pi / 2, detail=0.8, plane=2)
    s.mark(ring(x - 0.2 * radius, y - 0.2 * radius, 0.2 * radius, 12), 0.0, s.palette.light(0.95, 0.6), 2, 0.6)


def cathedral(s: Surface) -> None:
    """Down the nave: piers and ribs that draw together on a rose window, light through the side."""
    x, y = s.focus_x if s.spec.balance is not None else 0.5 * s.wide, 0.42 * s.high
    night = s.spec.night
    depth = np.clip(np.maximum(np.abs(s.x - x) / (0.5 * s.wide), np.abs(s.y - y) / (0.58 * s.high)), 0, 1.6)
    worn = s.noise("nave", 5, 4)
    value = mix(0.60, 0.34, night) - 0.34 * smooth(depth, 0.05, 1.0) + 0.02 * worn
    s.lab[:] = s.palette.ramp(f32(value), 0.9)
    s.angle[:] = np.arctan2(s.y - y, s.x - x)
    s.far[:] = np.clip(1.1 - 1.4 * depth, 0, 1)
    floor = smooth((s.y - y) - 0.30 * depth * s.high - 0.10, 0.0, 0.02)
    shine = np.exp(-(((s.x - x) / (0.07 + 0.30 * np.clip(s.y - y, 0, 2))) ** 2))
    tiles = np.sign(np.sin((s.x - x) / np.maximum(s.y - y, 0.05) * 9)) * np.sign(np.sin(2.6 / np.maximum(s.y - y, 0.03)))
    s.put(s.whole(f32(floor)), s.palette.ramp(f32(mix(0.26, 0.12, night) + 0.22 * shine + 0.022 * tiles), 0.9), angle=0.1 * worn, detail=0.3)
    _rose(s, x, y - 0.10, 0.105)
    bays = 6
    for bay in range(bays):
        near = ((bay + 0.6) / bays) ** 1.9
        _bay(s, x, y, near)
    _shafts(s, x, y)


def _rose(s: Surface, x: float, y: float, radius: float) -> None:
    rng = s.rng("rose")
    s.glow(x, y, 1.6 * radius, s.palette.light(0.86, 1.1), 0.62)
    s.put(s.ellipse(x, y, radius * 1.12), s.palette.value(0.16, 0.8), detail=1.0, far=0.5, plane=0)
    for ring_number, (inner, outer, count) in enumerate(((0.0, 0.28, 6), (0.30, 0.66, 12), (0.68, 1.0, 24))):
        for number in range(count):
            turn = np.linspace(number + 0.07, number + 0.93, 5) * 2 * math.pi / count
            shape = np.concatenate([np.stack([x + outer * radius * np.cos(turn), y + outer * radius * np.sin(turn)], -1), np.stack([x + inner * radius * np.cos(turn[::-1]), y + inner * radius * np.sin(turn[::-1])], -1)])
            hue = (s.spec.hue_light, s.spec.hue_dark, 25.0)[(number + ring_number) % 3]
            s.mark(shape, 0.0, lch(0.74 - 0.10 * ring_number + 0.05 * rng.standard_normal(), 0.12, hue), 0)
    for lancet in range(-2, 3):
        lx = x + lancet * 0.042
        pane = np.array([(lx - 0.014, y + 0.32), (lx - 0.014, y + 0.17), (lx, y + 0.14), (lx + 0.014, y + 0.17), (lx + 0.014, y + 0.32)])
        s.mark(pane, 0.0, lch(0.70, 0.11, (s.spec.hue_dark, s.spec.hue_light)[lancet % 2]), 0)


def _bay(s: Surface, x: float, y: float, near: float) -> None:
    """One pair of piers and the pointed arch that they bear."""
    half = 0.10 + 0.50 * s.wide * near
    foot = y + 0.20 + 0.62 * s.high * near
    spring = y - 0.06 - 0.32 * s.high * near
    crown = y - 0.24 - 0.72 * s.high * near
    thick = 0.010 + 0.105 * near
    value = mix(mix(0.56, 0.32, s.spec.night), mix(0.20, 0.06, s.spec.night), near**0.6)
    stone = toward(s.palette.value(value, 0.8), s.palette.local(value, 60, 0.8), 0.4)
    plane = 1 if near < 0.25 else 2 if near < 0.7 else 3
    t = np.linspace(0, 1, 14)
    arch = np.stack([half * (1 - t**1.7), spring + (crown - spring) * np.sin(0.5 * np.pi * t) ** 0.9], -1)
    for side in (-1.0, 1.0):
        inner = np.concatenate([[(side * half, foot), (side * half, spring)], arch * (side, 1)])
        outer = inner * (1, 1) + np.stack([np.full(len(inner), side * thick), np.zeros(len(inner))], -1)
        outer[2:, 1] -= np.linspace(0, 1.0, 14) * thick
        outer[2:, 0] = (arch * (side, 1))[:, 0] + side * thick * (1 - 0.85 * t)
        pier = s.polygon(np.concatenate([inner, outer[::-1]]) + (x, 0))
        across, down = s.inside(pier)
        shafts = 0.045 * np.cos((np.abs(across - x) - half) / thick * 2 * np.pi * 2)
        lit = 0.16 * np.exp(-(np.abs(across - x) - half).clip(0) / (0.4 * thick)) * np.exp(-np.abs(down - y) / 0.8)
        level = value + shafts * (down > spring) + lit
        colour = stone[None, None] + np.stack([level - value, 0 * level, 0 * level], -1)
        colour = toward(colour, s.palette.light(0.8, 1.0), np.clip(1.4 * lit, 0, 0.5))
        s.put(pier, colour, angle=np.pi / 2, detail=0.45, far=0.75 * (1 - near), plane=plane)
        capital = s.polygon(box(x + side * half - 0.3 * thick, spring - 0.25 * thick, x + side * half + side * 1.15 * thick, spring + 0.25 * thick))
        s.put(capital, stone + f32((0.06, 0, 0)), angle=0.0, detail=0.9, plane=plane)
        s.mark(arch * (side, 1) + (x, 0), 0.004 + 0.010 * near, stone + f32((0.11, 0.004, 0.012)), plane, 0.8)


def _shafts(s: Surface, x: float, y: float) -> None:
    """Slanting light with dust in it, from windows beyond the frame."""
    way = 1.0 if s.light[0] < x else -1.0
    dust = 1 + 0.3 * s.noise("dust", 6, 4)
    slant = (s.x - x) * way + 0.0 - 0.72 * (s.y - y)
    rays = sum(math.exp(-0.0) * np.exp(-(((slant - place) / 0.045) ** 2)) for place in (-0.42, -0.22, -0.02))
    fade = smooth(s.y, 0.02 * s.high, 0.25 * s.high) * smooth(s.y, 0.98 * s.high, 0.55 * s.high)
    cover = f32(np.clip(0.34 * rays * fade * dust, 0, 0.75))
    s.put(s.whole(cover), s.palette.light(0.88, 1.0))


def still_life(s: Surface) -> None:
    """A table by lamplight: a jug, a bottle, a bowl, fruit, a folded cloth."""
    rng = s.rng("still life")
    table = 0.66 * s.high
    wall = s.noise("wall", 2.5, 5, 0.55)
    night = s.spec.night
    away = np.hypot(s.x - s.light[0], s.y - s.light[1])
    value = mix(0.50, 0.22, night) + 0.035 * wall + 0.26 * np.exp(-((away / 0.5) ** 1.5)) - 0.10
    s.lab[:] = s.palette.ramp(f32(value), 0.9)
    s.angle[:] = 0.7 + 0.8 * wall
    s.far[:] = 0.5
    board = s.polygon(box(-0.1, table, s.wide + 0.1, s.high + 0.1))
    grain = s.noise("grain", 12, 4, 0.6, stretch=8.0)[board.rows, board.columns]
    across, down = s.inside(board)
    level = mix(0.40, 0.22, night) + 0.03 * grain + 0.12 * np.exp(-((np.hypot(across - s.light[0], 0.7 * (down - table)) / 0.5) ** 2)) - 0.12 * (down - table)
    wood = s.palette.local(0.4, 55, 1.3)[None, None] + np.stack([level - 0.4, 0 * level, 0 * level], -1)
    s.put(board, wood, angle=0.04 * grain, detail=0.3, far=0.2, plane=1)
    s.mark([(-0.1, table), (s.wide + 0.1, table)], 0.004, s.palette.light(0.7 - 0.2 * night, 1.0), 1, 0.7)
    x = s.focus_x
    side = 1.0 if s.light[0] < x else -1.0
    _turned(s, x - side * 0.20, table + 0.07, 0.40, _JUG, s.palette.local(0.48, 235, 1.5), side)
    _turned(s, x + side * 0.03, table + 0.035, 0.46, _BOTTLE, s.palette.local(0.24, 150, 1.5), side, shine=0.8)
    _turned(s, x + side * 0.21, table + 0.085, 0.155, _BOWL, s.palette.metal(0.5, BRASS), side, shine=0.6)
    hues = (28.0, 62.0, 88.0, 120.0, 20.0, 350.0)
    fruit = [(x + side * (0.15 + 0.055 * number), table - 0.048 - 0.012 * (number % 2), 0.046) for number in range(3)]
    fruit += [(x - side * 0.05, table + 0.135, 0.055), (x + side * 0.065, table + 0.160, 0.050), (x - side * 0.33, table + 0.15, 0.047)]
    for number, (fx, fy, radius) in enumerate(fruit):
        if number >= 3:
            _cast(s, fx, fy + 0.85 * radius, radius, side)
        hue = hues[(number + int(rng.integers(6))) % 6]
        globe(s, fx, fy, radius, lch(0.60 - 0.10 * night, min(0.15, 0.06 + s.spec.ground_chroma), hue), shine=0.5)
        s.mark([(fx, fy - 0.9 * radius), (fx + 0.006, fy - 1.18 * radius)], 0.004, s.palette.value(0.12), 2)
    rim = _turned
    del rim
    front = s.polygon(np.stack([x + side * 0.21 + np.array([-0.115, 0.115, 0.105, -0.105]), np.array([table - 0.036, table - 0.036, table - 0.010, table - 0.010])], -1))
    s.put(front, s.palette.metal(0.5, BRASS), detail=0.9, plane=2)
    rod(s, [(x + side * 0.21 - 0.125, table - 0.044), (x + side * 0.21 + 0.125, table - 0.044)], 0.010, 0.62)


_JUG = ((0.0, 0.30), (0.06, 0.27), (0.16, 0.20), (0.30, 0.26), (0.48, 0.40), (0.68, 0.44), (0.86, 0.34), (0.97, 0.24), (1.0, 0.26))
_BOTTLE = ((0.0, 0.075), (0.05, 0.085), (0.06, 0.062), (0.26, 0.066), (0.38, 0.16), (0.46, 0.185), (0.95, 0.185), (1.0, 0.17))
_BOWL = ((0.0, 0.78), (0.12, 0.77), (0.4, 0.66), (0.70, 0.42), (0.86, 0.20), (0.92, 0.26), (1.0, 0.30))


def _turned(s: Surface, x: float, foot: float, tall: float, profile: tuple[tuple[float, float], ...], colour: np.ndarray, side: float, shine: float = 0.4) -> None:
    """A vessel from its half-profile (height from the top, half-width), both in its height."""
    heights = foot - tall + tall * np.array([point[0] for point in profile])
    wide = tall * np.array([point[1] for point in profile])
    fine = np.linspace(heights[0], heights[-1], 60)
    half = np.interp(fine, heights, wide)
    half = np.convolve(np.pad(half, 2, mode="edge"), np.ones(5) / 5, mode="valid")
    shape: Points = np.concatenate([np.stack([x - half, fine], -1), np.stack([x + half, fine], -1)[::-1]])
    _cast(s, x, foot, float(half[-12:].max()), side)
    vessel = s.polygon(shape)
    across, down = s.inside(vessel)
    width = np.interp(down.ravel(), fine, half)[:, None]
    place = np.clip((across - x) / np.maximum(width, 1e-3) * -side, -1, 1)
    level = 0.20 * np.sin(place * 1.25) - 0.12 * np.abs(place) ** 4 + 0.07 * smooth(-place, 0.55, 0.95)
    body = colour[None, None] + np.stack([level, 0 * level, 0 * level], -1)
    hot = np.exp(-(((place - 0.52) / 0.11) ** 2)) * shine
    body = toward(body, s.palette.light(0.93, 0.7), np.clip(0.75 * hot, 0, 0.9))
    s.put(vessel, body, angle=np.pi / 2 - 0.5 * place * np.gradient(width, axis=0) * s.unit if width.size > 1 else np.pi / 2, detail=0.55, far=0.05, plane=2)
    lip = s.polygon(ring(x, float(fine[0]), float(half[0]), 30, 0.22 * float(half[0])))
    s.put(lip, colour - f32((0.16, 0, 0)), detail=0.9, plane=2)
    s.mark(ring(x, float(fine[0]), float(half[0]), 30, 0.22 * float(half[0])), 0.003, colour + f32((0.18, 0, 0)), 2, 0.8)


def _cast(s: Surface, x: float, y: float, radius: float, side: float) -> None:
    """The shadow that a thing lays on the table, away from the light."""
    spot = s.ellipse(x + side * 0.8 * radius, y - 0.02 * radius, 1.7 * radius, 0.30 * radius)
    s.shadow(spot, 0.0, 0.0, 0.018, 0.55)
