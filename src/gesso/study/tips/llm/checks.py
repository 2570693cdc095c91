"""What stands between an llm's words and a painter: every claim held against what was measured."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from gesso.study.records import Tip
from gesso.study.tips.llm.shapes import Worded
from gesso.study.tips.wording import told

_MOST = {"observation": 140, "action": 140, "why": 110}
_SLACK = 1.15
"""Models count letters badly; this much over is let pass."""

_BELOW_20 = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred")
_NUMBERS: dict[str, int] = {
    **{word: number for number, word in enumerate(_BELOW_20)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
    "dozen": 12,
    "thousand": 1000,
}
_SMALL = 3
"""Up to this many things to do a teacher may name freely: "soften two edges"."""
_PARTS = re.compile(
    r"\b(half|halves|thirds?|quarters?|fifths?|percent|per cent)\b|%", re.IGNORECASE
)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]*")
_FREE_NAMES = frozenset({"L", "I", "Munsell", "Block", "Blocks", "OKLab"})
_FORBIDDEN = re.compile(
    r"https?:|www\.|[<>{}\[\]|`#@\\]|\b(?:good|bad|grade|score|wrong|mistake|amateur|masterpiece|"
    r"beautiful|ugly|excellent|poor|perfect)\b",
    re.IGNORECASE,
)


def complaints(worded: Sequence[Worded], lessons: Mapping[str, Tip]) -> list[str]:
    """What is wrong with two worded lessons, one sentence each; nothing for words that may be said.

    Args:
        worded: what the llm answered.
        lessons: the tips that it might choose from, by rule id.
    """
    if len(worded) != 2:
        return [f"Give exactly two tips, not {len(worded)}."]
    found = [line for one in worded for line in _of_one(one, lessons)]
    categories = {lessons[one.lesson].category for one in worded if one.lesson in lessons}
    if len(categories) < 2 and all(one.lesson in lessons for one in worded):
        found.append("The two tips must be of two categories.")
    return found


def _of_one(worded: Worded, lessons: Mapping[str, Tip]) -> list[str]:
    lesson = lessons.get(worded.lesson)
    if lesson is None:
        return [
            f"There is no lesson '{worded.lesson[:40]}'; the lessons are: {', '.join(lessons)}."
        ]
    texts = {name: str(getattr(worded, name)) for name in _MOST}
    whole = " ".join(texts.values())
    return [
        *_ids(worded, lesson),
        *_lengths(texts),
        *_numbers(whole, lesson),
        *_names(texts.values(), lesson),
        *_direction(whole, texts, lesson),
    ]


def _ids(worded: Worded, lesson: Tip) -> Iterable[str]:
    known = {evidence.metric for evidence in lesson.evidence}
    for metric in worded.metric_ids:
        if metric not in known:
            yield f"'{metric[:40]}' is no measurement of {lesson.rule}: {', '.join(sorted(known))}."
    blocks = {block + 1 for block in lesson.blocks}
    for block in worded.blocks:
        if block not in blocks:
            yield f"{lesson.rule} does not point at block {block}."


def _lengths(texts: Mapping[str, str]) -> Iterable[str]:
    for name, text in texts.items():
        if not text.strip():
            yield f"The {name} is empty."
        if len(text) > _MOST[name] * _SLACK:
            yield f"The {name} has {len(text)} letters; {_MOST[name]} are the most."


def _numbers(text: str, lesson: Tip) -> Iterable[str]:
    """Every number is one of the lesson's own, as it was told to the model, or it goes."""
    free = re.sub(r"\bL\*", " ", text)
    free = re.sub(r"\bten[- ]minutes?\b", " ", free, flags=re.IGNORECASE)
    own = {
        part
        for evidence in lesson.evidence
        for part in _told_numbers(evidence.metric, evidence.value)
    }
    own |= {str(block + 1) for block in lesson.blocks}
    own |= set(_DIGITS.findall(lesson.observation))
    for digits in _DIGITS.findall(free):
        if digits.replace(",", ".") not in own:
            yield f"The number {digits} was not measured."
    if _PARTS.search(free) and not _PARTS.search(_spelt(lesson)):
        yield "A part or a percentage is named that was not measured."
    for word in _WORD.findall(free.lower()):
        number = _NUMBERS.get(word, 0)
        is_own = str(number) in own or word in _spelt(lesson).lower()
        if number > _SMALL and not is_own:
            yield f"The number '{word}' was not measured."


def _told_numbers(metric: str, value: float) -> set[str]:
    return set(_DIGITS.findall(told(metric, value)))


def _spelt(lesson: Tip) -> str:
    return f"{lesson.observation} {lesson.action} {lesson.why}"


def _names(texts: Iterable[str], lesson: Tip) -> Iterable[str]:
    """No names, no media, no other script, no markup, no grades."""
    own = set(_WORD.findall(_spelt(lesson).lower()))
    for text in texts:
        if any(ord(sign) > 0x24F and sign not in "’‘“”–—…" for sign in text):
            yield "Only plain letters may be used."
        if _FORBIDDEN.search(text):
            yield "No markup, no addresses, no grades."
        for sentence in re.split(r"(?<=[.!?:])\s+", text):
            for word in _WORD.findall(sentence)[1:]:
                if word[0].isupper() and word not in _FREE_NAMES and word.lower() not in own:
                    yield f"'{word}' reads as a name; name nobody and nothing."
        for word in _WORD.findall(text.lower()):
            bare = re.sub(r"['’]s?$", "", word)
            parts = {bare, *bare.split("-")}
            if bare not in own and not parts.isdisjoint(_unspeakable()):
                yield f"'{word}' is no matter of measurement."


def _direction(whole: str, texts: Mapping[str, str], lesson: Tip) -> Iterable[str]:
    held = _directions().get(lesson.rule)
    if held is None:
        return
    text = " ".join(whole.lower().replace("’", "'").split())
    must, never = held["must"], held["never"]
    # A word that the lesson itself says cannot turn it round.
    own = " ".join(_spelt(lesson).lower().split())
    for wrong in never:
        if re.search(rf"\b{re.escape(wrong)}", text) and not re.search(
            rf"\b{re.escape(wrong)}", own
        ):
            yield f"'{wrong}' turns {lesson.rule} round."
    for name in ("observation", "action"):
        if not any(re.search(rf"\b{re.escape(word)}", texts[name].lower()) for word in must):
            yield f"The {name} does not speak of {lesson.rule}."


@cache
def _directions() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(
        files("gesso.study.tips.llm").joinpath("directions.toml").read_text("utf-8")
    )


@cache
def _unspeakable() -> frozenset[str]:
    """Words of media, movements and people that no measurement knows, in lower case."""
    text = files("gesso.study.tips.llm").joinpath("unspeakable.txt").read_text("utf-8")
    return frozenset(
        word for line in text.splitlines() if not line.startswith("#") for word in line.split()
    )
