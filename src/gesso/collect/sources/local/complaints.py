"""What a source passed over, told once each."""

from __future__ import annotations

import threading

from gesso.core.pixels.metadata.found import one_line

_MOST = 100
_MOST_LETTERS = 400


class Complaints:
    """A hundred sentences at most, no two alike, safe to print. From many threads at once."""

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}
        self._more = 0
        self._lock = threading.Lock()

    def add(self, sentence: str) -> None:
        """Note one thing that was passed over; the same one again is not noted twice."""
        line = one_line(sentence, _MOST_LETTERS)
        with self._lock:
            if line in self._lines:
                return
            if len(self._lines) < _MOST - 1:
                self._lines[line] = None
            else:
                self._more += 1

    def lines(self) -> tuple[str, ...]:
        """The sentences so far; the last one counts those that found no room."""
        with self._lock:
            more = (f"And {self._more:,} more.",) if self._more else ()
            return (*self._lines, *more)
