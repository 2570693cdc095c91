"""What a judge is asked to answer: shapes that are told to it, and that its answer must fit."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from gesso.core.llms.plain import Sentences


class Answer(BaseModel):
    """The answer to one question about the picture."""

    number: int = Field(description="Of the question.")
    evidence: Sentences = Field(
        default="",
        description="One sentence: what is seen in the picture that answers it, and where.",
    )
    outcome: Literal["yes", "no", "unknown"] = Field(
        description="'unknown' where the picture does not tell."
    )


class Answers(BaseModel):
    """What was found in the picture."""

    answers: list[Answer] = Field(description="One for each question.")


class Choice(BaseModel):
    """The better picture of two."""

    first: Sentences = Field(
        default="",
        description="What speaks for and against the first picture: one or two sentences.",
    )
    second: Sentences = Field(
        default="",
        description="What speaks for and against the second picture: one or two sentences.",
    )
    better: Literal["first", "second"]
    reason: Sentences = Field(description="One sentence: what decided it.")
