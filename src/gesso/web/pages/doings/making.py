"""/make: a theme, how it shall be made, and what that would cost before it is begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.core.errors import GessoError
from gesso.web.answers.doings.doings import Doings
from gesso.web.answers.doings.making import MakeWish, Means, page_of, plain_estimate
from gesso.web.answers.house import House
from gesso.web.pages.doings.forms import fields_of, filled, read
from gesso.web.pages.drawing import draw
from gesso.web.server.problems import status_of

LATELY = 6


def make_pages(house: House) -> APIRouter:
    """The routes."""
    doings, desk = Doings.of(house), house.desk
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    async def page(fields: Mapping[str, str], error: GessoError | None = None) -> Response:
        told = await desk.run(lambda: _told(doings, fields))
        words = draw("doings/make.html", here="make", name=house.name, fields=fields,
                     error=error or told.pop("unusable"), **told)  # fmt: skip
        return HTMLResponse(words, status_of(error) if error else 200)

    @routes.get("/make")
    async def form(request: Request) -> Response:
        return await page(filled(request.query_params.multi_items()))

    @routes.post("/make")
    async def begin(request: Request) -> Response:
        fields = await fields_of(request)
        try:
            wish = read(MakeWish, fields)
            run, _ = await desk.run(lambda: doings.makings.begin(wish))
        except GessoError as error:
            return await page(fields, error)
        return RedirectResponse(page_of(run.id), 303)

    return routes


def _told(doings: Doings, fields: Mapping[str, str]) -> dict[str, Any]:
    makings = doings.makings
    told: dict[str, Any] = {
        "usual": makings.usual(),
        "people": makings.people,
        "lately": [run for run in doings.runs.page(limit=40)["runs"] if run["kind"] == "make"],
        "price": None,
        "unusable": None,
    }
    told["lately"] = told["lately"][:LATELY]
    asked = {name: value for name, value in fields.items() if name in Means.model_fields}
    try:
        means = read(Means, asked)
        told["price"] = plain_estimate(makings.estimate(means))
    except GessoError as error:
        told["unusable"] = error
    return told
