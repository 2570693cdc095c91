"""What a prompt keeps of its theme, word by word: painted in, aimed at, or at least asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from gesso.core.records.prompts import Question
from gesso.make import aims
from gesso.make.writers.offline.vocabulary.lexicon import FirstWord, Lexicon, SecondWord, table
from gesso.make.writers.offline.vocabulary.plain import listed, singular
from gesso.make.writers.offline.vocabulary.thesaurus import Meaning

MOST_THINGS = 4
"""Things of a theme that are carried into a prompt beside the concept's subject."""

MOST_QUESTIONS = 3
"""Questions about a theme's other words."""


@dataclass(frozen=True)
class Condition:
    """A weather or a season: how a sentence says it, and what is asked of the picture."""

    name: str
    say: str
    ask: str


@dataclass(frozen=True)
class Kept:
    """What a prompt keeps of its theme.

    Attributes:
        things: painted beside the concept's subject, and looked for.
        conditions: weathers and seasons, said of the scene and looked for.
        wishes: measurable wishes of the theme's words, by scale.
        questions: one about each word of the theme that the picture should show and that no
            other question asks for.
    """

    things: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    wishes: Mapping[str, float] | None = None
    questions: tuple[Question, ...] = ()


def keep(
    meanings: tuple[Meaning, ...], first: FirstWord, second: SecondWord, lexicon: Lexicon
) -> Kept:
    """Say what of a theme the prompt of `first` and `second` has to keep."""
    things = _things(meanings, second, lexicon)
    conditions, measured, strange = [], [], []
    for meaning in meanings:
        forms = (meaning.word, singular(meaning.word))
        condition = next((_conditions()[form] for form in forms if form in _conditions()), None)
        if condition is not None:
            conditions.append(condition)
        elif aims.read_words(meaning.word):
            measured.append(meaning)
        elif not (singular(meaning.word) in things or _is_answered(meaning, first, second)):
            strange.append(meaning.word)
    wishes = aims.read_words(" ".join(meaning.word for meaning in measured))
    return Kept(
        things, tuple(dict.fromkeys(conditions)), wishes, _questions(conditions, measured, strange)
    )


def _things(meanings: tuple[Meaning, ...], second: SecondWord, lexicon: Lexicon) -> tuple[str, ...]:
    told = {second.word.lower(), *second.also, *" ".join(second.asks).split()}
    found: dict[str, None] = {}
    for meaning in meanings:
        thing = singular(meaning.word) if meaning.names else meaning.subject
        if meaning.names and not any(
            thing in (name, *lexicon.seconds[name].asks) for name in meaning.names
        ):
            continue
        if thing and thing not in told and meaning.word not in told:
            found.setdefault(thing)
    return tuple(found)[:MOST_THINGS]


def _is_answered(meaning: Meaning, first: FirstWord, second: SecondWord) -> bool:
    """Whether one of the two words says what the theme's word says, or is its name."""
    if second.word.lower() in meaning.names:
        return True
    if meaning.names:
        return False
    return meaning.fields[0] in (*first.fields[:2], *second.fields)


def _questions(
    conditions: list[Condition], measured: list[Meaning], strange: list[str]
) -> tuple[Question, ...]:
    asked = [Question(one.ask, one.name) for one in dict.fromkeys(conditions)]
    asked += [Question(f"Does it keep to the theme's '{one.word}'?") for one in measured]
    if strange:
        words = tuple(f"'{word}'" for word in strange[:MOST_THINGS])
        asked.insert(MOST_QUESTIONS - 1, Question(f"Does it speak of the theme's {listed(words)}?"))
    return tuple(asked[:MOST_QUESTIONS])


@cache
def _conditions() -> dict[str, Condition]:
    return {
        word: Condition(name, row["say"], row["ask"])
        for name, row in table("conditions").items()
        for word in row["words"].split()
    }
