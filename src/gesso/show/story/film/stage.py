"""A picture on its wall, seen from slowly nearer or further: whole, and never cropped."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import linear_to_bytes, srgb_to_linear
from gesso.core.pixels.picture import Picture
from gesso.core.pixels.type.faces import OWN, Faces
from gesso.show.story.film.wall import Box, Hanging, hang, unit_of, wall_of
from gesso.show.story.records import Frame, Scene

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float32]

_FINER = 1.25
"""The source has this many pixels for one of the film: between them straight lines are enough (the
sharpness of a drifting picture then wavers by 1 %, at 1.0 by 28 %)."""
_FURTHEST = 0.94
"""A move begins or ends with the picture at this part of its size."""
_SHADE, _DROP, _SOFT, _DEPTH = 26.0, 5.0, 9.0, 0.42
"""Of the shadow at 540 lines: how far it reaches, its drop, its softness, and its depth."""


@dataclass(frozen=True)
class Region:
    """Whole pixels of a film: columns left to right, rows top to bottom."""

    left: int
    top: int
    right: int
    bottom: int

    def joined(self, other: Region) -> Region:
        """The smallest that holds both."""
        return Region(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


class Stage:
    """One scene, set up: everything that does not change while it is shown.

    Args:
        picture: its pixels; let go of afterwards.
        scene: its words and its move.
        frame: the film.
        faces: that its label is set in.

    Attributes:
        hanging: where picture and label hang.
        region: what the picture and its shadow can cover.
    """

    def __init__(self, picture: Picture, scene: Scene, frame: Frame, faces: Faces = OWN) -> None:
        self.hanging: Hanging = hang((picture.width, picture.height), scene, frame, faces)
        self._scene = scene
        self._wall = wall_of(frame)
        self._pad = round(_SHADE * unit_of(frame) * _FINER)
        self._source = self._framed(_sized(picture, self.hanging.box), unit_of(frame))
        self.region = self._reach(frame)

    def paint(self, plate: Bytes, progress: float, region: Region | None = None) -> None:
        """Paint the picture into (height, width, 3), the wall around it included.

        Args:
            plate: the film's frame.
            progress: how far the move is, 0 to 1.
            region: what is painted; None for the picture's own.
        """
        part = region or self.region
        target = plate[part.top : part.bottom, part.left : part.right]
        target[:] = cv2.warpAffine(
            self._source,
            self._view(progress, part),
            (part.right - part.left, part.bottom - part.top),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(self._wall, self._wall, self._wall),
        )

    def covered(self, progress: float, region: Region) -> Floats:
        """(height, width) of a region: how much of each pixel the picture covers, 0 to 1."""
        box, scale = self.hanging.box, self._scale(progress)
        x, y = self._corner(scale)
        across = _covered(region.left, region.right, x, x + box.width * scale)
        down = _covered(region.top, region.bottom, y, y + box.height * scale)
        return np.asarray(down[:, None] * across[None, :])

    def laid(self, plane: Floats, progress: float, region: Region) -> Floats:
        """A plane over the picture, (height, width) of any size, as it lies in a region."""
        box, scale = self.hanging.box, self._scale(progress)
        across, down = plane.shape[1] / box.width, plane.shape[0] / box.height
        x, y = self._corner(scale)
        view = np.array(
            [
                [across / scale, 0, (region.left + 0.5 - x) / scale * across - 0.5],
                [0, down / scale, (region.top + 0.5 - y) / scale * down - 0.5],
            ]
        )
        size = region.right - region.left, region.bottom - region.top
        return np.asarray(
            cv2.warpAffine(
                plane,
                view,
                size,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            ),
            np.float32,
        )

    def _scale(self, progress: float) -> float:
        eased = progress - np.sin(2 * np.pi * progress) / (2 * np.pi) * 0.6
        match self._scene.move:
            case "towards":
                return float(_FURTHEST + (1 - _FURTHEST) * eased)
            case "away":
                return float(1 - (1 - _FURTHEST) * eased)
            case _:
                return 1.0

    def _corner(self, scale: float) -> tuple[float, float]:
        """Where the left upper corner of the picture is: the focal point stays where it is."""
        box, focal = self.hanging.box, self._scene.focal
        return (
            box.x + focal.x * box.width * (1 - scale),
            box.y + focal.y * box.height * (1 - scale),
        )

    def _view(self, progress: float, part: Region) -> NDArray[np.float64]:
        """The matrix from pixels of a part of the film to pixels of the source."""
        scale = self._scale(progress)
        x, y = self._corner(scale)
        box, pad = self.hanging.box, self._pad
        across = (self._source.shape[1] - 2 * pad) / box.width
        down = (self._source.shape[0] - 2 * pad) / box.height
        return np.array(
            [
                [across / scale, 0, (part.left + 0.5 - x) / scale * across + pad - 0.5],
                [0, down / scale, (part.top + 0.5 - y) / scale * down + pad - 0.5],
            ]
        )

    def _framed(self, rgb: Bytes, unit: float) -> Bytes:
        """The picture with as much wall around it as its shadow needs."""
        pad = self._pad
        height, width = rgb.shape[:2]
        ground = np.full((height + 2 * pad, width + 2 * pad, 3), self._wall, np.uint8)
        if pad:
            shade = np.zeros(ground.shape[:2], np.float32)
            drop = round(_DROP * unit * _FINER)
            shade[pad + drop : pad + drop + height, pad : pad + width] = 1
            shade = np.asarray(cv2.GaussianBlur(shade, (0, 0), _SOFT * unit * _FINER), np.float32)
            light = srgb_to_linear(ground) * (1 - _DEPTH * shade[..., None])
            ground = linear_to_bytes(light)
        ground[pad : pad + height, pad : pad + width] = rgb
        return ground

    def _reach(self, frame: Frame) -> Region:
        box, pad = self.hanging.box, self._pad / _FINER + 2
        return Region(
            max(0, int(box.x - pad)),
            max(0, int(box.y - pad)),
            min(frame.width, int(np.ceil(box.x + box.width + pad))),
            min(frame.height, int(np.ceil(box.y + box.height + pad))),
        )


def blended(one: NDArray[np.uint8], other: NDArray[np.uint8], share: float) -> Picture:
    """Two pictures mixed in linear light, at the size of the other."""
    size = other.shape[1], other.shape[0]
    first = np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA), np.uint8)
    light = srgb_to_linear(first) * (1 - share) + srgb_to_linear(other) * share
    return Picture.adopt(linear_to_bytes(light))


def _covered(first: int, last: int, start: float, end: float) -> Floats:
    """How much of each pixel of a row lies between two places."""
    left = np.arange(first, last, dtype=np.float32)
    part = np.clip(np.minimum(left + 1, end) - np.maximum(left, start), 0, 1)
    return np.asarray(part, np.float32)


def _sized(picture: Picture, box: Box) -> Bytes:
    """The picture at the size of the source: by area where it is larger, else by cubics."""
    size = max(1, round(box.width * _FINER)), max(1, round(box.height * _FINER))
    rgb = np.asarray(picture.rgb)
    shrinks = size[0] < picture.width
    if shrinks:
        # Halving first costs a fifth, and an area of pixels is a mean of light only in linear.
        while rgb.shape[1] >= 4 * size[0] and rgb.shape[0] >= 4 * size[1]:
            half = rgb.shape[1] // 2, rgb.shape[0] // 2
            even = rgb[: half[1] * 2, : half[0] * 2]
            rgb = np.asarray(cv2.resize(even, half, interpolation=cv2.INTER_AREA), np.uint8)
    how = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(rgb, size, interpolation=how), np.uint8)
