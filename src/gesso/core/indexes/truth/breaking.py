"""Long readings, which whoever wanted them may break off."""

from __future__ import annotations

from collections.abc import Callable

IsOver = Callable[[], bool]
"""Asked between the pieces of a long reading: whether nobody wants it any more."""


class BrokenOff(Exception):
    """A reading was broken off before its end, and says nothing."""


def never() -> bool:
    """For readings that go on to their end."""
    return False
