"""A painter of place "cpu", sent to a worker process, so that pictures use all the cores."""

from __future__ import annotations

from typing import ClassVar, Literal

import cv2

from gesso.core.runner import Workers
from gesso.make.painters.painter import Order, Painter, Painting, Tell, silent


class PooledPainter:
    """Paints each order in one of the workers; itself a painter like the one it wraps."""

    place: ClassVar[Literal["cpu", "outside"]] = "cpu"

    def __init__(self, painter: Painter, workers: Workers) -> None:
        self.name = painter.name
        self._painter = painter
        self._workers = workers

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        """Paint one picture elsewhere; told only when it starts and when it is done."""
        tell("painting", None)
        painting = self._workers.call(paint_alone, self._painter, order)
        tell("painted", 1.0)
        return painting


def paint_alone(painter: Painter, order: Order) -> Painting:
    """Paint in this process."""
    return painter.paint(order)


def one_thread() -> None:
    """Make OpenCV keep to one thread: the workers are as many as the cores already."""
    cv2.setNumThreads(1)
