"""The words of a query as terms: what is passed over, what a term stands for beside itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from gesso.search.filters.reading import Word
from gesso.search.words.stemming import stem, tokens

_LEAST_START = 2
"""Letters of a beginning: of a single one nearly every word is a longer form."""
_LONGEST_PHRASE = 3
MOST_TERMS = 12


@dataclass(frozen=True)
class Term:
    """One thing that is searched for.

    Attributes:
        words: as the full text asks for it; a star at the end for a beginning.
        also: what counts for less in its place.
        as_typed: for a person.
    """

    words: str
    also: tuple[str, ...] = ()
    as_typed: str = ""


@dataclass(frozen=True)
class Terms:
    """A query's words.

    Attributes:
        wanted: at least one of them has to occur, and all of them are best.
        needed: phrases that have to occur.
        passed_over: words that say nothing.
    """

    wanted: tuple[Term, ...] = ()
    needed: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()


def read_terms(words: Sequence[Word], *, widens: bool = True) -> Terms:
    """Terms of the words of a query.

    Words that say nothing ("the", "of") are passed over, unless there are no others. What must
    not occur is for filters.

    Args:
        words: as they were read.
        widens: whether terms stand for more than themselves.
    """
    needed = [_spaced(one.text) for one in words if one.is_phrase and not one.is_minus]
    plain_words = [one for one in words if not one.is_minus and not one.is_phrase]
    typed = [(part, one) for one in plain_words for part in tokens(one.text)]
    telling = [pair for pair in typed if pair[0] not in passed_over() or pair[1].is_start]
    kept = telling or typed
    wanted = _terms(kept, widens=widens)[:MOST_TERMS]
    if not wanted:  # phrases alone are ranked by their words
        wanted = [Term(text, (), text) for text in needed if text]
    silent = tuple(dict.fromkeys(part for part, _ in typed if (part, _) not in kept))
    return Terms(tuple(wanted), tuple(filter(None, needed)), silent)


def _terms(typed: Sequence[tuple[str, Word]], *, widens: bool) -> list[Term]:
    known = thesaurus() if widens else {}
    found: list[Term] = []
    for at, (part, one) in enumerate(typed):
        if one.is_start and len(part) >= _LEAST_START:
            found.append(Term(f"{part}*", (), f"{part}*"))
            continue
        also: list[str] = []
        for length in range(_LONGEST_PHRASE, 0, -1):
            for start in range(max(0, at - length + 1), at + 1):
                phrase = tuple(stem(word) for word, _ in typed[start : start + length])
                if len(phrase) == length:
                    also += known.get(phrase, ())
        others = dict.fromkeys(word for word in also if stem(word) != stem(part))
        found.append(Term(part, tuple(others), part))
    return list({term.words: term for term in found}.values())


def _spaced(text: str) -> str:
    return " ".join(tokens(text))


@cache
def passed_over() -> frozenset[str]:
    """Words that say nothing of a picture."""
    return frozenset(_file("passed_over.txt").split())


@cache
def thesaurus() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    """What stems of words stand for beside themselves."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for line in _file("thesaurus.txt").splitlines():
        head, colon, tail = line.partition(":")
        if not colon or line.startswith("#"):
            continue
        key = tuple(stem(word) for word in tokens(head))
        others = tuple(_spaced(one) for one in tail.split(","))
        found[key] = (*found.get(key, ()), *others)
    return found


def _file(name: str) -> str:
    return files("gesso.search.words").joinpath(name).read_text("utf-8")
