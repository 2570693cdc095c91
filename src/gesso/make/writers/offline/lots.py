"""Lots drawn from words and seeds: the same on every machine and every Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import TypeVar

Thing = TypeVar("Thing")


def lot(*parts: str | int) -> int:
    """Draw a number, 0 to 2**64 - 1, from `parts`."""
    told = "\x1f".join(str(part) for part in parts)
    # A lone surrogate in a hand-written word must not stop a draw.
    data = told.encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "little")


def share(*parts: str | int) -> float:
    """Draw a number from 0 up to, not including, 1."""
    return lot(*parts) / 2**64


def pick(things: Sequence[Thing], *parts: str | int) -> Thing:
    """Draw one of `things`, which must not be empty."""
    return things[lot(*parts) % len(things)]


def shuffled(
    things: Sequence[Thing], name: Callable[[Thing], str], *parts: str | int
) -> list[Thing]:
    """All of `things` in an order drawn from `parts` and their names."""
    return sorted(things, key=lambda thing: lot(*parts, name(thing)))
