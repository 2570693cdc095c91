"""What a run works with: its options, its parts, and where its pictures are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from threading import Event as Signal
from typing import Any

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.pixels.derived.develop import develop_picture
from gesso.core.pixels.picture import Picture
from gesso.core.runner.limits import usable_cores
from gesso.make.critics.critic import Critic
from gesso.make.painters.painter import Painter
from gesso.make.run.events import Asides
from gesso.make.writers.writer import Writer


@dataclass(frozen=True)
class RunOptions:
    """What a run is asked to do; an item may ask otherwise for itself.

    Attributes:
        rounds: generate-evaluate-refine iterations at most, 1 to 10.
        width, height: pixels, 64 to 8192.
        seed: from which every item's own seed follows.
        epsilon: a round that gains less score than this is the last.
        allow_repeat: a concept that the catalogue already holds may come again.
    """

    rounds: int = 3
    width: int = 1024
    height: int = 1024
    seed: int = 0
    epsilon: float = 0.02
    allow_repeat: bool = False


class Hands:
    """Works out what will be asked about pictures, of few at once.

    Threads that wait for an answer from outside need the interpreter for a moment, and at once:
    their call keeps its place until they have it. A hundred others with pixels in their hands
    would keep it from them.

    Args:
        works: what `Picture.once` will be asked for.
        count: of how many pictures at once; None for as many as there are cores.
    """

    def __init__(
        self,
        works: tuple[Callable[[Picture], Any], ...] = (develop_picture,),
        count: int | None = None,
    ) -> None:
        self._works = works
        self._free = BoundedSemaphore(count or usable_cores())

    def work_out(self, picture: Picture) -> None:
        """Work it out where nobody has yet."""
        with self._free:
            for work in self._works:
                picture.once(work)


@dataclass(frozen=True)
class Parts:
    """Who works in a run.

    Attributes:
        writer, painter, critic: each unaware of the others.
        catalogue: where everything is kept.
        spent: US dollars spent by a run so far.
        stop: set when the owner asks to stop.
        software: "gesso 0.1.0", for the recipes.
        streams: items on their way at once.
        asides: where they tell what the owner should know.
        hands: what is worked out about a picture as soon as it is painted.
    """

    writer: Writer
    painter: Painter
    critic: Critic
    catalogue: Catalogue
    spent: Callable[[str], float]
    stop: Signal
    software: str
    streams: int
    asides: Asides = field(default_factory=Asides)
    hands: Hands = field(default_factory=Hands)


_STREAMS_A_PLACE = 8
_PIXELS_AT_ONCE = 512 << 20
"""Bytes of pictures that wait for their evaluation, when every stream holds a pair of them."""


def streams_outside(in_flight: int, width: int, height: int) -> int:
    """How many items should be on their way when painters and critics are out in the world.

    Two for each call that may be out keep all places taken. More of them begin the last items
    sooner, so that at the end fewer places stand empty while those go through their rounds: of
    200 items of three rounds the wait costs 5 % with two and 2 % with eight. Pictures in memory
    bound it.

    Args:
        in_flight: calls that may be out at once.
        width: of the pictures, pixels.
        height: of the pictures, pixels.
    """
    pair = 2 * 3 * width * height
    return max(2 * in_flight, min(_STREAMS_A_PLACE * in_flight, _PIXELS_AT_ONCE // pair))
