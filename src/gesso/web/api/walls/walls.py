"""Lists of works: pages in every order, walls from far away, their colours, what is being made."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from gesso.core.catalogue.blobs.blob import is_key
from gesso.show.gallery.gallery import tiles_json
from gesso.web.answers.house import House
from gesso.web.answers.quick import THUMBS, Asked, Sent
from gesso.web.api.sounds.streaming import sent
from gesso.web.api.walls.asked import AskedWall
from gesso.web.server.problems import Halt, Problem

_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {
        "model": Problem,
        "description": "A page mark of another list, or a wish that cannot be.",
    },
    404: {"model": Problem, "description": "There is no such set, or that version is forgotten."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}
_NUMBERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "16-bit numbers."}
}
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": {}, "image/webp": {}}, "description": "The picture."},
    206: {"content": {"image/jpeg": {}, "image/webp": {}}, "description": "The part asked for."},
    304: {"description": "The one that you have is still the one."},
    404: {"model": Problem, "description": "There is no such thumbnail."},
    416: {"model": Problem, "description": "It has no such part."},
}
_VERSIONED = "private, max-age=3600, immutable"
Version = Annotated[int, Query(ge=0, lt=2**62, description="As the outline told it.")]
Start = Annotated[int, Query(ge=0, lt=2**31, description="The first place, from 0.")]


class TileTold(BaseModel):
    """A work as a list shows it."""

    id: int
    title: str
    line: str = Field(description="What stands under the title.")
    alt: str = Field(description="What a person who does not see it is told.")
    creator: str
    date: str = Field(description="As its source writes it.")
    origin: str
    source: str
    standing: str
    width: int = Field(description="Pixels.")
    height: int
    favourite: bool
    thumbhash: str = Field(description="Base64.")
    small: str = Field(description="Address of the thumbnail of 256 pixels.")
    large: str = Field(description="Address of the thumbnail of 512 pixels.")
    score: float | None = Field(description="Of its critic, 0 to 1; null for none.")
    added_at: str


class PageTold(BaseModel):
    """A page of works."""

    works: list[TileTold]
    place: int = Field(description="Of the first of them on the whole wall, from 0.")
    count: int = Field(description="Works on the whole wall.")
    next: str | None = Field(description="Of the next page; null on the last one.")


class TilesTold(BaseModel):
    """Works at places that were asked for."""

    works: list[TileTold]


class MarkTold(BaseModel):
    """A word beside a place."""

    place: int
    words: str
    is_major: bool


class OutlineTold(BaseModel):
    """A wall from far away: enough to know where each work will hang."""

    version: int = Field(description="What places mean; send it along with them.")
    count: int
    chunk: int = Field(description="Works of one entry of `widths`.")
    widths: list[float] = Field(description="Sums of width over height, of every so many works.")
    marks: list[MarkTold]


class PlaceTold(BaseModel):
    """Where a work hangs."""

    version: int
    place: int | None = Field(description="From 0; null where it does not hang on this wall.")


class StripeTold(BaseModel):
    """A colour of a wall."""

    first: int
    last: int
    share: float
    hex: str
    words: str


class MakingTold(BaseModel):
    """A work in the making."""

    run: str
    item: str
    title: str
    round: int
    rounds: int
    step: str
    since: str


def wall_routes(house: House) -> APIRouter:
    """The routes; they stand before those of single works."""
    gallery, desk, quick = house.gallery, house.desk, house.quick
    routes = APIRouter(tags=["works"], responses=_FAULTS)

    @routes.get(
        "/api/works", operation_id="works", summary="A page of works", response_model=PageTold
    )
    async def works(
        request: Request,
        wall: AskedWall,
        after: Annotated[str | None, Query(max_length=400)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 60,
    ) -> Response:
        """Any page costs what the first one costs; works that come in meanwhile shift nothing."""
        page = await desk.run(lambda: gallery.page(wall, after, limit))
        query: bytes = request.scope["query_string"]
        quick.understood(query, Asked(wall, after, limit))
        return response(quick.page(query, page), request)

    @routes.get(
        "/api/works/outline",
        operation_id="wall_outline",
        summary="A wall from far away",
        response_model=OutlineTold,
    )
    async def outline(wall: AskedWall) -> Any:
        """How many works, and how wide they are: a million of them take 9 kB."""
        return asdict(await desk.run(lambda: gallery.outline(wall)))

    @routes.get(
        "/api/works/aspects",
        operation_id="wall_aspects",
        summary="How wide works are",
        response_class=Response,
        responses=_NUMBERS,
    )
    async def aspects(
        wall: AskedWall,
        version: Version,
        start: Start = 0,
        count: Annotated[int, Query(ge=1, le=200_000)] = 1000,
    ) -> Response:
        """Width over height in thousandths, two little-endian bytes for each work."""
        data = await desk.run(lambda: gallery.aspects(wall, version, start, count))
        return Response(data, 200, {"Cache-Control": _VERSIONED}, "application/octet-stream")

    @routes.get(
        "/api/works/tiles",
        operation_id="wall_tiles",
        summary="Works at some places",
        response_model=TilesTold,
    )
    async def tiles(
        wall: AskedWall,
        version: Version,
        start: Start = 0,
        count: Annotated[int, Query(ge=1, le=200)] = 60,
    ) -> Response:
        """What hangs there, in that version of the wall."""
        found = await desk.run(lambda: gallery.tiles(wall, version, start, count))
        headers = {"Cache-Control": "private, no-cache"}
        return Response(tiles_json(found), 200, headers, "application/json")

    return routes


def outline_routes(house: House) -> APIRouter:
    """The routes of what belongs to a wall beside its works, and of thumbnails."""
    gallery, desk, quick = house.gallery, house.desk, house.quick
    routes = APIRouter(tags=["works"], responses=_FAULTS)

    @routes.get(
        "/api/works/place",
        operation_id="wall_place",
        summary="Where a work hangs",
        response_model=PlaceTold,
    )
    async def place(
        wall: AskedWall, work: Annotated[int, Query(ge=1, lt=2**62, description="Its number.")]
    ) -> Any:
        """On the wall as it is now."""

        def found() -> dict[str, int | None]:
            return {
                "version": gallery.outline_version(wall),
                "place": gallery.place_of(wall, work),
            }

        return await desk.run(found)

    @routes.get(
        "/api/works/spectrum",
        operation_id="wall_spectrum",
        summary="The colours of a wall",
        response_model=list[StripeTold],
    )
    async def spectrum(wall: AskedWall) -> Any:
        """Side by side, each with its share of all pictures' area."""
        return [asdict(one) for one in await desk.run(lambda: gallery.spectrum(wall))]

    @routes.get(
        "/api/works/making",
        operation_id="works_in_the_making",
        summary="What is being made",
        response_model=list[MakingTold],
    )
    async def making() -> Any:
        """The latest first; none where no run is at work."""
        found = await desk.run(gallery.making)
        return [asdict(one) | {"since": one.since.isoformat()} for one in found]

    @routes.get(
        f"{THUMBS}{{name}}",
        operation_id="thumbnail",
        summary="A thumbnail by its hash",
        response_class=Response,
        responses=_PICTURE,
    )
    async def thumbnail(request: Request, name: str) -> Response:
        """As the lists name it; what lies under an address never changes."""
        key = f"{name[:2]}/{name}"
        if not is_key(key):
            raise Halt(404, "thumbnail", "There is no such thumbnail.")
        data, media_type = await desk.run(lambda: gallery.thumb(key))
        if "range" in request.headers:
            return sent(request, data, len(data), media_type, name[:32])
        return response(quick.thumb(name, data, media_type), request)

    return routes


def response(sent: Sent, request: Request) -> Response:
    """The same answer as a route gives it."""
    is_same = sent.tag in request.headers.get("if-none-match", "").encode("latin-1", "replace")
    told = Response(None if is_same else sent.body, 304 if is_same else 200)
    told.raw_headers = list(sent.unchanged if is_same else sent.headers)
    return told
