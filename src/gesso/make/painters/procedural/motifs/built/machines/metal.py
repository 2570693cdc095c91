"""Parts of machines: gears, globes, rings and rods in brass, copper and iron."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Points, f32, mix, smooth
from gesso.make.painters.procedural.canvas.palette import Palette
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward

BRASS, COPPER, IRON = 80.0, 52.0, 250.0
"""Hues of metals, degrees in OKLCH."""


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


@dataclass(frozen=True)
class Wheel:
    """A gear's place and cut.

    Attributes:
        x, y: its middle, in units.
        radius: where it meshes with another.
        count: of its teeth.
        phase: of its first tooth, radians.
    """

    x: float
    y: float
    radius: float
    count: int
    phase: float

    def meshed(self, count: int, way: float) -> Wheel:
        """A wheel of `count` such teeth that meshes with this one at the angle `way`."""
        radius = self.radius * count / self.count
        reach = self.radius + radius
        # A tooth of one stands in a gap of the other along the line between them.
        turns = (way - self.phase) * self.count / (2 * math.pi)
        phase = way + math.pi + (2 * math.pi / count) * (0.5 + turns - math.floor(turns))
        x, y = self.x + reach * math.cos(way), self.y + reach * math.sin(way)
        return Wheel(x, y, radius, count, phase)


def gear(
    s: Surface,
    wheel: Wheel,
    *,
    hue: float = BRASS,
    plane: int = 2,
    value: float = 0.5,
    far: float = 0.1,
) -> None:
    """Paint a spoked wheel with teeth, turned brass or cast iron.

    Args:
        s: the ground.
        wheel: its place and cut.
        hue: of its metal.
        plane: as in `Surface.put`.
        value: of its body, 0 dark to 1 light.
        far: as in `Surface.put`.
    """
    x, y, radius, count, phase = wheel.x, wheel.y, wheel.radius, wheel.count, wheel.phase
    middle = np.array((x, y))
    outline = teeth(radius, count, phase) + middle
    low, high = outline.min(0), outline.max(0)
    if high.min() < 0 or low[0] > s.wide or low[1] > s.high:
        return
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
    _hub(s, x, y, radius, hue, value=value, plane=plane)
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


def _hub(
    s: Surface, x: float, y: float, radius: float, hue: float, *, value: float, plane: int
) -> None:
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
    body = lifted(f32(colour), level)
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
    *,
    plane: int = 2,
) -> None:
    """A bar or tube: dark edges, a bright line along the side to the light."""
    points = np.asarray(line, np.float64)
    s.put(
        s.lines(points, width), s.palette.metal(value - 0.16, hue), detail=0.9, far=0.1, plane=plane
    )
    s.put(s.lines(points, width * 0.6), s.palette.metal(value, hue), plane=plane)
    side = -1.0 if s.light[0] < points[:, 0].mean() else 1.0
    s.mark(
        points + np.array((side * 0.16 * width, -0.16 * width)),
        0.22 * width,
        s.palette.metal(min(0.95, value + 0.3), hue),
        plane,
        0.9,
    )
