"""Works as a person names them on the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gesso.core.errors import InputError

_NAMED = re.compile(r"(?:work:)?(\d{1,12})(?:-(\d{1,12}))?")
_MOST = 100_000


def numbers_of(words: Iterable[str]) -> tuple[int, ...]:
    """The numbers of works: 12, work:12, or 12-20; each once.

    Raises:
        InputError: a word that names no work.
    """
    found: dict[int, None] = {}
    for word in words:
        match = _NAMED.fullmatch(word.strip())
        if match is None:
            raise InputError(f"'{word}' is no work.", "Name works by their numbers: 12, or 12-20.")
        first, last = int(match[1]), int(match[2] or match[1])
        if not first <= last < first + _MOST:
            raise InputError(
                f"'{word}' is no range of works.",
                f"Write the smaller number first; {_MOST:,} works are the most.",
            )
        found.update(dict.fromkeys(range(first, last + 1)))
    return tuple(found)
