"""What a model is asked to answer: shapes that are told to it, and that its answer must fit.

A model is told to fill every field. What can be done without has a default all the same: servers
that take no schema leave such fields out, and a whole answer is not sent back for one of them.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, Field, model_validator

from gesso.core.llms.plain import Phrase, Sentences, Text
from gesso.make import aims

_LONGEST_WORD = 24
_JOINTS = frozenset("-'’")
_NUMBERED = re.compile(r"^\d+[.)]\s*")
_STRAIGHT = [name for name, scale in aims.SCALES.items() if not scale.circular]
_CIRCULAR = [name for name, scale in aims.SCALES.items() if scale.circular]
_HUES = sorted({aims.hue_name(angle) for angle in aims.HUES.values()})


def _two_words(said: str) -> str:
    """A concept's words in title case, "" where they are not two words of letters."""
    words = _NUMBERED.sub("", said).strip(" .\"'“”*").split(" ")
    return " ".join(map(_capital, words)) if len(words) == 2 and all(map(_is_word, words)) else ""


def _is_word(word: str) -> bool:
    letters = [sign for sign in word if sign not in _JOINTS]
    return (
        bool(letters)
        and len(word) <= _LONGEST_WORD
        and all(unicodedata.category(sign)[0] in "LM" for sign in letters)
    )


def _capital(word: str) -> str:
    word = word.lower() if word.isupper() and len(word) > 1 else word
    return word[:1].upper() + word[1:]


class Idea(BaseModel):
    """One concept."""

    turn: Sentences = Field(
        description="The second step: one sentence that carries the two words past the obvious."
    )
    words: Annotated[Phrase, AfterValidator(_two_words)] = Field(
        description="The concept: exactly two words, each with a capital at its start."
    )
    reasoning: Sentences = Field(description="Why these words for this theme: two sentences.")


class Ideas(BaseModel):
    """Concepts for a theme, found in two steps."""

    obvious: list[Phrase] = Field(
        default=[],
        description="The first step: three pairs of words that anybody would think of. Not used.",
    )
    ideas: list[Idea] = Field(description="Three concepts, the best first, no two of one thing.")

    @model_validator(mode="after")
    def _has_a_concept(self) -> Self:
        if not self.usable:
            raise ValueError("no idea has exactly two words of letters that are not obvious ones")
        return self

    @property
    def usable(self) -> list[Idea]:
        """The ideas that are two words, and none of the obvious ones."""
        obvious = {words.casefold() for words in self.obvious}
        return [i for i in self.ideas if i.words and i.words.casefold() not in obvious]


class Figure(BaseModel):
    """One measurable wish."""

    scale: str = Field(json_schema_extra={"enum": [*_STRAIGHT]})
    target: float = Field(description="On that scale.", allow_inf_nan=False)


class Hue(BaseModel):
    """The hue of the dark, middle or light parts."""

    scale: str = Field(json_schema_extra={"enum": [*_CIRCULAR]})
    hue: str = Field(json_schema_extra={"enum": [*_HUES]})


class Wishes(BaseModel):
    """Wishes that can be measured in a picture."""

    figures: list[Figure] = []
    hues: list[Hue] = []

    @property
    def targets(self) -> dict[str, float]:
        """The wishes by scale, within the scales' ranges; of a scale named twice, the first."""
        found: dict[str, float] = {}
        for figure in self.figures:
            if figure.scale in _STRAIGHT:
                found.setdefault(figure.scale, _written(figure.scale, figure.target))
        for wish in self.hues:
            angle = aims.HUES.get(wish.hue.strip().lower())
            if wish.scale in _CIRCULAR and angle is not None:
                found.setdefault(wish.scale, float(angle))
        return found


class Look(BaseModel):
    """One question that a good picture answers with yes."""

    question: Phrase = Field(description="A yes/no question that the picture itself can answer.")
    thing: Phrase = Field(
        default="",
        description="The thing it asks for, one or two words, as in 'stone bridge'; '' for none.",
    )


class Written(BaseModel):
    """A prompt for a picture."""

    subject: Phrase = Field(description="What is seen, one phrase.")
    scene: Phrase = Field(description="Where and when, one phrase.")
    mood: Phrase = Field(description="One phrase.")
    light: Phrase = Field(description="Which light, and from where; one phrase.")
    palette: Phrase = Field(description="The colours, and where they lie; one phrase.")
    composition: Phrase = Field(description="Where things stand, and how large; one phrase.")
    avoid: Phrase = Field(default="", description="What must not be seen, listed with commas.")
    text: Text = Field(description="The whole instruction, 80 to 160 words, enough to paint from.")
    wishes: Wishes
    questions: list[Look] = Field(description="Three to six.", min_length=1)
    reasoning: Sentences = Field(description="Why it should look like this: two to four sentences.")

    @model_validator(mode="after")
    def _can_be_painted(self) -> Self:
        if not self.text:
            raise ValueError("the text is empty")
        return self


class QuotedFigure(Figure):
    """One measurable wish, and the words that ask for it."""

    asked_by: Phrase = Field(description="The words of the text that ask for it, to the letter.")


class QuotedHue(Hue):
    """A hue, and the words that ask for it."""

    asked_by: Phrase = Field(description="The words of the text that ask for it, to the letter.")


class QuotedLook(Look):
    """One question, and the words that ask for what it looks for."""

    asked_by: Phrase = Field(description="The words of the text that ask for it, to the letter.")


class Expanded(BaseModel):
    """What a text written by hand asks for, and nothing that it does not."""

    title: Phrase = Field(description="At most six words.")
    subject: Phrase = Field(description="What is seen, one phrase.")
    scene: Phrase = Field(description="One phrase; '' where the text says nothing of it.")
    mood: Phrase = Field(description="One phrase; '' where the text says nothing of it.")
    light: Phrase = Field(description="One phrase; '' where the text says nothing of it.")
    palette: Phrase = Field(description="One phrase; '' where the text says nothing of it.")
    composition: Phrase = Field(description="One phrase; '' where the text says nothing of it.")
    figures: list[QuotedFigure] = []
    hues: list[QuotedHue] = []
    questions: list[QuotedLook]
    reasoning: Sentences = Field(description="How the text was understood: one or two sentences.")


class Refined(BaseModel):
    """A better text for the same picture."""

    diagnosis: Sentences = Field(
        default="",
        description="What the attempts lack and what in their texts brought it about.",
    )
    can_help: bool = Field(description="Whether another text could mend it.")
    text: Text = Field(description="The whole new instruction; '' where none could help.")
    wishes: Wishes = Field(
        default=Wishes(), description="What the new text shall ask for, only where it changes."
    )
    reasoning: Sentences = Field(description="What was changed and why: one or two sentences.")


def _written(name: str, target: float) -> float:
    scale = aims.SCALES[name]
    return scale.clamp(round(scale.clamp(target), scale.decimals))
