"""How near two words of the lexicon lie to a theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gesso.make.writers.offline.vocabulary.lexicon import FirstWord, Lexicon, SecondWord
from gesso.make.writers.offline.vocabulary.thesaurus import Meaning

_UNNAMED = 100
"""How much farther a pair is that leaves out a thing which the theme calls by its name."""

_SAME_FIELD = 2
"""Two words of one main field say the same thing twice."""

_NEIGHBOURS = 2

_MOST_CALLED = 4
"""Subjects that answer one name: where a theme names fewer, their nearest kin stand in as well."""


@dataclass(frozen=True)
class Answer:
    """Which words of a theme some fields answer.

    Attributes:
        some: words of which any field is met.
        main: words of which the main field is met.
        beside: a field next to one of the theme's is met.
    """

    some: frozenset[str]
    main: frozenset[str]
    beside: bool


class Nearness:
    """Measures pairs against the meanings of one theme."""

    def __init__(self, meanings: tuple[Meaning, ...], lexicon: Lexicon) -> None:
        self._meanings = meanings
        self._called = {m.word: called(m, lexicon.seconds) for m in meanings if m.names}
        self._fields = lexicon.fields
        self._answers: dict[tuple[tuple[str, ...], tuple[Meaning, ...]], Answer] = {}
        self._left: dict[str, tuple[Meaning, ...]] = {}

    def distance(self, first: FirstWord, second: SecondWord) -> int:
        """0 for a pair that answers the theme from two sides; more, the less it has to do with it.

        Where the theme calls a thing by its name, pairs with that thing or its kin go before all
        others, and the first word answers what else the theme says.
        """
        left = self._beside_the_name(second.word.lower())
        named = len(left) < len(self._meanings) or (self._called and self._names(second))
        ours, theirs = self._answer(first.fields, left), self._answer(second.fields, left)
        far = 0 if named or not self._called else _UNNAMED
        far += _SAME_FIELD * (first.fields[0] == second.fields[0])
        if named:
            return far + (0 if ours.main else 1 if ours.some else 2 if ours.beside else 3)
        if len(left) == 1:
            return far + _gap_to_one(ours, theirs)
        return far + _gap(ours, theirs)

    def _names(self, second: SecondWord) -> bool:
        return any(second.word.lower() in names for names in self._called.values())

    def _beside_the_name(self, word: str) -> tuple[Meaning, ...]:
        """The meanings that do not name `word`; all of them where nothing else is said."""
        if word not in self._left:
            left = tuple(m for m in self._meanings if word not in self._called.get(m.word, ()))
            self._left[word] = left or self._meanings
        return self._left[word]

    def _answer(self, fields: tuple[str, ...], meanings: tuple[Meaning, ...]) -> Answer:
        key = (fields, meanings)
        if key not in self._answers:
            near = {n for m in meanings for f in m.fields for n in self._fields[f].near}
            self._answers[key] = Answer(
                some=frozenset(m.word for m in meanings if {*fields} & {*m.fields}),
                main=frozenset(m.word for m in meanings if m.fields[0] in fields[:2]),
                beside=bool({*fields[:_NEIGHBOURS]} & near),
            )
        return self._answers[key]


def called(meaning: Meaning, seconds: Mapping[str, SecondWord]) -> tuple[str, ...]:
    """The second words, in lower case, that stand for a thing which a theme names.

    Those of that name, and where these are few the ones that mean most nearly the same: a theme of
    one engine is a theme of machines, and not of one locomotive for ever.
    """
    if not meaning.names:
        return ()
    named = seconds[meaning.names[0]]
    others = [name for name in seconds if name not in meaning.names]
    nearest = sorted(others, key=lambda name: -_kinship(named, seconds[name]))
    return (*meaning.names, *nearest[: max(0, _MOST_CALLED - len(meaning.names))])


def _kinship(one: SecondWord, other: SecondWord) -> int:
    """How much two words share of their fields; main fields weigh most."""
    return sum(
        (len(one.fields) - one.fields.index(field)) * (len(other.fields) - place)
        for place, field in enumerate(other.fields)
        if field in one.fields
    )


def _gap_to_one(ours: Answer, theirs: Answer) -> int:
    if ours.some and theirs.some:
        return 0 if ours.main or theirs.main else 1
    if ours.some or theirs.some:
        return 1 if ours.main or theirs.main else 2
    return 3 if ours.beside or theirs.beside else 4


def _gap(ours: Answer, theirs: Answer) -> int:
    if _apart(ours.main, theirs.main):
        return 0
    if _apart(ours.some, theirs.some):
        return 1
    if ours.some or theirs.some:
        return 2 if ours.main or theirs.main else 3
    return 4 if ours.beside or theirs.beside else 5


def _apart(these: frozenset[str], those: frozenset[str]) -> bool:
    """Whether two words of the theme are answered, one by each side."""
    return bool(these and those and len(these | those) > 1)
