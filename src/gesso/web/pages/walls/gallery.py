"""The gallery."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.show.gallery.gallery import CHUNK, Gallery, Outline, Page
from gesso.show.gallery.making import Making
from gesso.show.gallery.spectrum import Stripe
from gesso.show.gallery.wall import MOST_SEED, Order, Room, Wall, told_colours
from gesso.web.answers.doings.making import page_of
from gesso.web.answers.house import House
from gesso.web.api.walls.asked import AskedWall
from gesso.web.pages.drawing import draw

PAGE = 60
ROOMS: dict[Room, str] = {
    "all": "All works",
    "made": "Made",
    "collected": "Collected",
    "brought": "Brought in",
    "favourites": "Favourites",
}
ORDERS: dict[Order, str] = {
    "newest": "Newest first",
    "oldest": "Oldest first",
    "best": "Best first",
    "shuffled": "Shuffled",
}
assert set(ROOMS) == set(get_args(Room))  # noqa: S101 - a Literal cannot be made of a dict
assert set(ORDERS) == set(get_args(Order))  # noqa: S101 - the same


@dataclass(frozen=True)
class Band:
    """A colour of the spectrum as a part of a bar 1000 wide, and where it leads."""

    x: float
    width: float
    hex: str
    words: str
    first: int
    last: int
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class Hung:
    """What a page of a wall shows.

    Attributes:
        page: its works.
        outline: the whole wall from far away.
        aspects: of the first works, in base64: the grid hangs them without asking again.
        making: what is being made.
    """

    page: Page
    outline: Outline
    aspects: str
    making: tuple[Making, ...]

    @property
    def told(self) -> str:
        """The outline as the grid reads it."""
        return json.dumps(asdict(self.outline), separators=(",", ":"))


def look(gallery: Gallery, wall: Wall, after: str | None, at: int | None) -> Hung:
    """A page of a wall with all that the grid needs."""
    page = gallery.page(wall, after, PAGE) if at is None else gallery.page_at(wall, at, PAGE)
    if page.place >= page.count > 0:  # an address of when more hung here: the last page of now
        page = gallery.page_at(wall, (page.count - 1) // PAGE * PAGE, PAGE)
    outline = gallery.outline(wall)
    aspects = gallery.aspects(wall, outline.version, 0, CHUNK)
    shows_making = page.place == 0 and not wall.set and wall.order == "newest"
    shows_making &= wall.room in ("all", "made") and not (wall.colours or wall.source)
    making = gallery.making() if shows_making else ()
    return Hung(page, outline, base64.b64encode(aspects).decode("ascii"), making)


def query_of(wall: Wall, **changes: object) -> str:
    """The query of a wall's address; what is usual is left out."""
    told = {
        "room": wall.room,
        "order": wall.order,
        "source": wall.source,
        "colours": told_colours(wall.colours),
        "seed": wall.seed if wall.order == "shuffled" else 0,
        "set": wall.set,
    } | changes
    usual = {"room": "all", "order": "newest", "source": "", "colours": "", "seed": 0, "set": 0}
    return urlencode({name: value for name, value in told.items() if value != usual.get(name)})


def bands_of(stripes: Sequence[Stripe], wall: Wall, address: str = "/") -> list[Band]:
    """The spectrum as a bar; each part leads to the works that hold it."""
    left, found = 0.0, []
    total = sum(stripe.share for stripe in stripes) or 1.0
    for stripe in stripes:
        width = 1000 * stripe.share / total
        colours = f"{stripe.first}-{stripe.last}"
        chosen = wall.colours is not None and (
            wall.colours[0] <= stripe.last and stripe.first <= wall.colours[1]
        )
        found.append(
            Band(
                round(left, 2), round(width, 2), stripe.hex,
                f"{stripe.words}, {100 * stripe.share:.1f} %", stripe.first, stripe.last,
                address_of(address, query_of(wall, colours=colours, set=0)), chosen,
            )
        )  # fmt: skip
        left += width
    return found


def address_of(path: str, query: str) -> str:
    """A path with its query, where it has one."""
    return f"{path}?{query}" if query else path


def gallery_pages(house: House) -> APIRouter:
    """The routes."""
    gallery, desk, name = house.gallery, house.desk, house.name
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/")
    async def wall(
        request: Request,
        wall: AskedWall,
        after: Annotated[str | None, Query(max_length=400)] = None,
        at: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
    ) -> Response:
        if wall.order == "shuffled" and "seed" not in request.query_params:
            return RedirectResponse(_ordered(wall, "shuffled"), 303)
        hung = await desk.run(lambda: look(gallery, wall, after, at))
        stripes = await desk.run(lambda: gallery.spectrum(wall))
        return HTMLResponse(
            draw(
                "gallery.html",
                here="show",
                name=name,
                rooms=ROOMS,
                orders=ORDERS,
                wall=wall,
                hung=hung,
                counts=await desk.run(gallery.counts),
                bands=bands_of(stripes, wall),
                sources=await desk.run(gallery.sources),
                query=query_of(wall),
                room_hrefs={room: _href(wall, room=room) for room in ROOMS},
                order_hrefs={order: _ordered(wall, order) for order in ORDERS},
                plain=_href(wall, colours=""),
                jobs=_jobs(house, hung.making),
                most_bytes=house.options.max_body_bytes,
                next=_next(hung.page, wall),
                before=_before(hung.page, wall),
            )
        )

    return routes


def _href(wall: Wall, **changes: object) -> str:
    return address_of("/", query_of(wall, **changes))


def _ordered(wall: Wall, order: Order) -> str:
    # The seed stands in the address: the order stays while pages are turned.
    seed = 1 + secrets.randbelow(MOST_SEED) if order == "shuffled" else 0
    return _href(wall, order=order, seed=seed)


def _jobs(house: House, making: Sequence[Making]) -> dict[str, str]:
    """The job of this server that works on a run, by run."""
    found = {one.run: house.jobs.at(page_of(one.run)) for one in making}
    return {run: job.id for run, job in found.items() if job is not None and not job.is_over}


def _next(page: Page, wall: Wall) -> str:
    return address_of("/", query_of(wall, after=page.next)) if page.next else ""


def _before(page: Page, wall: Wall) -> str:
    if not page.place:
        return ""
    place = max(0, page.place - PAGE)
    return address_of("/", query_of(wall, at=place) if place else query_of(wall))
