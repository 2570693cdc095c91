"""POST /study: a picture in, a study out; its sheets can be asked for while it is kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from gesso.study.drawing.page import Paper
from gesso.web.answers.asking import FAULTS_OF_PICTURES, body_of_pictures
from gesso.web.answers.house import House
from gesso.web.answers.studies.asked import KEY, Asked
from gesso.web.answers.studies.studies import named, source_of
from gesso.web.answers.studies.told import MatchTold, ReadingTold, StudyTold
from gesso.web.server.problems import Problem

_FOR_EVER = "private, max-age=31536000, immutable"
_GONE: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "It is not kept any more."}
}
_SENT = body_of_pictures(Asked.model_json_schema())
_SENT["requestBody"]["required"] = False
_SENT["requestBody"]["description"] = (
    "A picture, with wishes beside it in a form; or wishes as JSON for one that was sent before."
)


def _sent(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}, "description": "The file."}}


Key = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
Name = Annotated[str, Query(max_length=70, description="work:12, or the key of a picture.")]


def study_routes(house: House) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/study", tags=["study"], responses=FAULTS_OF_PICTURES)
    _asking(routes, house)
    _keeping(routes, house)
    return routes


def _asking(routes: APIRouter, house: House) -> None:
    studies = house.studies

    @routes.post(
        "",
        operation_id="study",
        summary="Study a picture",
        response_model=StudyTold,
        responses=_GONE,
        openapi_extra=_SENT,
    )
    async def study(request: Request, asked: Annotated[Asked, Query()]) -> dict[str, Any]:
        """Values, big shapes, palette, focal point, and two things to do next.

        The picture comes as the body or as a form's field; what was sent before is named by its
        key, and a work by its number, so that other wishes cost no second upload. Label maps come
        with the answer, as PNG in base64; every sheet has its address.
        """
        return await studies.whole(await studies.material(request, asked))

    @routes.post(
        "/compare",
        operation_id="compare_studies",
        summary="Lay an attempt on its reference",
        response_model=MatchTold,
        responses=_GONE,
        openapi_extra=_SENT,
    )
    async def compare(
        request: Request, reference: Name, attempt: Name | None = None
    ) -> dict[str, Any]:
        """How much of the attempt has the reference's values, and which blocks are off.

        The reference is a work, or a picture that was sent before; so is the attempt, unless it
        comes as the body. Lines may be shifted, turned a little, cropped or of another size.
        """
        first = await source_of(studies, reference)
        if attempt is None:
            sent = await studies.material(request, Asked())
            attempt = named(sent.what) if not isinstance(sent.what, bytes) else sent.picture
        return await studies.match(first, await source_of(studies, attempt))

    @routes.post(
        "/{tool}",
        operation_id="study_tool",
        summary="Read one thing in a picture",
        response_model=ReadingTold,
        responses={404: {"model": Problem, "description": "No such tool, or no such picture."}},
        openapi_extra=_SENT,
    )
    async def one(
        request: Request,
        asked: Annotated[Asked, Query()],
        tool: Annotated[str, Path(max_length=60, pattern=r"^[a-z_]+$", examples=["blocks"])],
    ) -> dict[str, Any]:
        """The same for one tool alone: no measurements, no tips.

        `what_if` makes a change (`change`, `amount`, `blocks`) and measures before and after;
        `subject` takes a `box` and strokes.
        """
        return await studies.one(await studies.material(request, asked), tool)


def _keeping(routes: APIRouter, house: House) -> None:
    studies = house.studies

    @routes.get(
        "/{key}/sheets/{name}.png",
        operation_id="study_sheet",
        summary="A sheet of a study",
        response_class=Response,
        responses=_GONE | _sent("image/png"),
    )
    async def sheet(key: Key, name: Annotated[str, Path(max_length=60)]) -> Response:
        """It never changes under its address."""
        headers = {"Cache-Control": _FOR_EVER, "ETag": f'"{key}"'}
        return Response(await studies.sheet(key, name), 200, headers, "image/png")

    @routes.get(
        "/{key}/page.pdf",
        operation_id="study_page",
        summary="A study on one page to print",
        response_class=Response,
        responses=_GONE | _sent("application/pdf"),
    )
    async def printed(key: Key, paper: Paper = "a4") -> Response:
        """The picture, its big shapes, the sheets, what was read, and the two tips."""
        headers = {
            "Cache-Control": _FOR_EVER,
            "ETag": f'"{key}-{paper}"',
            "Content-Disposition": 'inline; filename="study.pdf"',
        }
        return Response(await studies.page(key, paper), 200, headers, "application/pdf")

    @routes.get(
        "/pictures/{picture}.jpg",
        operation_id="study_picture",
        summary="A small copy of a picture that was sent",
        response_class=Response,
        responses=_GONE | _sent("image/jpeg"),
    )
    async def picture(
        picture: Annotated[str, Path(pattern=KEY)],
        side: Annotated[int, Query(ge=1, le=10_000, description="Pixels, nearly.")] = 1000,
    ) -> Response:
        """Upright, in sRGB, without anything that its file said besides."""
        headers = {"Cache-Control": _FOR_EVER, "ETag": f'"{picture}-{side}"'}
        return Response(await studies.small_copy(picture, side), 200, headers, "image/jpeg")
