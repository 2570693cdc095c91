"""Studies, readings, histories and comparisons, as they are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class StudyTold(BaseModel):
    """A study: readings, two tips, measurements."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="By which the sheets can be asked for.")
    picture: str = Field(description="By which the picture can be studied again; '' for a work.")
    width: int
    height: int
    readings: list[dict[str, Any]]
    tips: list[dict[str, Any]]
    silence: str
    metrics: dict[str, float]


class ReadingTold(BaseModel):
    """What one tool read."""

    model_config = ConfigDict(extra="allow")

    id: str = Field(description="By which the sheets can be asked for.")
    picture: str = Field(description="By which the picture can be studied again; '' for a work.")
    tool: str
    title: str
    note: str
    figures: dict[str, Any]
    sheets: list[dict[str, Any]]


class MatchTold(BaseModel):
    """How an attempt stands to its reference."""

    model_config = ConfigDict(extra="allow")

    reference: str = Field(description="work:12, or the key of a picture.")
    attempt: str = Field(description="work:12, or the key of a picture.")
    agreement: float = Field(description="Share of the pixels in the same block, 0 to 1.")
    aligned: bool = Field(description="Whether the two could be laid on each other.")
    levels: list[tuple[float, float]] = Field(description="L* of blocks: reference, attempt.")
    metrics: dict[str, tuple[float, float]] = Field(description="By id: reference, attempt.")


class KeptTold(BaseModel):
    """A study that is kept under a work."""

    id: int
    at: datetime
    intent: str
    settings: dict[str, Any]
    metrics: dict[str, float]
    tips: list[dict[str, Any]]


class HistoryTold(BaseModel):
    """The studies of a work, oldest first."""

    work: int
    studies: list[KeptTold]
