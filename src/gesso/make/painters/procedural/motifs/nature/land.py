"""Land: mountains with lit flanks, hills, dunes, meadows."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Plane, f32, mix, smooth, warped
from gesso.make.painters.procedural.canvas.stencil import Stencil
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward


def land_value(s: Surface, near: float) -> float:
    """The value of land at a distance: 0 far and pale to 1 near and dark."""
    return float(mix(s.by_hour(0.66, 0.27), s.by_hour(0.22, 0.07), near))


def below(s: Surface, top: Plane, bottom: float | None = None) -> Stencil:
    """Everything under a row of heights, down to `bottom`."""
    rows, columns = s.band(float(top.min()) - 0.01, s.high if bottom is None else bottom)
    soft = 0.75 / s.unit
    return Stencil(rows, columns, smooth(s.y[rows], top[None] - soft, top[None] + soft))


def mountains(s: Surface, horizon: float, count: int = 3, tall: float = 0.34) -> None:
    """Ranges one before the other, snow on the far ones where the season or height asks for it."""
    for number in range(count):
        near = (number + 0.35) / count
        foot = horizon + 0.02 + 0.03 * number
        _range(s, number, foot, tall * (1.12 - 0.5 * near), near)


def _range(s: Surface, number: int, foot: float, tall: float, near: float) -> None:
    crest = np.zeros(s.width, np.float32)
    for octave in range(5):
        bumps = 1.5 * 1.85**octave * (1 + 0.25 * number)
        row = s.profile(f"crest {number} {octave}", bumps, 1)
        crest += (1.2 - np.sqrt(row * row + 0.10)) * 0.46**octave
    low, high = float(crest.min()), float(crest.max())
    crest = (crest - low) / (high - low + 1e-6)
    top = f32(foot - tall * crest)
    land = below(s, top, min(s.high, foot + 0.22))
    x, y = s.inside(land)
    depth = f32(np.clip(y - top[None], 0, 1))
    spurs = _hanging(s, number, land, depth)
    side = np.sign(s.light[0] - x) * smooth(np.abs(s.light[0] - x), 0.0, 0.25)
    across = np.gradient(spurs, axis=1) * s.unit
    slope = np.gradient(top) * s.unit
    facing = f32(
        np.clip(-side * (0.085 * across + 0.30 * slope[None] * np.exp(-depth / 0.12)), -1, 1)
    )
    value = (
        land_value(s, 0.12 + 0.62 * near)
        + facing * mix(0.17, 0.10, near)
        - 0.10 * smooth(depth, 0.0, 0.25) * near
    )
    colour = s.palette.ramp(f32(value), 0.95)
    warm = np.clip(facing, 0, 1) * (0.50 - 0.25 * near) * np.exp(-depth / 0.22)
    colour = toward(colour, s.palette.light(0.86 - 0.30 * s.spec.night, 1.15), warm)
    if near < 0.75:
        # Snow keeps to a height, farther down in the gullies and in winter.
        height = (foot - y) / tall
        line = 0.22 if s.spec.season == "winter" else 0.56
        white = smooth(height - 0.16 * spurs - line + 0.10, -0.04, 0.14)
        snow = s.palette.ramp(f32(s.by_hour(0.86, 0.52) + 0.20 * facing), 0.5)
        colour = toward(colour, snow, white * 0.9)
    angle = np.arctan2(1.0, 0.9 * np.sign(across) + slope[None] * 0.5)
    s.put(land, colour, angle=angle, detail=0.30 + 0.30 * near, far=0.92 - 0.62 * near, plane=1)
    _rim(s, top, land)


def _hanging(s: Surface, number: int, land: Stencil, depth: Plane) -> Plane:
    """Spurs and gullies that hang from the crest and branch on their way down."""
    bed = s.noise(f"spurs {number}", 5.5, 4, 0.45)
    twist = s.noise(f"twist {number}", 4.0, 3)[land.rows]
    columns = np.arange(s.width, dtype=np.float32)[None, :] + (0.07 * s.unit) * twist
    rows = depth * (0.62 * s.unit) + f32(0.03 * s.unit) * twist
    return f32(1 - np.abs(warped(bed, columns, np.clip(rows, 0, s.height - 1))) * 1.2)


def _rim(s: Surface, top: Plane, land: Stencil) -> None:
    edge = np.exp(-np.abs(s.y[land.rows] - top[None]) / 0.007)
    held = s.detail[land.rows, land.columns]
    np.maximum(held, f32(edge * 0.9), out=held)


def hills(s: Surface, horizon: float, count: int = 4, plane: int = 1) -> None:
    """Rounded hills with fields and hedges on them."""
    for number in range(count):
        near = (number + 0.4) / count
        foot = horizon + 0.02 + (s.high - horizon) * 0.62 * near**1.5
        roll = s.profile(f"hill {number}", 0.9 + 0.35 * number, 2, 0.30)
        wood = np.clip(s.profile(f"copse {number}", 30, 3, 0.8), 0, 2) * np.clip(
            s.profile(f"copses {number}", 3, 2) - 0.1, 0, 1
        )
        top = f32(foot - (0.040 + 0.035 * near) * roll - 0.02 - (0.010 - 0.004 * near) * wood)
        _hill(s, number, near, top, f32(np.gradient(foot - 0.05 * roll) * s.unit), plane=plane)


def _hill(s: Surface, number: int, near: float, top: Plane, slope: Plane, *, plane: int) -> None:
    land = below(s, top)
    x, y = s.inside(land)
    depth = f32(np.clip(y - top[None], 0, 1))
    fields = s.noise(f"fields {number}", 4 + 2 * number, 2, 0.5, stretch=3.0)[land.rows]
    rows = s.noise(f"rows {number}", 16, 3, 0.6, stretch=4.0)[land.rows]
    side = np.tanh((s.light[0] - x) / 0.30)
    lit = f32(np.clip(0.16 * fields + 0.9 * side * slope[None], -1, 1))
    fade = np.exp(-depth / (0.05 + 0.10 * near))
    value = (
        land_value(s, 0.30 + 0.55 * near)
        + 0.11 * lit
        + 0.07 * fade * (1 - 0.4 * near)
        + 0.016 * rows
    )
    hedge = np.exp(-(((fields - 0.35) / 0.07) ** 2)) * smooth(depth, 0.01, 0.04)
    value = f32(value - 0.07 * hedge - 0.05 * np.exp(-depth / 0.010))
    colour = s.palette.ramp(value, 1.0)
    hue = {"autumn": 62.0, "winter": 250.0}.get(s.spec.season, 132.0)
    for share, own_hue in (
        (np.clip(0.55 + 0.3 * fields, 0, 0.8), hue),
        (smooth(fields, 0.5, 1.1) * 0.6, 92.0),
    ):
        own = lifted(s.palette.local(0.4, own_hue, 1.1), 0.08 + 0.89 * value - 0.436)
        colour = toward(colour, own, share)
    if s.spec.season == "winter":
        white = s.palette.sky(
            f32(s.by_hour(0.88, 0.64) - 0.08 * near + 0.10 * lit + 0.03 * rows),
            f32(0.35 + 0.4 * lit),
        )
        colour = toward(colour, white, 0.88 * (1 - 0.8 * hedge))
    angle = np.arctan(slope)[None] * 0.8 + 0.10 * rows
    s.put(land, colour, angle=angle, detail=0.2 + 0.3 * near, far=0.75 - 0.65 * near, plane=plane)
    _rim(s, top, land)


def dunes(s: Surface, horizon: float) -> None:
    """Dunes: crests that wind towards the beholder, a lit side and one that falls into shade."""
    side = -1.0 if s.light[0] >= 0.5 * s.wide else 1.0
    for number in range(5):
        near = (number + 0.25) / 5
        foot = horizon + 0.015 + (s.high - horizon) * 0.80 * near**1.25
        rng = s.rng("dune", number)
        many = max(1, round((3.2 - 2.4 * near) * s.wide))
        peaks = [
            (
                s.wide * (place + 0.15 + 0.7 * float(rng.random())) / many,
                (0.045 + 0.200 * near) * (0.65 + 0.6 * float(rng.random())),
                (0.16 + 0.34 * near) * (0.8 + 0.5 * float(rng.random())),
                0.8 + 1.4 * float(rng.random()),
            )
            for place in range(many)
        ]
        rise = np.zeros(s.width, np.float32)
        for x, height, wide, _bend in peaks:
            away = (s.x[0] - x) / (wide * np.where((s.x[0] - x) * side > 0, 0.75, 1.3))
            rise = np.maximum(rise, height * f32(np.exp(-(np.abs(away) ** 1.35))))
        _dune(
            s,
            number,
            near,
            f32(foot - rise - 0.006 * s.profile(f"sand {number}", 1.5, 2)),
            peaks,
            side=side,
        )


def _dune(
    s: Surface,
    number: int,
    near: float,
    top: Plane,
    peaks: list[tuple[float, float, float, float]],
    *,
    side: float,
) -> None:
    land = below(s, top)
    x, y = s.inside(land)
    depth = f32(np.clip(y - top[None], 0, 1))
    drift = s.noise(f"ripples {number}", 2.5, 2)[land.rows]
    lee = np.zeros_like(depth)
    for peak, height, wide, bend in peaks:
        down = np.clip(y - float(np.interp(peak, s.x[0], top)), 0, 2)
        crest = peak + side * wide * (
            0.34 * np.sin(bend * 2.4 * down / (height + 0.05)) + 0.35 * down / (height + 0.1)
        )
        past = (x - crest) * side + 0.012 * drift
        shade = (
            smooth(past, -0.003, 0.006)
            * np.exp(-np.clip(past, 0, 9) / (0.62 * wide))
            * np.exp(-down / (3.4 * height + 0.03))
        )
        lee = np.maximum(lee, f32(shade))
    ripples = np.sin((depth * (130 - 80 * near) + 2.2 * drift) * 2.0) * (1 - lee)
    value = f32(
        land_value(s, 0.08 + 0.46 * near)
        + 0.13
        - 0.31 * lee
        + 0.016 * ripples * near
        + 0.025 * drift
        - 0.10 * depth
    )
    colour = s.palette.ramp(value, 1.15)
    sand = lifted(s.palette.light(0.80, 1.35), 0.08 + 0.89 * value - 0.80)
    colour = toward(
        colour, sand, np.clip(1 - 1.2 * lee, 0, 1) * (0.72 - 0.35 * s.spec.night) + 0.12
    )
    slope = np.gradient(top) * s.unit
    angle = np.arctan(slope)[None] * 0.7 + 0.12 * drift + 0.55 * side * (lee > 0.35)
    s.put(land, colour, angle=angle, detail=0.15 + 0.25 * near, far=0.9 - 0.8 * near, plane=1)
    _rim(s, top, land)


def meadow(s: Surface, top: float, plane: int = 1) -> None:
    """Grass towards the beholder: tufts, light lying across it, scattered blossoms."""
    line = f32(top + 0.012 * s.profile("meadow", 3, 4))
    land = below(s, line)
    _, y = s.inside(land)
    near = f32(np.clip((y - top) / max(0.05, s.high - top), 0, 1))
    tufts = s.noise("tufts", 10, 5, 0.62, stretch=1.4)[land.rows]
    lights = s.noise("cloud shade", 1.6, 2, stretch=2.5)[land.rows]
    value = (
        mix(land_value(s, 0.45), land_value(s, 0.95), near)
        + 0.055 * tufts
        + 0.06 * lights * (1 - near)
    )
    hue = {"autumn": 72.0, "winter": 250.0}.get(s.spec.season, 128.0)
    colour = s.palette.ramp(f32(value), 1.0)
    own = lifted(s.palette.local(0.3, hue, 1.2), value - 0.3)
    colour = toward(colour, own, 0.6 + 0 * near)
    if s.spec.season == "winter":
        colour = toward(
            colour, s.palette.ramp(f32(value + 0.45 - 0.2 * s.spec.night), 0.5), 0.8 + 0 * near
        )
    s.put(
        land,
        colour,
        angle=-np.pi / 2 + 0.5 * tufts,
        detail=0.2 + 0.5 * near,
        far=0.55 * (1 - near),
        plane=plane,
    )
