"""/api/figures, /api/spend: the catalogue in figures, and what it cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from gesso.core.catalogue.calls.spending import By, Spending, Spent, spending
from gesso.web.answers.doings.faults import FAULTS as COMMON
from gesso.web.answers.doings.figures import FiguresTold, Part, told_of
from gesso.web.answers.house import House
from gesso.web.server.problems import Problem


class SpentTold(BaseModel):
    """What was spent under one name."""

    name: str
    calls: int
    failed: int
    failed_usd: float
    known_usd: float
    assumed_usd: float = Field(description="Set aside for calls whose cost nobody knows.")
    usd: float = Field(description="All that counts, known and assumed.")
    kept: int
    usd_per_kept: float | None


class SpendingTold(BaseModel):
    """What was spent, line by line and in all."""

    by: By
    rows: list[SpentTold]
    total: SpentTold


def figure_routes(house: House) -> APIRouter:
    """The routes."""
    charts, desk = house.charts, house.desk
    routes = APIRouter(prefix="/api", tags=["figures"], responses=COMMON)

    @routes.get(
        "/figures",
        operation_id="get_figures",
        summary="The catalogue in figures",
        response_model=FiguresTold,
        responses={
            304: {"description": "They are as you have them."},
            404: {"model": Problem, "description": "There is no such set."},
        },
    )
    async def figures(part: Annotated[Part, Query()], request: Request) -> Response:
        """Works over time, styles, palette, values, scores, tags, sources; of all: cost, calls."""
        found = await desk.run(lambda: charts.figures(part.of == "favourites", part.set or 0))
        told = told_of(found)
        answer = JSONResponse(told)
        answer.headers["ETag"] = tag = f'"{hash_of(answer.body)}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return answer

    @routes.get(
        "/spend", operation_id="get_spend", summary="What was spent", response_model=SpendingTold
    )
    async def spend(
        by: By = "provider",
        since: Annotated[date | None, Query(description="From this day on, UTC.")] = None,
    ) -> dict[str, Any]:
        """A call without a known cost counts with what was set aside for it."""
        moment = None if since is None else datetime.combine(since, time.min, UTC)
        found = await desk.run(lambda: spending(house.studio.catalogue.database, by, moment))
        return _plain(found)

    return routes


def hash_of(body: bytes | memoryview) -> str:
    """A short mark of an answer."""
    return sha256(body).hexdigest()[:24]


def _plain(found: Spending) -> dict[str, Any]:
    return {"by": found.by, "rows": [_row(row) for row in found.rows], "total": _row(found.total)}


def _row(row: Spent) -> dict[str, Any]:
    return {**vars(row), "usd": row.usd, "usd_per_kept": row.usd_per_kept}
