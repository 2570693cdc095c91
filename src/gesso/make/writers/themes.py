"""A theme as a person types it, checked once and cleaned."""

from __future__ import annotations

import unicodedata

from gesso.core.errors import InputError
from gesso.core.records.prompts import Theme

MOST_CHARACTERS = 2_000

_SHOWN = 60
"""Characters of a bad theme that an error repeats."""

_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that make a terminal show other words than those that were typed."""

_ADVICE = 'Say in plain words what the pictures shall be about: gesso make "the sea at night".'


def read_theme(words: str) -> Theme:
    """Read a theme: outer and double white space goes, everything else stays as typed.

    Args:
        words: any text; line breaks and tabs count as spaces.

    Raises:
        InputError: it is empty, longer than 2,000 characters, holds control characters, or
            has no letter in it.
    """
    return Theme(read_words(words, "theme", MOST_CHARACTERS))


def read_words(words: str, what: str, most: int) -> str:
    """Read a person's words: outer and double white space goes, all else stays as typed.

    Args:
        words: any text; line breaks and tabs count as spaces.
        what: what errors call it: "theme", "prompt".
        most: characters.

    Raises:
        InputError: it is empty, too long, holds control characters, or has no letter in it.
    """
    held = " ".join(unicodedata.normalize("NFC", words).split())
    if not held:
        raise InputError(f"The {what} is empty.", _ADVICE)
    if len(held) > most:
        raise InputError(
            f"The {what} is {len(held):,} characters long; {most:,} are the most.",
            "Keep its first sentences.",
        )
    bad = next((sign for sign in held if _is_control(sign)), None)
    if bad is not None:
        raise InputError(
            f"The {what} holds a control character (U+{ord(bad):04X}).",
            "Type it again as plain text.",
        )
    if not any(sign.isalpha() for sign in held):
        raise InputError(f"The {what} '{_shown(held)}' has no letter in it.", _ADVICE)
    return held


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cs"} or sign in _TURNS_TEXT_ROUND


def _shown(words: str) -> str:
    return words if len(words) <= _SHOWN else f"{words[:_SHOWN]}…"
