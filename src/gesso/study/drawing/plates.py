"""Plates: arrays as PNG, gray as it measures, maps enlarged without steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness
from gesso.study.easel import SHEET_SIDE, Floats
from gesso.study.records import Sheet

Bytes = NDArray[np.uint8]


def sheet(name: str, caption: str, plate: NDArray[Any], *, is_map: bool = False) -> Sheet:
    """A plate as a PNG with its name and what is seen on it.

    Args:
        name: unique in a study.
        caption: one sentence.
        plate: (height, width) gray or (height, width, 3) sRGB, uint8.
        is_map: gray values are numbers of levels, for programs.
    """
    height, width = plate.shape[:2]
    role: Literal["labels", "sheet"] = "labels" if is_map else "sheet"
    return Sheet(name, caption, partial(png, plate), width, height, role)


def drawn_later(
    name: str, caption: str, size: tuple[int, int], plate: Callable[[], NDArray[Any]]
) -> Sheet:
    """The same for a plate that is made when somebody looks.

    Args:
        name: unique in a study.
        caption: one sentence.
        size: (width, height) that the plate will have.
        plate: makes it.
    """
    return Sheet(name, caption, lambda: png(plate()), *size)


def draw_all(sheets: Iterable[Sheet]) -> None:
    """Draw what nobody has looked at yet, two at a time."""
    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(lambda waiting: waiting.data, sheets):
            pass


def png(plate: NDArray[Any]) -> bytes:
    """Encode (height, width) gray or (height, width, 3) sRGB, uint8; the same bytes each time."""
    swapped = plate if plate.ndim == 2 else cv2.cvtColor(plate, cv2.COLOR_RGB2BGR)
    how = [cv2.IMWRITE_PNG_COMPRESSION, 2, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE]
    done, data = cv2.imencode(".png", np.ascontiguousarray(swapped), how)
    if not done:
        raise ValueError(f"a plate of {plate.shape} cannot be encoded")
    return data.tobytes()


def gray_of(values: NDArray[Any]) -> Bytes:
    """The sRGB gray (uint8) that measures as each L*, 0 to 100; of any shape."""
    steps = np.clip(np.rint(values * (len(_grays()) - 1) / 100), 0, len(_grays()) - 1)
    return _grays()[steps.astype(np.int32)]


def size_of(shape: tuple[int, ...], side: int = SHEET_SIDE) -> tuple[int, int]:
    """(width, height) of a sheet for a map of that shape, which is enlarged four times at most."""
    height, width = shape[:2]
    scale = min(4.0, side / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def enlarged(labels: NDArray[np.int32], size: tuple[int, int]) -> NDArray[np.int32]:
    """A label map at (width, height) with smooth borders: each level is enlarged and the most wins.

    Thin accents keep their label where smoothing would close them.
    """
    if (labels.shape[1], labels.shape[0]) == size:
        return labels
    best = np.full((size[1], size[0]), -1.0, dtype=np.float32)
    found = np.zeros((size[1], size[0]), dtype=np.int32)
    for label in range(int(labels.max()) + 1):
        mask = (labels == label).astype(np.float32)
        here = cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR)
        found[here > best] = label
        np.maximum(best, here, out=best)
    return found


def plane(values: Floats, size: tuple[int, int]) -> Floats:
    """Values at (width, height)."""
    how = cv2.INTER_AREA if size[0] < values.shape[1] else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(values, size, interpolation=how), dtype=np.float32)


@cache
def _grays() -> Bytes:
    """1,001 grays: the nearest 8-bit gray to each tenth of an L*."""
    levels = lightness(np.repeat(np.arange(256, dtype=np.uint8)[:, np.newaxis], 3, axis=1))
    wanted = np.linspace(0, 100, 1001)
    above = np.clip(np.searchsorted(levels, wanted), 1, 255)
    lower = np.abs(levels[above - 1] - wanted) <= np.abs(levels[above] - wanted)
    return np.where(lower, above - 1, above).astype(np.uint8)
