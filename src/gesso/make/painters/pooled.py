"""A painter of place "cpu", sent to a worker process, so that pictures use all the cores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

import cv2

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
    """Paint in this process, and work out ahead what will be asked about the picture."""
    painting = painter.paint(order)
    for work in ahead:
        painting.picture.once(work)
    return painting


def one_thread() -> None:
    """Make OpenCV keep to one thread: the workers are as many as the cores already."""
    cv2.setNumThreads(1)
