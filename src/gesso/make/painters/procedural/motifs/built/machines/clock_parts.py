"""The parts of a clock that one looks at: dial, marks and hands."""

from __future__ import annotations

import math

import numpy as np

from gesso.make.painters.procedural.canvas.stencil import Stencil
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward
from gesso.make.painters.procedural.motifs.built.machines.metal import BRASS, ring, turned


def dial_marks(s: Surface, x: float, y: float, radius: float, plane: int) -> None:
    """Hours and minutes of a clock face."""
    ink = s.palette.value(0.06, 0.8)
    for minute in range(60):
        turn = 2 * math.pi * minute / 60
        way = np.array((math.sin(turn), -math.cos(turn)))
        hour = minute % 5 == 0
        inner, outer = (0.70, 0.90) if hour else (0.86, 0.90)
        s.mark(
            np.array((x, y)) + np.outer((inner * radius, outer * radius), way),
            (0.045 if hour else 0.012) * radius,
            ink,
            plane,
            alpha=0.95 if hour else 0.7,
        )


def hand(s: Surface, x: float, y: float, length: float, turn: float, *, plane: int) -> None:
    """A clock's hand at `turn` radians from twelve."""
    width = 0.055 * length + 0.002
    shape = np.array(
        [
            (0, -length),
            (width, -0.55 * length),
            (0.45 * width, 0),
            (0.8 * width, 0.18 * length),
            (-0.8 * width, 0.18 * length),
            (-0.45 * width, 0),
            (-width, -0.55 * length),
        ]
    )
    s.mark(turned(shape, turn) + np.array((x, y)), 0.0, s.palette.value(0.04, 0.6), plane)


def dial(
    s: Surface, x: float, y: float, radius: float, plane: int = 2, *, glow: float = 1.0
) -> Stencil:
    """A lit clock face with its rim; the hands come after what lies on it."""
    rim = s.polygon(ring(x, y, 1.10 * radius))
    s.shadow(rim, 0.02, 0.03, 0.03, 0.5)
    s.put(rim, s.palette.metal(0.42, BRASS), detail=0.8, far=0.1, plane=plane)
    s.bevel(rim, 0.018 + 0.02 * radius, 0.35)
    face = s.polygon(ring(x, y, radius))
    across, down = s.inside(face)
    r = np.hypot(across - x, down - y) / radius
    stain = s.noise("dial", 7, 4)[face.rows, face.columns]
    level = 0.87 - 0.13 * r**2 + 0.025 * stain
    warm = s.palette.lamp(0.88)
    colour = lifted(warm, level - 0.88)
    colour = toward(colour, s.palette.light(0.93, 0.6), 0.45 * glow * (1 - r))
    s.put(
        face,
        colour,
        angle=np.arctan2(down - y, across - x) + np.pi / 2,
        detail=0.35,
        far=0.05,
        plane=plane,
    )
    return face
