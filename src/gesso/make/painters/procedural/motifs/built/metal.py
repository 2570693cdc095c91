"""Parts of machines: gears, globes, rings and rods in brass, copper and iron."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Points, f32, mix, smooth
from gesso.make.painters.procedural.canvas.palette import Palette
from gesso.make.painters.procedural.canvas.surface import Stencil, Surface, toward

BRASS, COPPER, IRON = 80.0, 52.0, 250.0


def ring(x: float, y: float, radius: float, count: int = 64, ry: float | None = None) -> Points:
    """Points around an ellipse."""
    turn = np.linspace(0, 2 * np.pi, count + 1)[:-1]
    return np.stack(
        [x + radius * np.cos(turn), y + (radius if ry is None else ry) * np.sin(turn)], -1
    )


def turned(points: Points, angle: float) -> Points:
    """Points turned about the origin by an angle in radians, clockwise on the picture."""
    c, s = math.cos(angle), math.sin(angle)
    return np.asarray(points @ np.array([[c, s], [-s, c]]), np.float64)


def teeth(radius: float, count: int, phase: float) -> Points:
    """A gear's outline about the origin; `radius` is where it meshes with another."""
    depth = 1.1 * radius * math.pi / count
    pitch = 2 * math.pi / count
    profile = ((-0.27, -1.0), (-0.17, 1.0), (0.17, 1.0), (0.27, -1.0))
    turns = [pitch * (tooth + place) + phase for tooth in range(count) for place, _ in profile]
    reach = [radius + 0.52 * depth * high for _ in range(count) for _, high in profile]
    return np.stack([np.array(reach) * np.cos(turns), np.array(reach) * np.sin(turns)], -1)


def metal_ramp(palette: Palette, values: np.ndarray, hue: float, chroma: float = 1.0) -> np.ndarray:
    """Metal colours for a plane of values."""
    steps = np.linspace(0, 1, 17)
    table = f32([palette.metal(float(step), hue, chroma) for step in steps])
    place = np.clip(values, 0, 1)
    return f32(np.stack([np.interp(place, steps, table[:, channel]) for channel in range(3)], -1))


def gear(  # noqa: PLR0917 - a gear is all of these
    s: Surface,
    x: float,
    y: float,
    radius: float,
    count: int,
    phase: float,
    hue: float = BRASS,
    plane: int = 2,
    value: float = 0.5,
    far: float = 0.1,
) -> None:
    """A spoked wheel with teeth, turned brass or cast iron.

    Args:
        s: the ground.
        x, y, radius: in units; the radius is where it meshes.
        count: of its teeth.
        phase: of its first tooth, radians.
        hue: of its metal.
        plane, far: as in `Surface.put`.
        value: of its body, 0 dark to 1 light.
    """
    middle = np.array((x, y))
    outline = teeth(radius, count, phase) + middle
    spokes = 5 if count < 18 else 6 if count < 40 else 8
    holes = [] if count < 11 else [hole + middle for hole in _windows(radius, spokes, phase)]
    body = s.polygon(outline, holes)
    if min(body.mask.shape) < 3:
        return
    s.shadow(body, 0.10 * radius, 0.16 * radius, 0.05 * radius, 0.55)
    across, down = s.inside(body)
    dx, dy = f32(across - x), f32(down - y)
    r, turn = np.hypot(dx, dy) / radius, np.arctan2(dy, dx)
    to_light = math.atan2(s.light[1] - 0.15 - y, s.light[0] - x)
    # Turned metal shines along the light and opposite to it.
    shine = np.abs(np.cos(turn - to_light)) ** 5 * mix(0.65, 1.0, np.cos(turn - to_light) > 0)
    worn = s.noise("patina", 9, 4, 0.6)[body.rows, body.columns]
    grooves = 0.5 + 0.5 * np.cos(r * radius * 420)
    level = value - 0.13 + 0.30 * shine + 0.03 * worn + 0.015 * grooves
    level = level + 0.06 * np.clip((s.light[1] + 0.6 - down) * 0.8, -1, 1)
    level = level - 0.13 * (np.abs(r - 0.885) < 0.018) - 0.10 * (np.abs(r - 0.30) < 0.02)
    colour = metal_ramp(s.palette, f32(level), hue)
    s.put(body, colour, angle=turn + np.pi / 2, detail=0.55, far=far, plane=plane)
    s.bevel(body, max(0.004, 0.028 * radius), 0.20)
    _hub(s, x, y, radius, hue, value, plane)
    _edge_light(s, outline, value, hue, plane)


def _windows(radius: float, spokes: int, phase: float) -> list[Points]:
    """The open parts between hub, spokes and rim."""
    windows = []
    for number in range(spokes):
        first = phase + 2 * math.pi * number / spokes
        wide = 2 * math.pi / spokes
        outer = np.linspace(first + 0.11 * wide, first + 0.89 * wide, 14)
        inner = np.linspace(first + 0.72 * wide, first + 0.28 * wide, 8)
        far, near = 0.76 * radius, 0.36 * radius
        windows.append(
            np.concatenate(
                [
                    np.stack([far * np.cos(outer), far * np.sin(outer)], -1),
                    np.stack([near * np.cos(inner), near * np.sin(inner)], -1),
                ]
            )
        )
    return windows


def _hub(s: Surface, x: float, y: float, radius: float, hue: float, value: float, plane: int) -> None:
    for size, lift in ((0.20, 0.10), (0.115, -0.16), (0.07, 0.22)):
        disc = s.ellipse(x, y, size * radius)
        s.put(disc, s.palette.metal(value + lift, hue), detail=0.8, plane=plane)
        s.bevel(disc, max(0.003, 0.03 * radius), 0.22)
    if radius > 0.09:
        bolts = 6
        for number in range(bolts):
            turn = 2 * math.pi * number / bolts
            bx, by = x + 0.27 * radius * math.cos(turn), y + 0.27 * radius * math.sin(turn)
            s.dabs([(bx, by, 0.018 * radius + 0.001)], s.palette.metal(value + 0.25, hue), plane)


def _edge_light(s: Surface, outline: Points, value: float, hue: float, plane: int) -> None:
    """A thin bright line along the teeth that face the light."""
    middle = outline.mean(0)
    to_light = np.array((s.light[0], s.light[1] - 0.1)) - middle
    to_light = to_light / (np.hypot(*to_light) + 1e-6)
    facing = (outline - middle) @ to_light / (np.hypot(*(outline - middle).T) + 1e-6)
    colour = s.palette.metal(min(0.96, value + 0.36), hue)
    for first in range(0, len(outline) - 3, 4):
        if facing[first] > 0.25:
            s.mark(outline[first + 1 : first + 3], 0.0034, colour, plane, alpha=0.9)


def globe(
    s: Surface,
    x: float,
    y: float,
    radius: float,
    colour: np.ndarray,
    *,
    plane: int = 2,
    bands: float = 0.0,
    shine: float = 0.25,
) -> None:
    """A ball lit from the light, with a bounce of ground colour in its shade."""
    ball = s.ellipse(x, y, radius)
    across, down = s.inside(ball)
    nx, ny = f32((across - x) / radius), f32((down - y) / radius)
    nz = np.sqrt(np.clip(1 - nx * nx - ny * ny, 0, 1))
    lx, ly = s.light[0] - x, s.light[1] - 0.1 - y
    length = math.hypot(lx, ly) + 1e-6
    lx, ly, lz = 0.8 * lx / length, 0.8 * ly / length, 0.6
    lit = np.clip(nx * lx + ny * ly + nz * lz, -0.3, 1)
    stripes = np.sin((ny * 7 + 0.8 * s.noise("bands", 8, 3)[ball.rows, ball.columns]) * 2.2)
    level = -0.26 + 0.40 * lit + bands * 0.06 * stripes
    body = f32(colour)[None, None] + np.stack([level, 0 * level, 0 * level], -1)
    body = toward(body, s.palette.light(0.92, 0.9), shine * np.clip(lit, 0, 1) ** 6)
    body = toward(body, s.palette.value(0.35, 1.2), 0.35 * smooth(-lit, -0.15, 0.3))
    s.put(ball, body, angle=np.arctan2(ny, nx) + np.pi / 2, detail=0.85, far=0.1, plane=plane)
    hot = ring(x + 0.42 * lx * radius, y + 0.42 * ly * radius, 0.11 * radius, 10)
    s.mark(hot, 0.0, s.palette.light(0.97, 0.4), plane, alpha=0.5 + shine)


def rod(
    s: Surface,
    line: Points | Sequence[tuple[float, float]],
    width: float,
    value: float,
    hue: float = BRASS,
    plane: int = 2,
) -> None:
    """A bar or tube: dark edges, a bright line along the side to the light."""
    points = np.asarray(line, np.float64)
    s.put(s.lines(points, width), s.palette.metal(value - 0.16, hue), detail=0.9, far=0.1, plane=plane)
    s.put(s.lines(points, width * 0.6), s.palette.metal(value, hue), plane=plane)
    side = -1.0 if s.light[0] < points[:, 0].mean() else 1.0
    s.mark(points + (side * 0.16 * width, -0.16 * width), 0.22 * width, s.palette.metal(min(0.95, value + 0.3), hue), plane, 0.9)


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


def hand(s: Surface, x: float, y: float, length: float, turn: float, plane: int) -> None:
    """A clock's hand at `turn` radians from twelve."""
    width = 0.055 * length + 0.002
    shape = np.array([(0, -length), (width, -0.55 * length), (0.45 * width, 0), (0.8 * width, 0.18 * length), (-0.8 * width, 0.18 * length), (-0.45 * width, 0), (-width, -0.55 * length)])
    s.mark(turned(shape, turn) + (x, y), 0.0, s.palette.value(0.04, 0.6), plane)


def dial(s: Surface, x: float, y: float, radius: float, plane: int = 2, glow: float = 1.0) -> Stencil:
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
    colour = warm[None, None] + np.stack([level - 0.88, 0 * level, 0 * level], -1)
    colour = toward(colour, s.palette.light(0.93, 0.6), 0.45 * glow * (1 - r))
    s.put(face, colour, angle=np.arctan2(down - y, across - x) + np.pi / 2, detail=0.35, far=0.05, plane=plane)
    return face
