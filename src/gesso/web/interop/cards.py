"""Links to works unfolded elsewhere (oEmbed), and the studio in a browser's search box."""

from __future__ import annotations

import json
import re
from typing import Annotated
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from gesso.show.abroad.cards import Card, oembed
from gesso.web.answers.house import House
from gesso.web.interop.crossing import crossing, origin_of, tagged
from gesso.web.server.problems import Halt

_WORK = re.compile(r"/works/([1-9][0-9]{0,17})", re.ASCII)
_SMALLEST, _LARGEST = 16, 2048
_SUGGESTED = 8
_A_NAME = 16
"""Letters of the name in a search box (OpenSearch 1.1, ShortName)."""


def card_routes(house: House) -> APIRouter:
    """The routes."""
    desk = house.desk
    routes = APIRouter(include_in_schema=False)

    @routes.get("/oembed")
    async def embed(
        request: Request,
        url: Annotated[str, Query(max_length=2000)],
        format: str = "json",  # noqa: A002 - the standard's own name
        maxwidth: Annotated[int, Query(ge=1)] = 1200,
        maxheight: Annotated[int, Query(ge=1)] = 1200,
    ) -> Response:
        if format != "json":
            raise Halt(501, "oembed", "Only JSON is told here.", "Ask with format=json.")
        origin = origin_of(request)
        number = _number(url, origin)
        work = await desk.run(lambda: house.studio.catalogue.works.get(number))
        if not work.thumbnails:
            raise Halt(404, "oembed", "There is no picture of that work here.")
        page, images = f"{origin}/works/{number}", f"{origin}/iiif/image/3/{number}"
        card = Card(work, page, images, house.name, origin)
        most = min(_LARGEST, max(_SMALLEST, min(maxwidth, maxheight)))
        data = json.dumps(oembed(card, most), ensure_ascii=False).encode()
        return tagged(request, data, "application/json+oembed", crossing(request, house.options))

    @routes.get("/opensearch.xml")
    async def described(request: Request) -> Response:
        origin = origin_of(request)
        data = _opensearch(origin, house.name).encode()
        return tagged(request, data, "application/opensearchdescription+xml", {})

    @routes.get("/opensearch/suggestions")
    async def suggested(
        words: Annotated[str, Query(max_length=200)] = "",
    ) -> Response:
        found = await desk.run(lambda: house.studio.catalogue.works.words(words, _SUGGESTED))
        titles = list(dict.fromkeys(hit.work.title for hit in found if hit.work.title))
        told = json.dumps([words, titles], ensure_ascii=False).encode()
        return Response(told, 200, {"Cache-Control": "no-store"}, "application/x-suggestions+json")

    return routes


def _number(url: str, origin: str) -> int:
    """The work that an address of this studio names.

    Raises:
        Halt: it is no page of a work here (404).
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    found = _WORK.fullmatch(parts.path)
    if f"{parts.scheme}://{parts.netloc}".lower() != origin.lower() or found is None:
        raise Halt(404, "oembed", "That is no work of this studio.", f"Ask for {origin}/works/12.")
    return int(found[1])


def _opensearch(origin: str, name: str) -> str:
    page = quoteattr(f"{origin}/search?words={{searchTerms}}")
    suggestions = quoteattr(f"{origin}/opensearch/suggestions?words={{searchTerms}}")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n'
        f"<ShortName>{escape(name[:_A_NAME])}</ShortName>\n"
        f"<Description>{escape(f'Works of {name}')}</Description>\n"
        "<InputEncoding>UTF-8</InputEncoding>\n"
        f'<Url type="text/html" template={page}/>\n'
        f'<Url type="application/x-suggestions+json" template={suggestions}/>\n'
        f'<Url type="application/opensearchdescription+xml" rel="self" '
        f"template={quoteattr(f'{origin}/opensearch.xml')}/>\n"
        "</OpenSearchDescription>\n"
    )
