"""A row of references: thumbnails with their titles, artists, and what they share."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from gesso.study.drawing.lettering import INK, Word, font, lettered
from gesso.study.drawing.plates import Bytes

SIZE = (1240, 300)
"""Width and height of the row, pixels."""
_MARGIN, _GAP, _FOOT = 16, 14, 76
_PAPER, _EMPTY, _GRAY = 250, 225, (105, 105, 105)


@dataclass(frozen=True)
class Reference:
    """What is written below a thumbnail."""

    title: str
    creator: str
    shared: tuple[str, ...]


def row_of(references: Sequence[Reference], thumbnails: Sequence[bytes]) -> Bytes:
    """(300, 1240, 3) uint8: each thumbnail whole in a field of its own, words below it.

    Args:
        references: ten at most.
        thumbnails: a file for each; what cannot be read is an empty field.
    """
    width, height = SIZE
    plate = np.full((height, width, 3), _PAPER, dtype=np.uint8)
    field = (width - 2 * _MARGIN - (len(references) - 1) * _GAP) // len(references)
    high = height - 2 * _MARGIN - _FOOT
    words: list[Word] = []
    for place, (reference, data) in enumerate(zip(references, thumbnails, strict=True)):
        left = _MARGIN + place * (field + _GAP)
        shown = _fitted(data, field, high)
        # All stand on one line, so that the words below begin at one height.
        top = _MARGIN + high - shown.shape[0]
        plate[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
        below = _MARGIN + high + 18
        lines = (
            (reference.title, 15, INK),
            (reference.creator, 13, _GRAY),
            (", ".join(reference.shared), 13, INK),
        )
        for step, (text, size, colour) in enumerate(lines):
            fitting = _cut_to(text, size, field)
            words.append(Word(fitting, left, below + 21 * step, colour, size, "lm"))
    return lettered(plate, words)


def _fitted(data: bytes, width: int, height: int) -> Bytes:
    read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    if read is None:
        return np.full((height, width, 3), _EMPTY, dtype=np.uint8)
    scale = min(width / read.shape[1], height / read.shape[0])
    size = max(1, round(read.shape[1] * scale)), max(1, round(read.shape[0] * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    return np.asarray(cv2.cvtColor(cv2.resize(read, size, interpolation=how), cv2.COLOR_BGR2RGB),
                      dtype=np.uint8)  # fmt: skip


def _cut_to(text: str, size: int, width: int) -> str:
    """As much of a text as fits, on one line."""
    words = " ".join(text.split())
    type_ = font(size)
    if type_.getlength(words) <= width:
        return words
    # Longer is wider: measured a few times, not once a letter.
    fits = bisect_right(
        range(len(words)), float(width), key=lambda many: type_.getlength(f"{words[:many]}…")
    )
    return f"{words[: max(0, fits - 1)].rstrip()}…" if fits > 1 else ""
