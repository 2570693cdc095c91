"""What one work offers beside its record: its file, its sidecar, the links to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from gesso._version import __version__
from gesso.show.closeup.downloads import Download, Downloads, Form
from gesso.show.sharing import Share
from gesso.web.answers.house import House
from gesso.web.interop.crossing import origin_of
from gesso.web.server.problems import Problem

Number = Annotated[int, Path(ge=1, lt=2**63, description="The work's number.")]
_FAULTS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such work, or no file of it here."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/octet-stream": {}}, "description": "The file."}
}
_WISH_FAULT: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Too many links of this work are open."}
}


class ShareWish(BaseModel):
    """A link to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"days": 30, "note": "for Ada"}}
    )

    days: int = Field(default=30, ge=1, le=366, description="Until it shows nothing any more.")
    note: str = Field(default="", max_length=200, description="Whom it is for.")


class ShareTold(BaseModel):
    """A link to a work."""

    id: int
    note: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    is_open: bool = Field(description="It shows the work now.")
    url: str | None = Field(default=None, description="Told this once, when it is made.")


class SharesTold(BaseModel):
    """The links to a work, the newest first."""

    shares: list[ShareTold]


def closeup_routes(house: House) -> APIRouter:
    """The routes."""
    desk, shares = house.desk, house.shares
    downloads = Downloads(lambda: house.studio.catalogue, f"gesso {__version__}")
    routes = APIRouter(prefix="/api/works", tags=["works"], responses=_FAULTS)

    @routes.get(
        "/{number}/file",
        operation_id="work_file",
        summary="A work's file to take away",
        response_class=Response,
        responses=_FILE,
    )
    async def file(number: Number, form: Annotated[Form, Query()] = "stripped") -> Response:
        """Without its words, or as it was kept: that may tell the place where it was taken."""
        catalogue = house.studio.catalogue
        found = await desk.run(lambda: downloads.file(catalogue.works.get(number), form))
        return _sent(found)

    @routes.get(
        "/{number}/sidecar",
        operation_id="work_sidecar",
        summary="What is known of a work as XMP",
        response_class=Response,
        responses={200: {"content": {"application/rdf+xml": {}}, "description": "The sidecar."}},
    )
    async def sidecar(number: Number) -> Response:
        """A file to lie beside the picture's, with the IPTC digital source type."""
        catalogue = house.studio.catalogue
        return _sent(await desk.run(lambda: downloads.sidecar(catalogue.works.get(number))))

    @routes.get(
        "/{number}/shares",
        operation_id="work_shares",
        summary="The links to a work",
        response_model=SharesTold,
    )
    async def listed(number: Number) -> Any:
        """Those that show nothing any more, too. What a link is, only who has it knows."""

        def work() -> list[ShareTold]:
            house.studio.catalogue.works.get(number)
            return [_told(share, shares.is_open(share)) for share in shares.of("work", number)]

        return SharesTold(shares=await desk.run(work))

    @routes.post(
        "/{number}/shares",
        operation_id="share_work",
        summary="Make a link to a work",
        status_code=201,
        response_model=ShareTold,
        responses=_WISH_FAULT,
    )
    async def share(request: Request, number: Number, wish: ShareWish) -> Any:
        """Who has it sees this work alone, without its prompt, until the day. Told this once."""

        def work() -> tuple[str, Share]:
            house.studio.catalogue.works.get(number)
            return shares.open("work", number, timedelta(days=wish.days), wish.note)

        token, made = await desk.run(work)
        return _told(made, True, f"{origin_of(request)}/shared/{token}")

    @routes.delete(
        "/{number}/shares/{share_id}",
        operation_id="unshare_work",
        summary="Take a link back",
        response_model=ShareTold,
    )
    async def revoke(number: Number, share_id: Annotated[int, Path(ge=1, lt=2**63)]) -> Any:
        """At once and for good."""
        return _told(await desk.run(lambda: shares.revoke("work", number, share_id)), False)

    return routes


def _told(share: Share, is_open: bool, url: str | None = None) -> ShareTold:
    return ShareTold(
        id=share.id,
        note=share.note,
        created_at=share.created_at,
        expires_at=share.expires_at,
        revoked_at=share.revoked_at,
        is_open=is_open,
        url=url,
    )


def _sent(found: Download) -> Response:
    headers = {"Content-Disposition": found.disposition, "Cache-Control": "private, no-cache"}
    return Response(found.data, 200, headers, found.media_type)
