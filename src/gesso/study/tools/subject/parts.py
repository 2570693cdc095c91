"""Small parts of a picture, about two hundred, each of one colour, and who borders on whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.easel import Floats

Labels = NDArray[np.int32]
_MANY = 200
_CALM = 2.0
"""Blur before parts are cut, pixels: texture makes no parts of its own."""
_STEPS = (255.0, 640.0, 640.0)
"""What OKLab is stretched by so that its planes fill bytes alike."""
_LINES = np.ones((3, 3), np.uint8)


@dataclass(frozen=True)
class Parts:
    """A picture cut into small parts.

    Attributes:
        index: (height, width) int32, the number of the part at each pixel.
        colours: (parts, 3) float32 mean OKLab.
        middles: (parts, 2) float32 x and y, in long sides.
        areas: (parts,) float64, shares of the picture.
        foot: (parts,) int64, pixels of each on the lower border.
        rim: (parts,) int64, pixels of each on the other three.
        touching: (parts, parts) bool, symmetric.
    """

    index: Labels
    colours: Floats
    middles: Floats
    areas: NDArray[np.float64]
    foot: NDArray[np.int64]
    rim: NDArray[np.int64]
    touching: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.areas)


def parts_of(lab: Floats) -> Parts:
    """Cut a picture into parts: waters that rise from a grid of places meet at its edges.

    Watersheds after Meyer (Signal Processing 38, 1994), in OKLab.

    Args:
        lab: (height, width, 3) OKLab.
    """
    calm = np.asarray(cv2.GaussianBlur(lab, (0, 0), _CALM), dtype=np.float32)
    index = _flooded(as_bytes(calm))
    count, flat = int(index.max()) + 1, index.ravel()
    sizes = np.bincount(flat, minlength=count).astype(np.float64)
    height, width = index.shape
    down, across = np.mgrid[:height, :width] / max(height, width)
    return Parts(
        index,
        _means([lab[..., 0], lab[..., 1], lab[..., 2]], flat, sizes),
        _means([across, down], flat, sizes),
        sizes / flat.size,
        np.bincount(index[-1], minlength=count),
        np.bincount(np.concatenate([index[0], index[:, 0], index[:, -1]]), minlength=count),
        _touching(index, count),
    )


def as_bytes(lab: Floats) -> NDArray[np.uint8]:
    """OKLab as (height, width, 3) uint8 in which a step means about as much in each plane."""
    planes = lab * np.array(_STEPS, np.float32) + np.array([0, 128, 128], np.float32)
    return np.clip(np.rint(planes), 0, 255).astype(np.uint8)


def _means(planes: list[NDArray[Any]], flat: Labels, sizes: NDArray[np.float64]) -> Floats:
    sums = [np.bincount(flat, plane.ravel(), len(sizes)) for plane in planes]
    return np.asarray(np.stack(sums, axis=1) / sizes[:, np.newaxis], dtype=np.float32)


def _flooded(planes: NDArray[np.uint8]) -> Labels:
    height, width = planes.shape[:2]
    pitch = max(2.0, (height * width / _MANY) ** 0.5)
    rows, columns = max(1, round(height / pitch)), max(1, round(width / pitch))
    markers = np.zeros((height, width), np.int32)
    down = ((np.arange(rows) + 0.5) * height / rows).astype(int)
    across = ((np.arange(columns) + 0.5) * width / columns).astype(int)
    markers[np.ix_(down, across)] = np.arange(1, rows * columns + 1).reshape(rows, columns)
    cv2.watershed(np.ascontiguousarray(planes), markers)
    return _without_lines(markers)


def _without_lines(markers: Labels) -> Labels:
    """Give the lines between waters, and the frame, to a neighbour; numbers without gaps."""
    found = np.maximum(markers, 0)
    while (found == 0).any():
        grown = cv2.dilate(found.astype(np.float32), _LINES).astype(np.int32)
        found = np.where(found > 0, found, grown)
    _, packed = np.unique(found, return_inverse=True)
    return np.asarray(packed.reshape(markers.shape), dtype=np.int32)


def _touching(index: Labels, count: int) -> NDArray[np.bool_]:
    found = np.zeros((count, count), np.bool_)
    for one, other in ((index[:, :-1], index[:, 1:]), (index[:-1], index[1:])):
        found[one, other] = True
    found |= found.T
    np.fill_diagonal(found, val=False)
    return found
