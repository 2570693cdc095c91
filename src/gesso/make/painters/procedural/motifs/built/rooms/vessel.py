"""A table in a lit room, and turned vessels on it."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Lab, Points, f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward
from gesso.make.painters.procedural.motifs.built.machines.metal import ring
from gesso.make.painters.procedural.motifs.built.works.masonry import box

Profile = tuple[tuple[float, float], ...]
"""(height from the top, half-width) pairs, both in the vessel's height."""


JUG: Profile = (
    (0.0, 0.20),
    (0.05, 0.17),
    (0.18, 0.15),
    (0.30, 0.19),
    (0.50, 0.30),
    (0.68, 0.34),
    (0.84, 0.29),
    (0.95, 0.20),
    (1.0, 0.21),
)


BOTTLE: Profile = (
    (0.0, 0.060),
    (0.05, 0.068),
    (0.07, 0.050),
    (0.28, 0.052),
    (0.40, 0.12),
    (0.48, 0.150),
    (0.94, 0.150),
    (1.0, 0.135),
)


BOWL: Profile = (
    (0.0, 1.00),
    (0.16, 0.97),
    (0.45, 0.80),
    (0.72, 0.52),
    (0.86, 0.26),
    (0.93, 0.30),
    (1.0, 0.36),
)


VASE: Profile = (
    (0.0, 0.30),
    (0.06, 0.25),
    (0.20, 0.22),
    (0.42, 0.34),
    (0.62, 0.40),
    (0.82, 0.33),
    (0.96, 0.22),
    (1.0, 0.24),
)


def vessel(
    s: Surface,
    x: float,
    foot: float,
    tall: float,
    profile: Profile,
    *,
    colour: Lab,
    side: float,
    shine: float = 0.4,
) -> None:
    """A turned vessel on its foot, its light side towards `-side`."""
    heights = foot - tall + tall * np.array([point[0] for point in profile])
    wide = tall * np.array([point[1] for point in profile])
    fine = np.linspace(heights[0], heights[-1], 60)
    half = np.interp(fine, heights, wide)
    half = np.convolve(np.pad(half, 3, mode="edge"), np.ones(7) / 7, mode="valid")
    base = 0.16 * half[-1] * np.sin(np.linspace(0, np.pi, 12))
    under = np.stack([x + half[-1] * np.cos(np.linspace(0, np.pi, 12)), foot + base], -1)
    shape: Points = np.concatenate(
        [np.stack([x - half, fine], -1), under[::-1], np.stack([x + half, fine], -1)[::-1]]
    )
    cast(s, x, foot, float(half[-14:].max()), side)
    body = s.polygon(shape)
    across, down = s.inside(body)
    width = np.interp(down.ravel(), fine, half)[:, None]
    place = np.clip((across - x) / np.maximum(width, 1e-3) * -side, -1, 1)
    level = (
        0.21 * np.sin(place * 1.25) - 0.10 * np.abs(place) ** 4 + 0.07 * smooth(-place, 0.55, 0.95)
    )
    lit = lifted(colour, level)
    hot = (
        np.exp(-(((place - 0.50) / 0.10) ** 2))
        * shine
        * smooth(np.abs(down - foot + 0.55 * tall), 0.42 * tall, 0.2 * tall)
    )
    lit = toward(lit, s.palette.light(0.95, 0.6), np.clip(0.85 * hot, 0, 0.9))
    s.put(body, lit, angle=np.pi / 2 - 0.5 * place, detail=0.55, far=0.05, plane=2)
    mouth = ring(x, float(fine[0]), float(half[0]), 30, 0.20 * float(half[0]))
    s.put(s.polygon(mouth), colour - f32((0.16, 0, 0)), detail=0.9, plane=2)
    s.mark(np.concatenate([mouth, mouth[:1]]), 0.0032, colour + f32((0.20, 0, 0)), 2, 0.8)


def cast(s: Surface, x: float, y: float, radius: float, side: float) -> None:
    """The shadow that a thing lays on the table, away from the light."""
    spot = s.ellipse(x + side * 0.9 * radius, y - 0.02 * radius, 1.8 * radius, 0.30 * radius)
    s.shadow(spot, 0.0, 0.0, 0.018, 0.6)


def room(s: Surface, table: float) -> None:
    """A wall and a table, and the light that lies over both."""
    x, y = s.light
    wall = s.noise("wall", 2.5, 5, 0.55)
    away = np.hypot(s.x - x, s.y - y)
    lit = np.exp(-((away / 0.55) ** 1.5))
    value = (
        s.by_hour(0.40, 0.15) + 0.03 * wall + 0.34 * lit - 0.10 * smooth(np.abs(s.x - x), 0.3, 1.0)
    )
    s.lab[:] = s.palette.sky(f32(value), f32(0.25 + 0.5 * lit + 0.1 * wall))
    s.angle[:] = 0.7 + 0.8 * wall
    s.far[:] = 0.5
    board = s.polygon(box(-0.1, table, s.wide + 0.1, s.high + 0.1))
    grain = s.noise("grain", 12, 4, 0.6, stretch=8.0)[board.rows, board.columns]
    across, down = s.inside(board)
    pool = np.exp(-((np.hypot(across - x, 0.8 * (down - table)) / 0.55) ** 2))
    level = s.by_hour(0.36, 0.20) + 0.025 * grain + 0.16 * pool - 0.14 * (down - table)
    wood = lifted(s.palette.local(0.4, 55, 1.4), level - 0.4)
    s.put(board, wood, angle=0.04 * grain, detail=0.3, far=0.2, plane=1)
