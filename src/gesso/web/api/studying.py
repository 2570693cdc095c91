"""POST /study: a picture in, a study out; its sheets can be asked for while it is kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from gesso.web.answers.asking import FAULTS_OF_PICTURES, body_of_pictures
from gesso.web.answers.house import House
from gesso.web.answers.studying import ReadingTold, StudyTold, Wishes
from gesso.web.server.problems import Problem
from gesso.web.server.uploads import picture_of


def study_routes(house: House) -> APIRouter:
    """The routes."""
    studies, options = house.studies, house.options
    routes = APIRouter(prefix="/study", tags=["study"], responses=FAULTS_OF_PICTURES)

    @routes.post(
        "",
        operation_id="study",
        summary="Study a picture",
        response_model=StudyTold,
        openapi_extra=body_of_pictures(),
    )
    async def study(request: Request, wishes: Annotated[Wishes, Query()]) -> dict[str, Any]:
        """Values, big shapes, palette, focal point, and two things to do next.

        Label maps come with the answer, as PNG in base64; every sheet has its address.
        """
        return await studies.whole(await picture_of(request, options), wishes)

    @routes.post(
        "/{tool}",
        operation_id="study_tool",
        summary="Read one thing in a picture",
        response_model=ReadingTold,
        responses={404: {"model": Problem, "description": "There is no such tool."}},
        openapi_extra=body_of_pictures(),
    )
    async def one(
        request: Request,
        wishes: Annotated[Wishes, Query()],
        tool: Annotated[str, Path(max_length=60, pattern=r"^[a-z_]+$")],
    ) -> dict[str, Any]:
        """The same for one tool alone: no measurements, no tips."""
        return await studies.one(await picture_of(request, options), tool, wishes)

    @routes.get(
        "/{key}/sheets/{name}.png",
        operation_id="study_sheet",
        summary="A sheet of a study",
        response_class=Response,
        responses={
            200: {"content": {"image/png": {}}, "description": "The sheet."},
            404: {"model": Problem, "description": "The study is not kept any more."},
        },
    )
    async def sheet(
        key: Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")],
        name: Annotated[str, Path(max_length=60)],
    ) -> Response:
        """It never changes under its address."""
        headers = {"Cache-Control": "private, max-age=31536000, immutable", "ETag": f'"{key}"'}
        return Response(await studies.sheet(key, name), 200, headers, "image/png")

    return routes
