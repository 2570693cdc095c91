"""A still life: a jug, a bottle, a bowl of fruit, a cloth."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Lab, f32, smooth
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.surface import Surface
from gesso.make.painters.procedural.motifs.built.machines.metal import BRASS, globe
from gesso.make.painters.procedural.motifs.built.rooms.vessel import (
    BOTTLE,
    BOWL,
    JUG,
    cast,
    room,
    vessel,
)


def still_life(s: Surface) -> None:
    """A table by lamplight: a jug, a bottle, a bowl, fruit, a folded cloth."""
    rng = s.rng("still life")
    table = 0.62 * s.high
    room(s, table)
    x, night = s.focus_x, s.spec.night
    side = 1.0 if s.light[0] < x else -1.0
    k = min(1.15, max(0.8, s.wide))
    _cloth(s, x - side * 0.02, table, side)
    vessel(
        s,
        x + side * 0.045 * k,
        table + 0.055,
        0.50 * k,
        BOTTLE,
        colour=s.palette.local(0.24, 150, 1.6),
        side=side,
        shine=0.9,
    )
    vessel(
        s,
        x - side * 0.20 * k,
        table + 0.10,
        0.40 * k,
        JUG,
        colour=s.palette.local(0.50, 245, 1.5),
        side=side,
    )
    hues = rng.permutation((28.0, 58.0, 92.0, 122.0, 18.0, 70.0))
    chroma = min(0.15, 0.055 + s.spec.ground_chroma)
    bowl = x + side * 0.245 * k
    for number, (dx, dy, radius) in enumerate(
        ((-0.075, -0.118, 0.062), (0.085, -0.112, 0.058), (0.005, -0.140, 0.066))
    ):
        _fruit(
            s,
            bowl + dx * k,
            table + dy + 0.07,
            radius * k,
            lch(0.58 - 0.08 * night, chroma, float(hues[number])),
        )
    vessel(
        s,
        bowl,
        table + 0.135,
        0.150 * k,
        BOWL,
        colour=s.palette.metal(0.46, BRASS),
        side=side,
        shine=0.8,
    )
    for number, (dx, dy, radius) in enumerate(
        ((-0.30, 0.19, 0.060), (0.02, 0.215, 0.068), (-0.085, 0.165, 0.056))
    ):
        fx, fy = x + side * dx * k, table + dy
        cast(s, fx, fy + 0.85 * radius, radius, side)
        _fruit(s, fx, fy, radius * k, lch(0.58 - 0.08 * night, chroma, float(hues[5 - number])))


def _fruit(s: Surface, x: float, y: float, radius: float, colour: Lab) -> None:
    globe(s, x, y, radius, colour, shine=0.45)
    s.mark(
        [
            (x + 0.1 * radius, y - 0.80 * radius),
            (x + 0.18 * radius, y - 1.05 * radius),
            (x + 0.34 * radius, y - 1.16 * radius),
        ],
        0.07 * radius,
        s.palette.value(0.12),
        2,
    )
    leaf = np.array([(0.18, -0.98), (0.55, -1.22), (0.98, -1.08), (0.62, -0.92)]) * radius + (x, y)
    s.put(s.polygon(leaf), s.palette.local(0.40, 140, 1.6), angle=-0.2, detail=0.9, plane=2)


def _cloth(s: Surface, x: float, table: float, side: float) -> None:
    """A white cloth over the table's edge, in folds."""
    t = np.linspace(-1, 1, 40)
    top = np.stack([x - side * 0.06 + 0.27 * t, table + 0.035 + 0.03 * np.abs(t)], -1)
    hem = np.stack(
        [x - side * 0.06 + 0.34 * t, table + 0.25 + 0.022 * np.sin(9 * t) + 0.05 * t * side], -1
    )
    cloth = s.polygon(np.concatenate([top, hem[::-1]]))
    across, down = s.inside(cloth)
    fan = (across - x + side * 0.06) / (0.27 + 0.35 * (down - table))
    fold = np.sin(fan * 8.5 + 1.2 * s.noise("folds", 3, 2)[cloth.rows, cloth.columns])
    level = (
        s.by_hour(0.80, 0.50)
        + 0.085 * fold * smooth(down, table + 0.03, table + 0.12)
        - 0.16 * side * fan
    )
    s.shadow(cloth, side * 0.02, 0.02, 0.012, 0.45)
    s.put(
        cloth,
        s.palette.sky(f32(level), f32(0.55 - 0.5 * side * fan)),
        angle=np.pi / 2 - 0.4 * fan,
        detail=0.4,
        far=0.1,
        plane=1,
    )
