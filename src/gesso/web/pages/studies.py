"""The pages of a study: a form for a picture, and what was seen in it."""

from __future__ import annotations

import base64
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from gesso.web.answers.house import House
from gesso.web.answers.studying import Wishes
from gesso.web.pages.drawing import draw
from gesso.web.server.uploads import picture_of

INTENTS = {
    "none": "What it is",
    "high-key": "High key",
    "low-key": "Low key",
    "nocturne": "Nocturne",
    "grisaille": "Grisaille",
    "abstract": "Abstract",
    "reference": "After somebody else's picture",
}


def study_pages(house: House) -> APIRouter:
    """The routes."""
    gallery, studies, desk = house.gallery, house.studies, house.desk
    options, name = house.options, house.name
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    def page(
        told: dict[str, Any] | None,
        title: str,
        picture: str,
        wishes: Wishes,
        *,
        again: bool = False,
    ) -> HTMLResponse:
        words = draw(
            "study.html",
            here="study",
            name=name,
            study=told,
            title=title,
            picture=picture,
            again=again,
            wishes=wishes,
            intents=INTENTS,
        )
        return HTMLResponse(words)

    @routes.get("/studies")
    async def form() -> HTMLResponse:
        return page(None, "", "", Wishes())

    @routes.post("/studies")
    async def sent(request: Request, wishes: Annotated[Wishes, Query()]) -> HTMLResponse:
        data = await picture_of(request, options)
        told = await studies.whole(data, wishes)
        # Nothing of it is kept here to be asked for: a small copy goes with the page.
        copy = base64.b64encode(await studies.small_copy(data)).decode("ascii")
        return page(told, "Your picture", f"data:image/jpeg;base64,{copy}", wishes)

    @routes.get("/studies/{number}")
    async def of_work(
        number: Annotated[int, Path(ge=1, lt=2**63)], wishes: Annotated[Wishes, Query()]
    ) -> HTMLResponse:
        shown = await desk.run(lambda: gallery.closeup(number))
        told = await studies.whole(shown.work, wishes)
        picture = f"/api/works/{number}/picture?side=1600"
        return page(told, shown.work.title, picture, wishes, again=True)

    return routes
