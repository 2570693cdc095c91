"""The IIIF Presentation API 3 over HTTP: a manifest for each work, a collection for each list."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import UnknownItem
from gesso.core.records.works import Work
from gesso.show.abroad.listing import Listing, Lists
from gesso.show.closeup.closeups import Closeup, Closeups
from gesso.show.iiif import presentation
from gesso.show.iiif.presentation import CONTEXT, PAGE, Site
from gesso.web.answers.house import House
from gesso.web.interop.crossing import crossing, origin_of
from gesso.web.interop.images import PREFIX as IMAGES
from gesso.web.interop.images import described, number_of
from gesso.web.interop.listings import listing_of, named
from gesso.web.server.problems import Halt

PREFIX = "/iiif/presentation/3"
_GET = ["GET", "HEAD"]


def presentation_routes(house: House) -> APIRouter:
    """Manifests and collections."""

    def catalogue() -> Catalogue:
        return house.studio.catalogue

    lists, closeups, desk = Lists(catalogue), Closeups(catalogue), house.desk
    routes = APIRouter(prefix=PREFIX, include_in_schema=False)

    def sent(request: Request, told: dict[str, Any]) -> Response:
        data = json.dumps(told, ensure_ascii=False).encode()
        return described(request, data, CONTEXT, crossing(request, house.options))

    @routes.api_route("/{name}/manifest", methods=_GET)
    async def manifest(request: Request, name: str) -> Response:
        number, site = number_of(name), site_of(request, house.name)
        told = await desk.run(lambda: _manifest(site, catalogue(), closeups, number))
        return sent(request, told)

    @routes.api_route("/collections/{kind}", methods=_GET)
    async def collection(
        request: Request, kind: str, tag: Annotated[str, Query(max_length=200)] = ""
    ) -> Response:
        site, asked = site_of(request, house.name), listing_of(kind, tag)
        listing = await desk.run(lambda: named(house, asked))
        address = _address(site, listing)

        def work() -> dict[str, Any]:
            count = lists.count(listing)
            if count > PAGE:
                return presentation.collection_of_pages(site, address, listing, count)
            return presentation.collection(site, address, listing, lists.page(listing, 0, PAGE))

        return sent(request, await desk.run(work))

    @routes.api_route("/collections/{kind}/pages/{page}", methods=_GET)
    async def page(
        request: Request, kind: str, page: str, tag: Annotated[str, Query(max_length=200)] = ""
    ) -> Response:
        site, asked, at = site_of(request, house.name), listing_of(kind, tag), number_of(page)
        listing = await desk.run(lambda: named(house, asked))
        works = await desk.run(lambda: lists.page(listing, min((at - 1) * PAGE, 2**62), PAGE))
        if not works:
            raise Halt(404, "page", f"This collection has no page {at}.")
        address = presentation.page_address(_address(site, listing), at)
        return sent(request, presentation.collection(site, address, listing, works))

    return routes


def site_of(request: Request, name: str, shared: str = "") -> Site:
    """Where everything stands, as the one who asks sees it.

    Args:
        request: the request.
        name: of the studio.
        shared: the path of a link; "" for the studio's own.
    """
    origin = origin_of(request)
    base = f"{origin}{shared}"
    return Site(origin, f"{base}{IMAGES}", f"{base}{PREFIX}", name, base if shared else "")


def shared_manifest(site: Site, work: Work) -> dict[str, Any]:
    """The manifest of a work for who has a link: its label, its rights, its picture."""
    return presentation.manifest(site, Closeup(work, None, (), ()), lambda _number: None)


def _manifest(site: Site, catalogue: Catalogue, closeups: Closeups, number: int) -> dict[str, Any]:
    shown = closeups.closeup(number)
    if not shown.work.thumbnails:
        raise UnknownItem(f"Work {number} is a record without a picture.")

    def other(of: int) -> Work | None:
        try:
            return catalogue.works.get(of)
        except UnknownItem:
            return None

    return presentation.manifest(site, shown, other)


def _address(site: Site, listing: Listing) -> str:
    kind = f"set-{listing.set}" if listing.kind == "set" else listing.kind
    tag = f"?tag={quote(listing.tag, safe='')}" if listing.kind == "tag" else ""
    return f"{site.presentation}/collections/{kind}{tag}"
