"""The scene repainted with brushes: coarse to fine, along the forms, never across an edge.

Strokes of a plane are led along the brush directions all at once, then drawn one by one as tapered
shapes with four channels: three of colour, and the thickness of the paint for the light on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import oklab_to_bytes
from gesso.make.painters.procedural.canvas.marks import Canvas, Mark, Tone, draw_marks
from gesso.make.painters.procedural.canvas.noise import (
    Plane,
    blur,
    f32,
    mix,
    smooth,
)
from gesso.make.painters.procedural.canvas.surface import PLANES, Surface

_SHIFT = 4
_TABLE_SIZE = 256
_TURN = np.arange(_TABLE_SIZE) * (2 * np.pi / _TABLE_SIZE)
_ACROSS, _DOWN = f32(np.cos(_TURN)), f32(np.sin(_TURN))
_TAPER = f32((0.42, 0.9, 1.0, 1.0, 0.86, 0.36))
"""Half-width along a stroke: the brush comes down, runs, and is lifted."""


@dataclass(frozen=True)
class Brush:
    """One size of brush.

    Attributes:
        width: in units of the short side.
        cover: how many times its strokes would cover what they are for.
        fine: 0 goes everywhere; 1 only where the detail asks for it.
        jitter: spread of lightness between strokes, OKLab.
        tolerance: the colour step at which a stroke stops, OKLab.
        load: thickness of the paint, 0 to 255.
    """

    width: float
    cover: float
    fine: float
    jitter: float
    tolerance: float
    load: int


_BRUSHES = (
    Brush(0.040, 1.3, 0.0, 0.024, 0.16, 70),
    Brush(0.021, 1.3, 0.0, 0.024, 0.11, 110),
    Brush(0.0105, 1.0, 0.5, 0.020, 0.080, 160),
    Brush(0.0052, 0.95, 1.0, 0.014, 0.060, 200),
)


@dataclass(frozen=True)
class _Guide:
    """What leads the brush, over the surface's pixels.

    Attributes:
        which: the plane of strokes that a pixel belongs to.
        flow: its brush direction, as a place in the table of directions.
        edges: where two colours meet, 0 to 1.
    """

    which: NDArray[np.int8]
    flow: NDArray[np.uint8]
    edges: Plane


def repaint(surface: Surface, tone: Tone, width: int, height: int) -> Canvas:
    """Paint the scene at its full size.

    Args:
        surface: the scene after its tone step.
        tone: the step, for the marks.
        width: pixels; the surface's own may be fewer.
        height: pixels.
    """
    canvas = _ground(surface, width, height)
    which = np.zeros(surface.lab.shape[:2], np.int8)
    for plane, cover in enumerate(surface.front, start=1):
        which[cover > 0.5] = plane
    guide = _Guide(which, _flow(surface), _edges(surface))
    np.maximum(surface.detail, guide.edges, out=surface.detail)
    for plane in range(PLANES):
        if (which == plane).any():
            if plane:
                _stroke_over(canvas, surface, guide, plane)
            else:
                _stroke_plane(canvas, surface, guide, plane)
        draw_marks(canvas, _marks(surface, plane), tone)
    return canvas


def _marks(surface: Surface, plane: int) -> list[Mark]:
    """The touches of one plane, fainter where the text asks for a sparse picture."""
    strength = min(1.0, 0.10 + 2.2 * surface.spec.liveliness)
    return [
        replace(mark, alpha=mark.alpha * strength) for mark in surface.marks if mark.plane == plane
    ]


def _ground(surface: Surface, width: int, height: int) -> Canvas:
    soft = blur(surface.lab, 0.006 * surface.unit)
    canvas = np.full((height, width, 4), 60, np.uint8)
    rgb = oklab_to_bytes(soft)
    canvas[..., :3] = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_CUBIC)
    return canvas


def _flow(surface: Surface) -> NDArray[np.uint8]:
    """Brush directions as places in the table of directions, with a hand's unrest."""
    unrest = surface.noise("hand", 3.0, 2) * 0.30 * (1 - 0.8 * surface.detail)
    turns = (surface.angle + unrest) * (_TABLE_SIZE / (2 * np.pi))
    return np.asarray(np.rint(turns).astype(np.int64) & (_TABLE_SIZE - 1), np.uint8)


def _edges(surface: Surface) -> Plane:
    """Where two colours meet, 0 to 1: there the small brush works, and the broad one keeps off."""
    light = blur(np.ascontiguousarray(surface.lab[..., 0]), 0.6)
    across = cv2.Sobel(light, cv2.CV_32F, 1, 0, scale=0.25)
    down = cv2.Sobel(light, cv2.CV_32F, 0, 1, scale=0.25)
    return smooth(cv2.magnitude(across, down), 0.025, 0.11)


def _cover(surface: Surface, plane: int) -> Plane:
    """How far a plane covers what lies behind it, as later planes will cover the rest."""
    nearer = sum(surface.front[plane:], np.zeros_like(surface.front[0]))
    return f32(surface.front[plane - 1] / np.maximum(1 - nearer, 0.02))


def _stroke_over(canvas: Canvas, surface: Surface, guide: _Guide, plane: int) -> None:
    """Strokes of a nearer plane, kept to its outline."""
    cover = _cover(surface, plane)
    rows, columns = _box(cover > 0.02, canvas.shape[0] / surface.height, canvas.shape[:2])
    part = canvas[rows, columns]
    before = part.copy()
    _stroke_plane(canvas, surface, guide, plane)
    full_height, full_width = canvas.shape[:2]
    grown = cv2.resize(cover, (full_width, full_height), interpolation=cv2.INTER_LINEAR)
    share = smooth(grown[rows, columns], 0.22, 0.78)
    canvas[rows, columns] = cv2.blendLinear(part, before, share, np.float32(1) - share)


def _box(mask: NDArray[np.bool_], scale: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    low_y, high_y = int(rows[0] * scale), int((rows[-1] + 1) * scale)
    low_x, high_x = int(columns[0] * scale), int((columns[-1] + 1) * scale)
    return (
        slice(max(0, low_y - 2), min(shape[0], high_y + 2)),
        slice(max(0, low_x - 2), min(shape[1], high_x + 2)),
    )


def _stroke_plane(canvas: Canvas, surface: Surface, guide: _Guide, plane: int) -> None:
    unit_px = min(canvas.shape[:2])
    breadth = 0.62 + 0.85 * surface.spec.brush
    # A small picture is soon covered: fewer strokes show there, and they cost the same each.
    share = min(1.0, max(0.6, unit_px / 420))
    for number, brush in enumerate(_BRUSHES):
        width = brush.width * breadth
        if width * unit_px < 1.3:
            continue
        stage = surface.rng("strokes", plane, number)
        seeds = _seeds(
            stage, surface, guide, plane, replace(brush, width=width, cover=brush.cover * share)
        )
        if len(seeds):
            _draw_strokes(
                canvas, surface, guide, stage, seeds=seeds, brush=replace(brush, width=width)
            )


def _seeds(
    stage: np.random.Generator, surface: Surface, guide: _Guide, plane: int, brush: Brush
) -> NDArray[np.float32]:
    """Where strokes begin, in pixels of the surface."""
    area = surface.wide * surface.high
    busy = 0.75 + 1.2 * surface.spec.busy
    count = int(busy * brush.cover * area / (brush.width * brush.width * 3.4))
    places = stage.random((count, 2), np.float32)
    places *= f32((surface.width - 1, surface.height - 1))
    chance, wished = stage.random((2, count), np.float32)
    columns, rows = places[:, 0].astype(np.int64), places[:, 1].astype(np.int64)
    keep = guide.which[rows, columns] == plane
    reach = int(brush.width * surface.unit * 0.45)
    if brush.fine < 1 and reach >= 1:
        edges = cv2.dilate(guide.edges, np.ones((2 * reach + 1, 2 * reach + 1), np.uint8))
        keep &= chance > 0.85 * edges[rows, columns]
    if brush.fine:
        wish = surface.detail[rows, columns]
        keep &= wished < (1.5 * wish if brush.fine < 1 else 1.5 * wish * wish)
    return f32(places[keep])


def _draw_strokes(
    canvas: Canvas,
    surface: Surface,
    guide: _Guide,
    stage: np.random.Generator,
    *,
    seeds: NDArray[np.float32],
    brush: Brush,
) -> None:
    count = len(seeds)
    path = _lead(surface, guide, stage, seeds, brush)
    columns, rows = seeds[:, 0].astype(np.int64), seeds[:, 1].astype(np.int64)
    unrest = brush.jitter * (0.75 + 0.6 * surface.spec.busy) * surface.spec.liveliness
    spread_of = f32((unrest, unrest * 0.38, unrest * 0.38))
    shift = stage.standard_normal((count, 3), np.float32) * spread_of
    colours = np.empty((count, 4), np.int64)
    colours[:, :3] = oklab_to_bytes((surface.lab[rows, columns] + shift)[None])[0]
    colours[:, 3] = np.clip(brush.load + 34 * stage.standard_normal(count), 20, 255)
    half_px = np.float32(brush.width * surface.unit / 2)
    spread = (0.72 + 0.5 * stage.random(count, np.float32)) * half_px
    scale = canvas.shape[1] / surface.width, canvas.shape[0] / surface.height
    shapes = _outlines(path, spread, scale)
    fill = cv2.fillPoly
    for shape, colour in zip(shapes, colours.tolist(), strict=True):
        fill(canvas, [shape], colour, cv2.LINE_AA, _SHIFT)


def _lead(
    surface: Surface,
    guide: _Guide,
    stage: np.random.Generator,
    seeds: NDArray[np.float32],
    brush: Brush,
) -> NDArray[np.float32]:
    """Lead every stroke along the flow until an edge stops it: (count, points, 2)."""
    height, across = surface.height, surface.width
    flat = surface.lab.reshape(-1, 3)
    turns, planes = guide.flow.ravel(), guide.which.ravel()

    def cell(places: NDArray[np.float32]) -> NDArray[np.int64]:
        columns = np.clip(places[:, 0], 0, across - 1).astype(np.int64)
        rows = np.clip(places[:, 1], 0, height - 1).astype(np.int64)
        return rows * across + columns

    start = cell(seeds)
    colour, plane = flat[start], planes[start]
    sign = np.where(stage.random(len(seeds)) < 0.5, np.float32(1), np.float32(-1))
    step = np.float32(brush.width * surface.unit * 0.68)
    path = np.empty((len(seeds), len(_TAPER), 2), np.float32)
    here = seeds
    alive = np.ones(len(seeds), bool)
    for number in range(len(_TAPER)):
        path[:, number] = here
        turn = turns[cell(here)]
        ahead = here + np.stack([_ACROSS[turn], _DOWN[turn]], -1) * (sign * step)[:, None]
        there = cell(ahead)
        alive &= np.abs(flat[there] - colour).sum(-1) < brush.tolerance
        alive &= planes[there] == plane
        # A stopped stroke still moves a little, so that its shape keeps an end.
        here = np.where(alive[:, None], ahead, mix(here, ahead, 0.06))
    return path


def _outlines(
    path: NDArray[np.float32], spread: NDArray[np.float32], scale: tuple[float, float]
) -> NDArray[np.int32]:
    """Tapered shapes around the paths, in fixed-point pixels of the canvas."""
    along = np.empty_like(path)
    along[:, 1:-1] = path[:, 2:] - path[:, :-2]
    along[:, 0] = path[:, 1] - path[:, 0]
    along[:, -1] = path[:, -1] - path[:, -2]
    length = np.hypot(along[..., 0], along[..., 1]) + np.float32(1e-4)
    half = (spread[:, None] * _TAPER[None] / length)[..., None]
    side = np.stack([-along[..., 1], along[..., 0]], -1) * half
    ring = np.concatenate([path + side, (path - side)[:, ::-1]], axis=1) + np.float32(0.5)
    return np.asarray(np.rint(ring * f32(scale) * (1 << _SHIFT)), np.int32)
