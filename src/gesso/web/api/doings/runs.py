"""/api/runs: every run with its state, its rounds and its troubles; gone on with, stopped."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from gesso.core.records.codec import to_plain
from gesso.core.records.runs import ID_PATTERN
from gesso.web.answers.doings.doings import Doings
from gesso.web.answers.doings.faults import FAULTS as COMMON
from gesso.web.answers.doings.making import ResumeWish
from gesso.web.answers.doings.shapes import ItemsTold, RunsTold, RunTold, RunWhole, TroublesTold
from gesso.web.answers.house import House
from gesso.web.answers.jobs.job import Job
from gesso.web.answers.jobs.telling import JobTold, told_of
from gesso.web.server.problems import Problem

RunId = Annotated[str, Path(pattern=ID_PATTERN, description="Of the run.")]
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such run."}
}
CONFLICT: dict[int | str, dict[str, Any]] = {
    **UNKNOWN,
    400: {"model": Problem, "description": "It is done already."},
    403: {"model": Problem, "description": "It reads files of this machine."},
    409: {"model": Problem, "description": "It is not where this can be done."},
}


def run_routes(house: House) -> APIRouter:
    """The routes."""
    doings, desk = Doings.of(house), house.desk
    routes = APIRouter(prefix="/api", tags=["runs"], responses=COMMON)

    @routes.get(
        "/runs",
        operation_id="list_runs",
        summary="All runs",
        response_model=RunsTold,
        responses=UNKNOWN,
    )
    async def all_runs(
        after: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        """Of making and of collecting, the newest first."""
        return await desk.run(lambda: doings.runs.page(after, limit))

    @routes.get(
        "/runs/{run}",
        operation_id="get_run",
        summary="One run",
        response_model=RunWhole,
        responses=UNKNOWN,
    )
    async def one(run: RunId) -> dict[str, Any]:
        """How it stands, what it spent, what went wrong and what it got over by itself."""
        return await desk.run(lambda: doings.runs.one(run))

    @routes.get(
        "/runs/{run}/items",
        operation_id="list_items",
        summary="A run's works on their way",
        response_model=ItemsTold,
        responses=UNKNOWN,
    )
    async def items(
        run: RunId,
        page: Annotated[int, Query(ge=1, le=1000)] = 1,
        item: Annotated[str, Query(max_length=200, description="Only this one.")] = "",
    ) -> dict[str, Any]:
        """Each with its rounds: both pictures, their scores, why the better one is."""
        return await desk.run(lambda: doings.runs.items(run, page, item))

    @routes.post(
        "/runs/{run}/resume",
        operation_id="resume_run",
        summary="Go on with a run",
        status_code=202,
        response_model=JobTold,
        responses=CONFLICT,
    )
    async def resume(run: RunId, wish: ResumeWish | None = None) -> dict[str, Any]:
        """Nothing that was finished is done again."""
        asked = wish or ResumeWish()
        return told_of(house.jobs, await desk.run(lambda: resumed(doings, run, asked)))

    @routes.post(
        "/runs/{run}/stop",
        operation_id="stop_run",
        summary="Have a run come to rest",
        status_code=202,
        response_model=JobTold,
        responses=CONFLICT,
    )
    async def stop(run: RunId) -> dict[str, Any]:
        """What is in flight comes in; it can be gone on with."""
        return told_of(house.jobs, await desk.run(lambda: stopped(doings, run)))

    @routes.post(
        "/runs/{run}/cancel",
        operation_id="cancel_run",
        summary="Stop a run of making for good",
        response_model=RunTold,
        responses=CONFLICT,
    )
    async def cancel(run: RunId) -> dict[str, Any]:
        """What it has kept stays; it cannot be gone on with."""
        await desk.run(lambda: doings.makings.cancel(run))
        return await desk.run(lambda: doings.runs.one(run))

    @routes.get(
        "/errors",
        operation_id="list_errors",
        summary="What went wrong",
        response_model=TroublesTold,
    )
    async def errors(
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        left: Annotated[bool, Query(description="Only what did not recover.")] = False,
    ) -> dict[str, Any]:
        """By kind, with how much the work got over by itself; and the last ones."""
        return await desk.run(lambda: troubles(house, limit, left=left))

    return routes


def troubles(house: House, limit: int, *, left: bool = False) -> dict[str, Any]:
    """What went wrong in the whole studio."""
    book = house.studio.catalogue.troubles
    found = book.list(recovered=False if left else None, limit=limit)
    return {
        "kinds": [to_plain(kind) | {"left": kind.left} for kind in book.summary()],
        "troubles": [{"at": one.at.isoformat(), **to_plain(one.trouble)} for one in found],
    }


def resumed(doings: Doings, run: str, wish: ResumeWish) -> Job:
    """Go on with a run of either kind."""
    return (
        doings.makings.resume(run, wish)
        if doings.runs.is_making(run)
        else doings.collectings.resume(run)
    )


def stopped(doings: Doings, run: str) -> Job:
    """Stop a run of either kind."""
    return doings.makings.stop(run) if doings.runs.is_making(run) else doings.collectings.stop(run)
