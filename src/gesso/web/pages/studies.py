"""The pages of a study: a form for a picture, and what was seen in it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse

from gesso.show.gallery import Gallery
from gesso.web.api.studying import Studies, Wishes
from gesso.web.pages.drawing import draw
from gesso.web.server.options import ServerOptions
from gesso.web.server.uploads import picture_of
from gesso.web.server.work import Desk

INTENTS = {
    "none": "What it is",
    "high-key": "High key",
    "low-key": "Low key",
    "nocturne": "Nocturne",
    "grisaille": "Grisaille",
    "abstract": "Abstract",
    "reference": "After somebody else's picture",
}


def study_pages(
    gallery: Gallery, studies: Studies, desk: Desk, options: ServerOptions, name: str
) -> APIRouter:
    """The routes.

    Args:
        gallery: whose works can be studied.
        studies: who studies.
        desk: asks the catalogue in threads.
        options: caps.
        name: of the studio.
    """
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    def page(told: dict[str, Any] | None, title: str, picture: str, wishes: Wishes) -> HTMLResponse:
        words = draw(
            "study.html",
            here="study",
            name=name,
            study=told,
            title=title,
            picture=picture,
            wishes=wishes,
            intents=INTENTS,
        )
        return HTMLResponse(words)

    @routes.get("/studies")
    async def form() -> HTMLResponse:
        return page(None, "", "", Wishes())

    @routes.post("/studies")
    async def sent(request: Request, wishes: Annotated[Wishes, Query()]) -> HTMLResponse:
        told = await studies.whole(await picture_of(request, options), wishes)
        return page(told, "Your picture", "", wishes)

    @routes.get("/studies/{number}")
    async def of_work(
        number: Annotated[int, Path(ge=1, lt=2**63)], wishes: Annotated[Wishes, Query()]
    ) -> HTMLResponse:
        shown = await desk.run(lambda: gallery.closeup(number))
        told = await studies.whole(shown.work, wishes)
        return page(told, shown.work.title, f"/api/works/{number}/picture?side=1600", wishes)

    return routes
