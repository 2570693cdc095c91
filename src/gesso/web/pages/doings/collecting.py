"""/collect: where art can be brought in from, what would come, and the order itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.collect.acquisition.options import Preview
from gesso.collect.bringing import Said, bring
from gesso.core.errors import GessoError
from gesso.core.records.works import Work
from gesso.web.answers.doings.collecting import LOOKED_AT, CollectWish
from gesso.web.answers.doings.doings import Doings
from gesso.web.answers.doings.making import page_of
from gesso.web.answers.house import House
from gesso.web.pages.doings.forms import fields_of, filled, lines_of, read
from gesso.web.pages.drawing import draw
from gesso.web.server.problems import Halt, status_of
from gesso.web.server.uploads import pictures_of
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
        brought: Brought | None = None,
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
            brought=brought,
            most_bytes=house.options.max_body_bytes,
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

    _bringing(routes, house, page)
    return routes


def _bringing(routes: APIRouter, house: House, page: Callable[..., Awaitable[Response]]) -> None:
    @routes.post("/collect/pictures")
    async def bring_in(request: Request) -> Response:
        try:
            sent = await pictures_of(request, house.options)
        except Halt as error:
            return await page({}, error=error)
        brought = Brought()
        for name, data in sent:
            await _bring(house, name, data, brought)
        if brought.refused:
            return await page({}, brought=brought)
        return RedirectResponse("/?room=brought", 303)


@dataclass
class Brought:
    """What became of pictures that were sent: the works, and why some came not to be any."""

    works: list[Work] = field(default_factory=list)
    refused: list[tuple[str, GessoError]] = field(default_factory=list)


async def _bring(house: House, name: str, data: bytes, brought: Brought) -> None:
    called = "".join(sign if sign.isprintable() else " " for sign in name) or "the picture"

    def work() -> Work:
        return bring(
            house.studio.catalogue,
            house.studio.darkroom.develop(data, called),
            Said(called if name else ""),
        )

    try:
        brought.works.append(await house.desk.run(work))
    except GessoError as error:
        if status_of(error) >= 500:
            raise
        brought.refused.append((called, error))


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
