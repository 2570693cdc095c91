"""The owner's wish to stop, which is over once it was obeyed and something new is begun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event


class Stop(Event):
    """Set it to stop: nothing new is started, what is paid for is kept."""

    def __init__(self) -> None:
        super().__init__()
        self._asked = 0
        self._obeyed = 0

    def set(self) -> None:
        """Ask to stop."""
        self._asked += 1
        super().set()

    def obeyed(self) -> None:
        """Say that what was asked to stop has come to its end."""
        self._obeyed = self._asked

    def renew(self) -> None:
        """Begin anew: a wish that was obeyed is over, one that came since stands."""
        if self._asked == self._obeyed:
            self.clear()


@contextmanager
def renewed(stop: Event) -> Iterator[None]:
    """Begin something that `stop` may stop; an event that is no `Stop` is its owner's to clear."""
    if isinstance(stop, Stop):
        stop.renew()
    try:
        yield
    finally:
        if isinstance(stop, Stop):
            stop.obeyed()
