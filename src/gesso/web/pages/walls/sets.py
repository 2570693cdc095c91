"""Sets for people: all of them, one as a wall, its arranging, and what goes into which."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.core.errors import UnknownItem
from gesso.show.gallery.gallery import Gallery
from gesso.show.gallery.tiles import Tile
from gesso.show.gallery.wall import Wall
from gesso.show.sets import MOST_NAME, MOST_NOTE, Board
from gesso.show.sharing import lasting
from gesso.web.answers.house import House
from gesso.web.interop.crossing import origin_of
from gesso.web.pages.drawing import draw
from gesso.web.pages.walls.gallery import address_of, look, query_of
from gesso.web.pages.works.pages import DAYS
from gesso.web.pages.works.telling import until

Drawn = Callable[..., Awaitable[HTMLResponse]]
Number = Annotated[int, Path(ge=1, lt=2**31)]
WorkNumber = Annotated[int, Form(ge=1, lt=2**62)]
_ON_A_PAGE = 200
Where = Literal["first", "earlier", "later", "last"]


def set_pages(house: House) -> APIRouter:
    """The routes."""
    gallery, desk, name = house.gallery, house.desk, house.name
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/sets")
    async def all_sets() -> HTMLResponse:
        boards = await desk.run(gallery.sets.all)
        covers = await desk.run(lambda: _covers(gallery, boards))
        return HTMLResponse(
            draw("sets/sets.html", here="sets", name=name, boards=boards, covers=covers)
        )

    @routes.post("/sets")
    async def new(
        called: Annotated[str, Form(alias="name", max_length=MOST_NAME)],
        work: Annotated[int | None, Form(ge=1, lt=2**62)] = None,
    ) -> Response:
        of = [work] if work else []
        board = await desk.run(lambda: gallery.sets.create(called, of=of))
        return RedirectResponse(f"/sets/{board.id}", 303)

    @routes.get("/sets/add")
    async def choose(work: Annotated[int, Query(ge=1, lt=2**62)]) -> HTMLResponse:
        shown = await desk.run(lambda: gallery.closeup(work))
        boards = await desk.run(gallery.sets.all)
        holding = {board.id for board in await desk.run(lambda: gallery.sets.all(holding=work))}
        return HTMLResponse(
            draw(
                "sets/add.html", here="sets", name=name, work=shown.work, boards=boards,
                holding=holding,
            )
        )  # fmt: skip

    async def drawn(
        number: int, after: str | None = None, at: int | None = None, link: str = ""
    ) -> HTMLResponse:
        board = await desk.run(lambda: gallery.sets.get(number))
        wall = Wall(set=number)
        hung = None if board.is_deleted else await desk.run(lambda: look(gallery, wall, after, at))
        more = hung.page.next if hung else None
        shares = await desk.run(lambda: house.shares.of("set", number))
        page = draw(
            "sets/set.html",
            here="sets",
            name=name,
            board=board,
            hung=hung,
            query=query_of(wall),
            next=address_of(f"/sets/{number}", query_of(Wall(), after=more)) if more else "",
            shares=[share for share in shares if house.shares.is_open(share)],
            link=link,
            days=DAYS,
            until=until,
        )
        return HTMLResponse(page)

    @routes.get("/sets/{number}")
    async def one(
        number: Number,
        after: Annotated[str | None, Query(max_length=400)] = None,
        at: Annotated[int | None, Query(ge=0, lt=2**31)] = None,
    ) -> HTMLResponse:
        return await drawn(number, after, at)

    _sharing(routes, house, drawn)
    return _changes(_arranging(routes, house), house)


def _sharing(routes: APIRouter, house: House, drawn: Drawn) -> None:
    desk = house.desk

    @routes.post("/sets/{number}/shares")
    async def share(
        request: Request,
        number: Number,
        days: Annotated[int, Form()] = 30,
        note: Annotated[str, Form()] = "",
    ) -> HTMLResponse:
        def make() -> str:
            if house.gallery.sets.get(number).is_deleted:
                raise UnknownItem(f"The set {number} was deleted.", "It can be had back there.")
            return house.shares.open("set", number, lasting(days), note)[0]

        # The link is told this once, so there is nothing to be sent on to.
        token = await desk.run(make)
        return await drawn(number, link=f"{origin_of(request)}/shared/{token}")

    @routes.post("/sets/{number}/shares/{share_id}/revoke")
    async def revoke(number: Number, share_id: Number) -> Response:
        await desk.run(lambda: house.shares.revoke("set", number, share_id))
        return RedirectResponse(f"/sets/{number}#share", 303)


def _changes(routes: APIRouter, house: House) -> APIRouter:
    sets, desk = house.gallery.sets, house.desk

    @routes.post("/sets/{number}")
    async def change(
        number: Number,
        called: Annotated[str, Form(alias="name", max_length=MOST_NAME)],
        note: Annotated[str, Form(max_length=MOST_NOTE)] = "",
    ) -> Response:
        await desk.run(lambda: sets.change(number, name=called, note=note))
        return RedirectResponse(f"/sets/{number}", 303)

    @routes.post("/sets/{number}/delete")
    async def delete(number: Number) -> Response:
        await desk.run(lambda: sets.delete(number))
        return RedirectResponse(f"/sets/{number}", 303)

    @routes.post("/sets/{number}/restore")
    async def restore(number: Number) -> Response:
        await desk.run(lambda: sets.restore(number))
        return RedirectResponse(f"/sets/{number}", 303)

    @routes.post("/sets/{number}/works")
    async def add(number: Number, work: WorkNumber) -> Response:
        await desk.run(lambda: sets.add(number, [work]))
        return RedirectResponse(f"/sets/add?work={work}", 303)

    @routes.post("/sets/{number}/works/remove")
    async def remove(
        number: Number, work: WorkNumber, back: Annotated[Literal["add", "arrange"], Form()] = "add"
    ) -> Response:
        await desk.run(lambda: sets.remove(number, [work]))
        there = f"/sets/add?work={work}" if back == "add" else f"/sets/{number}/arrange"
        return RedirectResponse(there, 303)

    return routes


def _arranging(routes: APIRouter, house: House) -> APIRouter:
    gallery, desk, name = house.gallery, house.desk, house.name

    @routes.get("/sets/{number}/arrange")
    async def arrange(
        number: Number, at: Annotated[int, Query(ge=0, lt=2**31)] = 0
    ) -> HTMLResponse:
        board = await desk.run(lambda: gallery.sets.get(number))
        first = min(at, max(0, board.count - 1) // _ON_A_PAGE * _ON_A_PAGE)
        page = await desk.run(lambda: gallery.page_at(Wall(set=number), first, _ON_A_PAGE))
        told = draw(
            "sets/arrange.html", here="sets", name=name, board=board, page=page, size=_ON_A_PAGE
        )
        return HTMLResponse(told)

    @routes.post("/sets/{number}/move")
    async def move(number: Number, work: WorkNumber, where: Annotated[Where, Form()]) -> Response:
        await desk.run(lambda: _moved(gallery, number, work, where))
        return RedirectResponse(f"/sets/{number}/arrange#work-{work}", 303)

    @routes.post("/sets/{number}/cover")
    async def cover(number: Number, work: WorkNumber) -> Response:
        await desk.run(lambda: gallery.sets.change(number, cover=work))
        return RedirectResponse(f"/sets/{number}/arrange#work-{work}", 303)

    return routes


def _moved(gallery: Gallery, number: int, work: int, where: Where) -> Board:
    order = gallery.sets.works(number)
    place = order.index(work) if work in order else 0
    before = {
        "first": order[:1],
        "earlier": order[max(0, place - 1) : place] or [work],
        "later": order[place + 2 : place + 3],
        "last": [],
    }[where]
    return gallery.sets.move(number, work, before[0] if before else None)


def _covers(gallery: Gallery, boards: list[Board]) -> dict[int, Tile]:
    found = gallery.tiles_of([board.cover for board in boards if board.cover])
    return {tile.id: tile for tile in found}
