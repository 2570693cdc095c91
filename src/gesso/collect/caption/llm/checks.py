"""What stands between an llm's words and a catalogue: claims held against record and measure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gesso.collect.caption.captioner import Look, Subject
from gesso.collect.caption.llm.shapes import Described

_SHORTEST, _LONGEST = 30, 480
_MOST_SENTENCES = 4
_LONGEST_TITLE = 90
_FEWEST_TAGS, _MOST_TAGS = 3, 16
_LONGEST_TAG, _MOST_TAG_WORDS = 40, 4
_LEAST_HUE = 0.001
"""A colour that covers less of a picture than this is not there."""
_COLOURED, _COLOURLESS = 0.05, 0.03
"""OKLab chroma (95th percentile) above which nothing is monochrome, and below which nothing is
colourful."""

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_DIGITS = re.compile(r"\d+")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?:])\s+")
_FORBIDDEN = re.compile(
    r"https?:|www\.|[<>{}\[\]|`#@\\]|\b(?:masterpiece|masterful|beautiful|stunning|breathtaking|"
    r"exquisite|amazing|gorgeous|ugly|excellent|perfect|you|your|click|subscribe)\b",
    re.IGNORECASE,
)
_FREE_CAPITALS = frozenset({"I", "L", "T", "U", "V", "X"})


def complaints(described: Described, subject: Subject) -> list[str]:
    """What is wrong with an answer, one sentence each; nothing for words that may be kept.

    Args:
        described: what the llm answered.
        subject: the work, with all that the llm was told of it.
    """
    record = _record_words(subject)
    whole = " ".join((described.caption, described.title, *described.tags))
    return [
        *_lengths(described, subject),
        *_manners(whole),
        *_names(described, record),
        *_numbers(whole, record),
        *_claims(whole, record),
        *_colours(whole, subject.look, record),
        *_tones(described, subject.look),
    ]


def _lengths(described: Described, subject: Subject) -> Iterator[str]:
    caption, tags = described.caption, described.tags
    if not _SHORTEST <= len(caption) <= _LONGEST:
        yield f"The caption has {len(caption)} letters; 60 to 400 are asked for."
    if len(_SENTENCE_ENDS.split(caption.strip())) > _MOST_SENTENCES:
        yield "The caption has too many sentences; one to three are asked for."
    if subject.needs_title and not any(map(str.isalpha, described.title)):
        yield "The title is empty, and one is needed."
    if len(described.title) > _LONGEST_TITLE:
        yield f"The title has {len(described.title)} letters; {_LONGEST_TITLE} are the most."
    if not _FEWEST_TAGS <= len({tag.casefold() for tag in tags}) <= _MOST_TAGS:
        yield f"There are {len(tags)} tags; four to twelve are asked for."
    for tag in tags:
        if not tag or len(tag) > _LONGEST_TAG or len(tag.split()) > _MOST_TAG_WORDS:
            yield f"'{tag[:_LONGEST_TAG]}' is no tag: one to three words make one."


def _manners(whole: str) -> Iterator[str]:
    if _FORBIDDEN.search(whole):
        yield "No markup, no addresses, no praise, and do not speak to the reader."


def _names(described: Described, record: frozenset[str]) -> Iterator[str]:
    """Whoever or whatever is named, the record names."""
    for text in (described.caption, described.title):
        for sentence in _SENTENCE_ENDS.split(text):
            for word in _WORD.findall(sentence)[1:]:
                if word[0].isupper() and word not in _FREE_CAPITALS and not _is_in(word, record):
                    yield f"'{word}' reads as a name, and the record does not name it."
    for tag in described.tags:
        for word in _WORD.findall(tag):
            if word[0].isupper() and not _is_in(word, record):
                yield f"The tag '{tag[:_LONGEST_TAG]}' reads as a name; write tags in lower case."
                break


def _numbers(whole: str, record: frozenset[str]) -> Iterator[str]:
    for digits in _DIGITS.findall(whole):
        if digits not in record:
            yield f"The number {digits} is not in the record."


def _claims(whole: str, record: frozenset[str]) -> Iterator[str]:
    for word in {word.casefold() for word in _WORD.findall(whole)}:
        if word in _beyond_the_record() and not _is_in(word, record):
            yield f"'{word}' is a medium or a movement, and the record does not name it."


def _colours(whole: str, look: Look, record: frozenset[str]) -> Iterator[str]:
    text = f" {' '.join(whole.casefold().split())} "
    held = _held()["colour"]
    if look.tones.chroma > _COLOURED and any(word in text for word in held["none"]):
        yield "The picture is not without colour: colour was measured in it."
    if look.tones.chroma < _COLOURLESS and any(word in text for word in held["much"]):
        yield "The picture is not colourful: hardly any colour was measured in it."
    for name, families in _held()["hues"].items():
        share = sum(look.share(family) for family in families)
        if share < _LEAST_HUE and re.search(rf"\b{name}\b", text) and name not in record:
            yield f"There is no {name} in the picture, by measurement."


def _tones(described: Described, look: Look) -> Iterator[str]:
    mean = look.tones.mean
    for tag in described.tags:
        bounds = _held()["tones"].get(tag.casefold())
        if bounds is not None and not bounds.get("from", 0.0) <= mean <= bounds.get("to", 100.0):
            yield f"The tag '{tag}' does not fit a picture whose mean L* is {mean:.0f}."


def _record_words(subject: Subject) -> frozenset[str]:
    """All words and numbers of the record, in small letters."""
    work = subject.work
    title = "" if subject.needs_title else work.title
    told = (title, work.creator, work.date, work.medium, work.kind, work.style, work.place)
    text = " ".join((*told, work.text, subject.prompt, *subject.tags)).casefold()
    years = [str(year) for year in (work.year_from, work.year_to) if year is not None]
    return frozenset({*_WORD.findall(text), *_DIGITS.findall(text), *years})


def _is_in(word: str, record: frozenset[str]) -> bool:
    bare = re.sub(r"['’]s?$", "", word.casefold())
    return bare in record or word.casefold() in record


@cache
def _held() -> Mapping[str, Any]:
    text = files("gesso.collect.caption.llm").joinpath("claims.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _beyond_the_record() -> frozenset[str]:
    return frozenset(_held()["beyond_the_record"].split())
