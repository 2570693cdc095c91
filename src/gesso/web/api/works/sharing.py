"""Links by which works and sets are shown to others until a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, ConfigDict, Field

from gesso.core.errors import UnknownItem
from gesso.show.sharing import Kind, Share
from gesso.web.answers.house import House
from gesso.web.interop.crossing import origin_of
from gesso.web.server.problems import Problem
from gesso.web.server.uploads import closed

Number = Annotated[int, Path(ge=1, lt=2**62, description="Of what is shown.")]
ShareNumber = Annotated[int, Path(ge=1, lt=2**62, description="Of the link.")]
_FAULTS: dict[int | str, dict[str, Any]] = {
    404: {"model": Problem, "description": "There is no such thing, or no such link to it."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}
_WISH_FAULT: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "Too many links to it are open."}
}


class ShareWish(BaseModel):
    """A link to be made."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"days": 30, "note": "for Ada"}}
    )

    days: int = Field(default=30, ge=1, le=366, description="Until it shows nothing any more.")
    note: str = Field(default="", max_length=200, description="Whom it is for.")


class ShareTold(BaseModel):
    """A link."""

    id: int
    note: str
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    is_open: bool = Field(description="It shows something now.")
    url: str | None = Field(default=None, description="Told this once, when it is made.")


class SharesTold(BaseModel):
    """The links, the newest first."""

    shares: list[ShareTold]


def share_routes(house: House) -> APIRouter:
    """The links to works, and those to sets."""

    def refuse_unknown_work(number: int) -> None:
        house.studio.catalogue.works.get(number)

    def refuse_unknown_set(number: int) -> None:
        if house.gallery.sets.get(number).is_deleted:
            raise UnknownItem(f"The set {number} was deleted.", "It can be had back on its page.")

    routes = APIRouter()
    routes.include_router(closed(_links(house, "work", refuse_unknown_work), house.options))
    routes.include_router(closed(_links(house, "set", refuse_unknown_set), house.options))
    return routes


def _links(house: House, kind: Kind, refuse_unknown: Callable[[int], None]) -> APIRouter:
    desk, shares = house.desk, house.shares
    routes = APIRouter(prefix=f"/api/{kind}s/{{number}}/shares", tags=["shares"], responses=_FAULTS)

    @routes.get(
        "",
        operation_id=f"{kind}_shares",
        summary=f"The links to a {kind}",
        response_model=SharesTold,
    )
    async def listed(number: Number) -> Any:
        """Those that show nothing any more, too. What a link is, only who has it knows."""

        def work() -> list[ShareTold]:
            refuse_unknown(number)
            return [_told(share, shares.is_open(share)) for share in shares.of(kind, number)]

        return SharesTold(shares=await desk.run(work))

    @routes.post(
        "",
        operation_id=f"share_{kind}",
        summary=f"Make a link to a {kind}",
        status_code=201,
        response_model=ShareTold,
        responses=_WISH_FAULT,
    )
    async def share(request: Request, number: Number, wish: ShareWish) -> Any:
        """Who has it sees this alone, without prompts, until the day. Told this once."""

        def work() -> tuple[str, Share]:
            refuse_unknown(number)
            return shares.open(kind, number, timedelta(days=wish.days), wish.note)

        token, made = await desk.run(work)
        return _told(made, True, f"{origin_of(request)}/shared/{token}")

    @routes.delete(
        "/{share_id}",
        operation_id=f"unshare_{kind}",
        summary="Take a link back",
        response_model=ShareTold,
    )
    async def revoke(number: Number, share_id: ShareNumber) -> Any:
        """At once and for good."""
        return _told(await desk.run(lambda: shares.revoke(kind, number, share_id)), False)

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
