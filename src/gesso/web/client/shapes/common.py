"""Shapes of more than one part. Written by tools/client.py."""

from __future__ import annotations

from typing import Any, Literal, TypedDict


class JobTold(TypedDict):
    """A job of the server."""

    id: str
    kind: str
    title: str
    page: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    ahead: int
    began_at: str
    ended_at: str | None
    is_stopping: bool
    error: str
    advice: str
    result: dict[str, Any]
    last: int
