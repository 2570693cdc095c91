"""A city against the sky, and a harbour front."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, toward
from gesso.make.painters.procedural.motifs.built.works.masonry import box, lamp, masonry, walled
from gesso.make.painters.procedural.motifs.nature.land import land_value


def skyline(s: Surface, horizon: float) -> None:
    """A city in three rows: far towers in the haze, near ones with a lit and a shaded side."""
    _city_glow(s, horizon)
    middle = s.focus_x
    for row, (near, many, low, high) in enumerate(
        ((0.15, 26, 0.10, 0.30), (0.45, 20, 0.08, 0.36), (0.85, 15, 0.05, 0.24))
    ):
        rng = s.rng("city", row)
        count = round(many * s.wide)
        shapes: list[tuple[float, float, float]] = []
        for number in range(count):
            x = s.wide * (number + rng.random()) / count
            if s.spec.symmetry > 0.5 and number % 2:
                x = s.wide - shapes[-1][0]
            crown = 0.45 + 0.95 * math.exp(-(((x - middle) / (0.26 * s.wide + 0.06)) ** 2))
            shapes.append(
                (
                    x,
                    0.026 + 0.040 * rng.random(),
                    (low + (high - low) * rng.random() ** 1.5) * crown,
                )
            )
        for x, wide, tall in sorted(shapes, key=lambda shape: -shape[2]):
            _tower(s, rng, x, horizon, wide, tall=tall, near=near)


def _city_glow(s: Surface, horizon: float) -> None:
    glow = np.exp(-np.abs(s.y - horizon) / 0.13) * s.spec.night * 0.5
    s.put(s.whole(f32(glow + 0 * s.x)), toward(s.palette.lamp(0.62), s.palette.value(0.55), 0.3))


def _tower(
    s: Surface,
    rng: np.random.Generator,
    x: float,
    foot: float,
    wide: float,
    *,
    tall: float,
    near: float,
) -> None:
    left, right, top = x - wide / 2, x + wide / 2, foot - tall
    shapes = [box(left, top, right, foot + 0.01)]
    kind = int(rng.integers(5)) if tall > 0.16 else 4
    if kind in (0, 1):
        step = 0.03 + 0.03 * rng.random()
        shapes += [
            box(x - 0.34 * wide, top - step, x + 0.34 * wide, top + 0.01),
            box(x - 0.18 * wide, top - 1.7 * step, x + 0.18 * wide, top),
        ]
    if kind == 2:
        shapes.append(np.array([(left, top + 0.002), (x, top - 0.9 * wide), (right, top + 0.002)]))
    if kind == 3:
        shapes.append(
            np.array([(left, top + 0.002), (right, top + 0.002), (right, top - 0.5 * wide)])
        )
    body = s.polygon(shapes)
    across, down = s.inside(body)
    side = 1.0 if s.light[0] > x else -1.0
    value = land_value(s, near) * (0.85 if s.spec.night > 0.5 else 1.0)
    face = smooth(side * (across - x - side * 0.08 * wide), -0.004, 0.004)
    level = (
        value
        - 0.035
        + (0.12 - 0.03 * near) * face
        + 0.10 * smooth(down, foot - 0.12, foot + 0.02) * s.spec.night
    )
    colour = s.palette.ramp(f32(level + 0 * body.mask), 0.95)
    colour = toward(
        colour,
        s.palette.light(0.78 - 0.22 * s.spec.night, 1.1),
        0.26 * face * (1 - 0.3 * near) + 0 * body.mask,
    )
    s.put(
        body,
        colour,
        angle=np.pi / 2,
        detail=0.45,
        far=0.80 - 0.65 * near,
        plane=1 if near < 0.3 else 2,
    )
    if kind in (0, 1, 2) and near > 0.3:
        s.mark(
            [(x, top - 0.03), (x, top - 0.075 - 0.03 * rng.random())],
            0.0026,
            s.palette.value(value, 0.8),
            2,
        )
    if near > 0.3:
        _windows(s, rng, left, right, top, foot=foot, near=near)


def _windows(
    s: Surface,
    rng: np.random.Generator,
    left: float,
    right: float,
    top: float,
    *,
    foot: float,
    near: float,
) -> None:
    """Lit windows, in the storeys where somebody is still up; by day dark panes."""
    night = s.spec.night
    pitch_x, pitch_y = 0.0092, 0.0135
    columns = max(1, int((right - left - 0.006) / pitch_x))
    rows = max(1, int((foot - top - 0.02) / pitch_y))
    chance = (0.16 + 0.45 * s.spec.busy) * (0.25 + 0.75 * night)
    awake = 0.35 + 1.3 * rng.random(rows)
    lit = rng.random((rows, columns)) < chance * awake[:, None]
    tints = (s.palette.lamp(0.88), s.palette.lamp(0.76), s.palette.light(0.86, 0.9))
    tint = tints[int(rng.integers(3))]
    offset = (right - left - (columns - 1) * pitch_x) / 2
    for row, column in zip(*np.nonzero(lit), strict=True):
        x, y = left + offset + column * pitch_x, top + 0.014 + row * pitch_y
        s.mark(
            box(x - 0.0024, y - 0.0034, x + 0.0024, y + 0.0034), 0.0, tint, 2, 0.75 + 0.25 * near
        )


def quay(s: Surface, horizon: float) -> None:
    """A harbour front: tall houses shoulder to shoulder, lamps along the edge."""
    rng = s.rng("quay")
    x, number = -0.03, 0
    while x < s.wide + 0.03:
        wide = 0.055 + 0.040 * rng.random()
        tall = 0.15 + 0.085 * rng.random()
        _gabled(s, rng, x, horizon, wide, tall=tall)
        x += wide
        number += 1
    edge = s.polygon(box(-0.05, horizon - 0.003, s.wide + 0.05, horizon + 0.022))
    s.put(edge, masonry(s, 0.8, 0.3), angle=0.0, detail=0.8, far=0.2, plane=2)
    for at in np.arange(0.06, s.wide, 0.135):
        s.mark(
            [(float(at), horizon), (float(at), horizon - 0.055)], 0.003, s.palette.value(0.06), 2
        )
        lamp(s, float(at), horizon - 0.058, 0.0065)


def _gabled(
    s: Surface, rng: np.random.Generator, x: float, foot: float, wide: float, *, tall: float
) -> None:
    hue = float(rng.choice((28, 52, 80, 255, 150)))
    value = s.by_hour(0.60, 0.25) + 0.09 * rng.standard_normal()
    colour = toward(
        s.palette.local(float(value), hue, 1.3), s.palette.value(float(value), 0.9), 0.35
    )
    top = foot - tall
    peak = 0.62 * wide
    if rng.random() < 0.5:
        steps = 4
        crown = [
            (x + wide * number / (2 * steps), top - peak * (number + extra) / steps)
            for number in range(steps)
            for extra in (0, 1)
        ]
        mirror = [(2 * x + wide - px, py) for px, py in reversed(crown)]
        outline = np.array([(x, foot), *crown, *mirror, (x + wide, foot)])
    else:
        outline = np.array(
            [(x, foot), (x, top), (x + wide / 2, top - peak), (x + wide, top), (x + wide, foot)]
        )
    front = s.polygon(outline)
    walled(s, front, colour, far=0.30)
    s.mark(outline[1:-1], 0.0035, colour + f32((0.10, 0, 0)), 2, 0.7)
    lit, dark = s.palette.lamp(0.86), s.palette.value(0.10, 1.0)
    columns = 2 if wide < 0.075 else 3
    for row in range(int(tall / 0.042)):
        for column in range(columns):
            px, py = x + wide * (column + 0.5) / columns, foot - 0.038 - 0.042 * row
            on = rng.random() < 0.18 + 0.38 * s.spec.night
            s.mark(
                box(px - 0.0058, py - 0.010, px + 0.0058, py + 0.010),
                0.0,
                lit if on and s.spec.night > 0.25 else dark,
                2,
                0.9,
            )
            if on and s.spec.night > 0.5 and row == 0:
                s.glow(px, py, 0.020, lit, 0.25)
