"""From a theme to a prompt: what is conceived and asked for before anything is painted."""

from __future__ import annotations

from dataclasses import dataclass

from gesso.core.records.maker import Maker


@dataclass(frozen=True)
class Theme:
    """What a person wants pictures of, in their own words, at most 2,000 characters."""

    words: str


@dataclass(frozen=True)
class Concept:
    """Two words that make one picture of a theme.

    Attributes:
        words: exactly two words, title case: "Ember Orrery".
        theme: the words of the theme it came from.
        turn: the second step: one sentence that carries the two words past the obvious.
        reasoning: why these words, for a person to read.
        maker: who found it.
    """

    words: str
    theme: str
    turn: str
    reasoning: str
    maker: Maker


@dataclass(frozen=True)
class Aim:
    """One measurable wish: `name` is a scale of `make/aims.py`, `target` is in its unit."""

    name: str
    target: float


@dataclass(frozen=True)
class Question:
    """A yes/no question that a picture of the concept should answer with yes.

    Attributes:
        words: the question, as one would put it to a person.
        subject: the thing it asks for, one or two words, "" where it asks for no thing.
    """

    words: str
    subject: str = ""


@dataclass(frozen=True)
class Prompt:
    """What a painter is asked for: rows that a person can edit, and the text that is sent.

    The rows and `aims` are the intent and stay through refinement; `text` is the instruction
    that refinement changes. `text` alone must be enough to paint from.

    Attributes:
        title: what the picture will be called.
        subject, scene, mood, light, palette, composition: one phrase each.
        avoid: what must not be seen, "" for nothing.
        text: the whole instruction as it is sent.
        reasoning: why the picture should look like this.
        concept: the two words that must stay inside; "" for a prompt written by hand.
        aims: what can be measured in the picture.
        questions: what must be answered with yes.
        maker: who wrote it.
    """

    title: str
    subject: str
    scene: str
    mood: str
    light: str
    palette: str
    composition: str
    avoid: str
    text: str
    reasoning: str
    concept: str
    aims: tuple[Aim, ...]
    questions: tuple[Question, ...]
    maker: Maker
