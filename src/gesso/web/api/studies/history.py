"""The studies that are kept under a work."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from gesso.web.answers.house import House
from gesso.web.answers.studies.asked import Wishes
from gesso.web.answers.studies.told import HistoryTold
from gesso.web.server.problems import Problem

Number = Annotated[int, Path(ge=1, lt=2**63, description="Of the work.")]
_FAULTS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such work."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}


def history_routes(house: House) -> APIRouter:
    """The routes."""
    studies = house.studies
    routes = APIRouter(prefix="/api/works/{number}/studies", tags=["study"], responses=_FAULTS)

    async def told(number: int) -> dict[str, Any]:
        return {"work": number, "studies": await studies.history(await studies.work(number))}

    @routes.get(
        "",
        operation_id="study_history",
        summary="How a work's studies changed over time",
        response_model=HistoryTold,
    )
    async def history(number: Number) -> dict[str, Any]:
        """Oldest first, each with its measurements and tips; sheets can be drawn again."""
        return await told(number)

    @routes.post(
        "",
        status_code=201,
        operation_id="keep_study",
        summary="Study a work and keep the study under it",
        response_model=HistoryTold,
        responses={400: {"model": Problem, "description": "A wish that cannot be."}},
    )
    async def keep(
        number: Number, wishes: Annotated[Wishes, Query()], response: Response
    ) -> dict[str, Any]:
        """The same study under the same wishes is kept once."""
        work = await studies.work(number)
        response.headers["X-Study"] = str(await studies.kept_under(work, wishes))
        return await told(number)

    return routes
