"""Towers with a task: a lighthouse, a windmill, an observatory."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, toward
from gesso.make.painters.procedural.motifs.built.machines.metal import ring, rod, turned
from gesso.make.painters.procedural.motifs.built.works.masonry import box, masonry, walled
from gesso.make.painters.procedural.motifs.nature.land import land_value


def lighthouse(s: Surface, x: float, foot: float) -> None:
    """A lighthouse on its rock; by night its beam lies through the air."""
    tall = 0.44 * min(1.0, foot / 0.6)
    top = foot - tall
    way = 1.0 if s.light[0] > x else -1.0
    if s.spec.night > 0.25:
        _beam(s, x, top + 0.012, -way, 0.055)
        _beam(s, x, top + 0.012, way, 0.030)
    _rock(s, x, foot)
    white = toward(s.palette.value(s.by_hour(0.82, 0.46), 0.6), s.palette.light(0.8, 0.8), 0.2)
    outline = np.array(
        [(x - 0.026, top + 0.045), (x + 0.026, top + 0.045), (x + 0.045, foot), (x - 0.045, foot)]
    )
    tower = s.polygon(outline)
    walled(s, tower, white, far=0.15, round_x=(x - 0.042, x + 0.042))
    red = s.palette.local(0.40, 28, 2.2)
    for low in (0.22, 0.60):
        y0, y1 = top + low * tall, top + (low + 0.18) * tall
        w0, w1 = (0.026 + 0.019 * (value - top - 0.045) / (tall - 0.045) for value in (y0, y1))
        walled(
            s,
            s.polygon(np.array([(x - w0, y0), (x + w0, y0), (x + w1, y1), (x - w1, y1)])),
            red,
            far=0.15,
            round_x=(x - 0.042, x + 0.042),
        )
    iron = s.palette.value(0.10, 0.8)
    gallery = s.polygon(
        [
            box(x - 0.037, top + 0.038, x + 0.037, top + 0.047),
            np.array([(x - 0.026, top - 0.008), (x, top - 0.040), (x + 0.026, top - 0.008)]),
        ]
    )
    s.put(gallery, iron, detail=1.0, far=0.1, plane=2)
    s.put(
        s.polygon(box(x - 0.018, top - 0.008, x + 0.018, top + 0.038)),
        s.palette.lamp(0.9),
        detail=1.0,
        plane=2,
    )
    for side in (-0.018, -0.006, 0.006, 0.018):
        s.mark([(x + side, top - 0.008), (x + side, top + 0.038)], 0.0022, iron, 2)
    s.mark([(x, top - 0.040), (x, top - 0.062)], 0.0025, iron, 2)
    s.glow(x, top + 0.014, 0.045, s.palette.lamp(0.93), 0.35 + 0.55 * s.spec.night)
    s.dabs([(x, top + 0.014, 0.011)], s.palette.lamp(0.97), 2)
    for at in (0.35, 0.55, 0.80):
        s.mark(
            box(x - 0.005, top + at * tall, x + 0.005, top + at * tall + 0.018),
            0.0,
            s.palette.lamp(0.8) if s.spec.night > 0.4 else iron,
            2,
        )


def _beam(s: Surface, x: float, y: float, way: float, spread: float) -> None:
    lean = -0.10
    along = (s.x - x) * way
    off = (s.y - y - lean * along) / (0.010 + spread * np.clip(along, 0, 3))
    dust = 1 + 0.25 * s.noise("beam", 5, 3, stretch=3)
    beam = (
        np.exp(-(off**4)) * smooth(along, 0.0, 0.04) * np.exp(-np.clip(along, 0, 3) / 0.75) * dust
    )
    cover = f32(np.clip(beam * 0.62 * s.spec.night, 0, 0.85))
    s.put(s.whole(cover), s.palette.lamp(0.86))
    np.copyto(s.angle, np.float32(math.atan2(lean, 1.0)), where=cover > 0.12)


def _rock(s: Surface, x: float, foot: float) -> None:
    rng = s.rng("rock")
    across = np.linspace(-0.24, 0.26, 30)
    crown = np.exp(-((across / 0.13) ** 2)) * 0.045 + 0.012 * rng.standard_normal(30)
    outline = np.concatenate(
        [
            np.stack([x + across, foot + 0.045 - crown * 1.3], -1),
            [(x + 0.27, foot + 0.08), (x - 0.25, foot + 0.08)],
        ]
    )
    rock = s.polygon(outline)
    facets = s.noise("facets", 20, 4, 0.6)[rock.rows, rock.columns]
    tilt = np.gradient(facets, axis=1) * s.unit * 0.012 if min(facets.shape) > 1 else facets
    side = 1.0 if s.light[0] > x else -1.0
    value = land_value(s, 0.85) + 0.03 * facets - 0.05 * np.clip(side * tilt, -1.5, 1.5)
    s.put(
        rock,
        s.palette.ramp(f32(value), 0.8),
        angle=0.9 + 0.8 * facets,
        detail=0.7,
        far=0.12,
        plane=2,
    )


def windmill(s: Surface, x: float, foot: float) -> None:
    """A windmill with its four sails set."""
    tall = 0.30 * min(1.1, foot / 0.65)
    top = foot - tall
    stone = masonry(s, 0.5, 0.5)
    body = s.polygon(
        np.array(
            [(x - 0.042, top), (x + 0.042, top), (x + 0.075, foot + 0.01), (x - 0.075, foot + 0.01)]
        )
    )
    walled(s, body, stone, far=0.15, round_x=(x - 0.065, x + 0.065))
    dark = s.palette.value(land_value(s, 1.0), 0.9)
    cap = s.polygon(
        np.concatenate(
            [
                ring(x, top, 0.048, 24, 0.045)[12:],
                [(x + 0.048, top + 0.006), (x - 0.048, top + 0.006)],
            ]
        )
    )
    s.put(cap, dark + f32((0.05, 0, 0)), detail=0.9, far=0.1, plane=2)
    s.mark(box(x - 0.012, foot - 0.055, x + 0.012, foot + 0.008), 0.0, dark, 2)
    for at in (0.30, 0.58):
        s.mark(
            box(x - 0.008, top + at * tall, x + 0.008, top + at * tall + 0.022),
            0.0,
            s.palette.lamp(0.85) if s.spec.night > 0.3 else dark,
            2,
        )
    turn = 0.35 + 0.5 * s.rng("sails").random()
    hub = np.array((x + (0.02 if s.light[0] > x else -0.02), top - 0.005))
    sail = s.palette.value(s.by_hour(0.80, 0.50), 0.7)
    for number in range(4):
        way = turn + number * math.pi / 2
        cloth = (
            turned(np.array([(0.045, 0.004), (0.225, 0.004), (0.225, 0.056), (0.045, 0.046)]), way)
            + hub
        )
        s.put(s.polygon(cloth), sail, angle=way, detail=0.9, far=0.1, plane=2)
        s.bevel(s.polygon(cloth), 0.006, 0.10)
        rod(s, turned(np.array([(0.0, 0.0), (0.235, 0.0)]), way) + hub, 0.0055, 0.25)
        for rung in np.linspace(0.055, 0.222, 8):
            s.mark(
                turned(np.array([(rung, 0.003), (rung, 0.050)]), way) + hub, 0.0016, dark, 2, 0.7
            )
    s.dabs([(*hub.tolist(), 0.010)], dark, 2)


def observatory(s: Surface, x: float, foot: float) -> None:
    """An observatory: its dome open to the light, the telescope in the slit."""
    stone = toward(masonry(s, 0.4, 0.2), s.palette.value(0.6 - 0.2 * s.spec.night, 0.6), 0.4)
    radius = 0.185 * min(1.1, foot / 0.62)
    base = foot - 0.115
    drum = s.polygon(box(x - radius, base, x + radius, foot + 0.012))
    walled(s, drum, stone, far=0.15, round_x=(x - radius, x + radius))
    wings = s.polygon(
        [
            box(x - 2.2 * radius, foot - 0.060, x - radius, foot + 0.012),
            box(x + radius, foot - 0.060, x + 2.0 * radius, foot + 0.012),
        ]
    )
    walled(s, wings, stone - f32((0.06, 0, 0)), far=0.15)
    dome = s.polygon(
        np.concatenate(
            [
                ring(x, base, radius * 1.03, 48)[24:],
                [(x + radius * 1.03, base + 0.004), (x - radius * 1.03, base + 0.004)],
            ]
        )
    )
    across, down = s.inside(dome)
    nx, ny = (across - x) / radius, (down - base) / radius
    side = 1.0 if s.light[0] > x else -1.0
    lit = np.clip(
        0.55 * nx * side - 0.5 * ny + 0.3 * np.sqrt(np.clip(1 - nx**2 - ny**2, 0, 1)), -0.2, 1
    )
    ribs = (
        np.abs(np.sin(np.arctan2(nx, np.sqrt(np.clip(1.001 - nx**2 - ny**2, 0.001, 1))) * 5)) < 0.10
    )
    level = s.by_hour(0.50, 0.36) + 0.36 * lit - 0.06 * ribs
    colour = s.palette.ramp(f32(level), 0.7)
    s.put(dome, colour, angle=np.arctan2(ny, nx) + np.pi / 2, detail=0.6, far=0.1, plane=2)
    _telescope(s, x, base, radius, side)
    for number in range(-4, 5):
        wx = x + number * 0.42 * radius
        if abs(number) != 2:
            s.mark(
                box(wx - 0.006, foot - 0.042, wx + 0.006, foot - 0.018),
                0.0,
                s.palette.lamp(0.86) if s.spec.night > 0.3 else s.palette.value(0.1),
                2,
            )
    ledge = s.polygon(box(x - radius * 1.07, base - 0.006, x + radius * 1.07, base + 0.008))
    s.put(ledge, stone + f32((0.08, 0, 0)), angle=0.0, detail=1.0, plane=2)


def _telescope(s: Surface, x: float, base: float, radius: float, side: float) -> None:
    way = np.array((side * 0.60, -0.80))
    across = np.array((-way[1], way[0]))
    middle = np.array((x, base))
    slit = np.stack(
        [
            middle + 0.30 * radius * way + across * 0.19 * radius,
            middle + 1.04 * radius * way + across * 0.21 * radius,
            middle + 1.04 * radius * way - across * 0.21 * radius,
            middle + 0.30 * radius * way - across * 0.19 * radius,
        ]
    )
    s.put(
        s.polygon(slit),
        toward(s.palette.value(0.10, 1.0), s.palette.lamp(0.62), 0.25 + 0.5 * s.spec.night),
        detail=0.9,
        plane=2,
    )
    if s.spec.night > 0.3:
        glow_x, glow_y = (middle + 0.8 * radius * way).tolist()
        s.glow(glow_x, glow_y, 0.06, s.palette.lamp(0.8), 0.35)
    rod(
        s,
        np.stack([middle + 0.45 * radius * way, middle + 1.30 * radius * way]),
        0.19 * radius,
        0.46,
    )
    rod(
        s,
        np.stack([middle + 1.24 * radius * way, middle + 1.34 * radius * way]),
        0.26 * radius,
        0.62,
    )
