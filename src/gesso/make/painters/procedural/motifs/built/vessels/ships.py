"""What swims: sailing boats and a steamer."""

from __future__ import annotations

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32, smooth
from gesso.make.painters.procedural.canvas.surface import Surface, lifted, toward
from gesso.make.painters.procedural.motifs.built.works.masonry import box, lamp
from gesso.make.painters.procedural.motifs.nature.land import land_value


def boats(s: Surface, x: float, foot: float) -> None:
    """A sailing boat, and two more farther out."""
    rng = s.rng("boats")
    side = 1.0 if s.light[0] < x else -1.0
    for ax, scale in ((x - side * 0.33, 0.34), (x + side * 0.24, 0.26)):
        _boat(s, rng, ax, foot - 0.055, scale, way=side, far=0.5)
    _boat(s, rng, x, foot, 1.0, way=side, far=0.1)


def _boat(
    s: Surface, rng: np.random.Generator, x: float, foot: float, k: float, *, way: float, far: float
) -> None:
    """`k` is its size; the near boat's mast is 0.34 high."""
    dark = s.palette.value(land_value(s, 0.9) + 0.15 * far, 0.9)
    hull = np.array(
        [(-0.125, -0.032), (-0.095, 0.0), (0.075, 0.002), (0.145, -0.042), (0.0, -0.030)]
    ) * (way * k, k) + (x, foot)
    mast = x + way * 0.012 * k
    bend = np.linspace(0, 1, 12)
    top = foot - 0.345 * k
    white = toward(s.palette.value(s.by_hour(0.88, 0.58), 0.6), s.palette.light(0.9, 0.9), 0.35)
    red = s.palette.local(0.46 - 0.08 * s.spec.night, 38, 2.0)
    main = np.concatenate(
        [
            np.stack(
                [
                    mast - way * k * (0.010 + 0.165 * bend + 0.018 * np.sin(np.pi * bend)),
                    top + (0.275 * k) * bend,
                ],
                -1,
            ),
            [(mast - way * 0.006 * k, foot - 0.062 * k)],
            [(mast - way * 0.004 * k, top)],
        ]
    )
    jib = np.concatenate(
        [
            np.stack(
                [
                    mast + way * k * (0.006 + 0.125 * bend + 0.022 * np.sin(np.pi * bend)),
                    top + 0.035 * k + (0.255 * k) * bend,
                ],
                -1,
            ),
            [(mast + way * 0.010 * k, foot - 0.075 * k)],
        ]
    )
    colours = (white, red) if rng.random() < 0.45 else (white, white)
    for sail, colour in zip((main, jib), colours, strict=True):
        cloth = s.polygon(sail)
        cx, cy = s.inside(cloth)
        fold = np.clip((cx - mast) * way / (0.14 * k), -1, 1)
        level = 0.07 * np.sin(fold * 3.0) + 0.05 * np.clip((cy - top) / (0.3 * k), 0, 1) - 0.03
        body = lifted(colour, level)
        s.put(cloth, body, angle=np.pi / 2 + 0.4 * way, detail=0.6, far=far, plane=2)
        s.bevel(cloth, 0.008 * k, 0.10)
    s.put(s.polygon(hull), dark, angle=0.05, detail=0.9, far=far, plane=2)
    s.mark([(mast, foot - 0.02 * k), (mast, top - 0.012 * k)], 0.0055 * k, dark, 2)
    s.mark(hull[[0, 4, 3]], 0.0040 * k, s.palette.light(0.78 - 0.15 * s.spec.night, 1.0), 2, 0.9)
    s.mark(
        [(mast - way * 0.17 * k, foot - 0.066 * k), (mast, foot - 0.062 * k)], 0.004 * k, dark, 2
    )
    if s.spec.night > 0.4:
        lamp(s, x - way * 0.09 * k, foot - 0.060 * k, 0.0065 * k + 0.001)


def steamer(s: Surface, x: float, foot: float) -> None:
    """A steamer with lit portholes and a long plume."""
    way = 1.0 if s.light[0] < x else -1.0
    base = foot
    dark = s.palette.value(land_value(s, 0.92), 0.9)

    def at(px: float, py: float) -> tuple[float, float]:
        return x + way * px, base - py

    _plume(s, *at(-0.02, 0.23), way)
    hull = np.array(
        [at(-0.25, 0.085), at(-0.225, 0.0), at(0.23, 0.0), at(0.285, 0.105), at(0.10, 0.078)]
    )
    s.put(s.polygon(hull), dark, angle=0.03, detail=0.8, far=0.15, plane=2)
    white = s.palette.value(s.by_hour(0.78, 0.44), 0.7)
    houses = [
        np.array([at(-0.19, 0.08), at(0.12, 0.08), at(0.11, 0.115), at(-0.18, 0.115)]),
        np.array([at(-0.14, 0.115), at(0.085, 0.115), at(0.075, 0.142), at(-0.13, 0.142)]),
        np.array([at(0.03, 0.142), at(0.075, 0.142), at(0.07, 0.168), at(0.035, 0.168)]),
    ]
    s.put(s.polygon(houses), white, angle=0.0, detail=0.9, far=0.15, plane=2)
    for funnel in (-0.085, -0.015):
        pipe = s.polygon(
            np.array(
                [
                    at(funnel - 0.016, 0.14),
                    at(funnel + 0.016, 0.14),
                    at(funnel + 0.008, 0.232),
                    at(funnel - 0.022, 0.232),
                ]
            )
        )
        s.put(pipe, s.palette.local(0.42, 34, 2.2), angle=np.pi / 2, detail=0.9, far=0.15, plane=2)
        s.bevel(pipe, 0.008, 0.25)
        s.mark(
            np.array(
                [
                    at(funnel - 0.022, 0.232),
                    at(funnel + 0.008, 0.232),
                    at(funnel + 0.010, 0.212),
                    at(funnel - 0.020, 0.212),
                ]
            ),
            0.0,
            dark,
            2,
        )
    for mast in (-0.20, 0.17):
        s.mark([at(mast, 0.07), at(mast - 0.01, 0.27)], 0.0045, dark, 2)
        s.mark([at(mast - 0.01, 0.265), at(-0.02, 0.15)], 0.0014, dark, 2, 0.7)
    for px in np.arange(-0.20, 0.22, 0.026):
        s.dabs([(*at(float(px), 0.050), 0.0045)], s.palette.lamp(0.9), 2)
    for px in np.arange(-0.17, 0.11, 0.021):
        s.mark(
            box(*at(float(px), 0.106), *at(float(px) + 0.011, 0.092)), 0.0, s.palette.lamp(0.86), 2
        )
    s.mark(
        [at(-0.25, 0.085), at(0.10, 0.079), at(0.285, 0.105)],
        0.004,
        s.palette.light(0.74, 1.0),
        2,
        0.9,
    )
    lamp(s, *at(0.165, 0.26), 0.006)


def _plume(s: Surface, x: float, y: float, way: float) -> None:
    back = -(s.x - x) * way
    billow = s.noise("plume", 6, 5, 0.6)
    off = (s.y - (y - 0.10 * np.sqrt(np.clip(back, 0, 3))) + 0.025 * billow) / (
        0.018 + 0.13 * np.clip(back, 0, 2)
    )
    body = np.exp(-(off**2)) * smooth(back, -0.02, 0.03) * np.exp(-np.clip(back, 0, 3) / 0.5)
    value = s.by_hour(0.46, 0.24) + 0.06 * billow - 0.05 * np.clip(off, -1, 1)
    s.put(
        s.whole(f32(np.clip(body * (0.95 + 0.4 * billow), 0, 0.9))),
        s.palette.ramp(f32(value), 0.7),
        angle=1.2 * billow,
    )
