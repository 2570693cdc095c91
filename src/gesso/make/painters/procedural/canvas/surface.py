"""The ground that a scene is composed on: colour, depth, brush direction, detail, marks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from gesso.make.painters.procedural.canvas.marks import Mark
from gesso.make.painters.procedural.canvas.noise import (
    Lab,
    Plane,
    Points,
    blur,
    f32,
    generator,
    mix,
    soft_noise,
)
from gesso.make.painters.procedural.canvas.palette import Palette
from gesso.make.painters.procedural.canvas.stencil import Stencil
from gesso.make.painters.procedural.spec import PaintSpec

PLANES = 4
"""How many layers of strokes there are."""

_SHIFT = 4
_SUBPIXEL = 1 << _SHIFT


@dataclass
class Surface:
    """A scene in the making.

    Places are in units of the short side, x to the right and y down, so the picture spans
    (0, 0) to (`wide`, `high`) and the lesser of the two is 1. Later shapes cover earlier ones.

    Attributes:
        lab: (height, width, 3) OKLab.
        angle: brush direction in radians.
        detail: 0 broad brushes to 1 the finest.
        far: 0 at hand to 1 at the horizon; the mist follows it.
        front: coverage of the planes 1 to 3 (land, things, what is near), over the backdrop 0.
        marks: last touches, in order.
    """

    spec: PaintSpec
    width: int
    height: int
    marks: list[Mark] = field(default_factory=list)
    _noises: dict[tuple[str, float, int, float, float], Plane] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.unit = min(self.width, self.height)
        self.wide, self.high = self.width / self.unit, self.height / self.unit
        self.x: Plane = f32((np.arange(self.width) + 0.5) / self.unit)[None, :]
        self.y: Plane = f32((np.arange(self.height) + 0.5) / self.unit)[:, None]
        shape = self.height, self.width
        self.lab: Lab = np.zeros((*shape, 3), np.float32)
        self.angle: Plane = np.zeros(shape, np.float32)
        self.detail: Plane = np.full(shape, 0.12, np.float32)
        self.far: Plane = np.ones(shape, np.float32)
        self.front: tuple[Plane, ...] = tuple(
            np.zeros(shape, np.float32) for _ in range(PLANES - 1)
        )
        self.palette = Palette(self.spec)

    def rng(self, *stage: str | int) -> np.random.Generator:
        """Random numbers for one stage."""
        return generator(self.spec.seed, *stage)

    @property
    def light(self) -> tuple[float, float]:
        """Where the light stands, in units."""
        return self.spec.light_x * self.wide, self.spec.light_y * self.high

    @property
    def focus_x(self) -> float:
        """Where the subject stands, in units from the left."""
        return self.wide * (0.5 if self.spec.balance is None else self.spec.balance)

    def by_hour(self, day: float, night: float) -> float:
        """A value that is `day` in daylight and `night` in the deep of it."""
        return day + (night - day) * self.spec.night

    def noise(
        self, stage: str, cells: float, octaves: int = 4, gain: float = 0.5, stretch: float = 1.0
    ) -> Plane:
        """Soft noise over the whole ground, mirrored as far as the symmetry asks."""
        known = stage, cells, octaves, gain, stretch
        if known not in self._noises:
            rng, shape = self.rng("noise", stage), (self.height, self.width)
            plane = soft_noise(
                rng, shape, self.unit, cells, octaves=octaves, gain=gain, stretch=stretch
            )
            self._noises[known] = self._even(plane)
        return self._noises[known]

    def profile(self, stage: str, cells: float, octaves: int = 6, gain: float = 0.5) -> Plane:
        """A row of soft noise, (width,)."""
        line = soft_noise(
            self.rng("profile", stage), (1, self.width), self.unit, cells, octaves, gain=gain
        )
        return f32(self._even(line)[0])

    def _even(self, plane: Plane) -> Plane:
        share = self.spec.symmetry * 0.5
        if share < 0.02:
            return plane
        both = (1 - share) * plane + share * plane[:, ::-1]
        return f32(both / np.sqrt((1 - share) ** 2 + share**2))

    # --- stencils ---------------------------------------------------------------------------

    def whole(self, mask: ArrayLike) -> Stencil:
        """A stencil over the whole ground; `mask` broadcasts to it."""
        full = np.broadcast_to(f32(mask), (self.height, self.width))
        return Stencil(slice(0, self.height), slice(0, self.width), full)

    def band(self, top: float, bottom: float) -> tuple[slice, slice]:
        """The rows between two heights, for stencils that need not reach over everything."""
        first = max(0, min(self.height - 1, int(top * self.unit)))
        last = max(first + 1, min(self.height, int(np.ceil(bottom * self.unit))))
        return slice(first, last), slice(0, self.width)

    def polygon(self, shapes: Points | Sequence[Points], holes: Sequence[Points] = ()) -> Stencil:
        """Filled shapes, united where they overlap, less the holes."""
        polygons = [shapes] if isinstance(shapes, np.ndarray) else list(shapes)
        return self._drawn(polygons, 0.0, closed=True, holes=holes)

    def lines(
        self, lines: Points | Sequence[Points], width: float, closed: bool = False
    ) -> Stencil:
        """Lines of a width in units, at least one pixel wide."""
        many = [lines] if isinstance(lines, np.ndarray) else list(lines)
        return self._drawn(many, width, closed)

    def ellipse(self, x: float, y: float, rx: float, ry: float | None = None) -> Stencil:
        """A filled ellipse, or with one radius a disc."""
        turn = np.linspace(0, 2 * np.pi, 73)[:-1]
        around = np.stack(
            [x + rx * np.cos(turn), y + (rx if ry is None else ry) * np.sin(turn)], -1
        )
        return self.polygon(around)

    def _drawn(
        self, shapes: list[Points], width: float, closed: bool, holes: Sequence[Points] = ()
    ) -> Stencil:
        every = np.concatenate(shapes)
        low = np.floor(every.min(0) * self.unit - width * self.unit).astype(int) - 2
        high = np.ceil(every.max(0) * self.unit + width * self.unit).astype(int) + 3
        x0, y0 = np.clip(low, 0, (self.width - 1, self.height - 1)).tolist()
        x1, y1 = np.clip(
            high, (x0 + 1, y0 + 1), (max(self.width, x0 + 1), max(self.height, y0 + 1))
        ).tolist()
        image = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for number, shape in enumerate((*shapes, *holes)):
            px = (shape * self.unit - 0.5 - (x0, y0)) * _SUBPIXEL
            fixed = np.round(np.clip(px, -1e6, 1e6)).astype(np.int32)
            if width > 0:
                thick = max(1, round(width * self.unit))
                cv2.polylines(image, [fixed], closed, 255, thick, cv2.LINE_AA, _SHIFT)
            else:
                ink = 255 if number < len(shapes) else 0
                cv2.fillPoly(image, [fixed], ink, cv2.LINE_AA, _SHIFT)
        mask = f32(image) / np.float32(255)
        return Stencil(slice(y0, y1), slice(x0, x1), mask)

    def inside(self, stencil: Stencil) -> tuple[Plane, Plane]:
        """The x row and y column of a stencil's box."""
        return self.x[:, stencil.columns], self.y[stencil.rows]

    def seen(self, stencil: Stencil) -> Lab:
        """What is painted in a stencil's box so far."""
        return self.lab[stencil.rows, stencil.columns]

    # --- painting ---------------------------------------------------------------------------

    def put(
        self,
        stencil: Stencil,
        colour: ArrayLike,
        *,
        angle: ArrayLike | None = None,
        detail: ArrayLike | None = None,
        far: ArrayLike | None = None,
        plane: int | None = None,
    ) -> None:
        """Lay a colour through a stencil.

        Args:
            stencil: where.
            colour: (3,) or (box height, box width, 3) OKLab.
            angle: as the attribute of that name; None leaves what was, as for the next two.
            detail: as the attribute of that name.
            far: as the attribute of that name; things of the planes 2 and 3 are near by nature.
            plane: 0 backdrop, 1 land, 2 things, 3 what is near: strokes of one plane never
                run into another. None keeps to the plane that is there.
        """
        if far is None and plane is not None and plane > 1:
            far = 0.1
        box = stencil.rows, stencil.columns
        mask = stencil.mask
        target = self.lab[box]
        target += (f32(colour) - target) * mask[..., None]
        solid = mask > 0.5
        if angle is not None:
            np.copyto(self.angle[box], f32(angle), where=solid)
        if detail is not None:
            held = self.detail[box]
            held += (f32(detail) - held) * mask
        if far is not None:
            held = self.far[box]
            held += (f32(far) - held) * mask
        if plane is not None:
            for number, cover in enumerate(self.front, start=1):
                part = cover[box]
                part *= 1 - mask
                if number == plane:
                    part += mask

    def shade(self, stencil: Stencil, lightness: ArrayLike) -> None:
        """Add to the lightness under a stencil."""
        self.lab[stencil.rows, stencil.columns, 0] += stencil.mask * f32(lightness)

    def glow(self, x: float, y: float, radius: float, colour: ArrayLike, strength: float) -> None:
        """Light that a lamp throws around itself: added, so it never darkens."""
        reach = radius * 3.2
        stencil = self.polygon(
            np.array(
                [
                    (x - reach, y - reach),
                    (x + reach, y - reach),
                    (x + reach, y + reach),
                    (x - reach, y + reach),
                ]
            )
        )
        across, down = self.inside(stencil)
        away = np.hypot(across - x, down - y) / radius
        halo = f32(strength * np.exp(-(away**1.25)))
        target = self.seen(stencil)
        target += np.maximum(0, 1) * (f32(colour) - target) * halo[..., None]

    def bevel(self, stencil: Stencil, width: float, strength: float) -> None:
        """Light the rim of a shape from the picture's light, and shade the side away from it."""
        if min(stencil.mask.shape) < 2:
            return
        soft = blur(np.ascontiguousarray(stencil.mask), width * self.unit)
        down, across = np.gradient(soft)
        x, y = self.inside(stencil)
        to_x, to_y = self.light[0] - x, self.light[1] - 0.25 - y
        length = np.hypot(to_x, to_y) + 1e-3
        facing = -(across * to_x + down * to_y) / length
        self.shade(stencil, np.clip(facing * width * self.unit * 2.2, -1, 1) * strength)

    def shadow(
        self, stencil: Stencil, dx: float, dy: float, softness: float, strength: float
    ) -> None:
        """Let a shape throw a soft shadow by (dx, dy) onto what is there."""
        pad = int(np.ceil((max(abs(dx), abs(dy)) + 3 * softness) * self.unit)) + 1
        top, left = max(0, stencil.rows.start - pad), max(0, stencil.columns.start - pad)
        rows = slice(top, min(self.height, stencil.rows.stop + pad))
        columns = slice(left, min(self.width, stencil.columns.stop + pad))
        cast = np.zeros((rows.stop - top, columns.stop - left), np.float32)
        y, x = stencil.rows.start - top, stencil.columns.start - left
        cast[y : y + stencil.mask.shape[0], x : x + stencil.mask.shape[1]] = stencil.mask
        move = np.array([[1, 0, dx * self.unit], [0, 1, dy * self.unit]])
        moved = f32(cv2.warpAffine(cast, move, (cast.shape[1], cast.shape[0])))
        dark = blur(moved, softness * self.unit)
        self.lab[rows, columns] *= 1 - (strength * dark)[..., None] * f32((1.0, 0.6, 0.6))

    def mark(
        self,
        points: ArrayLike,
        width: float,
        colour: Lab,
        plane: int = 2,
        alpha: float = 1.0,
    ) -> None:
        """Add a last touch; with width 0 a closed shape."""
        self.marks.append(Mark(np.asarray(points, np.float64), width, f32(colour), plane, alpha))

    def dabs(
        self,
        places: Iterable[tuple[float, float, float]],
        colour: Lab,
        plane: int = 0,
        alpha: float = 1.0,
    ) -> None:
        """Small round touches at (x, y, radius)."""
        turn = np.linspace(0, 2 * np.pi, 9)[:-1]
        ring = np.stack([np.cos(turn), np.sin(turn)], -1)
        for x, y, radius in places:
            self.mark(ring * radius + (x, y), 0.0, colour, plane, alpha)


def lifted(colour: Lab, lightness: ArrayLike) -> Lab:
    """A colour with a plane of lightness added to it."""
    return f32(colour) + f32(lightness)[..., None] * f32((1.0, 0.0, 0.0))


def toward(colour: Lab, other: ArrayLike, share: ArrayLike) -> NDArray[np.float32]:
    """A colour, or many, mixed towards another by a plane of shares."""
    part = f32(share)
    return mix(colour, other, part[..., None] if part.ndim else part)
