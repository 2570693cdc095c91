"""Shapes of study. Written by tools/client.py."""

from __future__ import annotations

from typing import Any, TypedDict


class HistoryTold(TypedDict):
    """The studies of a work, oldest first."""

    work: int
    studies: list[KeptTold]


class KeptTold(TypedDict):
    """A study that is kept under a work."""

    id: int
    at: str
    intent: str
    settings: dict[str, Any]
    metrics: dict[str, float]
    tips: list[dict[str, Any]]


class MatchTold(TypedDict):
    """How an attempt stands to its reference."""

    reference: str
    attempt: str
    agreement: float
    aligned: bool
    levels: list[list[Any]]
    metrics: dict[str, list[Any]]


class ReadingTold(TypedDict):
    """What one tool read."""

    id: str
    picture: str
    tool: str
    title: str
    note: str
    figures: dict[str, Any]
    sheets: list[dict[str, Any]]


class StudyTold(TypedDict):
    """A study: readings, two tips, measurements."""

    id: str
    picture: str
    width: int
    height: int
    readings: list[dict[str, Any]]
    tips: list[dict[str, Any]]
    silence: str
    metrics: dict[str, float]
