"""/collect: where art can be brought in from, what would come, and the order itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.collect.acquisition.options import Preview
from gesso.core.errors import GessoError
from gesso.web.answers.doings.collecting import LOOKED_AT, CollectWish
from gesso.web.answers.doings.doings import Doings
from gesso.web.answers.doings.making import page_of
from gesso.web.answers.house import House
from gesso.web.pages.doings.forms import fields_of, filled, lines_of, read
from gesso.web.pages.drawing import draw
from gesso.web.server.problems import Halt, status_of
from gesso.web.server.work import Desk

LATELY = 6
_WOULD = {
    "queued": "would be fetched",
    "records": "are records without a picture",
    "unchanged": "are here and unchanged",
    "refused": "would be refused for their licence",
    "held": "are with another run",
    "resting": "were gone lately",
    "linked": "would be kept as a link and a thumbnail alone",
}


def collect_pages(house: House) -> APIRouter:
    """The routes."""
    doings, desk = Doings.of(house), house.desk
    outside = Desk(at_once=2, waiting=8)
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    async def page(
        fields: Mapping[str, str],
        *,
        preview: Preview | None = None,
        error: GessoError | Halt | None = None,
    ) -> Response:
        told = await desk.run(lambda: _told(doings, fields))
        status, problem = 200, None
        if isinstance(error, Halt):
            status, problem = error.status, {"message": error.title, "advice": error.detail}
        elif error is not None:
            status, problem = status_of(error), vars(error)
        words = draw(
            "doings/collect.html",
            here="collect",
            name=house.name,
            fields=fields,
            error=problem,
            would=_would(preview),
            preview=preview,
            looked_at=LOOKED_AT,
            **told,
        )
        return HTMLResponse(words, status)

    @routes.get("/collect")
    async def form(request: Request) -> Response:
        return await page(filled(request.query_params.multi_items()))

    @routes.post("/collect/preview")
    async def look(request: Request) -> Response:
        fields = await fields_of(request)
        try:
            wish = _wish(fields)
            preview = await outside.run(lambda: doings.collectings.preview(wish))
        except (GessoError, Halt) as error:
            return await page(fields, error=error)
        return await page(fields, preview=preview)

    @routes.post("/collect")
    async def begin(request: Request) -> Response:
        fields = await fields_of(request)
        try:
            wish = _wish(fields)
            run, _ = await desk.run(lambda: doings.collectings.begin(wish))
        except (GessoError, Halt) as error:
            return await page(fields, error=error)
        return RedirectResponse(page_of(run.id), 303)

    return routes


def _wish(fields: Mapping[str, str]) -> CollectWish:
    return read(CollectWish, {**fields, "places": lines_of(fields.get("places", ""))})


def _told(doings: Doings, fields: Mapping[str, str]) -> dict[str, Any]:
    sources = doings.collectings.sources()
    named = fields.get("source", "")
    usual = next((one for one in sources if one.ready), sources[0])
    chosen = next((one for one in sources if one.name == named), usual)
    runs = [run for run in doings.runs.page(limit=40)["runs"] if run["kind"] == "collect"]
    return {"sources": sources, "chosen": chosen, "lately": runs[:LATELY]}


def _would(preview: Preview | None) -> list[tuple[int, str]]:
    counts = preview.counts if preview else {}
    return [(counts[name], words) for name, words in _WOULD.items() if counts.get(name)]
