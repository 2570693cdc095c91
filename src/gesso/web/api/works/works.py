"""Works and their pictures."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from gesso.core.records.codec import to_plain
from gesso.core.records.works import Work
from gesso.web.answers.house import House
from gesso.web.api.sounds.streaming import sent
from gesso.web.server.problems import Problem

Number = Annotated[int, Path(ge=1, lt=2**63, description="The work's number.")]
_UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no work of that number."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}}, "description": "The picture."},
    206: {"content": {"image/jpeg": {}}, "description": "The part asked for."},
    304: {"description": "The one that you have is still the one."},
    416: {"model": Problem, "description": "It has no such part."},
}
_A_DAY = "private, max-age=86400"


class WorkTold(BaseModel):
    """A work, as the catalogue holds it."""

    model_config = ConfigDict(extra="allow")

    id: int
    title: str
    creator: str
    standing: str
    width: int = Field(description="Pixels; 0 where there is no picture here.")
    height: int
    favourite: bool
    thumbhash: str


class Mark(BaseModel):
    """A person's mark."""

    model_config = ConfigDict(extra="forbid")

    favourite: bool


def work_routes(house: House) -> APIRouter:
    """The routes."""
    gallery, desk = house.gallery, house.desk
    routes = APIRouter(prefix="/api/works", tags=["works"], responses=_UNKNOWN)

    @routes.get("/{number}", operation_id="work", summary="One work", response_model=WorkTold)
    async def work(number: Number) -> Any:
        """With its recipe and its tags."""
        shown = await desk.run(lambda: gallery.closeup(number))
        recipe = to_plain(shown.recipe) if shown.recipe else None
        return _told(shown.work) | {"recipe": recipe, "tags": shown.tags}

    @routes.put(
        "/{number}/mark", operation_id="mark_work", summary="Mark a work", response_model=WorkTold
    )
    async def mark(number: Number, wish: Mark) -> Any:
        """It stays where it hangs."""
        return _told(await desk.run(lambda: gallery.set_favourite(number, wish.favourite)))

    @routes.get(
        "/{number}/thumbnail",
        operation_id="work_thumbnail",
        summary="A small copy",
        response_class=Response,
        responses=_PICTURE,
    )
    async def thumbnail(
        request: Request, number: Number, side: Annotated[Literal["256", "512"], Query()] = "512"
    ) -> Response:
        """256 or 512 pixels on the long side."""
        data, media_type, tag = await desk.run(lambda: gallery.thumbnail(number, int(side)))
        return _sent(request, data, media_type, tag)

    @routes.get(
        "/{number}/picture",
        operation_id="work_picture",
        summary="The picture, made anew",
        response_class=Response,
        responses=_PICTURE,
    )
    async def picture(
        request: Request, number: Number, side: Annotated[int, Query(ge=64, le=4096)] = 2048
    ) -> Response:
        """A JPEG with nothing of the original file but its pixels."""
        shown = await desk.run(lambda: gallery.closeup(number))
        tag = f"{shown.work.fingerprint.pixels[:24]}-{side}"
        if _is_same(request, tag):
            return _unchanged(tag)
        data = await desk.run(lambda: gallery.picture(number, side))
        return _sent(request, data, "image/jpeg", tag)

    return routes


def _told(work: Work) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(work)
    # Where a picture lies in the store is nobody's business outside.
    return {name: value for name, value in plain.items() if name not in ("blob", "thumbnails")}


def _sent(request: Request, data: bytes, media_type: str, tag: str) -> Response:
    answer = sent(request, data, len(data), media_type, tag)
    answer.headers["Cache-Control"] = _A_DAY
    return answer


def _is_same(request: Request, tag: str) -> bool:
    return f'"{tag}"' in request.headers.get("if-none-match", "")


def _unchanged(tag: str) -> Response:
    return Response(None, 304, {"Cache-Control": _A_DAY, "ETag": f'"{tag}"'})
