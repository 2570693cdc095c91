"""How a wall is asked for: the same few parameters everywhere."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from gesso.show.gallery.wall import MOST_SEED, Order, Room, Wall, colours_of


def asked_wall(
    *,
    room: Annotated[Room, Query(description="Of these works.")] = "all",
    order: Annotated[Order, Query(description="Of the whole list.")] = "newest",
    source: Annotated[str, Query(max_length=255, description="Of this source only.")] = "",
    colours: Annotated[
        str,
        Query(
            max_length=7,
            description="Works that hold a range of the spectrum's 96 colours: 17-21.",
            examples=["17-21"],
        ),
    ] = "",
    seed: Annotated[int, Query(ge=0, le=MOST_SEED, description="Of a shuffled order.")] = 0,
    of_set: Annotated[
        int, Query(alias="set", ge=0, lt=2**31, description="Of this set, in its order.")
    ] = 0,
) -> Wall:
    """The wall that is asked for.

    Raises:
        InputError: the colours are no range of the spectrum.
    """
    return Wall(room, order, source, colours_of(colours), seed, of_set)


AskedWall = Annotated[Wall, Depends(asked_wall)]
