"""What a run works with: how many items should be on their way."""

from __future__ import annotations

import pytest

from gesso.make.run.parts import streams_outside


@pytest.mark.parametrize(
    ("in_flight", "side", "streams"),
    [(16, 256, 128), (16, 1024, 85), (4, 1024, 32), (16, 4096, 32), (1, 64, 8)],
    ids=["small", "usual", "few calls", "huge", "one call"],
)
def test_many_items_are_on_their_way_unless_their_pictures_would_fill_the_memory(
    in_flight: int, side: int, streams: int
) -> None:
    assert streams_outside(in_flight, side, side) == streams
