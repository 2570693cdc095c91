"""Answers that are kept for a while: the last ones, up to a number of entries."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The last answers by key; any thread may ask.

    Args:
        most: entries; what was asked for longest ago goes first. 0 keeps nothing.

    Attributes:
        hits, misses: how often what was asked for was there, and was not.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.hits = self.misses = 0
        self._held: OrderedDict[str, Value] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._held)

    def get(self, key: str) -> Value | None:
        """An answer, which counts as asked for now."""
        with self._lock:
            value = self._held.get(key)
            if value is None:
                self.misses += 1
            else:
                self.hits += 1
                self._held.move_to_end(key)
            return value

    def put(self, key: str, value: Value) -> None:
        """Keep an answer."""
        with self._lock:
            self._held[key] = value
            self._held.move_to_end(key)
            while len(self._held) > self.most:
                self._held.popitem(last=False)
