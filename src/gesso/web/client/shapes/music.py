"""Shapes of music. Written by tools/client.py."""

from __future__ import annotations

from typing import Any, TypedDict


class TrackTold(TypedDict):
    """A track, and what is heard in it."""

    id: int
    title: str
    artist: str
    licence: str
    line: str
    key: str
    hearing: dict[str, Any]
    mood: dict[str, float]


class TracksTold(TypedDict):
    """A page of tracks."""

    tracks: list[TrackTold]
    next: int | None


class Word(TypedDict):
    """A person's word on a work and a track."""

    fits: bool | None
