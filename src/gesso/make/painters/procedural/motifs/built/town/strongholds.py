"""A castle on its rock, and a clock tower."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import Points, f32
from gesso.make.painters.procedural.canvas.surface import Surface, toward
from gesso.make.painters.procedural.motifs.built.machines.clock_parts import dial, dial_marks, hand
from gesso.make.painters.procedural.motifs.built.works.masonry import box, masonry, walled
from gesso.make.painters.procedural.motifs.nature.land import land_value


def castle(s: Surface, x: float, foot: float) -> None:
    """A castle on its rock, with slits of light."""
    rng = s.rng("castle")
    stone = masonry(s, 0.5, 0.35)
    t = np.linspace(-1, 1, 40)
    crag = 0.16 * np.exp(-((np.abs(t) / 0.62) ** 4)) + 0.010 * rng.standard_normal(40)
    hill = s.polygon(
        np.concatenate(
            [
                np.stack([x + 0.42 * t, foot + 0.065 - crag], -1),
                [(x + 0.43, foot + 0.075), (x - 0.43, foot + 0.075)],
            ]
        )
    )
    rough = s.noise("rock face", 14, 4)[hill.rows, hill.columns]
    s.put(
        hill,
        s.palette.ramp(f32(land_value(s, 0.62) + 0.07 * rough), 0.9),
        angle=1.2 + 0.5 * rough,
        detail=0.5,
        far=0.25,
        plane=2,
    )
    ground = foot - 0.09
    curtain = _battlements(x - 0.20, x + 0.19, ground - 0.075, ground + 0.03, 0.016)
    walled(s, s.polygon(curtain), stone, far=0.22)
    for dx, wide, tall, roofed in (
        (-0.10, 0.034, 0.20, True),
        (0.03, 0.052, 0.30, False),
        (0.12, 0.030, 0.235, True),
        (-0.195, 0.036, 0.135, True),
        (0.185, 0.034, 0.15, True),
    ):
        left, right, top = x + dx - wide, x + dx + wide, ground - tall
        walled(
            s,
            s.polygon(_battlements(left, right, top, ground + 0.03, 0.5 * wide)),
            stone + f32((0.02, 0, 0)),
            far=0.18,
            round_x=(left, right),
        )
        if roofed:
            cone = s.polygon(
                np.array(
                    [
                        (left - 0.006, top + 0.004),
                        (x + dx, top - 2.5 * wide),
                        (right + 0.006, top + 0.004),
                    ]
                )
            )
            s.put(
                cone,
                s.palette.local(land_value(s, 0.6) + 0.03, 265, 1.6),
                angle=np.pi / 2,
                detail=0.9,
                far=0.18,
                plane=2,
            )
            s.bevel(cone, 0.014, 0.28)
        for at in (0.25, 0.5, 0.74):
            if rng.random() < 0.72:
                y = top + at * tall
                s.mark(
                    box(x + dx - 0.0035, y - 0.009, x + dx + 0.0035, y + 0.009),
                    0.0,
                    s.palette.lamp(0.88) if s.spec.night > 0.25 else s.palette.value(0.08),
                    2,
                )
    s.mark([(x + 0.03, ground - 0.30), (x + 0.03, ground - 0.37)], 0.003, s.palette.value(0.12), 2)
    s.mark(
        np.array(
            [(x + 0.03, ground - 0.37), (x + 0.075, ground - 0.357), (x + 0.03, ground - 0.344)]
        ),
        0.0,
        s.palette.local(0.5, 28, 2.2),
        2,
    )


def _battlements(left: float, right: float, top: float, bottom: float, pitch: float) -> Points:
    count = max(2, round((right - left) / pitch / 2))
    points: list[tuple[float, float]] = []
    step = (right - left) / (2 * count - 1)
    for number in range(2 * count - 1):
        height = top if number % 2 == 0 else top + 0.45 * step + 0.004
        points += [(left + number * step, height), (left + (number + 1) * step, height)]
    return np.array([*points, (right, bottom), (left, bottom)])


def clock_tower(s: Surface, x: float, foot: float) -> None:
    """A tall tower with a lit clock in its head."""
    stone = toward(masonry(s, 0.5, 0.5), s.palette.value(s.by_hour(0.62, 0.26), 0.8), 0.4)
    wide, tall = 0.066, 0.50 * min(1.0, foot / 0.62)
    top = foot - tall
    shaft = s.polygon(box(x - wide, top + 0.12, x + wide, foot + 0.012))
    walled(s, shaft, stone, far=0.15, round_x=(x - 1.5 * wide, x + 1.5 * wide))
    for edge in (-0.8, -0.28, 0.28, 0.8):
        s.mark(
            [(x + edge * wide, top + 0.24), (x + edge * wide, foot)],
            0.0055,
            stone - f32((0.06, 0, 0)),
            2,
            0.8,
        )
    head = s.polygon(box(x - 1.18 * wide, top + 0.060, x + 1.18 * wide, top + 0.225))
    walled(s, head, stone + f32((0.025, 0, 0)), far=0.12, round_x=(x - 1.7 * wide, x + 1.7 * wide))
    for y in (top + 0.060, top + 0.225):
        ledge = s.polygon(box(x - 1.30 * wide, y - 0.008, x + 1.30 * wide, y + 0.008))
        s.put(ledge, stone + f32((0.09, 0, 0)), angle=0.0, detail=1.0, far=0.1, plane=2)
    slate = s.palette.local(land_value(s, 0.7) + 0.06, 215, 1.4)
    roof = s.polygon(
        np.array(
            [
                (x - 1.18 * wide, top + 0.056),
                (x - 0.55 * wide, top - 0.015),
                (x - 0.48 * wide, top - 0.05),
                (x, top - 0.16),
                (x + 0.48 * wide, top - 0.05),
                (x + 0.55 * wide, top - 0.015),
                (x + 1.18 * wide, top + 0.056),
            ]
        )
    )
    s.put(roof, slate, angle=np.pi / 2 - 0.3, detail=0.8, far=0.1, plane=2)
    s.bevel(roof, 0.022, 0.30)
    s.mark([(x, top - 0.155), (x, top - 0.205)], 0.0035, slate, 2)
    for side in (-1.0, 1.0):
        pin = s.polygon(
            np.array(
                [
                    (x + side * 1.18 * wide - 0.010, top + 0.056),
                    (x + side * 1.18 * wide, top - 0.005),
                    (x + side * 1.18 * wide + 0.010, top + 0.056),
                ]
            )
        )
        s.put(pin, slate, detail=1.0, plane=2)
    for at in (0.34, 0.48, 0.62, 0.78):
        for edge in (-0.52, 0.0, 0.52):
            y = top + at * tall + 0.04
            s.mark(
                box(x + edge * wide - 0.0045, y - 0.014, x + edge * wide + 0.0045, y + 0.012),
                0.0,
                s.palette.lamp(0.8)
                if s.spec.night > 0.3 and (at * 100 + edge * 7) % 3 > 1
                else s.palette.value(0.09),
                2,
            )
    radius, middle = 0.050, top + 0.143
    dial(s, x, middle, radius)
    dial_marks(s, x, middle, radius, 2)
    hand(s, x, middle, 0.55 * radius, 5.3, plane=2)
    hand(s, x, middle, 0.85 * radius, 0.15, plane=2)
    s.glow(x, middle, 1.6 * radius, s.palette.lamp(0.86), 0.10 + 0.30 * s.spec.night)
