"""POST /api/works: a picture in, a work out."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from gesso.collect.bringing import Said, bring
from gesso.core.records.codec import to_plain
from gesso.web.answers.asking import FAULTS_OF_PICTURES, body_of_pictures
from gesso.web.answers.house import House
from gesso.web.server.problems import Problem
from gesso.web.server.uploads import picture_of

_Words = Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f]*$")]
_FAULTS = FAULTS_OF_PICTURES | {
    403: {"model": Problem, "description": "The token may only read."},
    507: {"model": Problem, "description": "The disk would not keep it."},
}


class Told(BaseModel):
    """What is said of a picture that is brought in."""

    model_config = ConfigDict(extra="forbid")

    name: _Words = Field(default="", description="What its file is called.")
    title: _Words = Field(default="", description="Else the name without its suffix.")
    creator: _Words = Field(default="", description="The artist.")
    licence: _Words = Field(default="", description="An SPDX id, or the address of a statement.")
    credit: _Words = Field(default="", description="The line to show beside the picture.")


class BroughtTold(BaseModel):
    """The work that a picture became, or was already."""

    model_config = ConfigDict(extra="allow")

    id: int
    title: str
    width: int
    height: int


def bringing_routes(house: House) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/api/works", tags=["works"], responses=_FAULTS)

    @routes.post(
        "",
        operation_id="bring_work",
        summary="Bring a picture in",
        status_code=201,
        response_model=BroughtTold,
        openapi_extra=body_of_pictures(),
    )
    async def bring_in(request: Request, answer: Response, told: Annotated[Told, Query()]) -> Any:
        """It is kept to the byte as it came; one that is here already is not kept twice."""
        data = await picture_of(request, house.options)
        studio, said = house.studio, Said(**told.model_dump())

        def work() -> dict[str, Any]:
            developed = studio.darkroom.develop(data, said.name or "the picture")
            plain: dict[str, Any] = to_plain(bring(studio.catalogue, developed, said))
            return {name: value for name, value in plain.items() if name not in _INNER}

        found = await house.desk.run(work)
        answer.headers["Location"] = f"/api/works/{found['id']}"
        return found

    return routes


_INNER = frozenset({"blob", "thumbnails"})
"""Where a picture lies in the store is nobody's business outside."""
