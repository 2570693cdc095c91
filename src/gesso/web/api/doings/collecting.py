"""/api/collect: where art can be brought in from, what would come, and the order itself."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from gesso.core.records.codec import to_plain
from gesso.web.answers.doings.collecting import LOOKED_AT, CollectWish
from gesso.web.answers.doings.doings import Doings
from gesso.web.answers.doings.faults import FAULTS as COMMON
from gesso.web.answers.doings.making import page_of
from gesso.web.answers.doings.shapes import Begun, PreviewTold, SourcesTold
from gesso.web.answers.house import House
from gesso.web.answers.jobs.telling import told_of
from gesso.web.server.problems import Problem
from gesso.web.server.work import Desk

FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "A place that the source cannot use."},
    403: {"model": Problem, "description": "Files of this machine, asked for from another."},
    404: {"model": Problem, "description": "There is no such source."},
    409: {"model": Problem, "description": "The source is not set up: no contact, say."},
    502: {"model": Problem, "description": "The source's list cannot be had."},
    503: {"model": Problem, "description": "Too much waits already."},
}


def collect_routes(house: House) -> APIRouter:
    """The routes."""
    doings, desk = Doings.of(house), house.desk
    # Lists may come from slow hosts: who looks at them waits, and nobody else.
    outside = Desk(at_once=2, waiting=8)
    routes = APIRouter(prefix="/api/collect", tags=["collect"], responses=COMMON)

    @routes.get(
        "", operation_id="list_sources", summary="Where art can be brought in from",
        response_model=SourcesTold,
    )  # fmt: skip
    async def sources() -> dict[str, Any]:
        """Each with what it takes, and what it needs before it can start."""
        found = await desk.run(doings.collectings.sources)
        return {"sources": [vars(one) for one in found]}

    @routes.post(
        "/preview",
        operation_id="preview_collect",
        summary="What would come",
        response_model=PreviewTold,
        responses=FAULTS,
    )
    async def preview(wish: CollectWish) -> dict[str, Any]:
        """Reads the beginning of the source's list; fetches no picture and writes nothing."""
        found = await outside.run(lambda: doings.collectings.preview(wish))
        return {
            "counts": dict(found.counts),
            "examples": [to_plain(find) for find in found.examples],
            "complaints": list(found.complaints),
            "looked_at": LOOKED_AT,
        }

    @routes.post(
        "",
        operation_id="collect",
        summary="Bring art in",
        status_code=201,
        response_model=Begun,
        responses=FAULTS,
    )
    async def collect(wish: CollectWish, response: Response) -> dict[str, Any]:
        """Writes the run down and has it worked on; listen to its job, or look at its run."""
        run, job = await desk.run(lambda: doings.collectings.begin(wish))
        response.headers["Location"] = f"/api{page_of(run.id)}"
        told = await desk.run(lambda: doings.runs.one(run.id))
        return {"run": told, "job": told_of(house.jobs, job)}

    return routes
