"""The forms of a story's page: its scenes one by one, and its films."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from gesso.show.story.film.names import Kind
from gesso.web.answers.house import House
from gesso.web.answers.stories.films import Films
from gesso.web.answers.stories.stories import Stories
from gesso.web.answers.stories.wishes import FilmWish, MoreWorks, OrderWish, SceneChange
from gesso.web.api.sounds.stories import check_spending
from gesso.web.pages.doings.forms import fields_of, read
from gesso.web.pages.sounds.board import Boards
from gesso.web.pages.sounds.stories import listed
from gesso.web.server.problems import Halt

Number = Annotated[int, Path(ge=1, lt=2**31)]
WorkNumber = Annotated[int, Path(ge=1, lt=2**62)]
_WHERE = ("first", "earlier", "later", "last")


def scene_pages(house: House) -> APIRouter:
    """The routes."""
    stories, boards = Stories(house.studio), Boards(house)
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.post("/stories/{number}/scenes")
    async def add(request: Request, number: Number) -> Response:
        fields = listed(await fields_of(request), "works")
        return await boards.done(
            number, lambda: stories.add(number, read(MoreWorks, fields)), "#scenes"
        )

    @routes.post("/stories/{number}/scenes/{work}")
    async def scene(request: Request, number: Number, work: WorkNumber) -> Response:
        fields = await fields_of(request, empty=("title", "line", "text"))
        return await boards.done(
            number,
            lambda: stories.change_scene(number, work, read(SceneChange, fields)),
            f"#scene-{work}",
        )

    @routes.post("/stories/{number}/scenes/{work}/move")
    async def move(request: Request, number: Number, work: WorkNumber) -> Response:
        where = (await fields_of(request)).get("where", "")

        def deed() -> None:
            works = stories.one(number).works
            wish = OrderWish(by="manual", works=list(hung(works, work, where)))
            if tuple(wish.works) != works:
                stories.reorder(number, wish)

        return await boards.done(number, deed, f"#scene-{work}")

    @routes.post("/stories/{number}/scenes/{work}/remove")
    async def remove(number: Number, work: WorkNumber) -> Response:
        return await boards.done(number, lambda: stories.remove(number, work), "#scenes")

    return _filming(routes, house, boards)


def _filming(routes: APIRouter, house: House, boards: Boards) -> APIRouter:
    films = Films(house.studio, house.jobs)

    @routes.post("/stories/{number}/films")
    async def film(request: Request, number: Number) -> Response:
        fields = await fields_of(request)

        def deed() -> None:
            wish = read(FilmWish, fields)
            check_spending(request, asks=films.costs(number, wish.version))
            films.begin(number, wish)

        return await boards.done(number, deed, "#film")

    @routes.post("/stories/{number}/films/stop")
    async def stop(number: Number) -> Response:
        return await boards.done(number, lambda: films.stop(number), "#film")

    @routes.post("/stories/{number}/films/{version}/{kind}/delete")
    async def delete(
        number: Number, version: Annotated[int, Path(ge=0, lt=2**31)], kind: Kind
    ) -> Response:
        return await boards.done(number, lambda: films.delete(number, version, kind), "#film")

    return routes


def hung(works: tuple[int, ...], work: int, where: str) -> tuple[int, ...]:
    """Works in the order in which one of them has another place.

    Raises:
        Halt: there is no such work, or no such place (400).
    """
    if work not in works or where not in _WHERE:
        raise Halt(400, "input", "That work cannot be put there.", "Look at the story again.")
    rest = [one for one in works if one != work]
    now = works.index(work)
    place = {"first": 0, "earlier": max(0, now - 1), "later": now + 1, "last": len(rest)}[where]
    return (*rest[:place], work, *rest[place:])
