"""Jobs as they are told: as plain values, and as a stream of events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from gesso.web.answers.jobs.job import Job, JobState
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.answers.jobs.journal import Event

HEARTBEAT_S = 15.0
"""Proxies close what is silent for longer than a minute or so."""
_AGAIN_MS = 2000


class EventTold(BaseModel):
    """One thing that happened in a job."""

    number: int = Field(description="1 for the first; the id of the server-sent event.")
    at: datetime
    kind: str = Field(description="'begun', 'stopping', 'ended', or a word of the job's own.")
    told: dict[str, Any]


class JobTold(BaseModel):
    """A job of the server."""

    id: str
    kind: str = Field(description="'make', 'collect', ...; of one kind one is done at a time.")
    title: str
    page: str = Field(description="Where a person sees what it does.")
    state: JobState
    ahead: int = Field(description="Jobs of its kind that come before it.")
    began_at: datetime
    ended_at: datetime | None
    is_stopping: bool = Field(description="It was asked to end and will, soon.")
    error: str = Field(description="Why it failed or was cancelled; empty otherwise.")
    advice: str = Field(description="What to do next.")
    result: dict[str, Any]
    last: int = Field(description="The number of its last event.")


class JobWithEvents(JobTold):
    """A job with what it told since a number."""

    events: list[EventTold]
    has_gap: bool = Field(description="Events between are forgotten: look at the whole anew.")


class JobsTold(BaseModel):
    """The jobs that the server remembers, the newest first."""

    jobs: list[JobTold]


def told_of(jobs: Jobs, job: Job) -> dict[str, Any]:
    """A job as plain values."""
    return {
        "id": job.id,
        "kind": job.kind,
        "title": job.title,
        "page": job.page,
        "state": job.state,
        "ahead": jobs.place_of(job),
        "began_at": job.began_at,
        "ended_at": job.ended_at,
        "is_stopping": job.stopping.is_set() and not job.is_over,
        "error": job.error,
        "advice": job.advice,
        "result": dict(job.result),
        "last": job.journal.last,
    }


def plain_event(event: Event) -> dict[str, Any]:
    """An event as plain values."""
    return {
        "number": event.number,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "told": dict(event.told),
    }


async def stream(
    jobs: Jobs, job: Job, after: int, heartbeat_s: float = HEARTBEAT_S
) -> AsyncIterator[bytes]:
    """A job's events as server-sent events, from after a number until it ends.

    Args:
        jobs: whose end ends the stream, so that the server can end.
        job: of which is told.
        after: the last event that the reader has, 0 for none.
        heartbeat_s: of silence, before a comment says that somebody is there.
    """
    loop, fresh = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(fresh.set)

    with job.journal.read_along(wake), _counted(jobs):
        yield f"retry: {_AGAIN_MS}\n\n".encode()
        while True:
            fresh.clear()
            is_over = job.over.is_set()
            events, has_gap = job.journal.since(after)
            if has_gap:
                yield b'data: {"kind":"gap"}\n\n'
            for event in events:
                yield _line(event)
            if events:
                after = events[-1].number
                # The last event is told a moment before the job counts as over.
                is_over = is_over or events[-1].kind == "ended"
            if is_over or jobs.is_closing:
                return
            try:
                await asyncio.wait_for(fresh.wait(), heartbeat_s)
            except TimeoutError:
                yield b": still here\n\n"


@contextmanager
def _counted(jobs: Jobs) -> Iterator[None]:
    jobs.listeners += 1
    try:
        yield
    finally:
        jobs.listeners -= 1


def _line(event: Event) -> bytes:
    data = json.dumps(plain_event(event), ensure_ascii=False)
    return f"id: {event.number}\ndata: {data}\n\n".encode()
