"""Words as the full text knows them: without accents, cut to their stems.

M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980: the rules by which
SQLite's full text cuts words too.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_WORD = re.compile(r"[^\W_]+")
_STEP_2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"),
    ("logi", "log"), ("bli", "ble"), ("alli", "al"), ("entli", "ent"), ("eli", "e"),
    ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"), ("ator", "ate"), ("alism", "al"),
    ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
    ("iviti", "ive"), ("biliti", "ble"),
)  # fmt: skip
_STEP_3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""),
    ("ness", ""),
)  # fmt: skip
_STEP_4 = (
    "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous",
    "ive", "ize", "al", "er", "ic", "ou",
)  # fmt: skip


def plain(text: str) -> str:
    """Small letters without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def tokens(text: str) -> list[str]:
    """The words of a text, plain, in order; what is no letter and no digit parts them."""
    return _WORD.findall(plain(text))


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a plain word: "paintings" and "painted" are both "paint"."""
    if len(word) <= 2 or not word.isascii():
        return word
    word = _past_and_plural(word)
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = f"{word[:-1]}i"
    word = _replaced(word, _STEP_2)
    word = _replaced(word, _STEP_3)
    return _tidied(_without_last(word))


def _is_consonant(word: str, at: int) -> bool:
    sign = word[at]
    if sign in "aeiou":
        return False
    return not (sign == "y" and at > 0 and _is_consonant(word, at - 1))


def _measure(word: str) -> int:
    """How often vowels are followed by consonants."""
    kinds = [_is_consonant(word, at) for at in range(len(word))]
    return sum(not a and b for a, b in pairwise(kinds))


def _has_vowel(word: str) -> bool:
    return any(not _is_consonant(word, at) for at in range(len(word)))


def _ends_double(word: str) -> bool:
    return len(word) > 1 and word[-1] == word[-2] and _is_consonant(word, len(word) - 1)


def _ends_closed(word: str) -> bool:
    """Consonant, vowel, consonant, the last none of w, x, y: as in "hop"."""
    if len(word) < 3 or word[-1] in "wxy":
        return False
    end = len(word) - 1
    first, middle, last = (_is_consonant(word, at) for at in (end - 2, end - 1, end))
    return first and not middle and last


def _past_and_plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for end in ("ed", "ing"):
        if word.endswith(end) and _has_vowel(word[: -len(end)]):
            return _mended(word[: -len(end)])
    return word


def _mended(word: str) -> str:
    if word.endswith(("at", "bl", "iz")):
        return f"{word}e"
    if _ends_double(word) and word[-1] not in "lsz":
        return word[:-1]
    return f"{word}e" if _measure(word) == 1 and _ends_closed(word) else word


def _replaced(word: str, rules: tuple[tuple[str, str], ...]) -> str:
    fitting = [rule for rule in rules if word.endswith(rule[0])]
    if not fitting:
        return word
    end, instead = max(fitting, key=lambda rule: len(rule[0]))
    start = word[: -len(end)]
    return f"{start}{instead}" if _measure(start) > 0 else word


def _without_last(word: str) -> str:
    for end in _STEP_4:
        if word.endswith(end):
            start = word[: -len(end)]
            return start if _measure(start) > 1 else word
    if word.endswith("ion") and word[:-3].endswith(("s", "t")) and _measure(word[:-3]) > 1:
        return word[:-3]
    return word


def _tidied(word: str) -> str:
    if word.endswith("e"):
        start = word[:-1]
        measure = _measure(start)
        if measure > 1 or (measure == 1 and not _ends_closed(start)):
            word = start
    if word.endswith("ll") and _measure(word[:-1]) > 1:
        word = word[:-1]
    return word
