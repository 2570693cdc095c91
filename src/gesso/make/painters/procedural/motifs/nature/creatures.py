"""What is alive in the air: birds and moths."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Lab, f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward
from gesso.make.painters.procedural.motifs.built.machines.metal import ring, turned


def birds(s: Surface, horizon: float) -> None:
    """A flock on the wing, in a loose line that turns."""
    rng = s.rng("birds")
    ink = s.palette.value(s.by_hour(0.14, 0.55), 0.8)
    x0, y0 = s.focus_x, horizon * 0.42
    lean = rng.uniform(-0.3, 0.3)
    for number in range(int(22 + 40 * s.spec.busy)):
        t = rng.uniform(-0.5, 0.5)
        x = x0 + 0.80 * t * s.wide
        y = y0 + 0.09 * math.sin(5 * t) + lean * t * 0.4 + 0.05 * rng.standard_normal()
        span = (0.008 + 0.022 * rng.random() ** 2) * (1.8 if number == 0 else 1.0)
        _bird(s, x, y, span, rng.uniform(-0.7, 0.8), tilt=0.5 * rng.standard_normal(), ink=ink)


def _bird(
    s: Surface, x: float, y: float, span: float, beat: float, *, tilt: float, ink: Lab
) -> None:
    """Two curved wings that narrow to their tips, and a short body between them."""
    t = np.linspace(0, 1, 7)
    lift = -span * (0.55 * np.sin(2.2 * t) * (0.6 + 0.4 * abs(beat)) - 0.55 * beat * t * t)
    thick = 0.17 * span * (1 - t) ** 0.7
    for side in (-1.0, 1.0):
        wing = np.concatenate(
            [
                np.stack([side * span * t, lift - 0.4 * thick], -1),
                np.stack([side * span * t, lift + thick], -1)[::-1],
            ]
        )
        s.mark(turned(wing, tilt) + np.array((x, y)), 0.0, ink, 2, 0.95)
    body = turned(
        np.array([(-0.30, -0.05), (0.0, -0.10), (0.34, 0.0), (0.0, 0.16)]) * span, tilt
    ) + np.array((x, y))
    s.mark(body, 0.0, ink, 2, 0.95)


def moths(s: Surface, x: float, y: float) -> None:
    """Moths about a light, the largest with eyes on its wings."""
    rng = s.rng("moths")
    smaller = [
        (x + 0.30 * dx, y + 0.22 * dy, 0.022 + 0.04 * size)
        for dx, dy, size in zip(
            rng.standard_normal(7), rng.standard_normal(7), rng.random(7), strict=True
        )
    ]
    places = [(x, y, 0.15), *smaller]
    for mx, my, size in sorted(places, key=lambda place: place[2]):
        _moth(s, mx, my, size, 0.9 * rng.standard_normal() * (size < 0.1))


def _moth(s: Surface, x: float, y: float, size: float, turn: float) -> None:
    c, n = math.cos(turn), math.sin(turn)
    spin = np.array([(c, n), (-n, c)])
    upper = np.array(
        [
            (0.04, -0.10),
            (0.45, -0.62),
            (0.95, -0.78),
            (1.05, -0.55),
            (0.90, -0.12),
            (0.50, 0.10),
            (0.05, 0.08),
        ]
    )
    lower = np.array(
        [(0.05, 0.02), (0.55, 0.10), (0.72, 0.38), (0.58, 0.72), (0.30, 0.70), (0.06, 0.28)]
    )
    pale = toward(s.palette.lamp(0.70), s.palette.value(0.62, 0.6), 0.45)
    for wing, lift in ((lower, -0.06), (upper, 0.0)):
        for side in (-1.0, 1.0):
            stencil = s.polygon((wing * (side * size, size)) @ spin + (x, y))
            across, down = s.inside(stencil)
            out = np.hypot(across - x, down - y) / size
            dust = s.noise("dust", 30, 3)[stencil.rows, stencil.columns]
            level = (
                lift
                + 0.10 * np.cos(out * 16) * smooth(out, 0.2, 0.5)
                - 0.10 * smooth(out, 0.8, 1.2)
                + 0.02 * dust
            )
            s.put(
                stencil,
                lifted(pale, level),
                angle=np.arctan2(down - y, across - x),
                detail=0.8,
                far=0.05,
                plane=2,
            )
            s.bevel(stencil, 0.03 * size, 0.10)
            if lift == 0.0 and size > 0.05:
                ex, ey = (np.array([(side * 0.66, -0.42)]) * size @ spin)[0] + (x, y)
                for radius, colour in (
                    (0.13, s.palette.value(0.12, 1.0)),
                    (0.09, s.palette.lamp(0.72)),
                    (0.045, s.palette.value(0.08, 1.0)),
                ):
                    s.mark(ring(float(ex), float(ey), radius * size, 20), 0.0, colour, 2)
    body = np.array(
        [(0.0, -0.22), (0.075, -0.05), (0.06, 0.42), (0.0, 0.56), (-0.06, 0.42), (-0.075, -0.05)]
    ) * size @ spin + (x, y)
    s.put(s.polygon(body), pale - f32((0.22, 0, 0)), detail=1.0, far=0.05, plane=2)
    for side in (-1.0, 1.0):
        feeler = np.array(
            [(0.0, -0.2), (side * 0.12, -0.42), (side * 0.26, -0.56)]
        ) * size @ spin + (x, y)
        s.mark(feeler, 0.02 * size + 0.0006, pale - f32((0.2, 0, 0)), 2)
