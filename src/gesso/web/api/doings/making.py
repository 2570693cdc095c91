"""/api/make: what can be made, what it would cost, and the order itself."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from gesso.web.answers.doings.doings import Doings
from gesso.web.answers.doings.faults import FAULTS as COMMON
from gesso.web.answers.doings.making import MakeWish, Means, page_of, plain_estimate
from gesso.web.answers.doings.shapes import Begun, EstimateTold, MakeTold
from gesso.web.answers.house import House
from gesso.web.answers.jobs.telling import told_of
from gesso.web.server.problems import Problem

FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "A theme that cannot be used."},
    402: {"model": Problem, "description": "Not even the first picture fits into the budget."},
    404: {"model": Problem, "description": "Nobody of that name paints or writes."},
    409: {"model": Problem, "description": "A wish that the settings cannot meet: no key, say."},
    503: {"model": Problem, "description": "Too many runs wait already."},
}


def make_routes(house: House) -> APIRouter:
    """The routes."""
    doings, desk = Doings.of(house), house.desk
    routes = APIRouter(prefix="/api/make", tags=["make"], responses=COMMON)

    @routes.get(
        "", operation_id="what_can_be_made", summary="Who paints and writes",
        response_model=MakeTold,
    )  # fmt: skip
    async def means() -> dict[str, Any]:
        """What the settings say for a run, and who can be asked."""
        return {"usual": doings.makings.usual(), **doings.makings.people}

    @routes.get(
        "/estimate",
        operation_id="estimate_run",
        summary="What a run would cost",
        response_model=EstimateTold,
        responses=FAULTS,
    )
    async def estimate(means: Annotated[Means, Query()]) -> dict[str, Any]:
        """At most, where each call succeeds at once; nobody is asked."""
        return plain_estimate(await desk.run(lambda: doings.makings.estimate(means)))

    @routes.post(
        "",
        operation_id="make",
        summary="Make pictures on a theme",
        status_code=201,
        response_model=Begun,
        responses=FAULTS,
    )
    async def make(wish: MakeWish, response: Response) -> dict[str, Any]:
        """Writes the run down and has it worked on; listen to its job, or look at its run."""
        run, job = await desk.run(lambda: doings.makings.begin(wish))
        response.headers["Location"] = f"/api{page_of(run.id)}"
        told = await desk.run(lambda: doings.runs.one(run.id))
        return {"run": told, "job": told_of(house.jobs, job)}

    return routes
