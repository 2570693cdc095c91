"""Shapes of search. Written by tools/client.py."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class AnswerTold(TypedDict):
    """A page of hits."""

    hits: list[HitTold]
    next: str | None
    total: int | None
    admitted: int | None
    compared: dict[str, Any] | None
    facets: dict[str, list[dict[str, Any]]]
    notes: list[str]


class Asked(TypedDict):
    """What is looked for; what is left out does not count."""

    words: NotRequired[str]
    filter: NotRequired[str]
    like: NotRequired[list[str]]
    minus: NotRequired[list[str]]
    but: NotRequired[list[str]]
    colours: NotRequired[list[str]]
    values: NotRequired[str | None]
    encoder: NotRequired[str]
    recall: NotRequired[Literal["fast", "balanced", "exact"]]
    limit: NotRequired[int]
    after: NotRequired[str | None]
    copies: NotRequired[bool]
    facets: NotRequired[list[str]]


class Batch(TypedDict):
    """Several questions at once."""

    queries: list[Asked]


class BatchTold(TypedDict):
    """An answer, or a problem, for each question in its order."""

    answers: list[AnswerTold | Problem]


class HitTold(TypedDict):
    """A work that was found, and why."""

    work: int
    title: str
    score: float
    band: Literal["likely", "weak"] | None
    reasons: list[dict[str, Any]]


class Problem(TypedDict):
    """Why a request was not answered as it was meant."""

    type: str
    title: str
    status: int
    detail: NotRequired[str]
