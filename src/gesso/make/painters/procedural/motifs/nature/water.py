"""Water: what stands above it comes back broken, and the light lays a road on it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, mix, smooth, warped
from gesso.make.painters.procedural.canvas.stencil import Stencil
from gesso.make.painters.procedural.canvas.surface import Surface, toward


def water(s: Surface, horizon: float, rough: float = 0.3, bottom: float | None = None) -> None:
    """Lay water below `horizon` over whatever is there.

    Args:
        s: the ground; everything that shall be mirrored is painted already.
        horizon: where the water begins, in units.
        rough: 0 a mirror to 1 a sea in the wind.
        bottom: where it ends; None for the lower edge.
    """
    rows, columns = s.band(horizon, s.high if bottom is None else bottom)
    y = s.y[rows]
    near = f32(np.clip((y - horizon) / max(0.05, s.high - horizon), 0, 1))
    reach = 0.25 + near
    swell = s.noise("swell", 9, 3, 0.6, stretch=5.0)[rows]
    ripple = s.noise("ripple", 34, 3, 0.65, stretch=5.5)[rows]
    stir = (0.55 * swell * rough + 0.45 * ripple) * reach
    up = f32(2 * horizon - y) + (0.012 + 0.06 * rough) * stir
    across = np.arange(s.width, dtype=np.float32)[None, :] + f32(0.010 * s.unit) * stir
    mirrored = warped(s.lab, across, np.clip(up * s.unit, 0, horizon * s.unit - 1))
    deep = s.palette.ramp(
        f32(mix(s.by_hour(0.50, 0.20), s.by_hour(0.26, 0.09), near) + 0.045 * stir), 1.1
    )
    colour = mix(mirrored, deep, f32(0.18 + 0.20 * near + 0.30 * rough * near)[..., None])
    crests = smooth(swell + 0.6 * ripple, 1.15, 2.0) * rough * (0.3 + 0.7 * near)
    colour = toward(
        colour, s.palette.ramp(f32(s.by_hour(0.78, 0.42) + 0 * crests), 0.8), 0.75 * crests
    )
    colour[..., 0] += f32(0.03 * stir * (1 - 0.4 * near))
    road = _road(s, horizon, near, stir)[:, : s.width]
    colour = toward(colour, s.palette.light(0.93, 1.1), np.clip(road, 0, 0.92))
    edge = smooth(y, horizon - 0.002, horizon + 0.002) + 0 * s.x
    s.put(
        Stencil(rows, columns, f32(edge)),
        colour,
        angle=0.22 * stir + 0.35 * rough * swell,
        detail=0.22 + 0.25 * road + 0.3 * crests,
        far=0.95 * (1 - near) ** 2,
        plane=1,
    )
    _glitter(s, horizon, rough)


def _road(s: Surface, horizon: float, near: np.ndarray, stir: np.ndarray) -> np.ndarray:
    """The light's road: dense at the horizon, parting into flakes on its way here."""
    x, y = s.light
    spread = 0.030 + 0.12 * near
    aside = np.exp(-(((s.x - x) / spread + 0.35 * stir) ** 2))
    flakes = smooth(stir, -0.25 + 0.75 * near, 0.35 + 0.95 * near)
    strength = 0.85 if y < horizon else 0.3
    return f32(strength * aside * mix(1.0, flakes, np.clip(near * 1.6 + 0.35, 0, 1)))


def _glitter(s: Surface, horizon: float, rough: float) -> None:
    rng = s.rng("glitter")
    x, y = s.light
    if y > horizon:
        return
    colour = s.palette.light(0.97, 0.7)
    for _ in range(int(46 + 60 * rough + 120 * s.spec.busy)):
        near = rng.random() ** 1.3
        place = horizon + 0.008 + near * (s.high - horizon)
        middle = x + (0.022 + 0.085 * near) * rng.standard_normal()
        half = (0.004 + 0.020 * near) * (0.5 + rng.random())
        s.mark(
            [(middle - half, place), (middle, place + 0.001), (middle + half, place)],
            0.0018 + 0.0032 * near,
            colour,
            plane=1,
            alpha=0.85,
        )


def mirrored(s: Surface, foot: float, draw: Callable[[], None]) -> None:
    """Draw something that stands on the water at `foot`, and let the water give it back."""
    before = s.lab.copy()
    draw()
    changed = f32(np.abs(s.lab - before).sum(-1) > 0.012)
    rows, columns = s.band(foot, s.high)
    y = s.y[rows]
    below = f32(np.clip(y - foot, 0, 9))
    stir = s.noise("ripple", 34, 3, 0.65, stretch=5.5)[rows] * (0.25 + 2.0 * below)
    up = np.clip((2 * foot - y + 0.035 * stir) * s.unit, 0, s.height - 1)
    across = np.arange(s.width, dtype=np.float32)[None, :] + f32(0.016 * s.unit) * stir
    image = warped(s.lab, across, up)
    cover = warped(changed, across, up) * smooth(y, foot - 0.002, foot + 0.004)
    cover = cover * np.exp(-below / 0.30) * (1 - changed[rows]) * np.clip(0.80 - 0.25 * stir, 0, 1)
    image[..., 0] *= np.float32(0.86)
    s.put(Stencil(rows, columns, f32(np.clip(cover, 0, 0.9))), image, angle=0.22 * stir)


def falls(s: Surface, x: float, top: float, foot: float, width: float) -> None:
    """A waterfall over a cliff, and its spray."""
    _cliff(s, x, top, foot, width)
    sway = s.rng("falls").random() - 0.5
    steps = np.linspace(0, 1, 12)
    left = np.stack(
        [
            x - width * (0.5 + 0.25 * steps) + 0.02 * sway * np.sin(steps * 5),
            top + (foot - top) * steps,
        ],
        -1,
    )
    right = np.stack(
        [
            x + width * (0.5 + 0.30 * steps) + 0.02 * sway * np.sin(steps * 4 + 1),
            top + (foot - top) * steps,
        ],
        -1,
    )
    fall = s.polygon(np.concatenate([left, right[::-1]]))
    strands = s.noise("strands", 26, 4, 0.7, stretch=0.16)[fall.rows, fall.columns]
    value = s.by_hour(0.84, 0.60) + 0.10 * strands
    s.put(
        fall,
        s.palette.ramp(f32(value), 0.6),
        angle=np.pi / 2 + 0.05 * strands,
        detail=0.6,
        far=0.3,
        plane=1,
    )
    away = np.hypot((s.x - x) / (1.7 * width), (s.y - foot) / 0.07)
    spray = np.exp(-(away**1.6)) * np.clip(0.8 + 0.25 * s.noise("spray", 12, 3), 0, 1.1)
    s.put(s.whole(np.clip(0.85 * spray, 0, 1)), s.palette.value(0.90 - 0.2 * s.spec.night, 0.5))


def _cliff(s: Surface, x: float, top: float, foot: float, width: float) -> None:
    """The rock that the water falls from, split by ledges, darker beside the water."""
    rng = s.rng("cliff")
    t = np.linspace(-1, 1, 36)
    crown = top - 0.012 + 0.10 * np.abs(t) ** 2.2 + 0.012 * rng.standard_normal(36)
    reach = 4.6 * width
    outline = np.concatenate(
        [
            np.stack([x + reach * t, crown], -1),
            [(x + 1.15 * reach, foot + 0.02), (x - 1.15 * reach, foot + 0.02)],
        ]
    )
    rock = s.polygon(outline)
    across, down = s.inside(rock)
    ledges = s.noise("ledges", 12, 4, 0.6, stretch=0.4)[rock.rows, rock.columns]
    tilt = np.gradient(ledges, axis=1) * s.unit * 0.012
    side = np.sign(s.light[0] - x)
    value = s.by_hour(0.34, 0.14) + 0.05 * ledges + 0.06 * np.clip(-side * tilt, -1.5, 1.5)
    value = value - 0.10 * np.exp(-(((across - x) / (1.6 * width)) ** 2)) + 0 * down
    colour = s.palette.ramp(f32(value), 0.9)
    s.put(rock, colour, angle=np.pi / 2 + 0.3 * ledges, detail=0.5, far=0.3, plane=1)
