"""A painter of place "cpu", sent to a worker process, so that pictures use all the cores."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any, ClassVar, Literal

import cv2

from gesso.core.pixels.derived.develop import develop_picture, packed
from gesso.core.pixels.picture import Picture
from gesso.core.runner.workers import Workers
from gesso.make.painters.painter import Order, Painter, Painting, Tell, silent

# A pure function of a picture that somebody will ask for, so that `Picture.once` has it then.
Ahead = Callable[[Picture], Any]


class PooledPainter:
    """Paints each order in one of the workers; itself a painter like the one it wraps.

    Args:
        painter: who paints; it is sent to the worker with each order.
        workers: where it paints.
        ahead: what will be asked about every picture: it is worked out in the worker as well,
            and travels inside the picture.
    """

    place: ClassVar[Literal["cpu", "outside"]] = "cpu"

    def __init__(self, painter: Painter, workers: Workers, ahead: Sequence[Ahead] = ()) -> None:
        self.name = painter.name
        self._painter = painter
        self._workers = workers
        self._ahead = tuple(ahead)

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture elsewhere; told only when it starts and when it is done."""
        tell("painting", None)
        painting = self._workers.call(paint_alone, self._painter, order, self._ahead)
        tell("painted", 1.0)
        return painting


def paint_alone(painter: Painter, order: Order, ahead: Sequence[Ahead] = ()) -> Painting:
    """Paint in this process, and work out ahead what will be asked about the picture.

    One that is developed comes back with its file for its pixels, which mostly nobody looks at
    again.
    """
    painting = painter.paint(order)
    for work in ahead:
        painting.picture.once(work)
    if develop_picture in ahead:
        return replace(painting, picture=packed(painting.picture))
    return painting


def one_thread() -> None:
    """Make OpenCV keep to one thread: the workers are as many as the cores already."""
    cv2.setNumThreads(1)


def ready_to_paint() -> None:
    """Make this process one that paints one picture after the other.

    Memory that a picture has freed is kept for the next one, where the C library can be told so:
    given back to the system after every array, it comes anew page by page, which is a twentieth of
    a painting's time.
    """
    one_thread()
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):  # another C library than glibc has no mallopt
            mallopt = ctypes.CDLL(None).mallopt
            for parameter, size in _KEPT:
                mallopt(parameter, size)


def ready_to_decode() -> None:
    """Make this process one that decodes what a server was sent, and stands back for the server."""
    ready_to_paint()
    if sys.platform != "win32":
        os.nice(_STANDS_BACK)


_STANDS_BACK = 5

# mallopt(3): M_MMAP_THRESHOLD (its greatest value) and M_TRIM_THRESHOLD. Larger arrays, of pictures
# above 4 megapixels, are given back at once all the same.
_KEPT = ((-3, 32 << 20), (-1, 256 << 20))
