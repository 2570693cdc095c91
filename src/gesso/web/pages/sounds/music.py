"""The pages of music: all tracks, one track with its pictures, the tracks that fit a work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.core.errors import InputError
from gesso.web.answers.house import House
from gesso.web.api.sounds.music import say
from gesso.web.pages.drawing import draw
from gesso.web.pages.sounds.lines import facts_of, heard_of, length_of, wave_of

Number = Annotated[int, Path(ge=1, lt=2**63)]
_PAGE = 60
_FITS: dict[str, bool | None] = {"yes": True, "no": False, "": None}


def music_pages(house: House) -> APIRouter:
    """The routes."""
    desk, studio = house.desk, house.studio
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    def page(template: str, **words: Any) -> HTMLResponse:
        said = {"here": "music", "name": house.name, "wave": wave_of, "length": length_of}
        return HTMLResponse(draw(f"sounds/{template}", **(said | {"heard": heard_of} | words)))

    @routes.get("/music")
    async def tracks(after: Annotated[int, Query(ge=0, lt=2**63)] = 0) -> HTMLResponse:
        def look() -> tuple[Any, ...]:
            shelf = studio.catalogue.tracks
            return shelf.list(after=after, limit=_PAGE + 1), shelf.count()

        found, count = await desk.run(look)
        following = found[_PAGE - 1].id if len(found) > _PAGE else 0
        return page("music.html", tracks=found[:_PAGE], count=count, following=following)

    @routes.get("/music/{number}")
    async def track(number: Number) -> HTMLResponse:
        def look() -> dict[str, Any]:
            found = studio.catalogue.tracks.get(number)
            return {"track": found, "facts": facts_of(found)} | _tried(
                lambda: studio.music.for_track(number, 8)
            )

        return page("track.html", **await desk.run(look))

    @routes.get("/works/{number}/music")
    async def fitting(number: Number, bare: bool = False) -> HTMLResponse:
        def look() -> dict[str, Any]:
            work = studio.catalogue.works.get(number)
            told = {one.track: one.fits for one in studio.catalogue.pairings.list(work=number)}
            count = 4 if bare else 8
            matches = _tried(lambda: studio.music.for_work(number, count))
            return {"work": work, "told": told, "brief": bare} | matches

        return page("fitting.html" if bare else "work.html", **await desk.run(look))

    @routes.post("/works/{number}/music")
    async def pair(
        number: Number,
        track: Annotated[int, Form(ge=1, lt=2**63)],
        fits: Annotated[Literal["yes", "no", ""], Form()] = "",
    ) -> Response:
        await desk.run(lambda: say(house, number, track, fits=_FITS[fits]))
        return RedirectResponse(f"/works/{number}/music", 303)

    return routes


def _tried(match: Callable[[], Any]) -> dict[str, Any]:
    """What fits, or why nothing does."""
    try:
        return {"matches": match(), "silence": ""}
    except InputError as error:
        return {"matches": [], "silence": f"{error.message} {error.advice}"}
