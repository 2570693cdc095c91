"""What a link shows to who has it: one work or one set, read only, until its day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from gesso.core.errors import UnknownItem
from gesso.core.records.works import Work
from gesso.show.abroad.addresses import web_address
from gesso.show.abroad.listing import Listing, Lists
from gesso.show.iiif.presentation import CONTEXT
from gesso.show.sharing import Share
from gesso.web.answers.house import House
from gesso.web.interop.crossing import for_all
from gesso.web.interop.images import PREFIX as IMAGES
from gesso.web.interop.images import described, image_routes_under, number_of
from gesso.web.interop.presentation import PREFIX as MANIFESTS
from gesso.web.interop.presentation import shared_manifest, site_of
from gesso.web.pages.drawing import draw
from gesso.web.pages.works.pages import views_of
from gesso.web.server.problems import Halt

BELOW = "/shared/{token}"
Token = Annotated[str, Path(max_length=100)]
_MOST = 500
_HIDDEN = {
    "Cache-Control": "private, no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
}
"""The address itself is the key, so nobody is told it in passing."""

_PICTURES = {"Cache-Control": "private, max-age=600"}
"""Kept for a while by who has looked; a link that is taken back shows nothing new."""


def shared_routes(house: House) -> APIRouter:
    """The pages, pictures and manifests of links."""
    door, others = Door(house), for_all(house.options)
    routes = APIRouter(include_in_schema=False)

    @routes.get(BELOW)
    async def page(token: Token) -> HTMLResponse:
        share = await house.desk.run(lambda: door.share(token))
        if share.kind == "set":
            works = await house.desk.run(lambda: door.works(share))
            words = {"works": works, "token": token, "share": share}
            return _drawn("work/shared-set.html", house, words)
        return await one(token, str(share.subject))

    @routes.get(BELOW + "/works/{name}")
    async def one(token: Token, name: str) -> HTMLResponse:
        number = number_of(name)
        work, share = await house.desk.run(lambda: door.work(token, number))
        words = {
            "work": work,
            "token": token,
            "share": share,
            "views": views_of(work, f"/shared/{token}{IMAGES}"),
            "rights_page": web_address(work.rights.url),
        }
        return _drawn("work/shared.html", house, words)

    @routes.api_route(BELOW + MANIFESTS + "/{name}/manifest", methods=["GET", "HEAD"])
    async def manifest(request: Request, token: Token, name: str) -> Response:
        number = number_of(name)
        work, _ = await house.desk.run(lambda: door.work(token, number))
        told = shared_manifest(site_of(request, house.name, f"/shared/{token}"), work)
        data = json.dumps(told, ensure_ascii=False).encode()
        return described(request, data, CONTEXT, {**_HIDDEN, **others})

    async def admit(request: Request, number: int) -> Mapping[str, str]:
        token = request.path_params["token"]
        await house.desk.run(lambda: door.work(token, number))
        return {**others, **_PICTURES}

    routes.include_router(image_routes_under(BELOW + IMAGES, house, admit))
    return routes


class Door:
    """Opens what a link opens, and nothing else. Its methods run in threads.

    Args:
        house: the house.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._lists = Lists(lambda: house.studio.catalogue)

    def share(self, token: str) -> Share:
        """The link of a token.

        Raises:
            Halt: there never was one (404), or it shows nothing any more (410).
        """
        share = self._house.shares.find(token)
        if share is None:
            raise Halt(404, "share", "There is no such link.", "", _HIDDEN)
        if not self._house.shares.is_open(share):
            raise Halt(
                410,
                "share",
                "This link shows nothing any more.",
                "Ask who gave it to you for another.",
                _HIDDEN,
            )
        return share

    def work(self, token: str, number: int) -> tuple[Work, Share]:
        """A work that a link shows.

        Raises:
            Halt: the link is not open, or does not show that work (404, 410).
        """
        share = self.share(token)
        if share.kind == "work" and share.subject == number:
            return self._house.studio.catalogue.works.get(number), share
        if share.kind == "set" and self._holds(share, number):
            return self._house.studio.catalogue.works.get(number), share
        raise Halt(404, "share", "This link does not show that work.", "", _HIDDEN)

    def works(self, share: Share) -> list[Work]:
        """The works of a set that a link shows.

        Raises:
            Halt: the set is gone (410).
        """
        self._refuse_gone(share)
        numbers = self._house.gallery.sets.works(share.subject)
        place = {number: at for at, number in enumerate(numbers)}
        works = self._lists.page(Listing("set", set=share.subject), 0, _MOST)
        return sorted(works, key=lambda work: place.get(work.id, len(place)))

    def _holds(self, share: Share, number: int) -> bool:
        self._refuse_gone(share)
        holding = self._house.gallery.sets.all(holding=number)
        return any(board.id == share.subject for board in holding)

    def _refuse_gone(self, share: Share) -> None:
        try:
            is_gone = self._house.gallery.sets.get(share.subject).is_deleted
        except UnknownItem:
            is_gone = True
        if is_gone:
            raise Halt(410, "share", "This set is not there any more.", "", _HIDDEN)


def _drawn(template: str, house: House, words: dict[str, object]) -> HTMLResponse:
    return HTMLResponse(draw(template, here="", name=house.name, **words), 200, _HIDDEN)
