"""The things that a text names: those we can paint, and those that are beyond us.

No grammar is parsed. A word is a thing unless a list says otherwise, so that one too many is
called missing rather than one too few.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

from gesso.make import aims

_WORDS_FOLDER = files("gesso.make.painters.procedural") / "words"


def word_table(name: str) -> dict[str, Any]:
    """One of the TOML files of words."""
    return tomllib.loads((_WORDS_FOLDER / name).read_text("utf-8"))


def _word_list(name: str) -> frozenset[str]:
    lines = (_WORDS_FOLDER / name).read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@dataclass(frozen=True)
class Motif:
    """One row of the repertoire.

    Attributes:
        name: its key.
        plain: what a person calls it: "a bridge".
        role: "setting", "subject", "sky", "whole" or "either".
        home: the setting that it takes when none is named, "" for any.
    """

    name: str
    plain: str
    role: str
    home: str


@dataclass(frozen=True)
class Named:
    """What a text names.

    Attributes:
        motifs: motif names in the order of the text.
        moods: motif names that a quality calls up, for want of a name.
        words: the text's own true names for a motif: ("bridge", "suspension bridge").
        unknown: things that we cannot paint, in the order of the text.
    """

    motifs: tuple[str, ...]
    moods: tuple[str, ...]
    words: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]


_ROWS = word_table("repertoire.toml")
MOTIFS = {
    name: Motif(name, row["plain"], row["role"], row.get("home", "")) for name, row in _ROWS.items()
}
"""The repertoire by name."""

_KINDS = ("moods", "near", "words")
_PHRASES = {
    tuple(re.split(r"[ -]", words)): (name, kind)
    for kind in _KINDS
    for name, row in _ROWS.items()
    for words in row.get(kind, ())
}
_LONGEST = max(len(phrase) for phrase in _PHRASES)
_UNSPOKEN = _word_list("unspoken.txt")
_ABSTRACT = _word_list("abstract.txt")
_THINGS = _word_list("things.txt")
_AIM_WORDS = frozenset(aims.HUES) | frozenset(
    word
    for scale in aims.SCALES.values()
    for _limit, words in scale.words
    for word in re.findall("[a-z]+", words)
)
_ARTICLE = re.compile(r"^(?:an?|the) ")
REPERTOIRE = "the offline painter paints " + ", ".join(
    sorted(_ARTICLE.sub("", motif.plain) for motif in MOTIFS.values())
)
"""One line of everything that can be asked for."""

_DENIED = re.compile(r"\b(?:no|without|never|nor|avoid|not)\b[^,.;:!?\n]*")
_TITLE = re.compile(r"\s*((?:[^\W\d_]+[- ]){0,3}[^\W\d_]+):")
_MANNER = re.compile(
    r"\s*(?:mood|light|lighting|palette|composition|medium|style|technique|colou?rs?|texture)\s*:"
)
_TOKENS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|[,.;:!?()\"“”\n]")
_QUALITY = re.compile(
    r"(?:ly|ing|ed|ous|ful|less|ish|est|ible|able|esque|like|ward|wards|most|ical|shaped|ive|ern)$"
)


def without_denials(text: str) -> str:
    """The text in lower case, less its aims' clauses and what it says shall not be there."""
    return _DENIED.sub(" ", aims.strip_clauses(text).lower())


def named_in(body: str) -> Named:
    """Find the things that a lower-case text names.

    Sentences with a label of the manner ("Light: a single lamp.") name no things, and neither
    does an unknown word of a title ("Vesper Airship: ..."), though both may set a mood.
    """
    finding = _Finding()
    title = _TITLE.match(body)
    if title:
        finding.walk(title[1], counts=False)
        body = body[title.end() :]
    for sentence in re.split(r"(?<=[.\n])", body):
        finding.walk(sentence, counts=True, manner=bool(_MANNER.match(sentence)))
    named = finding.result()
    if named.motifs or named.moods or named.unknown:
        return named
    # Nothing that we know of: then the last word that is no wish for a tone is what was meant.
    words = [word for word in re.findall(r"[^\W\d_]{3,}", body) if word not in _AIM_WORDS]
    meant = words[-1:] if words and not aims.read_words(words[-1]) else []
    return replace(named, unknown=tuple(meant))


class _Finding:
    """One walk over a text's words."""

    def __init__(self) -> None:
        self._motifs: dict[str, None] = {}
        self._moods: dict[str, None] = {}
        self._words: dict[tuple[str, str], None] = {}
        self._unknown: dict[str, None] = {}
        self._ideas: dict[str, None] = {}
        self._phrase: list[str] = []

    def walk(self, part: str, counts: bool, manner: bool = False) -> None:
        """Walk over a part of the text; `counts`: what is unknown here is missing."""
        tokens = [piece for token in _TOKENS.findall(part) for piece in _parts(token)]
        place = 0
        while place < len(tokens):
            phrase, row = _known(tokens, place)
            place += len(phrase)
            if row is not None:
                self._close(counts)
                self._take_name(" ".join(phrase), *row, counts=counts, manner=manner)
            elif not manner:
                self._take_word(phrase[0], counts)
        self._close(counts)

    def _take_name(self, phrase: str, name: str, kind: str, counts: bool, manner: bool) -> None:
        if kind == "moods" or (kind == "near" and not counts):
            self._moods.setdefault(name)
        elif not manner:
            self._motifs.setdefault(name)
            if kind == "words":
                self._words.setdefault((name, phrase))
            elif counts:
                self._unknown.setdefault(phrase)

    def _take_word(self, word: str, counts: bool) -> None:
        if _is_thing(word):
            self._phrase.append(word)
            return
        self._close(counts)
        if word in _ABSTRACT:
            self._ideas.setdefault(word)

    def _close(self, counts: bool) -> None:
        """A phrase is called by its head and up to three words before it."""
        if self._phrase and counts:
            self._unknown.setdefault(" ".join(self._phrase[-4:]))
        self._phrase = []

    def result(self) -> Named:
        """What was found, once every part was walked."""
        # An idea beside a painted thing is mood; alone it is what was asked for.
        named = self._motifs or self._moods
        unknown = self._unknown or (self._ideas if not named else {})
        moods = tuple(name for name in self._moods if name not in self._motifs)
        return Named(tuple(self._motifs), moods, tuple(self._words), tuple(unknown))


def _parts(token: str) -> list[str]:
    bare = re.sub(r"['’].*$", "", token)
    return bare.split("-") if "-" in bare and bare not in _UNSPOKEN else [bare]


def _known(tokens: list[str], place: int) -> tuple[tuple[str, ...], tuple[str, str] | None]:
    for length in range(min(_LONGEST, len(tokens) - place), 0, -1):
        words = tokens[place : place + length]
        for ending in (words[-1], singular(words[-1])):
            row = _PHRASES.get((*words[:-1], ending))
            if row is not None:
                return tuple(words), row
    return (tokens[place],), None


def singular(word: str) -> str:
    """The singular of a plain English plural; other words as they are."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _is_thing(word: str) -> bool:
    if not word[0].isalpha() or len(word) < 2:
        return False
    forms = {word, singular(word)}
    if forms & _THINGS:
        return True
    if forms & (_UNSPOKEN | _ABSTRACT | _AIM_WORDS):
        return False
    return not _QUALITY.search(word)
