"""What an llm is asked to answer about a lesson."""

from __future__ import annotations

from pydantic import BaseModel, Field

from gesso.core.llms.plain import Sentences


class Worded(BaseModel):
    """One lesson, worded."""

    lesson: str = Field(description="The id of the lesson, as it is given.")
    metric_ids: list[str] = Field(
        description="Ids of the measurements that it rests on.", min_length=1, max_length=3
    )
    blocks: list[int] = Field(default=[], description="Numbers of the blocks that it names.")
    observation: Sentences = Field(description="What the picture reads as; 140 letters at most.")
    action: Sentences = Field(description="One thing to do in ten minutes; 140 letters at most.")
    why: Sentences = Field(description="One sentence; 110 letters at most.")


class Worded2(BaseModel):
    """Two lessons of two categories."""

    tips: list[Worded] = Field(description="Exactly two.", min_length=2, max_length=2)
