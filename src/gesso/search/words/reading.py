"""One work's words weighed against a query: BM25F, with what was found where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gesso.core.catalogue.store.dialects.sqlite import WORD_WEIGHTS
from gesso.search.words.stemming import stem, tokens
from gesso.search.words.terms import Term, Terms

# Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section
# 3.6: the weights of columns count words, before they are saturated.
_K1 = 1.2
_B = 0.5
_LONGEST = 400
_TYPICAL = {"title": 5, "creator": 3, "tags": 8, "prompt": 30, "text": 30, "caption": 20}
_TYPICAL_OTHER = 3
_IN_ORDER = 1.15
"""What a title is worth more that has all words in the order of the query."""


@dataclass(frozen=True)
class Text:
    """The words of one work: (column, words) of each column that has some."""

    columns: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Found:
    """What was found in one work.

    Attributes:
        score: 0 for nothing.
        share: how much of what the query says was found, 0 to 1; what stands for a word counts
            for less.
        places: (what was asked for, the column, as it stands there), the most telling first.
    """

    score: float
    share: float
    places: tuple[tuple[str, str, str], ...] = ()


@dataclass
class _Matches:
    """Where one term occurs in one work."""

    worth: float = 0.0
    places: list[tuple[float, str, str]] = field(default_factory=list)


def read_text(columns: Sequence[str], values: Sequence[str]) -> Text:
    """The words of one work; of very long columns the first words."""
    told = zip(columns, values, strict=True)
    return Text(tuple((name, tuple(tokens(value)[:_LONGEST])) for name, value in told if value))


class Weighing:
    """Weighs works against the terms of a query.

    Args:
        terms: what is asked for.
        says: how much each term says.
        also: what a word that stands for a term is worth beside it.
    """

    columns = tuple(WORD_WEIGHTS)

    def __init__(self, terms: Terms, says: Mapping[int, float], also: float) -> None:
        self._terms = terms
        self._says = says
        self._sought = [_sought(term, also) for term in terms.wanted]

    def weigh(self, text: Text) -> Found:
        """How well a work fits."""
        stems = [(name, words, [stem(word) for word in words]) for name, words in text.columns]
        if not all(_has_phrase(stems, phrase) for phrase in self._terms.needed):
            return Found(0.0, 0.0)
        score, said, all_said = 0.0, 0.0, 0.0
        places: list[tuple[float, str, str, str]] = []
        for at, sought in enumerate(self._sought):
            says = self._says.get(at, 1.0)
            all_said += says
            found = _matches(stems, sought)
            if found.worth:
                score += says * found.worth * (_K1 + 1) / (found.worth + _K1)
                said += says * min(1.0, max(place[0] for place in found.places))
                name = self._terms.wanted[at].as_typed
                places += [
                    (worth * says, name, column, word) for worth, column, word in found.places
                ]
        share = said / all_said if all_said else 0.0
        if len(self._sought) > 1 and self._follows(stems):
            score *= _IN_ORDER
        told = dict.fromkeys(place[1:] for place in sorted(places, key=lambda p: (-p[0], p[1:])))
        return Found(score * (0.4 + 0.6 * share), share, tuple(told)[:6])

    def _follows(self, stems: Sequence[tuple[str, Sequence[str], list[str]]]) -> bool:
        phrase = " ".join(term.words.rstrip("*") for term in self._terms.wanted)
        return any(_has_phrase([one], phrase) for one in stems if one[0] == "title")


@dataclass(frozen=True)
class _Sought:
    """One term by what is looked for: single stems, beginnings, phrases; with their worth."""

    stems: Mapping[str, float]
    starts: tuple[str, ...]
    phrases: tuple[tuple[tuple[str, ...], float], ...]


def _sought(term: Term, also: float) -> _Sought:
    stems: dict[str, float] = {}
    starts: list[str] = []
    phrases: list[tuple[tuple[str, ...], float]] = []
    for text, worth in [*((other, also) for other in term.also), (term.words, 1.0)]:
        if text.endswith("*"):
            starts.append(text[:-1])
            continue
        parts = tuple(stem(word) for word in tokens(text))
        if len(parts) > 1:
            phrases.append((parts, worth))
        elif parts:
            stems[parts[0]] = worth
    return _Sought(stems, tuple(starts), tuple(phrases))


def _matches(stems: Sequence[tuple[str, Sequence[str], list[str]]], sought: _Sought) -> _Matches:
    found = _Matches()
    for column, words, here in stems:
        hits = _hits(words, here, sought)
        if not hits:
            continue
        typical = _TYPICAL.get(column, _TYPICAL_OTHER)
        factor = WORD_WEIGHTS[column] / (1 - _B + _B * len(here) / typical)
        for worth, word in dict.fromkeys(hits):
            found.worth += worth * hits.count((worth, word)) * factor / 8
            found.places.append((worth, column, word))
    return found


def _hits(words: Sequence[str], here: list[str], sought: _Sought) -> list[tuple[float, str]]:
    """(worth, the words as they stand) of all that is found in one column."""
    own = sought.stems
    hits = [(own[one], words[at]) for at, one in enumerate(here) if one in own]
    if sought.starts:
        begun = [word for word in words if word.startswith(sought.starts)]
        hits += [(1.0, word) for word in begun if stem(word) not in own]
    for phrase, worth in sought.phrases:
        if phrase[0] in here and (at := _place(here, phrase)) >= 0:
            hits.append((worth, " ".join(words[at : at + len(phrase)])))
    return hits


def _has_phrase(stems: Sequence[tuple[str, Sequence[str], list[str]]], phrase: str) -> bool:
    parts = tuple(stem(word) for word in tokens(phrase))
    return any(_place(here, parts) >= 0 for _, _, here in stems)


def _place(here: list[str], parts: tuple[str, ...]) -> int:
    for at in range(len(here) - len(parts) + 1):
        if here[at] == parts[0] and tuple(here[at : at + len(parts)]) == parts:
            return at
    return -1
