"""Objects of a file in which a key stands twice: parsers keep the last value and say nothing."""

from __future__ import annotations

from collections.abc import Iterable


class Twice(dict[str, object]):
    """An object in which a key stands twice.

    Attributes:
        twice: the first such key.
    """

    def __init__(self, pairs: Iterable[tuple[str, object]], twice: str) -> None:
        super().__init__(pairs)
        self.twice = twice


def of_pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """The object of these pairs, marked where a key stands twice in it."""
    held = dict(pairs)
    if len(held) == len(pairs):
        return held
    seen: set[str] = set()
    for name, _value in pairs:
        if name in seen:
            return Twice(pairs, name)
        seen.add(name)
    return held
