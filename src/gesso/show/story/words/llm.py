"""Words of an llm: an order, a title, a line for each work; what does not hold is not used."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from gesso.core.errors import BadOutput, InputError, OutsideError, Refused
from gesso.core.llms.llm import Llm, Question
from gesso.core.llms.plain import Phrase, instructions, material
from gesso.core.records.calls import Errand
from gesso.core.records.maker import Maker
from gesso.show.story.orders.looks import Look
from gesso.show.story.orders.orders import by_flow, permuted
from gesso.show.story.words.offline import Words, first_line, line_between, line_of, title_of

log = logging.getLogger(__name__)

_TELL = instructions("gesso.show.story.words", "tell")
_ORDER = instructions("gesso.show.story.words", "order")
_TEMPERATURE = 0.3
_LONGEST_TITLE, _LONGEST_TEXT = 60, 110
_MARKUP = re.compile(r"[<>{}\[\]|`#@\\_~^$=]|//|www\.")
_NUMBER = re.compile(r"\d+")
_NAME = re.compile(r"(?<![.!?:;] )(?<!^)\b[A-Z][\w’'-]+")


@dataclass(frozen=True)
class Told:
    """A film's title, and one line for each of its works."""

    title: Annotated[Phrase, Field(description="of the film, at most 60 letters")]
    texts: Annotated[
        list[Phrase],
        Field(description="one line for each work, in the order given, each at most 110 letters"),
    ]


@dataclass(frozen=True)
class Ordered:
    """The works of a film, in the order in which they should be seen."""

    works: Annotated[list[int], Field(description="the id of every work, each once")]


@dataclass(frozen=True)
class Worded:
    """Words, who wrote them, and why they are not the llm's, "" where they are."""

    words: Words
    maker: Maker
    note: str = ""


class StoryTeller:
    """Asks an llm for the order and the words of a story.

    It is told what is known and measured of the works, never shown them.

    Args:
        llm: who is asked.
    """

    def __init__(self, llm: Llm) -> None:
        self._llm = llm

    @property
    def maker(self) -> Maker:
        """Who it is."""
        return Maker(self._llm.name, self._llm.model)

    def order(self, looks: Sequence[Look]) -> tuple[tuple[int, ...], str]:
        """An order of the works, and why it is not the llm's, "" where it is."""
        works = [look.work.id for look in looks]
        said = material(works=[_facts(look) for look in looks])
        question = Question(
            _ORDER, said, temperature=_TEMPERATURE, operation="order", errand=Errand()
        )
        try:
            return permuted(self._llm.answer(question, Ordered).works, works), ""
        except InputError as error:
            why = f"The llm's order does not hold: {error.message[0].lower()}{error.message[1:]}"
        except (Refused, BadOutput, OutsideError) as error:
            why = error.message
        return by_flow(looks), f"{why.rstrip('.')}; the works flow instead."

    def tell(self, looks: Sequence[Look], offline: Words, asked_for: str = "") -> Worded:
        """A title and a line for each work.

        Args:
            looks: in order.
            offline: what is said where the llm's words do not hold.
            asked_for: the title that the owner has chosen, "" for none.
        """
        facts = [_facts(look) for look in looks]
        changes = [first_line(looks[0])]
        changes += [line_between(a, b) for a, b in pairwise(looks)]
        known = material(title=asked_for, works=facts, what_is_measured=changes)
        wrong: list[str] = []
        for _ in range(2):
            said = material(
                title=asked_for, works=facts, what_is_measured=changes, wrong_last_time=wrong[:8]
            )
            question = Question(
                _TELL, said, temperature=_TEMPERATURE, operation="tell", errand=Errand()
            )
            try:
                told = self._llm.answer(question, Told)
            except (Refused, BadOutput, OutsideError) as error:
                return Worded(offline, _OFFLINE, error.message)
            wrong = complaints(told, known, len(looks))
            if not wrong:
                title = asked_for or told.title
                words = Words(title, offline.subtitle, tuple(told.texts))
                return Worded(words, self.maker)
            log.info("an llm's words were not used: %s", "; ".join(wrong[:3]))
        return Worded(offline, _OFFLINE, f"The llm's words did not hold: {wrong[0]}")


_OFFLINE = Maker("offline", "story-1", offline=True)


def complaints(told: Told, known: str, count: int) -> list[str]:
    """What is wrong with words, one sentence each: they may claim only what they were told.

    Args:
        told: the words.
        known: all that was told.
        count: of the works.
    """
    if len(told.texts) != count:
        return [f"Give exactly {count} lines, not {len(told.texts)}."]
    found = list(_of_one("title", told.title, known, _LONGEST_TITLE))
    for number, text in enumerate(told.texts, 1):
        found += _of_one(f"line {number}", text, known, _LONGEST_TEXT)
    return found


def _of_one(name: str, text: str, known: str, longest: int) -> list[str]:
    found = []
    if not text.strip():
        found.append(f"The {name} is empty.")
    if len(text) > longest:
        found.append(f"The {name} has {len(text)} letters; {longest} are the most.")
    if _MARKUP.search(text):
        found.append(f"The {name} holds markup or an address.")
    numbers = set(_NUMBER.findall(known))
    found += [f"The number {one} of the {name} is not told." for one in _NUMBER.findall(text)
              if one not in numbers]  # fmt: skip
    found += [f"The name '{one[:30]}' of the {name} is not told." for one in _NAME.findall(text)
              if one.lower() not in known.lower()]  # fmt: skip
    return found


def _facts(look: Look) -> dict[str, object]:
    """A work as the llm is told of it."""
    work = look.work
    return {
        "id": work.id,
        "title": title_of(work),
        "by_and_when": line_of(work),
        "caption": work.caption[:200],
        "mean_value_0_to_100": round(look.value),
        "colour": "strong" if look.chroma > 0.065 else "weak" if look.chroma < 0.03 else "some",
        "stirring_0_to_100": round(100 * look.arousal),
    }
