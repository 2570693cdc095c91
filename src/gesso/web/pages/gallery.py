"""The gallery and a work's own page."""

from __future__ import annotations

from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Path, Query
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.show.gallery import Order, Room, Wall
from gesso.web.answers.house import House
from gesso.web.pages.drawing import draw, strip_of

PAGE = 60
ROOMS: dict[Room, str] = {
    "all": "All works",
    "made": "Made",
    "collected": "Collected",
    "brought": "Brought in",
    "favourites": "Favourites",
}
assert set(ROOMS) == set(get_args(Room))  # noqa: S101 - a Literal cannot be made of a dict


def gallery_pages(house: House) -> APIRouter:
    """The routes."""
    gallery, desk, name = house.gallery, house.desk, house.name
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/")
    async def wall(
        room: Room = "all",
        order: Order = "newest",
        after: Annotated[str | None, Query(max_length=400)] = None,
    ) -> HTMLResponse:
        asked = Wall(room, order)
        page = await desk.run(lambda: gallery.page(asked, after, PAGE))
        counts = await desk.run(gallery.counts)
        query = {"room": room, "order": order}
        more = f"/?{urlencode({**query, 'after': page.next})}" if page.next else ""
        return HTMLResponse(
            draw(
                "gallery.html",
                here="show",
                name=name,
                rooms=ROOMS,
                room=room,
                order=order,
                works=page.works,
                counts=counts,
                next=page.next or "",
                more=more,
                is_first=after is None,
            )
        )

    @routes.get("/works/{number}")
    async def closeup(number: Annotated[int, Path(ge=1, lt=2**63)]) -> HTMLResponse:
        shown = await desk.run(lambda: gallery.closeup(number))
        page = draw(
            "work.html",
            here="show",
            name=name,
            shown=shown,
            work=shown.work,
            swatches=strip_of(shown.work.swatches),
        )
        return HTMLResponse(page)

    @routes.post("/works/{number}/favourite")
    async def favourite(
        number: Annotated[int, Path(ge=1, lt=2**63)], mark: Annotated[bool, Form()]
    ) -> Response:
        await desk.run(lambda: gallery.set_favourite(number, mark))
        return RedirectResponse(f"/works/{number}", 303)

    return routes
