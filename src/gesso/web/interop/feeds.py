"""Feeds over HTTP: /feeds/all.atom, /feeds/favourites.json, /feeds/tag.atom?tag=dusk."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gesso._version import __version__
from gesso.show.abroad.feeds import ATOM, JSON, Feed, atom, json_feed
from gesso.show.abroad.listing import Lists
from gesso.web.answers.house import House
from gesso.web.interop.crossing import crossing, origin_of, tagged
from gesso.web.interop.listings import home_of, listing_of, named

_NEWEST = 60


def feed_routes(house: House) -> APIRouter:
    """The newest works of a list, for readers of feeds."""
    lists = Lists(lambda: house.studio.catalogue)
    routes = APIRouter(prefix="/feeds", include_in_schema=False)

    @routes.api_route("/{kind}.{form}", methods=["GET", "HEAD"])
    async def feed(
        request: Request,
        kind: str,
        form: Literal["atom", "json"],
        tag: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        asked = listing_of(kind, tag)
        listing = await house.desk.run(lambda: named(house, asked))
        works = await house.desk.run(lambda: lists.newest(listing, _NEWEST))
        origin = origin_of(request)
        query = f"?tag={quote(listing.tag, safe='')}" if listing.kind == "tag" else ""
        told = Feed(
            title=f"{house.name}: {listing.title.lower()}",
            origin=origin,
            address=f"{origin}/feeds/{kind}.{form}{query}",
            home=f"{origin}{home_of(listing)}",
            maker=("gesso", __version__),
        )
        if form == "atom":
            return tagged(request, atom(told, works), ATOM, crossing(request, house.options))
        return tagged(request, json_feed(told, works), JSON, crossing(request, house.options))

    return routes
