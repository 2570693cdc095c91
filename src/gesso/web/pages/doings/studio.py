"""/state and /settings: how the studio is, and what is in force."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.web.answers.doings.state import State, settings_of
from gesso.web.answers.house import House
from gesso.web.pages.doings.forms import fields_of
from gesso.web.pages.drawing import draw
from gesso.web.server.problems import Halt

_SECTIONS = {
    "": "The studio",
    "make": "Making",
    "collect": "Collecting",
    "caption": "Captions",
    "curate": "Sorting",
    "duplicates": "Duplicates",
    "outside": "The world outside",
    "models": "Models",
    "pictures": "Pictures",
    "search": "Searching",
    "study": "Studying",
    "story": "Stories",
    "web": "This server",
    "keys": "Keys",
    "catalogue": "The catalogue",
    "blobs": "Files",
    "painters": "Painters",
    "llms": "Writers and judges",
}


def studio_pages(house: House) -> APIRouter:
    """The routes."""
    state, desk = State(house), house.desk
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    async def page(error: Halt | None = None) -> Response:
        told = await desk.run(state.told)
        job = house.jobs.at("/state")
        checked = told["check"]
        words = draw(
            "doings/state.html",
            here="state",
            name=house.name,
            state=told,
            job=job,
            checked_at=datetime.fromisoformat(checked["at"]) if checked else None,
            error={"message": error.title, "advice": error.detail} if error else None,
        )
        return HTMLResponse(words, error.status if error else 200)

    @routes.get("/state")
    async def now() -> Response:
        return await page()

    @routes.post("/state/check")
    async def check(request: Request) -> Response:
        fields = await fields_of(request)
        try:
            state.check(reads=fields.get("read") == "true")
        except Halt as error:
            return await page(error)
        return RedirectResponse("/state", 303)

    @routes.get("/settings")
    async def settings() -> HTMLResponse:
        rows = settings_of(house.studio)
        return HTMLResponse(
            draw("doings/settings.html", here="settings", name=house.name, sections=_parted(rows))
        )

    return routes


def _parted(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Settings by section: what the owner set first, under the whole name; then all of them."""
    found: dict[str, list[dict[str, Any]]] = {"Set by you": []}
    for row in rows:
        section = row["name"].rpartition(".")[0].partition(".")[0]
        title = _SECTIONS.get(section, section.replace("_", " ").capitalize())
        short = row["name"].removeprefix(f"{section}.")
        found.setdefault(title, []).append(row | {"short": short})
        if row["place"] != "default":
            found["Set by you"].append(row | {"short": row["name"]})
    return [(title, some) for title, some in found.items() if some]
