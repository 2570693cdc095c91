"""How often one address may call."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

_ADDRESSES = 10_000
"""Addresses that are remembered; the one that called longest ago is forgotten first."""


class Buckets:
    """A token bucket for each address. Used by one thread.

    Args:
        per_minute: calls that flow in; 0 for no limit.
        burst: calls that a bucket holds.
        clock: seconds that only grow.
    """

    def __init__(self, per_minute: int, burst: int, clock: Callable[[], float]) -> None:
        self._flow = per_minute / 60
        self._size = float(max(1, burst))
        self._clock = clock
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> int:
        """Take one call; 0 where it may be made, else the seconds to wait, at least 1."""
        if not self._flow:
            return 0
        now = self._clock()
        level, since = self._held.get(address, (self._size, now))
        level = min(self._size, level + (now - since) * self._flow)
        waits = 0 if level >= 1 else math.ceil((1 - level) / self._flow)
        self._held[address] = (level if waits else level - 1, now)
        self._held.move_to_end(address)
        while len(self._held) > _ADDRESSES:
            self._held.popitem(last=False)
        return waits
