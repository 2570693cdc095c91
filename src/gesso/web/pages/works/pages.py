"""The pages of one work: itself, what is near it, two pictures compared, its links."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.core.errors import InputError
from gesso.core.records.works import Work
from gesso.show.abroad.cards import Card, linked_data, open_graph
from gesso.show.sharing import lasting
from gesso.web.answers.house import House
from gesso.web.api.walls.asked import AskedWall
from gesso.web.interop.crossing import origin_of
from gesso.web.pages.drawing import draw, strip_of
from gesso.web.pages.works.comparing import Comparing
from gesso.web.pages.works.telling import Teller, Told, raw, until

Page = Callable[..., HTMLResponse]
Number = Annotated[int, Path(ge=1, lt=2**63)]
DAYS = (1, 7, 30, 365)
"""For how long a link may be open."""
_A_DAY = "private, max-age=86400"
_FACTS_OF_PROMPT = (
    "concept", "subject", "scene", "mood", "light", "palette", "composition", "avoid",
)  # fmt: skip


def work_pages(house: House) -> APIRouter:
    """The routes."""
    desk, teller = house.desk, Teller(house)
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    def page(request: Request, told: Told, **more: Any) -> HTMLResponse:
        words = _words(house.name, request, told) | {"link": "", "days": DAYS} | more
        return HTMLResponse(draw("work/work.html", **words))

    @routes.get("/works/{number}")
    async def closeup(request: Request, number: Number, wall: AskedWall) -> HTMLResponse:
        return page(request, await desk.run(lambda: teller.tell(number, wall)))

    @routes.post("/works/{number}/favourite")
    async def favourite(number: Number, mark: Annotated[bool, Form()]) -> Response:
        await desk.run(lambda: house.gallery.set_favourite(number, mark))
        return RedirectResponse(f"/works/{number}", 303)

    @routes.get("/works/{number}/near")
    async def near(number: Number) -> HTMLResponse:
        await desk.run(lambda: house.studio.catalogue.works.get(number))
        works = await desk.run(lambda: teller.near(number))
        return HTMLResponse(draw("work/near.html", works=works, number=number))

    @routes.get("/works/{number}/values.png")
    async def values(request: Request, number: Number) -> Response:
        work = await desk.run(lambda: house.studio.catalogue.works.get(number))
        tag = f'"{work.fingerprint.pixels[:24]}-values"'
        headers = {"Cache-Control": _A_DAY, "ETag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(None, 304, headers)
        data = await desk.run(lambda: teller.plans.sheet(work))
        return Response(data, 200, headers, "image/png")

    routes.include_router(link_pages(house, teller, page))
    return routes


def link_pages(house: House, teller: Teller, page: Page) -> APIRouter:
    """The routes of links to a work, and of comparisons."""
    desk, comparing = house.desk, Comparing(teller)
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.post("/works/{number}/shares")
    async def share(
        request: Request,
        number: Number,
        days: Annotated[int, Form()] = 30,
        note: Annotated[str, Form()] = "",
    ) -> HTMLResponse:
        def make() -> tuple[str, Told]:
            house.studio.catalogue.works.get(number)
            token, _ = house.shares.open("work", number, lasting(days), note)
            return token, teller.tell(number)

        # The link is told this once, so there is nothing to be sent on to.
        token, told = await desk.run(make)
        return page(request, told, link=f"{origin_of(request)}/shared/{token}")

    @routes.post("/works/{number}/shares/{share_id}/revoke")
    async def revoke(number: Number, share_id: Number) -> Response:
        await desk.run(lambda: house.shares.revoke("work", number, share_id))
        return RedirectResponse(f"/works/{number}#share", 303)

    @routes.get("/compare")
    async def compare(
        a: Annotated[int, Query(ge=1, lt=2**63)],
        b: Annotated[str, Query(max_length=20)] = "values",
    ) -> HTMLResponse:
        pair = await desk.run(lambda: comparing.pair(a, _second(b)))
        words = draw("work/compare.html", here="show", name=house.name, pair=pair)
        return HTMLResponse(words)

    return routes


def _second(told: str) -> int | None:
    """The number of the second work; None for the values of the first."""
    if told == "values":
        return None
    if not (told.isascii() and told.isdecimal() and 0 < int(told) < 2**63):
        raise InputError(f"'{told}' is no work.", "Write b=12, or b=values.")
    return int(told)


def _words(name: str, request: Request, told: Told) -> dict[str, Any]:
    work, recipe = told.work, told.shown.recipe
    origin = origin_of(request)
    card = Card(work, f"{origin}/works/{work.id}", f"{origin}/iiif/image/3/{work.id}", name, origin)
    prompt = recipe.prompt if recipe else None
    rows = (
        [(part.capitalize(), getattr(prompt, part)) for part in _FACTS_OF_PROMPT] if prompt else []
    )
    # What was thought at first says why; a later round only says what it changed.
    first = told.shown.rounds[0].prompt if told.shown.rounds else prompt
    why = first.reasoning if first else ""
    return {
        "here": "show",
        "name": name,
        "told": told,
        "work": work,
        "shown": told.shown,
        "swatches": strip_of(work.swatches),
        "views": views_of(work),
        "prompt_rows": [(term, words) for term, words in rows if words],
        "raw": raw(recipe) if recipe else None,
        "rivals": _rivals(told),
        "why": why,
        "refined": prompt.reasoning if prompt and prompt.reasoning != why else "",
        "card": card,
        "open_graph": open_graph(card),
        "linked_data": linked_data(card),
        "until": until,
    }


def views_of(work: Work, base: str = "/iiif/image/3") -> list[tuple[int, str]]:
    """(width, address) of a work's picture at the sizes that pages show it in, smallest first."""
    longest = max(work.width, work.height)
    sides = [side for side in (800, 1600, 2400) if side < longest]
    found = []
    for side in [*sides, min(longest, 3200)] if longest else []:
        wide = max(1, round(work.width * side / longest))
        found.append((wide, f"{base}/{work.id}/full/!{side},{side}/0/default.jpg"))
    return found


def _rivals(told: Told) -> list[int]:
    """The other pictures of its making, the last round first: what there is to compare it with."""
    takes = [take.work for one in reversed(told.shown.rounds) for take in one.takes]
    return [number for number in takes if number != told.work.id]
