"""Plates: arrays as PNG, gray as it measures, maps enlarged without steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from threading import Lock
from typing import Any, Generic, Literal, TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.colour import lightness
from gesso.study.easel import SHEET_SIDE, Easel, Floats
from gesso.study.records import Sheet

Bytes = NDArray[np.uint8]
Made = TypeVar("Made")

# Photos: what is left of a pixel when the mean of its neighbours is taken off, with no search for
# what repeats, because nothing does. Of 840 x 611 pixels 15 ms and 588 KB, against 34 ms and 591 KB
# with runs and every filter tried. Fields of one tone: what differs from the row above, in runs;
# 4.5 ms and 27 KB against 12 and 29.
_PNG_OF_PHOTOS = (
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_HUFFMAN_ONLY,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_AVG,
)
_PNG_OF_FIELDS = (
    cv2.IMWRITE_PNG_COMPRESSION,
    1,
    cv2.IMWRITE_PNG_STRATEGY,
    cv2.IMWRITE_PNG_STRATEGY_RLE,
    cv2.IMWRITE_PNG_FILTER,
    cv2.IMWRITE_PNG_FILTER_UP,
)
_ROWS_LOOKED_AT = 16
"""Of so many rows of a plate one tells whether it is a photo or made of fields."""


class Kept(Generic[Made]):
    """What several sheets are drawn from: made when the first of them is, in whatever thread.

    Args:
        make: makes it; what it holds is let go of afterwards.
    """

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make: Callable[[], Made] | None = make
        self._made: Made
        self._lock = Lock()

    def __call__(self) -> Made:
        """The one that was made."""
        with self._lock:
            if self._make is not None:
                self._made, self._make = self._make(), None
            return self._made


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
    how = _PNG_OF_FIELDS if _is_of_fields(plate) else _PNG_OF_PHOTOS
    done, data = cv2.imencode(".png", np.ascontiguousarray(swapped), how)
    if not done:
        raise ValueError(f"a plate of {plate.shape} cannot be encoded")
    return data.tobytes()


def _is_of_fields(plate: NDArray[Any]) -> bool:
    """Whether most pixels are like their left neighbour."""
    rows = plate[::_ROWS_LOOKED_AT]
    return 2 * int(np.count_nonzero(rows[:, 1:] == rows[:, :-1])) > rows[:, 1:].size


def gray_of(values: NDArray[Any]) -> Bytes:
    """The sRGB gray (uint8) that measures as each L*, 0 to 100; of any shape."""
    steps = np.rint(values * (len(_grays()) - 1) / 100)
    return _grays().take(steps.astype(np.intp), mode="clip")


def size_of(shape: tuple[int, ...], side: int = SHEET_SIDE) -> tuple[int, int]:
    """(width, height) of a sheet for a map of that shape, which is enlarged four times at most."""
    height, width = shape[:2]
    scale = min(4.0, side / max(height, width))
    return max(1, round(width * scale)), max(1, round(height * scale))


def enlarged(labels: NDArray[Any], size: tuple[int, int]) -> Bytes:
    """A label map at (width, height) with smooth borders: each level is enlarged and the most wins.

    Thin accents keep their label where smoothing would close them.

    Args:
        labels: (height, width), 0 to 255.
        size: (width, height).

    Returns:
        (height, width) uint8.
    """
    small = labels.astype(np.uint8)
    if (small.shape[1], small.shape[0]) == size:
        return small
    found = np.zeros((size[1], size[0]), dtype=np.uint8)
    best = _share_of(small, 0, size)
    for label in range(1, int(small.max()) + 1):
        here = _share_of(small, label, size)
        np.putmask(found, here > best, label)
        np.maximum(best, here, out=best)
    return found


def _share_of(labels: Bytes, label: int, size: tuple[int, int]) -> Floats:
    """How much of each larger pixel a label has, 0 to 1."""
    mask = (labels == label).astype(np.float32)
    return np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR), dtype=np.float32)


def wide_blocks(easel: Easel) -> Kept[Bytes]:
    """The map of the big shapes at the size of a sheet, one for all sheets that show it."""
    # What is drawn later holds what it needs, and not the easel with its whole picture.
    labels = easel.blocks().labels
    return Kept(lambda: enlarged(labels, size_of(labels.shape)))


def filled(labels: Bytes, tones: Bytes) -> Bytes:
    """Each label in its own gray or colour.

    Args:
        labels: (height, width).
        tones: (levels,) gray or (levels, 3) sRGB.

    Returns:
        (height, width), or (height, width, 3) for colours.
    """
    table = np.zeros((256, *tones.shape[1:]), dtype=np.uint8)
    table[: len(tones)] = tones
    if tones.ndim == 1:
        return np.asarray(cv2.LUT(labels, table), dtype=np.uint8)
    parts = [cv2.LUT(labels, np.ascontiguousarray(table[:, part])) for part in range(3)]
    return np.asarray(cv2.merge(parts), dtype=np.uint8)


def in_rgb(gray: Bytes) -> Bytes:
    """(height, width) grays as (height, width, 3), to be drawn on in colour."""
    return np.asarray(cv2.merge([gray, gray, gray]), dtype=np.uint8)


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
