"""What stands between an llm's words and a painter: every claim held against what was measured.

A list of what may not be said is never long enough: "make the dark darker still" turns a lesson
round in words that no list foresaw. So it is the other way about. A model may leave words out, link
them anew and choose plain ones; what its sentences claim must be the lesson's own claims, in the
lesson's own order, and most of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from gesso.study.records import Tip
from gesso.study.tips.llm.claims import claims, kept
from gesso.study.tips.llm.shapes import Worded
from gesso.study.tips.wording import told

_MOST = {"observation": 140, "action": 140, "why": 110}
_SLACK = 1.15
"""Models count letters badly; this much over is let pass."""
_SHARE = 0.6
"""Of a sentence's claims so many must be left: what is left out can turn a lesson round, too."""
_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)(\s*%)?")
_MARKUP = re.compile(r"[<>{}\[\]|`#@\\_~^$=]|//|www\.")


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
    found = list(_ids(worded, lesson))
    for name in _MOST:
        text, own = str(getattr(worded, name)), str(getattr(lesson, name))
        found += _form(name, text)
        found += _numbers(name, text, own, lesson)
        found += _claims(name, text, own)
    return found


def _ids(worded: Worded, lesson: Tip) -> Iterable[str]:
    known = {evidence.metric for evidence in lesson.evidence}
    for metric in worded.metric_ids:
        if metric not in known:
            yield f"'{metric[:40]}' is no measurement of {lesson.rule}: {', '.join(sorted(known))}."
    for block in worded.blocks:
        if block not in lesson.blocks:
            yield f"{lesson.rule} does not point at block {block}."


def _form(name: str, text: str) -> Iterable[str]:
    if not text.strip():
        yield f"The {name} is empty."
    if len(text) > _MOST[name] * _SLACK:
        yield f"The {name} has {len(text)} letters; {_MOST[name]} are the most."
    if _MARKUP.search(text):
        yield f"The {name} holds markup or an address."
    if any(ord(sign) > 0x24F and sign not in "’‘“”–—…" for sign in text):
        yield f"The {name} holds signs that are no plain letters."


def _numbers(name: str, text: str, own: str, lesson: Tip) -> Iterable[str]:
    """Every number in digits is one of the lesson's own, with its unit as it was told."""
    values = " ".join(told(evidence.metric, evidence.value) for evidence in lesson.evidence)
    known = set(_figures(f"{own} {values}"))
    for number, unit in _figures(text):
        if (number, unit) not in known:
            yield f"The number {number}{unit} of the {name} was not measured."


def _figures(text: str) -> list[tuple[str, str]]:
    return [
        (match[1].replace(",", "."), "%" if match[2] else "") for match in _NUMBER.finditer(text)
    ]


def _claims(name: str, text: str, own: str) -> Iterable[str]:
    said, held = claims(text), claims(own)
    strange = [word for word in said if word not in held]
    if strange:
        words = ", ".join(f"'{word[:30]}'" for word in dict.fromkeys(strange))
        yield f"The {name} says {words}, which is not in the lesson's {name}."
    elif not kept(said, held):
        yield f"The {name} says the lesson's words in another order, so it may say another thing."
    if len(said) < _SHARE * len(held):
        yield f"The {name} leaves out too much of the lesson's: {' '.join(held)}."
