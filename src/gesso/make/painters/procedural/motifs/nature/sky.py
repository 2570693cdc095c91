"""Skies: gradient and glow, clouds lit from the light, moon and stars, aurora, comet."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Plane, f32, mix, smooth, warped
from gesso.make.painters.procedural.canvas.palette import lch
from gesso.make.painters.procedural.canvas.stencil import Stencil
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward


def sky(s: Surface, horizon: float) -> None:
    """Fill everything with sky down to `horizon`, in units; the light stands in it."""
    night = s.spec.night
    height = f32(np.clip(s.y / max(horizon, 0.05), 0, 1.15))
    top, low = s.by_hour(0.50, 0.13), s.by_hour(0.86, 0.42)
    wander = s.noise("sky", 1.6, 3)
    value = mix(top, low, height**1.5) + 0.035 * wander
    x, y = s.light
    across, down = s.x - x, s.y - y
    away = f32(np.hypot(across, down))
    near = np.exp(-((away / 0.30) ** 2))
    warmth = 0.10 + 0.62 * height**2 + 0.45 * near + 0.06 * wander
    s.lab[:] = s.palette.sky(f32(value), f32(warmth - 0.30 * night * (1 - near)))
    s.far[:] = 0.25 + 0.75 * np.clip(height, 0, 1) ** 2
    # Some skies turn about their light, some only drift.
    turning = float(s.rng("turning").random())
    swirl = np.arctan2(across, -down) + np.pi
    drift = 0.16 * wander + 0.5 * s.noise("wind", 1.3, 2)
    s.angle[:] = drift
    np.copyto(s.angle, f32(swirl + 0.3 * drift), where=near > 0.80 - 0.62 * turning)
    wide = (0.50 - 0.14 * night) * np.exp(-((away / (0.52 - 0.12 * night)) ** 1.2))
    s.lab += (s.palette.light(0.92 - 0.12 * night, 1.1) - s.lab) * f32(wide)[..., None]


def clouds(s: Surface, horizon: float, amount: float) -> None:
    """Banks of cloud, flatter towards the horizon, their rims lit."""
    if amount < 0.03:
        return
    field = s.noise("clouds", 2.4, 6, 0.56, stretch=1.9)
    x, y = s.light
    reach = 0.035 * s.unit
    columns = np.arange(s.width, dtype=np.float32)[None, :]
    rows = np.arange(s.height, dtype=np.float32)[:, None]
    to_x, to_y = x - s.x, y - 0.25 - s.y
    length = np.hypot(to_x, to_y) + 0.05
    lit_side = warped(field, columns + to_x / length * reach, rows + to_y / length * reach)
    rim = f32(np.clip((field - lit_side) * 0.9, -1, 1))
    edge = 0.95 - 1.5 * amount
    cover = smooth(field, edge, edge + 0.85) * smooth(s.y, horizon + 0.02, horizon - 0.10)
    cover = f32(cover * (0.5 + 0.5 * smooth(s.y, 0.0, 0.5 * horizon)))
    near = np.exp(-((np.hypot(to_x, s.y - y) / 0.55) ** 2))
    body = s.by_hour(0.60, 0.20) - 0.07 * smooth(field, edge + 0.5, edge + 1.6)
    value = body + 0.16 * rim + s.by_hour(0.22, 0.30) * near * np.clip(0.55 + rim, 0, 1.3)
    colour = s.palette.ramp(f32(value), 0.9)
    colour = toward(
        colour, s.palette.light(0.93, 1.15), np.clip(near * (0.35 + 0.8 * rim), 0, 0.85)
    )
    s.put(
        s.whole(cover * 0.92),
        colour,
        angle=0.25 * s.noise("cloud flow", 2.0, 2) + 0.5 * rim,
        detail=0.25 + 0.35 * np.abs(rim),
        far=0.55,
    )


def sun(s: Surface) -> None:
    """The sun's disc and the air that it burns."""
    x, y = s.light
    radius = 0.052
    away = f32(np.hypot(s.x - x, s.y - y))
    s.put(s.whole(0.62 * np.exp(-np.clip(away - radius, 0, 9) / 0.085)), s.palette.light(0.95, 1.3))
    disc = s.ellipse(x, y, radius)
    s.put(
        disc,
        s.palette.light(0.985, 0.75),
        detail=0.8,
        angle=np.arctan2(*_off(s, disc, x, y)[::-1]) + np.pi / 2,
    )


def moon(s: Surface, radius: float = 0.075) -> None:
    """The moon: seas and craters on a disc, a thin shadow at its side, a ring in the air."""
    x, y = s.light
    away = f32(np.hypot(s.x - x, s.y - y))
    phase = float(s.rng("phase").choice((-1.4, -1.4, -0.72, 0.38)))
    halo = 0.60 * np.exp(-np.clip(away - radius, 0, 9) / 0.07) + 0.10 * np.exp(
        -(((away - 3.1 * radius) / 0.035) ** 2)
    )
    s.put(s.whole(np.clip(halo, 0, 1)), s.palette.light(0.80, 0.9))
    disc = s.ellipse(x, y, radius)
    across, down = _off(s, disc, x, y)
    r = np.hypot(across, down) / radius
    seas = s.noise("moon", 13, 4, 0.6)[disc.rows, disc.columns]
    dark = smooth(seas, 0.05, 0.9) * smooth(r, 1.0, 0.7)
    limb = np.sqrt(np.clip(1 - r * r, 0, 1))
    # The edge of the shadow is half an ellipse; a full moon's lies beyond its rim.
    along = (across * 0.94 + down * 0.34) / radius
    rim = np.sqrt(np.clip(1 - ((down * 0.94 - across * 0.34) / radius) ** 2, 0, 1))
    lit = smooth(along, (phase - 0.10) * rim, (phase + 0.14) * rim + 0.02)
    value = 0.93 + 0.06 * limb - 0.17 * dark
    colour = lifted(s.palette.light(0.9, 0.6), value - 0.9)
    earthshine = s.seen(disc) + f32((0.055, 0, 0))
    s.put(disc, mix(earthshine, colour, lit[..., None]), detail=1.0, angle=0.6 + 0 * r, far=0.3)


def _off(s: Surface, stencil: Stencil, x: float, y: float) -> tuple[Plane, Plane]:
    across, down = s.inside(stencil)
    return f32(across - x), f32(down - y)


def stars(s: Surface, horizon: float, many: float = 1.0) -> None:
    """Stars as touches of thick paint, and a pale river of them across the sky."""
    rng = s.rng("stars")
    tilt = -0.55 + 0.3 * rng.random()
    centre = (0.2 + 0.35 * rng.random()) * horizon
    along = (s.y - centre) - tilt * (s.x - 0.5 * s.wide)
    cloud = s.noise("river of stars", 3.5, 5, 0.6)
    fade = smooth(s.y, horizon, 0.55 * horizon)
    band = np.exp(-((along / 0.13) ** 2)) * np.clip(0.55 + 0.5 * cloud, 0, 1.3) * fade
    pale = s.palette.value(0.58, 0.8)
    s.put(s.whole(0.42 * many * band), pale, angle=np.arctan(tilt) + 0.3 * cloud)
    count = int(many * (120 + 260 * s.spec.busy) * s.wide * horizon)
    light_x, light_y = s.light
    colours = (s.palette.light(0.97, 0.5), s.palette.value(0.90, 0.8), s.palette.lamp(0.9))
    for _ in range(count):
        x, y = rng.random() * s.wide, horizon * 0.97 * rng.random() ** 1.25
        if rng.random() < 0.4:
            y = centre + tilt * (x - 0.5 * s.wide) + 0.10 * rng.standard_normal()
        bright = rng.random() ** 5
        kind = int(rng.integers(3)) if bright > 0.12 else 1
        if not 0 < y < horizon * 0.97 or np.hypot(x - light_x, y - light_y) < 0.16:
            continue
        size = 0.0012 + 0.0042 * bright
        s.dabs([(x, y, size)], colours[kind], plane=0, alpha=0.5 + 0.5 * bright)
        if bright > 0.55:
            s.glow(x, y, 0.013, colours[kind], 0.5)


def aurora(s: Surface, horizon: float) -> None:
    """Curtains of northern light: folded hems, rays that climb from them."""
    for number in range(3):
        rng = s.rng("aurora", number)
        hem = horizon * (0.52 + 0.15 * number) + 0.085 * s.profile(f"hem {number}", 1.4, 3, 0.55)
        fold = s.profile(f"fold {number}", 9, 4, 0.7)
        wave = s.profile(f"wave {number}", 1.2, 2)
        height = 0.20 + 0.05 * wave + 0.05 * fold
        over = f32(hem[None] - s.y)
        rays = np.clip(0.62 + 0.42 * fold + 0.5 * wave, 0.03, 1.5)[None]
        glow = np.where(
            over > 0,
            np.exp(-over / np.maximum(height, 0.06)[None]),
            np.exp(np.minimum(over, 0) / 0.012),
        )
        strength = f32(np.clip(glow * rays * (0.85 - 0.18 * number), 0, 0.92))
        climb = np.clip(over / 0.33, 0, 1)[..., None]
        chroma = 0.05 + 1.0 * s.spec.ground_chroma
        base = 158 + 14 * rng.standard_normal()
        colour = mix(lch(0.84, chroma, base), lch(0.50, chroma, base + 135), climb**0.8)
        s.put(s.whole(strength), colour, detail=0.2 + 0.3 * strength)
        np.copyto(s.angle, f32(np.pi / 2 + 0.18 * wave[None] + 0 * s.y), where=strength > 0.25)


def comet(s: Surface, horizon: float) -> None:
    """A comet: a bright head and two tails that spread away from the light's side."""
    x, y = s.light
    lean = 1.0 if x < 0.5 * s.wide else -1.0
    direction = np.array([lean * 0.86, -0.52]) * min(1.0, horizon)
    across, down = s.x - x, s.y - y
    along = f32(across * direction[0] + down * direction[1])
    side = f32(across * -direction[1] + down * direction[0])
    for bend, spread, colour, strength in (
        (0.16, 0.10, s.palette.light(0.93, 0.9), 0.85),
        (-0.05, 0.045, s.palette.value(0.80, 1.3), 0.7),
    ):
        place = (side - bend * along * along) / (0.012 + spread * np.clip(along, 0, 2))
        tail = (
            np.exp(-(place**2)) * np.exp(-np.clip(along, 0, 9) / 0.42) * smooth(along, -0.01, 0.03)
        )
        s.put(s.whole(f32(strength * tail)), colour)
        np.copyto(s.angle, np.float32(np.arctan2(direction[1], direction[0])), where=tail > 0.15)
    s.glow(x, y, 0.035, s.palette.light(0.97, 0.8), 0.95)
    s.put(s.ellipse(x, y, 0.017), s.palette.light(0.985, 0.5), detail=1.0)
