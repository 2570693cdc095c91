"""The thesaurus: from the words of a theme to fields of meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gesso.make.writers.offline.lots import lot
from gesso.make.writers.offline.vocabulary.lexicon import Lexicon, load_lexicon, table
from gesso.make.writers.offline.vocabulary.plain import is_small, is_thing, singular, words_of

MOST_MEANINGS = 12
"""Words of a theme that are weighed; a longer theme says its matter early."""


@dataclass(frozen=True)
class Meaning:
    """What one word of a theme means.

    Attributes:
        word: in lower case.
        fields: the main field first.
        known: the thesaurus or the lexicon holds it; else its fields were drawn by lot.
        subject: the thing to be seen, "" for a word that names no thing of its own.
        names: second words of the lexicon that it names, in lower case.
    """

    word: str
    fields: tuple[str, ...]
    known: bool
    subject: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Thesaurus:
    """Words and their fields; `things` among them are solid enough to be looked for."""

    fields: Mapping[str, tuple[str, ...]]
    things: frozenset[str]
    names: Mapping[str, tuple[str, ...]]

    def read(self, theme: str) -> tuple[Meaning, ...]:
        """What the words of a theme mean, in their order, at least one meaning."""
        words = words_of(theme)
        telling = [word for word in words if not is_small(word)] or words or [theme]
        return tuple(self._meaning(word) for word in list(dict.fromkeys(telling))[:MOST_MEANINGS])

    def _meaning(self, word: str) -> Meaning:
        forms = list(_forms(word))
        known = next((form for form in forms if form in self.fields), "")
        names = next((self.names[form] for form in forms if form in self.names), ())
        if known:
            subject = singular(word) if known in self.things else ""
            return Meaning(word, self.fields[known], True, subject, names)
        return Meaning(word, _drawn(word), False, singular(word) if is_thing(word) else "")


@cache
def load_thesaurus() -> Thesaurus:
    """Read the thesaurus beside this module and add the lexicon's own words to it."""
    lexicon = load_lexicon()
    fields: dict[str, tuple[str, ...]] = {}
    things: set[str] = set()
    for name, row in table("thesaurus").items():
        for word in (row.get("words", "") + " " + row.get("things", "")).split():
            fields[word] = (*fields.get(word, ()), name)
        things.update(row.get("things", "").split())
    for word, first in lexicon.firsts.items():
        fields[word] = (*fields.get(word, ()), *first.fields)
    names = _names(lexicon)
    for word, seconds in names.items():
        fields.setdefault(word, lexicon.seconds[seconds[0]].fields)
    fields = {word: tuple(dict.fromkeys(found)) for word, found in fields.items()}
    return Thesaurus(fields, frozenset(things), names)


def _names(lexicon: Lexicon) -> dict[str, tuple[str, ...]]:
    names: dict[str, tuple[str, ...]] = {}
    for word, second in lexicon.seconds.items():
        for name in (word, *second.also):
            names[name] = (*names.get(name, ()), word)
    return names


def _drawn(word: str) -> tuple[str, ...]:
    order = sorted(load_lexicon().fields, key=lambda name: lot("field", word, name))
    return tuple(order[:2])


def _forms(word: str) -> Iterator[str]:
    """The word, then simpler forms of it, likeliest first."""
    yield word
    yield singular(word)
    yield word.replace("-", "")
    for ending, others in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            yield from (stem + other for other in others)
            if len(stem) > 3 and stem[-1] == stem[-2]:
                yield stem[:-1]
    yield from (part for part in reversed(word.split("-")) if part != word)


_ENDINGS = (
    ("iness", ("y",)),
    ("ness", ("",)),
    ("ily", ("y",)),
    ("ally", ("", "al")),
    ("ly", ("", "le")),
    ("ing", ("", "e")),
    ("ied", ("y",)),
    ("ed", ("", "e")),
    ("iest", ("y",)),
    ("ers", ("", "e", "er")),
    ("er", ("", "e")),
    ("ful", ("",)),
    ("less", ("",)),
    ("ous", ("", "e", "y")),
    ("al", ("", "e")),
    ("ic", ("", "y", "e")),
    ("ical", ("", "y", "ic")),
    ("ish", ("",)),
    ("en", ("", "e")),
    ("y", ("", "e")),
    ("s", ("",)),
)
