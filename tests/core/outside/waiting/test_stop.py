"""A wish to stop is over once it was obeyed and something new is begun."""

from __future__ import annotations

from threading import Event

from gesso.core.outside.waiting.stop import Stop, renewed


def test_a_wish_that_was_obeyed_is_over_when_something_new_begins() -> None:
    stop = Stop()
    with renewed(stop):
        stop.set()
    assert stop.is_set()

    with renewed(stop):
        assert not stop.is_set()


def test_a_wish_that_came_since_the_last_end_stands() -> None:
    stop = Stop()
    with renewed(stop):
        stop.set()
    stop.set()

    with renewed(stop):
        assert stop.is_set()


def test_a_wish_from_before_anything_began_stands() -> None:
    stop = Stop()
    stop.set()

    with renewed(stop):
        assert stop.is_set()


def test_the_event_of_another_is_left_to_him() -> None:
    stop = Event()
    stop.set()
    with renewed(stop):
        pass

    assert stop.is_set()
