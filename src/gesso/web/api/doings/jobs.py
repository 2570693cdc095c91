"""The jobs of the server: looked at, listened to, cancelled."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from fastapi.responses import Response, StreamingResponse

from gesso.web.answers.doings.faults import FAULTS as COMMON
from gesso.web.answers.house import House
from gesso.web.answers.jobs.telling import (
    JobsTold,
    JobTold,
    JobWithEvents,
    plain_event,
    stream,
    told_of,
)
from gesso.web.server.problems import Halt, Problem

JobId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Of the answer that began it.")]
MOST_LISTENERS = 256
"""Streams at once, of all jobs."""
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "No such job; the server was restarted, maybe."}
}


def job_routes(house: House) -> APIRouter:
    """The routes."""
    jobs = house.jobs
    routes = APIRouter(prefix="/api/jobs", tags=["jobs"], responses=COMMON)

    @routes.get(
        "", operation_id="list_jobs", summary="What the server does", response_model=JobsTold
    )
    async def all_jobs() -> dict[str, Any]:
        """Jobs since the server began, the newest first; runs of before are under /api/runs."""
        return {"jobs": [told_of(jobs, job) for job in jobs.list()]}

    @routes.get(
        "/{job}",
        operation_id="get_job",
        summary="One job, with what it told",
        response_model=JobWithEvents,
        responses=UNKNOWN,
    )
    async def one(
        job: JobId,
        after: Annotated[int, Query(ge=0, le=2**53, description="Events after this one.")] = 0,
    ) -> dict[str, Any]:
        """For who cannot listen: ask again with the number of the last event."""
        found = jobs.get(job)
        events, has_gap = found.journal.since(after)
        told = [plain_event(event) for event in events]
        return told_of(jobs, found) | {"events": told, "has_gap": has_gap}

    @routes.get(
        "/{job}/events",
        operation_id="listen_to_job",
        summary="A job's events as they happen",
        response_class=Response,
        responses={
            200: {"content": {"text/event-stream": {}}, "description": "Server-sent events."},
            204: {"description": "It has ended, and all was told: do not come back."},
            **UNKNOWN,
        },
    )
    async def listen(
        job: JobId,
        last_event_id: Annotated[str, Header(pattern=r"^[0-9]{0,15}$")] = "",
    ) -> Response:
        """Who was cut off goes on after `Last-Event-ID`; the last event is 'ended'."""
        found, after = jobs.get(job), int(last_event_id or 0)
        if jobs.listeners >= MOST_LISTENERS:
            raise Halt(503, "listeners", "Too many listen already.", "Ask for its events instead.",
                       {"Retry-After": "10"})  # fmt: skip
        if found.is_over and after >= found.journal.last:
            return Response(status_code=204)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(stream(jobs, found, after), 200, headers, "text/event-stream")

    @routes.delete(
        "/{job}",
        operation_id="cancel_job",
        summary="Have a job end",
        status_code=202,
        response_model=JobTold,
        responses=UNKNOWN,
    )
    async def cancel(job: JobId) -> dict[str, Any]:
        """What it has in flight comes in; what it works on can be gone on with."""
        return told_of(jobs, jobs.cancel(job))

    return routes
