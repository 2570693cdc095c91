"""Stone, lamps and plain shapes that all works share."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Lab, Points
from gesso.make.painters.procedural.canvas.stencil import Stencil
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward
from gesso.make.painters.procedural.motifs.nature.land import land_value


def box(left: float, top: float, right: float, bottom: float) -> Points:
    """A rectangle's corners."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def masonry(s: Surface, near: float, warm: float = 0.3) -> Lab:
    """The colour of stone at a distance."""
    value = land_value(s, near)
    return toward(s.palette.value(value, 0.8), s.palette.local(value + 0.03, 62, 0.8), warm)


def walled(
    s: Surface,
    stencil: Stencil,
    colour: Lab,
    *,
    far: float,
    plane: int = 2,
    round_x: tuple[float, float] | None = None,
) -> None:
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
    body = lifted(colour, level)
    body = toward(
        body, s.palette.light(0.85 - 0.2 * s.spec.night, 1.0), np.clip(level - 0.05, 0, 1) * 1.6
    )
    s.put(stencil, body, angle=np.pi / 2 + 0.2 * worn, detail=0.5, far=far, plane=plane)


def lamp(s: Surface, x: float, y: float, size: float, plane: int = 2) -> None:
    """A lit lamp: a touch of thick paint, and by night its glow."""
    if s.spec.night > 0.4:
        s.glow(x, y, 5 * size, s.palette.lamp(0.85), 0.55 * s.spec.night)
    s.dabs([(x, y, size)], s.palette.lamp(0.94), plane)
