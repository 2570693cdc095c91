"""A wall: which works hang, and in which order."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gesso.core.errors import InputError
from gesso.core.records.works import Origin

Room = Literal["all", "made", "collected", "brought", "favourites"]
Order = Literal["newest", "oldest", "best", "shuffled"]

ORIGINS: Mapping[str, Origin] = {"made": "made", "collected": "collected", "brought": "brought"}
MOST_SEED = 2**31 - 1
CELLS = 96
"""Into how many colours the spectrum is cut; see `spectrum`."""
_RANGE = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?")


@dataclass(frozen=True)
class Wall:
    """Which works hang, and in which order.

    Attributes:
        room: of these works.
        order: by the time they came in, by score, or in an order of chance.
        source: of this source only, "" for any.
        colours: works that hold these cells of the spectrum, first and last; None for any.
        seed: of the chance.
        set: works of this set only, in its order where `order` is "newest"; 0 for none.
    """

    room: Room = "all"
    order: Order = "newest"
    source: str = ""
    colours: tuple[int, int] | None = None
    seed: int = 0
    set: int = 0

    @property
    def question(self) -> str:
        """What is asked for, in a fixed form: a page mark belongs to one question."""
        seed = self.seed if self.order == "shuffled" else 0
        return f"{self.room}/{self.order}/{self.colours}/{seed}/{self.set}/{self.source}"


def colours_of(told: str) -> tuple[int, int] | None:
    """A range of the spectrum as an address tells it: "17-21", "17", or "" for none.

    Raises:
        InputError: it is none.
    """
    if not told:
        return None
    found = _RANGE.fullmatch(told)
    first, last = (int(found[1]), int(found[2] or found[1])) if found else (1, 0)
    if not 0 <= first <= last < CELLS:
        raise InputError(
            f"{told[:40]!r} is no range of the spectrum.",
            f"It is FIRST-LAST, both from 0 to {CELLS - 1}.",
        )
    return first, last


def told_colours(colours: tuple[int, int] | None) -> str:
    """The same as an address tells it."""
    return "" if colours is None else f"{colours[0]}-{colours[1]}"
