"""A house, a village about its church, a path that leads there."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward
from gesso.make.painters.procedural.motifs.built.works.masonry import box, masonry, walled
from gesso.make.painters.procedural.motifs.nature.land import land_value


def house(
    s: Surface, x: float, foot: float, k: float = 1.0, turn: int = 0, *, plane: int = 2
) -> None:
    """A gabled house with lit windows and a smoking chimney."""
    side = 1.0 if s.light[0] > x else -1.0
    way = side if turn == 0 else -side
    stone = toward(masonry(s, 0.42, 0.5), s.palette.value(s.by_hour(0.70, 0.30), 0.7), 0.45)
    wide, tall, ridge = 0.075 * k, 0.080 * k, 0.068 * k
    gable = np.array(
        [
            (x - way * wide, foot),
            (x - way * wide, foot - tall),
            (x - way * 0.5 * wide, foot - tall - ridge),
            (x, foot - tall),
            (x, foot),
        ]
    )
    lit = way < 0
    front = s.polygon(gable)
    walled(
        s, front, stone + f32((0.05 if lit == (side < 0) else -0.05, 0, 0)), far=0.2, plane=plane
    )
    long = s.polygon(
        np.array(
            [
                (x, foot - tall),
                (x + way * 1.55 * wide, foot - tall),
                (x + way * 1.55 * wide, foot),
                (x, foot),
            ]
        )
    )
    walled(s, long, stone - f32((0.03, 0, 0)), far=0.2, plane=plane)
    roof_colour = s.palette.local(land_value(s, 0.75) + 0.05, 40, 1.7)
    if s.spec.season == "winter":
        roof_colour = s.palette.value(s.by_hour(0.90, 0.60), 0.4)
    roof = s.polygon(
        np.array(
            [
                (x - way * 0.5 * wide, foot - tall - ridge),
                (x + way * 1.12 * wide, foot - tall - ridge),
                (x + way * 1.64 * wide, foot - tall + 0.006 * k),
                (x + way * 0.03 * wide, foot - tall + 0.006 * k),
            ]
        )
    )
    tiles = s.noise("tiles", 30, 2)[roof.rows, roof.columns]
    s.put(
        roof,
        lifted(roof_colour, 0.025 * tiles),
        angle=0.9 * way,
        detail=0.7,
        far=0.2,
        plane=plane,
    )
    s.mark(
        [
            (x - way * 0.5 * wide, foot - tall - ridge),
            (x - way * 1.10 * wide, foot - tall + 0.01 * k),
        ],
        0.0075 * k,
        roof_colour - f32((0.04, 0, 0)),
        plane,
    )
    s.mark(
        [(x - way * 0.5 * wide, foot - tall - ridge), (x + way * 1.12 * wide, foot - tall - ridge)],
        0.0035 * k,
        roof_colour + f32((0.13, 0, 0)),
        plane,
        0.8,
    )
    chimney = x + way * 0.75 * wide
    s.put(
        s.polygon(
            box(
                chimney - 0.010 * k,
                foot - tall - ridge - 0.030 * k,
                chimney + 0.010 * k,
                foot - tall - 0.6 * ridge,
            )
        ),
        stone - f32((0.06, 0, 0)),
        detail=0.9,
        plane=plane,
    )
    panes = [
        (x - way * 0.5 * wide, foot - 0.60 * tall),
        (x + way * 0.42 * wide, foot - 0.52 * tall),
        (x + way * 1.10 * wide, foot - 0.52 * tall),
        (x - way * 0.5 * wide, foot - 1.12 * tall),
    ]
    warm = s.palette.lamp(0.88) if s.spec.night > 0.25 else s.palette.value(0.16, 1.0)
    for number, (px, py) in enumerate(panes):
        size = 0.0095 * k if number < 3 else 0.006 * k
        s.mark(box(px - size, py - 1.2 * size, px + size, py + 1.2 * size), 0.0, warm, plane)
        s.mark(
            [(px, py - 1.2 * size), (px, py + 1.2 * size)],
            0.002 * k,
            stone - f32((0.15, 0, 0)),
            plane,
        )
        if s.spec.night > 0.4:
            s.glow(px, py, 0.028 * k, s.palette.lamp(0.84), 0.34)


def smoke(s: Surface, x: float, y: float, k: float) -> None:
    """A thin smoke that leans from a chimney."""
    up = y - s.y
    billow = s.noise("chimney smoke", 9, 3)
    off = (s.x - x - 0.35 * up * np.clip(up, 0, 1) - 0.012 * billow) / (
        0.006 * k + 0.09 * np.clip(up, 0, 1)
    )
    body = np.exp(-(off**2)) * smooth(up, 0.0, 0.02) * np.exp(-np.clip(up, 0, 3) / (0.16 * k)) * 0.6
    s.put(
        s.whole(f32(body)),
        s.palette.value(s.by_hour(0.82, 0.50), 0.6),
        angle=np.pi / 2 + 0.5 * billow,
    )


def village(s: Surface, x: float, foot: float) -> None:
    """Houses huddled about a church."""
    rng = s.rng("village")
    church_x = x + 0.05
    _church(s, church_x, foot - 0.035, 0.9)
    spots = sorted(
        (
            (
                float(x + 0.30 * rng.standard_normal()),
                float(foot + 0.075 * (rng.random() - 0.35)),
                0.42 + 0.3 * rng.random(),
            )
            for _ in range(int(9 + 8 * s.spec.busy))
        ),
        key=lambda spot: spot[1],
    )
    taken: list[tuple[float, float]] = []
    for hx, hy, k in spots:
        if all(abs(hx - a) > 0.085 or abs(hy - b) > 0.045 for a, b in taken):
            taken.append((hx, hy))
            house(s, hx, hy, k * (0.8 + 2.2 * (hy - foot + 0.03)), int(rng.integers(2)))
    smoke(s, x - 0.02, foot - 0.14, 0.8)


def _church(s: Surface, x: float, foot: float, k: float) -> None:
    stone = toward(masonry(s, 0.4, 0.4), s.palette.value(s.by_hour(0.72, 0.32), 0.7), 0.5)
    tower = s.polygon(box(x - 0.022 * k, foot - 0.15 * k, x + 0.022 * k, foot))
    walled(s, tower, stone, far=0.25, round_x=(x - 0.04 * k, x + 0.04 * k))
    spire = s.polygon(
        np.array(
            [
                (x - 0.026 * k, foot - 0.148 * k),
                (x, foot - 0.29 * k),
                (x + 0.026 * k, foot - 0.148 * k),
            ]
        )
    )
    roof = s.palette.value(land_value(s, 0.8) + 0.06, 0.9)
    s.put(spire, roof, angle=np.pi / 2, detail=0.9, far=0.25, plane=2)
    s.bevel(spire, 0.012, 0.25)
    s.mark([(x, foot - 0.285 * k), (x, foot - 0.315 * k)], 0.0025, roof, 2)
    s.mark(
        box(x - 0.006 * k, foot - 0.125 * k, x + 0.006 * k, foot - 0.10 * k),
        0.0,
        s.palette.lamp(0.84) if s.spec.night > 0.3 else s.palette.value(0.12),
        2,
    )


def path(s: Surface, foot: float) -> None:
    """A path from the lower edge to the middle distance."""
    t = np.linspace(0, 1, 20)
    end = s.focus_x
    middle = end + (0.30 * np.sin(3.2 * (1 - t)) + 0.05) * (1 - t)
    down = foot + 0.01 + (s.high - foot) * (1 - t) ** 1.6
    half = 0.006 + 0.085 * (1 - t) ** 1.8
    way = s.polygon(
        np.concatenate(
            [np.stack([middle - half, down], -1), np.stack([middle + half, down], -1)[::-1]]
        )
    )
    dust = s.noise("path", 16, 3, stretch=2.0)[way.rows, way.columns]
    value = land_value(s, 0.3) + 0.06 + 0.03 * dust
    colour = toward(
        s.palette.ramp(f32(value), 0.8),
        s.palette.light(0.72 - 0.2 * s.spec.night, 1.0),
        0.4 + 0 * dust,
    )
    s.put(way, colour, angle=0.15 * dust, detail=0.45, far=0.25, plane=1)
