"""What is written alone on the wall: the title before, and the credits that roll after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.pixels.type.faces import OWN, Faces, Line
from gesso.show.story.film.wall import Label, lettered, unit_of
from gesso.show.story.records import TICKS, Frame

Bytes = NDArray[np.uint8]

_TITLE, _SUBTITLE = 44.0, 18.0
_HEADING, _NAME, _MORE = 15.0, 18.0, 14.5
_QUIET = 170
_WIDTH = 0.74
"""Of the film: no line of a card is wider."""
_LOOKED_AT = round(1.8 * TICKS)
"""Credits stand still so long before they roll, and after."""
_PACE = 62.0
"""Credits roll at most so many pixels a second, at 540 lines."""
_LONGEST = 75 * TICKS
"""Of many works the credits roll faster, so that they end."""


@dataclass(frozen=True)
class Credit:
    """One thing that is credited.

    Attributes:
        name: what it is called.
        line: whose it is, and under which licence.
    """

    name: str
    line: str = ""


@dataclass(frozen=True)
class Credits:
    """Everything that a film is made of.

    Attributes:
        works: the pictures, in order, each once.
        tracks: the music.
        made: how the film was made.
    """

    works: tuple[Credit, ...]
    tracks: tuple[Credit, ...] = ()
    made: tuple[str, ...] = ()


def title_card(title: str, subtitle: str, frame: Frame, faces: Faces = OWN) -> Label:
    """The title in the middle of the wall."""
    unit, width = unit_of(frame), _WIDTH * frame.width
    size = max(10, round(_TITLE * unit))
    while size > 10 and len(faces.wrapped(title, "text", size, width)) > 3:
        size = round(size * 0.88)
    lines, y = list[tuple[Line, int, float]](), 0.0
    for part in faces.wrapped(title, "text", size, width)[:3]:
        y += size * 1.15
        lines.append((Line(part, "text", size), 255, y - size * 0.2))
    small = max(8, round(_SUBTITLE * unit))
    y += 0.7 * small if subtitle else 0
    for part in faces.wrapped(subtitle, "italic", small, width)[:3]:
        y += small * 1.35
        lines.append((Line(part, "italic", small), _QUIET, y - small * 0.3))
    height = round(y) + 4
    ink = lettered(lines, (frame.width, height), faces, centred=True)
    return Label(0, max(0, round((frame.height - height) * 0.46)), ink[: frame.height])


class Roll:
    """The credits, as one long sheet that goes by in whole pixels.

    Args:
        credits: what is told.
        frame: the film.
        faces: that it is set in.
    """

    def __init__(self, credits: Credits, frame: Frame, faces: Faces = OWN) -> None:  # noqa: A002 - the trade's word
        self._frame = frame
        self._sheet = _sheet(credits, frame, faces)

    @property
    def ticks(self) -> int:
        """As long as it is read: what stands still is read as quickly as what rolls."""
        inked = np.flatnonzero(self._sheet.any(axis=1))
        read = self._way or (int(inked[-1] - inked[0]) if inked.size else 0)
        return 2 * _LOOKED_AT + min(_LONGEST, round(TICKS * read / (_PACE * unit_of(self._frame))))

    def label(self, at: int, ticks: int) -> Label:
        """What is seen of it when `at` of its `ticks` are over."""
        sheet, frame = self._sheet, self._frame
        if not self._way:
            return Label(0, (frame.height - sheet.shape[0]) // 2, sheet)
        frames = max(1, (ticks - 2 * _LOOKED_AT) // frame.ticks)
        step = max(1, -(-self._way // frames))
        gone = max(0, (at - _LOOKED_AT) // frame.ticks) * step
        top = min(self._way, gone)
        return Label(0, 0, sheet[top : top + frame.height])

    @property
    def _way(self) -> int:
        """How far it rolls, pixels."""
        return max(0, int(self._sheet.shape[0]) - self._frame.height)


def _sheet(credits: Credits, frame: Frame, faces: Faces) -> Bytes:  # noqa: A002 - the trade's word
    unit, width = unit_of(frame), _WIDTH * frame.width
    lines, y = list[tuple[Line, int, float]](), 0.12 * frame.height
    for heading, told in (("Works", credits.works), ("Music", credits.tracks)):
        if told:
            y = _set_heading(lines, heading, y, unit)
            y = _set_credits(lines, told, (y, unit, width), faces)
    size = max(8, round(_MORE * unit))
    y += size
    for text in credits.made:
        for part in faces.wrapped(text, "italic", size, width):
            y += size * 1.4
            lines.append((Line(part, "italic", size), _QUIET, y))
    return lettered(lines, (frame.width, round(y + 0.12 * frame.height)), faces, centred=True)


def _set_heading(lines: list[tuple[Line, int, float]], text: str, y: float, unit: float) -> float:
    size = max(8, round(_HEADING * unit))
    y += size * (2.6 if lines else 1.0)
    lines.append((Line(text, "italic", size), _QUIET, y))
    return y + size * 0.5


def _set_credits(
    lines: list[tuple[Line, int, float]],
    told: Sequence[Credit],
    place: tuple[float, float, float],
    faces: Faces,
) -> float:
    """Set credits from a height on; `place` is that, the unit, and how wide they may be."""
    y, unit, width = place
    name, more = max(9, round(_NAME * unit)), max(8, round(_MORE * unit))
    for credit in told:
        y += name * 1.5
        title = faces.shortened(credit.name, "text", name, width)
        lines.append((Line(title, "text", name), 255, y))
        for part in faces.wrapped(credit.line, "text", more, width)[:3]:
            y += more * 1.3
            lines.append((Line(part, "text", more), _QUIET, y))
    return y
