"""What a job tells, event by event: numbered, bounded, and read from where a reader left off."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

MOST = 1000
"""Events that are kept of a job: a run of a hundred works tells about so many that matter."""


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        number: 1 for the first of its job.
        at: UTC.
        kind: what happened, one word.
        told: more of it, JSON-able.
    """

    number: int
    at: datetime
    kind: str
    told: Mapping[str, Any]


class Journal:
    """The last events of one job. Written and read from any thread.

    Args:
        clock: tells the time, UTC.
        most: events that are kept; the oldest go first.
    """

    def __init__(self, clock: Callable[[], datetime], most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._events: OrderedDict[int, Event] = OrderedDict()
        self._marks: dict[str, int] = {}
        self._readers: list[Callable[[], None]] = []
        self._gone = 0
        self._last = 0
        self._lock = Lock()

    @property
    def last(self) -> int:
        """The number of the last event, 0 before the first."""
        return self._last

    def add(self, kind: str, told: Mapping[str, Any], mark: str = "") -> Event:
        """Write an event down, and wake whoever reads along.

        Args:
            kind: what happened.
            told: more of it.
            mark: an event of the same mark is replaced: how far a picture is painted matters only
                until it is painted further.
        """
        with self._lock:
            self._last += 1
            event = Event(self._last, self._clock(), kind, told)
            if mark:
                self._events.pop(self._marks.get(mark, 0), None)
                self._marks[mark] = event.number
            self._events[event.number] = event
            while len(self._events) > self._most:
                self._gone, _ = self._events.popitem(last=False)
            readers = tuple(self._readers)
        for wake in readers:
            wake()
        return event

    def since(self, number: int) -> tuple[list[Event], bool]:
        """(the events after a number, whether some between were forgotten)."""
        with self._lock:
            found: list[Event] = []
            for event in reversed(self._events.values()):
                if event.number <= number:
                    break
                found.append(event)
            return found[::-1], number < self._gone

    @contextmanager
    def read_along(self, wake: Callable[[], None]) -> Iterator[None]:
        """Have `wake` called after each event; from any thread, so it must be quick."""
        with self._lock:
            self._readers.append(wake)
        try:
            yield
        finally:
            with self._lock:
                self._readers.remove(wake)

    def stir(self) -> None:
        """Wake whoever reads along though nothing was written: something else has changed."""
        with self._lock:
            readers = tuple(self._readers)
        for wake in readers:
            wake()
