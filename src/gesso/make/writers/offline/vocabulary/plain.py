"""Plain words: which words of a text name a thing, told by lists and endings alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

from gesso.make import aims
from gesso.make.writers.offline.vocabulary.lexicon import table

# Vowels of Hindi and Thai are marks, which are no letters to a pattern; two signs join letters.
_SCRIPTS = (*range(0x300, 0x1E00), *range(0xA800, 0xAC00))
_MARKS = "".join(sign for sign in map(chr, _SCRIPTS) if unicodedata.category(sign)[0] == "M")
_LETTERS = rf"(?:[^\W\d_]++[{_MARKS}\u200c\u200d]*+)++"
_WORD = re.compile(rf"{_LETTERS}(?:['’\-]{_LETTERS})*")
_BREAK = re.compile(r"[.,;:!?()\[\]{}\"“”|/\n]+")
_MANNER = re.compile(r"\b(?:style|manner|spirit) of [^.,;:!?\n]*", re.IGNORECASE)
_POSSESSIVE = re.compile(r"['’]s?$")
_NOT_A_THING = ("ly", "ing", "ed", "ful", "less", "ous", "ive", "ish", "able", "ible", "ic", "est")
"""Endings of adverbs, adjectives and verb forms."""


def words_of(text: str) -> list[str]:
    """The words of `text` in lower case, without possessive endings."""
    return [_POSSESSIVE.sub("", found.lower()) for found in _WORD.findall(text)]


def is_small(word: str) -> bool:
    """Whether a word carries no theme of its own: "the", "between", "very"."""
    return word in _plain()["small"]


@lru_cache(maxsize=4096)  # texts are made of few words, and each is asked about more than once
def is_thing(word: str) -> bool:
    """Whether a word can name a thing, as far as lists and endings tell."""
    if word in _plain()["things"]:
        return True
    if len(word) < 2 or word in _all_passed_over() or word in aims.HUES:
        return False
    if word.endswith("'t") or "n't" in word:
        return False
    if any(aims.read_words(part) for part in {word, word.replace("-", " ")}):
        return False
    return not (word.isascii() and len(word) > 4 and word.endswith(_NOT_A_THING))


def things_of(text: str, most: int) -> tuple[str, ...]:
    """The things that `text` names, one or two words each, in order, none twice.

    Neighbouring things are one thing: "fire hydrant". Lists know no grammar, so a rare
    adjective may pass for a thing; that is the safer mistake.
    """
    body = _MANNER.sub(" ", aims.strip_clauses(text))
    found = dict.fromkeys(" ".join(run[-2:]) for run in _runs(body))
    if not found:
        # A text of one word that is elsewhere a mere quality still asks for that: "metal".
        found = dict.fromkeys([word for word in words_of(body) if not is_small(word)][-1:])
    return tuple(found)[:most]


def singular(word: str) -> str:
    """The word for one, where the word is a regular plural; else the word as it is."""
    if word in _irregular():
        return _irregular()[word]
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    return word.removesuffix("s")


def an(phrase: str) -> str:
    """A noun phrase with its indefinite article: "an orrery", "a unicorn"."""
    lowered = phrase.lower()
    if lowered.startswith(("hour", "honest", "heir", "honour")):
        return f"an {phrase}"
    spoken_as_you = lowered.startswith(("uni", "use", "eu", "one", "ubi", "uto"))
    return f"{'an' if lowered[:1] in set('aeiou') and not spoken_as_you else 'a'} {phrase}"


def some(thing: str) -> str:
    """A thing with the article that it takes: "an orrery", "gears", "the sea", "snow"."""
    last = thing.rpartition(" ")[2]
    if last in _plain()["single"]:
        return f"the {thing}"
    return thing if is_plural(thing) or last in _plain()["uncounted"] else an(thing)


def is_plural(thing: str) -> bool:
    """Whether the last word of a thing is a plural."""
    last = thing.rpartition(" ")[2]
    return singular(last) != last


def listed(parts: tuple[str, ...] | list[str], last: str = "and") -> str:
    """Parts as a sentence lists them: "a, b and c"; "" for none."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def _runs(text: str) -> Iterator[list[str]]:
    for piece in _BREAK.split(text):
        run: list[str] = []
        for found in _WORD.findall(piece):
            word = _POSSESSIVE.sub("", found.lower())
            if is_thing(word):
                run.append(word)
            # Somebody's thing is another thing: "a monkey's hat".
            if run and (word != found.lower() or not is_thing(word)):
                yield run
                run = []
        if run:
            yield run


@cache
def _irregular() -> dict[str, str]:
    found: dict[str, str] = table("plain")["irregular"]
    return found


@cache
def _plain() -> dict[str, frozenset[str]]:
    return {
        name: frozenset(words.split())
        for name, words in table("plain").items()
        if isinstance(words, str)
    }


@cache
def _all_passed_over() -> frozenset[str]:
    lists = _plain()
    return frozenset().union(*(lists[name] for name in ("small", "art", "verbs", "qualities")))
