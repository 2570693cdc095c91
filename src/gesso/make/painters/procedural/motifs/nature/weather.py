"""Weather: thunderheads and the rain below them, lightning, what falls before everything."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Points, f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, toward

_FORKS = 3
_STEEP = frozenset({"mountains", "forest", "city", "lake"})
"""Places that rise over their horizon: a stroke ends behind them."""


def storm(s: Surface, horizon: float) -> None:
    """A sky of thunderheads: heavy below, torn at the rims, one bright gap by the light."""
    field = s.noise("storm", 1.7, 6, 0.60, stretch=1.7)
    heavy = s.noise("thunderheads", 3.2, 4, 0.55, stretch=1.3)
    x, y = s.light
    height = f32(np.clip(s.y / max(horizon, 0.05), 0, 1))
    gap = np.exp(-((np.hypot((s.x - x) / 1.5, s.y - y) / 0.22) ** 2))
    shelf = smooth(height + 0.16 * field, 0.72, 0.98)
    cover = np.clip(0.92 + 0.28 * field - 0.75 * gap - 0.45 * shelf, 0, 0.97)
    cover = f32(cover * smooth(s.y, horizon + 0.01, horizon - 0.03))
    rim = np.clip(heavy - np.roll(heavy, round(0.02 * s.unit), axis=0), -0.6, 0.6)
    value = s.by_hour(0.31, 0.12) - 0.10 * smooth(heavy, 0.0, 1.4) + 0.26 * rim + 0.10 * gap
    colour = s.palette.ramp(f32(value), 0.8)
    colour = toward(colour, s.palette.light(0.86, 0.8), np.clip(0.55 * gap * (0.5 + rim), 0, 0.6))
    s.put(
        s.whole(cover),
        colour,
        angle=0.35 * field + 0.9 * rim,
        detail=0.22 + 0.35 * np.abs(rim),
        far=0.5,
    )
    _curtains(s, horizon)


def _curtains(s: Surface, horizon: float) -> None:
    """Rain that falls far off, under the clouds."""
    columns = s.profile("curtains", 4.0, 3, 0.6)
    slant = -_slant(s) * (horizon - s.y)
    places = np.clip((s.x + slant) * s.unit, 0, s.width - 1).astype(np.int32)
    falls = smooth(columns[places], 0.25, 1.3) * smooth(s.y, 0.35 * horizon, 0.62 * horizon)
    falls = f32(0.55 * falls * smooth(s.y, horizon + 0.005, horizon - 0.01))
    s.put(s.whole(falls), s.palette.value(s.by_hour(0.50, 0.20), 0.7), angle=np.pi / 2 - _slant(s))


def lightning(s: Surface, horizon: float) -> None:
    """One stroke from the cloud to the horizon, its branches thinner, the air lit around it."""
    rng = s.rng("lightning")
    away = s.light[0] < 0.5 * s.wide
    x = s.wide * (0.62 + 0.24 * rng.random() if away else 0.14 + 0.24 * rng.random())
    foot = horizon * (0.62 if s.spec.setting in _STEEP else 0.99)
    start, end = (x, 0.08 * horizon), (x + 0.12 * rng.standard_normal() * s.wide, foot)
    bolt = _jagged(rng, np.array(start), np.array(end), 6)
    for px, py in bolt[::9]:
        s.glow(float(px), float(py), 0.060, s.palette.light(0.90, 0.5), 0.30)
    white = s.palette.light(0.985, 0.25)
    s.mark(bolt, 0.0062, white, 0)
    for fork in range(_FORKS):
        root = bolt[int(len(bolt) * (0.22 + 0.2 * fork))]
        reach = np.array((rng.choice((-1.0, 1.0)) * (0.08 + 0.12 * rng.random()), 0.16))
        s.mark(_jagged(rng, root, root + reach, 5), 0.0026, white, 0, 0.85)


def _jagged(rng: np.random.Generator, start: Points, end: Points, halvings: int) -> Points:
    """A line broken in its middle, and again in the middles of its halves."""
    line = np.stack([start, end])
    throw = 0.13 * float(np.hypot(*(end - start)))
    for _ in range(halvings):
        middles = (line[1:] + line[:-1]) / 2
        middles = middles + throw * rng.standard_normal(middles.shape) * (1.0, 0.35)
        grown = np.empty((len(line) + len(middles), 2))
        grown[0::2], grown[1::2] = line, middles
        line, throw = grown, throw * 0.52
    return line


def _slant(s: Surface) -> float:
    lean = 0.16 + 0.30 * s.spec.storm
    return lean if s.light[0] < 0.5 * s.wide else -lean


def falling(s: Surface) -> None:
    """Rain or snow before everything: near drops long and few, far ones short and many."""
    kind = s.spec.weather
    rng = s.rng("falling", kind)
    slant = _slant(s)
    colour = s.palette.value(s.by_hour(0.90, 0.70), 0.5)
    for _ in range(int((150 + 500 * s.spec.busy + 260 * s.spec.storm) * s.wide * s.high)):
        x, y = rng.random() * s.wide, rng.random() * s.high
        near = rng.random() ** 3
        if kind == "rain":
            reach = 0.025 + 0.070 * near
            line = [(x, y), (x + slant * reach, y + reach)]
            s.mark(line, 0.0011 + 0.0016 * near, colour, 3, 0.20 + 0.25 * near)
        else:
            s.dabs([(x, y, 0.0016 + 0.0062 * near)], colour, 3, 0.55 + 0.4 * near)
