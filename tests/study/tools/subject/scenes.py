"""Pictures with a subject whose mask is known, composed here: grounds, shapes, tones, strokes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import oklab_to_bytes, srgb_to_oklab
from gesso.core.pixels.picture import Picture
from gesso.make.painters.painter import Order
from gesso.make.painters.procedural import ProceduralOptions, ProceduralPainter
from gesso.study.tools.subject.guidance import Stroke

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]
WIDTH, HEIGHT = 400, 320


@dataclass(frozen=True)
class Scene:
    """A composed picture: what it is, its pixels, and (height, width) bool for its subject."""

    name: str
    picture: Picture
    mask: Mask


def scenes(seed: int = 0) -> Iterator[Scene]:
    """Every ground with every shape, tones in turn; every second one painted over in strokes."""
    tones = ("light", "dark", "vivid", "near")
    for number, (ground, shape) in enumerate(product(GROUNDS, SHAPES)):
        tone = tones[(number + number // len(SHAPES) + seed) % len(tones)]
        yield scene(ground, shape, tone, 1000 * seed + number, stroked=number % 2 == 1)


def scene(ground: str, shape: str, tone: str, seed: int, *, stroked: bool = False) -> Scene:
    """One scene.

    Args:
        ground: of `GROUNDS`.
        shape: of `SHAPES`.
        tone: "light" or "dark" against the ground, "vivid" (another hue), or "near" (little of
            each).
        seed: places, turns and colours it.
        stroked: painted over in short strokes, as a hand would leave it.
    """
    rng = np.random.default_rng([seed, 7])
    below = GROUNDS[ground](rng)
    mask = SHAPES[shape](rng)
    lab = np.where(mask[..., np.newaxis], _subject(below, mask, tone, rng), below)
    lab = cv2.GaussianBlur(lab.astype(np.float32), (0, 0), 0.7)
    if stroked:
        painted = _stroked(np.dstack([lab, mask.astype(np.float32)]), rng)
        lab, mask = painted[..., :3], painted[..., 3] > 0.5
    rgb = oklab_to_bytes(lab).astype(np.float32) + rng.normal(0, 3, (HEIGHT, WIDTH, 1))
    told = f"{ground}/{shape}/{tone}" + ("/stroked" if stroked else "")
    return Scene(told, Picture(np.clip(np.rint(rgb), 0, 255).astype(np.uint8)), mask)


# Grounds: (height, width, 3) OKLab ------------------------------------------------------------


def _field(rng: np.random.Generator, cell: float, stretch: float = 1.0) -> Floats:
    """Smooth noise of mean 0 and spread 1; `cell` in pixels, stretched across."""
    noise = rng.normal(0, 1, (HEIGHT, WIDTH)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), sigmaX=cell * stretch, sigmaY=cell)
    return np.asarray((soft - soft.mean()) / max(float(soft.std()), 1e-6), dtype=np.float32)


def _tinted(light: Floats, rng: np.random.Generator, hues: Floats | None = None) -> Floats:
    hue = rng.uniform(0, 2 * math.pi) + (0 if hues is None else 0.5 * hues)
    chroma = rng.uniform(0.03, 0.08)
    a, b = chroma * np.cos(hue), chroma * np.sin(hue)
    planes = np.broadcast_arrays(np.clip(light, 0.05, 0.97), a, b)
    return np.stack(planes, axis=2).astype(np.float32)


def _wall(rng: np.random.Generator) -> Floats:
    """Plain, lit from one side."""
    across = np.linspace(0, 1, WIDTH, dtype=np.float32)[np.newaxis]
    down = np.linspace(0, 1, HEIGHT, dtype=np.float32)[:, np.newaxis]
    lit = across * rng.uniform(-0.15, 0.15) + down * rng.uniform(-0.12, 0.12)
    return _tinted(np.float32(rng.uniform(0.35, 0.7)) + lit, rng)


def _grass(rng: np.random.Generator) -> Floats:
    """Fine texture at two sizes."""
    light = rng.uniform(0.4, 0.6) + 0.045 * _field(rng, 1.2) + 0.035 * _field(rng, 5)
    return _tinted(light.astype(np.float32), rng, _field(rng, 12) * 0.4)


def _clouds(rng: np.random.Generator) -> Floats:
    """Large soft masses."""
    light = rng.uniform(0.45, 0.65) + 0.07 * _field(rng, 28, 1.8) + 0.015 * _field(rng, 2)
    return _tinted(light.astype(np.float32), rng, _field(rng, 40) * 0.6)


def _table(rng: np.random.Generator) -> Floats:
    """A wall over a table: two grounds, both of them background."""
    wall, table = _wall(rng), _wall(rng)
    table[..., 0] += 0.03 * _field(rng, 1.5, 8.0)
    edge = round(HEIGHT * rng.uniform(0.55, 0.75))
    wall[edge:] = table[edge:]
    return wall


def _cloth(rng: np.random.Generator) -> Floats:
    """Stripes that wave."""
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    turn = rng.uniform(0, math.pi)
    along = across * math.cos(turn) + down * math.sin(turn) + 5 * _field(rng, 25)
    light = rng.uniform(0.4, 0.65) + 0.05 * np.sign(np.sin(along / rng.uniform(3, 7)))
    return _tinted(light.astype(np.float32), rng)


def _painted(text: str) -> Callable[[np.random.Generator], Floats]:
    def ground(rng: np.random.Generator) -> Floats:
        painter = ProceduralPainter(ProceduralOptions())
        order = Order(text, width=WIDTH, height=HEIGHT, seed=int(rng.integers(2**31)))
        return srgb_to_oklab(painter.paint(order).picture.rgb)

    return ground


GROUNDS: dict[str, Callable[[np.random.Generator], Floats]] = {
    "wall": _wall,
    "grass": _grass,
    "clouds": _clouds,
    "table": _table,
    "cloth": _cloth,
    "dunes": _painted("dunes at noon"),
    "flow": _painted("an abstract flow"),
    "mist": _painted("hills in the mist at dawn"),
}

# Shapes: (height, width) bool ------------------------------------------------------------------


def _place(rng: np.random.Generator) -> tuple[float, float, float]:
    """Middle and size, pixels: between the centre and the points of thirds."""
    x = WIDTH * rng.uniform(0.34, 0.66)
    y = HEIGHT * rng.uniform(0.4, 0.6)
    return x, y, HEIGHT * rng.uniform(0.2, 0.3)


def _blob(rng: np.random.Generator) -> Mask:
    x, y, size = _place(rng)
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    angle = np.arctan2(down - y, across - x)
    radius = size * np.ones_like(angle)
    for wave in range(2, 6):
        radius += size * rng.normal(0, 0.09) * np.cos(wave * angle + rng.uniform(0, 6.3))
    return np.asarray(np.hypot(down - y, across - x) < radius)


def _drawn(polygon: list[tuple[float, float]], *ellipses: tuple[float, ...]) -> Mask:
    plate = np.zeros((HEIGHT, WIDTH), np.uint8)
    if polygon:
        cv2.fillPoly(plate, [np.rint(np.array(polygon)).astype(np.int32)], 1)
    for x, y, wide, high in ellipses:
        cv2.ellipse(plate, (round(x), round(y)), (round(wide), round(high)), 0, 0, 360, 1, -1)
    return plate.view(np.bool_)


def _bust(rng: np.random.Generator) -> Mask:
    """Head, neck and shoulders that leave the picture below."""
    x, _, size = _place(rng)
    top = HEIGHT * rng.uniform(0.2, 0.3)
    s = size * 0.8
    body = [(x - 0.3 * s, top + s), (x + 0.3 * s, top + s), (x + 0.45 * s, top + 1.6 * s),
            (x + 1.5 * s, top + 2.0 * s), (x + 1.8 * s, HEIGHT), (x - 1.8 * s, HEIGHT),
            (x - 1.5 * s, top + 2.0 * s), (x - 0.45 * s, top + 1.6 * s)]  # fmt: skip
    return _drawn(body, (x, top + 0.6 * s, 0.62 * s, 0.85 * s))


def _vase(rng: np.random.Generator) -> Mask:
    x, y, s = _place(rng)
    right = [(0.25, -1.3), (0.2, -0.5), (0.5, 1.3)]
    left = [(-across, down) for across, down in reversed(right)]
    body = [(x + across * s, y + down * s) for across, down in right + left]
    return _drawn(body, (x, y + 0.35 * s, 0.8 * s, 0.8 * s))


def _boat(rng: np.random.Generator) -> Mask:
    x, y, s = _place(rng)
    hull = [(x - 1.3 * s, y + 0.5 * s), (x + 1.4 * s, y + 0.4 * s), (x + 0.9 * s, y + s),
            (x - 0.9 * s, y + s)]  # fmt: skip
    sail = [(x - 0.1 * s, y - 1.3 * s), (x + 1.0 * s, y + 0.45 * s), (x - 0.6 * s, y + 0.5 * s)]
    return _drawn(hull) | _drawn(sail)


def _star(rng: np.random.Generator) -> Mask:
    x, y, s = _place(rng)
    turn = rng.uniform(0, 6.3)
    points = [
        (
            x + reach * math.cos(turn + at * math.pi / 5),
            y + reach * math.sin(turn + at * math.pi / 5),
        )
        for at, reach in enumerate([1.3 * s, 0.62 * s] * 5)
    ]
    return _drawn(points)


SHAPES: dict[str, Callable[[np.random.Generator], Mask]] = {
    "blob": _blob,
    "bust": _bust,
    "vase": _vase,
    "boat": _boat,
    "star": _star,
}

# Tones and hands -------------------------------------------------------------------------------


def _subject(ground: Floats, mask: Mask, tone: str, rng: np.random.Generator) -> Floats:
    """The subject's colours: shaded from one side, textured, of two related colours."""
    around = ground[cv2.dilate(mask.astype(np.uint8), np.ones((25, 25))).view(bool) & ~mask]
    light, a, b = (float(value) for value in around.mean(axis=0))
    hue = math.atan2(b, a) + rng.uniform(0.6, 1.2) * rng.choice([-1, 1])
    step, chroma = {
        "light": (0.24, 0.05), "dark": (-0.24, 0.05), "vivid": (0.07, 0.15), "near": (0.13, 0.09),
    }[tone]  # fmt: skip
    if tone in ("vivid", "near") and light > 0.55:
        step = -step
    level = float(np.clip(light + step, 0.12, 0.92))
    down, across = np.mgrid[:HEIGHT, :WIDTH]
    turn = rng.uniform(0, 6.3)
    rows, columns = np.nonzero(mask)
    lit = (across - columns.mean()) * math.cos(turn) + (down - rows.mean()) * math.sin(turn)
    shade = lit / max(float(np.abs(lit[mask]).max()), 1.0)
    tops = np.clip(level + 0.06 * shade + 0.02 * _field(rng, 2), 0.05, 0.97)
    hues = hue + 0.35 * (down > rows.mean())
    return np.stack([tops, chroma * np.cos(hues), chroma * np.sin(hues)], axis=2).astype(np.float32)


def _stroked(planes: Floats, rng: np.random.Generator) -> Floats:
    """Paint colours and mask again in short strokes, each of one place of what lies below it."""
    plate = cv2.GaussianBlur(planes, (0, 0), 4)
    flow = _field(rng, 30) * 1.2
    for length, thick, many in ((14, 6, 2600), (8, 4, 6500)):
        for y, x in zip(
            rng.integers(0, HEIGHT, many).tolist(),
            rng.integers(0, WIDTH, many).tolist(),
            strict=True,
        ):
            tone = planes[y, x] + np.array([rng.normal(0, 0.015), 0, 0, 0], np.float32)
            turn = float(flow[y, x])
            over, up = length / 2 * math.cos(turn), length / 2 * math.sin(turn)
            ends = (round(x - over), round(y - up)), (round(x + over), round(y + up))
            colour = tuple(float(part) for part in tone)
            cv2.line(plate, *ends, colour, thick, cv2.LINE_8)
    return np.asarray(plate, dtype=np.float32)


# A person's hand -------------------------------------------------------------------------------


def likeness(found: Mask, wanted: Mask) -> float:
    """Intersection over union, 0 to 1."""
    return float((found & wanted).sum()) / max(1, int((found | wanted).sum()))


def fitted(mask: Mask, shape: tuple[int, ...]) -> Mask:
    """A mask at another size."""
    size = shape[1], shape[0]
    told = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(told, dtype=np.uint8).view(np.bool_)


def strokes_over(wrong: Mask) -> Stroke | None:
    """The stroke that a person would draw over the largest wrong place; None where none is seen.

    It begins where the place is deepest and runs the longest straight way that stays inside.
    """
    padded = np.pad(wrong.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)[1:-1, 1:-1]
    if float(depth.max()) < 3:
        return None
    row, column = (int(at) for at in np.unravel_index(int(depth.argmax()), depth.shape))
    height, width = wrong.shape
    best, end = 0.0, (column, row)
    for turn in np.linspace(0, 2 * math.pi, 24, endpoint=False).tolist():
        far = 0
        while True:
            x, y = column + (far + 2) * math.cos(turn), row + (far + 2) * math.sin(turn)
            if not (0 <= x < width and 0 <= y < height and depth[int(y), int(x)] >= 3):
                break
            far += 2
        if far > best:
            best = far
            end = round(column + far * math.cos(turn)), round(row + far * math.sin(turn))
    return (
        (column / (width - 1), row / (height - 1)),
        (end[0] / (width - 1), end[1] / (height - 1)),
    )
