"""The sheets of a subject: cut out, laid over the picture, and the mask for a browser."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.study.drawing.lettering import PAPER
from gesso.study.drawing.plates import Bytes, Kept, drawn_later, enlarged, sheet, size_of
from gesso.study.easel import Easel
from gesso.study.measures.edges import boundaries
from gesso.study.records import Sheet
from gesso.study.tools.subject.guidance import Guidance

_KEEP, _DROP, _BOX = (86, 190, 120), (214, 74, 44), (255, 196, 64)
_CHECK = 14
"""Side of the squares that stand for nothing, pixels."""


def sheets_of(
    easel: Easel, mask: NDArray[np.bool_], guidance: Guidance, made: str
) -> tuple[Sheet, ...]:
    """The subject cut out, the mask over the picture with a person's marks, the mask itself.

    Args:
        easel: the picture, set up.
        mask: (height, width) bool at working size.
        guidance: what a person said.
        made: "an estimate", or what else the captions call it.
    """
    size, surface = size_of(mask.shape), easel.surface
    wide = Kept(lambda: enlarged(mask, size).view(np.bool_))
    return (
        drawn_later(
            "subject",
            f"The subject cut out: {made}.",
            size,
            lambda: _cut(surface.photo(size), wide()),
        ),
        drawn_later(
            "subject-mask",
            f"Where it lies in the picture: {made}.",
            size,
            lambda: _laid(surface.photo(size), wide(), guidance),
        ),
        sheet(
            "subject-map",
            "1 where the subject is, 0 where it is not.",
            mask.astype(np.uint8),
            is_map=True,
        ),
    )


def _cut(shown: Bytes, wide: NDArray[np.bool_]) -> Bytes:
    down, across = np.indices(wide.shape) // _CHECK
    ground = np.where((down + across) % 2, np.uint8(232), np.uint8(246))[..., np.newaxis]
    share = cv2.GaussianBlur(wide.astype(np.float32), (0, 0), 0.8)[..., np.newaxis]
    return np.rint(shown * share + ground * (1 - share)).astype(np.uint8)


def _laid(shown: Bytes, wide: NDArray[np.bool_], guidance: Guidance) -> Bytes:
    gray = shown.mean(axis=2, keepdims=True)
    plate = np.where(wide[..., np.newaxis], shown, 0.35 * gray + 0.1 * shown)
    plate = np.rint(plate).astype(np.uint8)
    edge = boundaries(wide.astype(np.int32)).astype(np.uint8)
    plate[cv2.dilate(edge, np.ones((3, 3), np.uint8)).view(np.bool_)] = 20
    plate[edge.view(np.bool_)] = PAPER
    if guidance.box is not None:
        left, top, right, bottom = guidance.edges(wide.shape)
        cv2.rectangle(plate, (left, top), (right - 1, bottom - 1), _BOX, 2)
    height, width = wide.shape
    for strokes, colour in ((guidance.keep, _KEEP), (guidance.drop, _DROP)):
        for stroke in strokes:
            places = [(round(x * (width - 1)), round(y * (height - 1))) for x, y in stroke]
            line = np.array(places if len(places) > 1 else places * 2, np.int32)
            for tone, thick in (((20, 20, 20), 7), (colour, 4)):
                cv2.polylines(plate, [line], isClosed=False, color=tone, thickness=thick,
                              lineType=cv2.LINE_AA)  # fmt: skip
    return plate
