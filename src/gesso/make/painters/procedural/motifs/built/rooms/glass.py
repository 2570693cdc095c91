"""Stained glass: a rose window held in lead."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from gesso.make.painters.procedural.canvas.noise import f32
from gesso.make.painters.procedural.canvas.palette import blend_hues, lch
from gesso.make.painters.procedural.canvas.surface import Surface, lifted
from gesso.make.painters.procedural.motifs.built.machines.metal import ring, turned


def glass(s: Surface) -> None:
    """A rose window: panes by rings and rays about a heart of light, held in lead."""
    rng = s.rng("glass")
    x, y = s.focus_x, 0.5 * s.high
    reach = 0.47 * min(s.wide, s.high)
    night = s.spec.night
    stone = s.noise("tracery", 12, 4, 0.6)
    s.lab[:] = s.palette.ramp(f32(0.12 + 0.02 * stone), 0.8)
    s.far[:] = 0.1
    s.angle[:] = 0.5 * stone
    outer = ((s.wide / 2) ** 2 + (s.high / 2) ** 2) ** 0.5 * 1.02
    fold = 6 if s.spec.busy < 0.10 else 8 if s.spec.busy < 0.18 else 12
    _panes(s, rng, (x, y), reach * 1.06, outer, count=3 * fold, shift=0.0, stone_beyond=True)
    radii = (0.0, 0.16, 0.40, 0.66, 0.86, 1.0)
    for number, (inner, rim) in enumerate(pairwise(radii)):
        count = (6, fold, fold, 2 * fold, 3 * fold)[number]
        _panes(s, rng, (x, y), inner * reach, rim * reach, count=count, shift=0.5 * (number % 2))
    _petals(s, rng, (x, y), reach, fold)
    for number in range(fold):
        turn = 2 * math.pi * (number + 0.5) / fold
        for at, size in ((0.53, 0.085), (0.76, 0.052))[: 1 if fold < 12 else 2]:
            _roundel(
                s,
                rng,
                x + at * reach * math.cos(turn),
                y + at * reach * math.sin(turn),
                size * reach,
                number=number,
            )
    _roundel(s, rng, x, y, 0.13 * reach, number=0)
    lx, ly = s.light
    near = np.exp(-((np.hypot(s.x - lx, s.y - ly) / 0.42) ** 2))
    s.lab[..., 0] += f32(near * (0.14 - 0.04 * night) * (s.lab[..., 0] > 0.2))
    for rim in radii[1:]:
        s.mark(
            np.concatenate([ring(x, y, rim * reach, 120), ring(x, y, rim * reach, 120)[:1]]),
            0.010 if rim in (1.0, 0.40) else 0.006,
            s.palette.value(0.03, 0.6),
            2,
        )


def _panes(
    s: Surface,
    rng: np.random.Generator,
    middle: tuple[float, float],
    inner: float,
    outer: float,
    *,
    count: int,
    shift: float,
    stone_beyond: bool = False,
) -> None:
    """One ring of panes with a little lead between them; hues step round the ring."""
    x, y = middle
    hues = (s.spec.hue_dark, s.spec.hue_mid, s.spec.hue_light, blend_hues(s.spec.hue_dark, 20, 0.7))
    chroma = min(0.19, 0.06 + 1.15 * s.spec.ground_chroma)
    gap = 0.0042
    for number in range(count):
        first = 2 * math.pi * (number + shift) / count
        last = 2 * math.pi * (number + 1 + shift) / count
        arc = np.linspace(first, last, 8)
        inset_far, inset_near = gap / max(outer, 1e-3), gap / max(inner, 0.02)
        far = np.linspace(first + inset_far, last - inset_far, 8)
        near = np.linspace(last - inset_near, first + inset_near, 8)
        shape = np.concatenate(
            [
                np.stack([x + (outer - gap) * np.cos(far), y + (outer - gap) * np.sin(far)], -1),
                np.stack([x + (inner + gap) * np.cos(near), y + (inner + gap) * np.sin(near)], -1),
            ]
        )
        del arc
        pane = s.polygon(shape)
        across, down = s.inside(pane)
        if pane.mask.size < 9:
            continue
        order = (number + int(inner * 17)) % 4
        hue = hues[order] + 9 * rng.standard_normal()
        base = (0.30, 0.44, 0.66, 0.40)[order] + 0.05 * rng.standard_normal()
        if stone_beyond:
            base *= 0.62
        streak = s.noise("streaks", 14, 3, 0.6, stretch=0.4)[pane.rows, pane.columns]
        glow = 0.16 * np.exp(-np.hypot(across - s.light[0], down - s.light[1]) / 0.45)
        level = base * (1 - 0.12 * s.spec.night) + glow + 0.045 * streak
        colour = lifted(lch(0.0, chroma, hue), level)
        s.put(
            pane,
            colour,
            angle=0.5 * (first + last) + math.pi / 2,
            detail=0.5,
            far=0.05,
            plane=1 if stone_beyond else 2,
        )
        s.bevel(pane, 0.004, 0.06)


def _petals(
    s: Surface, rng: np.random.Generator, middle: tuple[float, float], reach: float, fold: int
) -> None:
    """Pointed panes that reach from the heart to the second ring, as a rose's petals."""
    t = np.linspace(0, 1, 14)
    for first, last, breadth, shift, lift in (
        (0.17, 0.84, 0.115, 0.0, 0.0),
        (0.19, 0.62, 0.072, 0.0, 0.14),
    ):
        for number in range(fold):
            turn = 2 * math.pi * (number + shift) / fold
            half = breadth * reach * np.sin(np.pi * t**1.25) ** 0.8
            spine = reach * (first + (last - first) * t)
            shape = (
                turned(
                    np.concatenate(
                        [np.stack([spine, half], -1), np.stack([spine, -half], -1)[::-1]]
                    ),
                    turn,
                )
                + middle
            )
            lead = s.polygon(shape)
            s.put(lead, s.palette.value(0.03, 0.6), detail=1.0, plane=2)
            inner = (
                turned(
                    np.concatenate(
                        [
                            np.stack([spine, half * 0.86 - 0.003], -1),
                            np.stack([spine, -half * 0.86 + 0.003], -1)[::-1],
                        ]
                    )[1:-1],
                    turn,
                )
                + middle
            )
            pane = s.polygon(inner)
            across, down = s.inside(pane)
            out = np.hypot(across - middle[0], down - middle[1]) / reach
            hue = (s.spec.hue_dark, s.spec.hue_mid)[number % 2] if lift == 0 else s.spec.hue_light
            level = 0.34 + lift + 0.26 * (1 - out) + 0.03 * rng.standard_normal()
            chroma = min(0.18, 0.06 + 1.1 * s.spec.ground_chroma)
            colour = lifted(lch(0, chroma, hue), level)
            s.put(pane, colour, angle=turn, detail=0.6, plane=2)


def _roundel(
    s: Surface, rng: np.random.Generator, x: float, y: float, radius: float, *, number: int
) -> None:
    lead = s.ellipse(x, y, radius * 1.0)
    s.put(lead, s.palette.value(0.03, 0.6), detail=1.0, plane=2)
    disc = s.ellipse(x, y, radius * 0.86)
    hue = (s.spec.hue_light, blend_hues(s.spec.hue_light, 25, 0.8))[number % 2]
    across, down = s.inside(disc)
    r = np.hypot(across - x, down - y) / radius
    level = 0.78 - 0.30 * r + 0.02 * rng.standard_normal()
    s.put(
        disc,
        lch(0, min(0.17, 0.06 + s.spec.ground_chroma), hue)[None, None]
        + np.stack([level, 0 * level, 0 * level], -1),
        angle=np.arctan2(down - y, across - x) + np.pi / 2,
        detail=0.8,
        plane=2,
    )
    s.mark(
        ring(x - 0.2 * radius, y - 0.2 * radius, 0.2 * radius, 12),
        0.0,
        s.palette.light(0.95, 0.6),
        2,
        0.6,
    )
