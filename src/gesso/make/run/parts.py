"""What a run works with: its options, its parts, and where its pictures are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event as Signal

from gesso.core.catalogue.catalogue import Catalogue
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
