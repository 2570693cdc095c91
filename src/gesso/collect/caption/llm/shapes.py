"""What an llm is asked to answer about a picture."""

from __future__ import annotations

from pydantic import BaseModel, Field

from gesso.core.llms.plain import Phrase, Sentences


class Described(BaseModel):
    """One picture, described for a catalogue."""

    caption: Sentences = Field(description="One to three sentences: what is to be seen.")
    title: Phrase = Field(default="", description="Empty unless a title is needed.")
    tags: list[Phrase] = Field(description="Four to twelve, lower case.", max_length=40)
    complexity: float = Field(ge=0, le=1, description="0 empty to 1 crowded.")
    valence: float = Field(ge=0, le=1, description="0 sad or menacing to 1 glad.")
    arousal: float = Field(ge=0, le=1, description="0 calm to 1 stirring.")
    technical: float = Field(ge=0, le=1, description="0 blurred or broken to 1 sharp and clean.")
