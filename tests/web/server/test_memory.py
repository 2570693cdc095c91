"""The collector of a server: set for it, and set back."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from gesso.web.server.memory import collected_seldom


@pytest.fixture(autouse=True)
def _nothing_is_set_apart_before() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.freeze()


def test_what_stands_is_set_apart_while_a_server_runs_and_given_back_after() -> None:
    before, frozen = gc.get_threshold(), gc.get_freeze_count()
    with collected_seldom():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > frozen + 10_000
        assert gc.isenabled()

    assert gc.get_threshold() == before
    assert gc.get_freeze_count() == 0


def test_a_server_that_fails_gives_it_back_too() -> None:
    before = gc.get_threshold()
    with pytest.raises(OSError, match="gone"), collected_seldom():
        raise OSError("gone")

    assert gc.get_threshold() == before


def test_what_is_lost_in_a_ring_is_still_collected() -> None:
    with collected_seldom():
        for _ in range(100_000):
            ring: list[object] = []
            ring.append(ring)
        assert sum(1 for one in gc.get_objects() if type(one) is list and one[:1] == [one]) < 90_000
