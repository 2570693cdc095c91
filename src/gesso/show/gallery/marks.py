"""The scrubber's marks: what stands where in a hanging, by its order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from gesso.show.gallery.hanging import Hanging

MOST = 400
_DAY_US = 86_400_000_000
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True)
class Mark:
    """A word beside a place.

    Attributes:
        place: of the first work that it is said of, from 0.
        words: "2026", "Nov", "14", "0.8", "500".
        is_major: it stands for a longer stretch than those between.
    """

    place: int
    words: str
    is_major: bool


def marks_of(hanging: Hanging) -> tuple[Mark, ...]:
    """What is written beside a hanging, in its order; nothing beside an order without meaning."""
    if not len(hanging) or hanging.wall.set:
        return ()
    if hanging.wall.order in ("newest", "oldest"):
        return _times(hanging)
    if hanging.wall.order == "best":
        return _scores(hanging)
    return ()


def _times(hanging: Hanging) -> tuple[Mark, ...]:
    """Years and months; days where all is of one month or two."""
    sign = -1 if hanging.wall.order == "newest" else 1
    first, last = (int(sign * hanging.keys[at]) for at in (0, -1))
    start, end = min(first, last), max(first, last)
    unit = "D" if end - start < 62 * _DAY_US else "M"
    begins = _begins(start, end, unit)
    if sign < 0:
        # Falling: a stretch begins with its last work, just before the next stretch's beginning.
        bounds = np.append(begins[1:], np.iinfo(np.int64).max)
        begins, places = begins[::-1], np.searchsorted(hanging.keys, -(bounds[::-1] - 1), "left")
    else:
        places = np.searchsorted(hanging.keys, begins, "left")
    found: list[Mark] = []
    years: set[int] = set()
    ends = np.append(places[1:], len(hanging))
    for begin, place, after in zip(begins.tolist(), places.tolist(), ends.tolist(), strict=True):
        if after <= place:
            continue
        day = datetime.fromtimestamp(max(begin, start) / 1e6, UTC)
        if day.year not in years:
            years.add(day.year)
            found.append(Mark(place, str(day.year), True))
        words = f"{day.day} {_MONTHS[day.month - 1]}" if unit == "D" else _MONTHS[day.month - 1]
        found.append(Mark(place, words, False))
    return tuple(found[: MOST * 2])


def _begins(start: int, end: int, unit: str) -> NDArray[np.int64]:
    """When the days or months between two moments begin, in microseconds."""
    span = np.array([start, end], "datetime64[us]").astype(f"datetime64[{unit}]")
    steps = np.arange(span[0], span[1] + 1)
    if len(steps) > MOST:
        steps = np.arange(span[0].astype("datetime64[Y]"), span[1].astype("datetime64[Y]") + 1)
    return steps[-MOST:].astype("datetime64[us]").astype(np.int64)


def _scores(hanging: Hanging) -> tuple[Mark, ...]:
    """Tenths, from the best down; then those without a score."""
    found: list[Mark] = []
    for tenth in range(10, -1, -1):
        # From a tenth down: its first work is the first below the tenth above.
        place = int(np.searchsorted(hanging.keys, -(tenth + 1) * 100_000 + 1, "left"))
        after = int(np.searchsorted(hanging.keys, -tenth * 100_000, "right"))
        if after > place:
            found.append(Mark(place, f"{tenth / 10:.1f}", True))
    unscored = int(np.searchsorted(hanging.keys, 1, "left"))
    if unscored < len(hanging):
        found.append(Mark(unscored, "no score", True))
    return tuple(found)
