"""Land: mountains with lit flanks, hills, dunes, meadows."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Plane, f32, mix, smooth, warped
from gesso.make.painters.procedural.canvas.surface import Stencil, Surface, toward


def land_value(s: Surface, near: float) -> float:
    """The value of land at a distance: 0 far and pale to 1 near and dark."""
    return float(mix(mix(0.66, 0.27, s.spec.night), mix(0.22, 0.07, s.spec.night), near))


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
        crest += (1.1 - np.abs(row)) * 0.48**octave
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
    snowline = 0.34 if s.spec.season == "winter" else 0.13
    if near < 0.75:
        white = (
            smooth(snowline * (0.5 + crest[None]) - depth + 0.05 * spurs, -0.02, 0.05)
            * smooth(crest, 0.30, 0.62)[None]
        )
        snow = s.palette.ramp(f32(mix(0.86, 0.52, s.spec.night) + 0.20 * facing), 0.5)
        colour = toward(colour, snow, white * 0.9)
    angle = np.arctan2(1.0, 0.9 * np.sign(across) + slope[None] * 0.5)
    s.put(land, colour, angle=angle, detail=0.30 + 0.30 * near, far=0.92 - 0.62 * near, plane=1)
    _rim(s, top, land)


def _hanging(s: Surface, number: int, land: Stencil, depth: Plane) -> Plane:
    """Spurs and gullies that hang from the crest and branch on their way down."""
    bed = s.noise(f"spurs {number}", 7.5, 4, 0.55)
    twist = s.noise(f"twist {number}", 4.0, 3)[land.rows]
    columns = np.arange(s.width, dtype=np.float32)[None, :] + (0.07 * s.unit) * twist
    rows = depth * (0.62 * s.unit) + f32(0.03 * s.unit) * twist
    return f32(1 - np.abs(warped(bed, columns, np.clip(rows, 0, s.height - 1))) * 1.2)


def _rim(s: Surface, top: Plane, land: Stencil) -> None:
    edge = np.exp(-np.abs(s.y[land.rows] - top[None]) / 0.007)
    held = s.detail[land.rows, land.columns]
    np.maximum(held, f32(edge * 0.9), out=held)


def hills(s: Surface, horizon: float, count: int = 3, plane: int = 1) -> None:
    """Rounded hills with fields and hedges on them."""
    for number in range(count):
        near = (number + 0.5) / count
        foot = horizon + (s.high - horizon) * 0.60 * near**1.4
        roll = s.profile(f"hill {number}", 1.2 + 0.5 * number, 3, 0.32)
        top = f32(foot - (0.05 + 0.035 * near) * roll - 0.02)
        land = below(s, top)
        x, y = s.inside(land)
        depth = f32(np.clip(y - top[None], 0, 1))
        slope = np.gradient(top) * s.unit
        fields = s.noise(f"fields {number}", 5 + 3 * number, 3, 0.5, stretch=3.5)[land.rows]
        lit = f32(np.clip(-np.sign(s.light[0] - x) * slope[None] * 0.9 + 0.25 * fields, -1, 1))
        value = land_value(s, 0.25 + 0.65 * near) + 0.10 * lit + 0.05 * np.exp(-depth / 0.05)
        colour = s.palette.ramp(f32(value), 1.0)
        green = np.clip(0.45 + 0.35 * fields, 0, 0.9) * (
            0.25 if s.spec.season == "winter" else 0.75
        )
        hue = {"autumn": 65.0, "winter": 250.0}.get(s.spec.season, 132.0)
        own = s.palette.local(land_value(s, 0.2 + 0.6 * near), hue, 1.1)[None, None] + np.stack(
            [0.10 * lit, 0 * lit, 0 * lit], -1
        )
        colour = toward(colour, own, green)
        angle = np.arctan(slope)[None] * 0.8 + 0.12 * fields
        s.put(
            land, colour, angle=angle, detail=0.2 + 0.3 * near, far=0.75 - 0.65 * near, plane=plane
        )
        _rim(s, top, land)


def dunes(s: Surface, horizon: float) -> None:
    """Dunes: a sharp crest between a lit and a shaded side, ripples of wind."""
    count = 5
    side = 1.0 if s.light[0] >= 0.5 * s.wide else -1.0
    for number in range(count):
        near = (number + 0.3) / count
        foot = horizon + 0.01 + (s.high - horizon) * 0.80 * near**1.35
        row = s.profile(f"dune {number}", 0.9 + 0.8 * (1 - near), 2, 0.35)
        tilt = s.profile(f"dune tilt {number}", 0.6, 1)
        top = f32(foot - (0.030 + 0.11 * near) * (1.15 - np.abs(row)) - 0.03 * tilt * near)
        land = below(s, top)
        x, y = s.inside(land)
        depth = f32(np.clip(y - top[None], 0, 1))
        slope = np.gradient(top) * s.unit
        # The crest's own line runs down through the dune and parts light from shade.
        spine = s.profile(f"spine {number}", 1.4, 2)
        shift = (
            np.clip(slope * 3, -1, 1)[None]
            + 3.2 * (depth / (0.12 + 0.3 * near)) * spine[None] * 0.35
        )
        lit = smooth(shift * -side, -0.28, 0.28)
        ripples = np.sin(
            (depth * (90 - 52 * near) + 1.6 * s.noise(f"ripples {number}", 5, 2)[land.rows]) * 2.2
        )
        value = land_value(s, 0.15 + 0.60 * near) + mix(-0.09, 0.15, lit) + 0.018 * ripples * near
        colour = s.palette.ramp(f32(value), 1.05)
        sand = s.palette.light(0.80 - 0.36 * s.spec.night - 0.20 * near, 1.15)
        colour = toward(colour, sand, lit * (0.62 - 0.2 * near))
        s.put(
            land,
            colour,
            angle=np.arctan(slope)[None] * (1 - 0.4 * lit) + 0.25 * (1 - lit),
            detail=0.15 + 0.25 * near,
            far=0.9 - 0.8 * near,
            plane=1,
        )
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
    own = s.palette.local(0.3, hue, 1.2)[None, None] + np.stack(
        [value - 0.3, 0 * value, 0 * value], -1
    )
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
