"""The pages of stories: all of them, a new one, one with its film, its strip and its scenes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from gesso.core.errors import GessoError
from gesso.web.answers.house import House
from gesso.web.answers.stories.films import page_of
from gesso.web.answers.stories.stories import Stories
from gesso.web.answers.stories.wishes import (
    NewStory,
    OrderWish,
    SoundWish,
    StoryChange,
)
from gesso.web.api.sounds.stories import check_spending
from gesso.web.pages.doings.forms import fields_of, filled, read
from gesso.web.pages.drawing import draw
from gesso.web.pages.sounds.board import Boards, problem_of, status_for
from gesso.web.pages.sounds.words import INTO, MOVES, ORDERS, SIZES, length_of
from gesso.web.server.problems import Halt

Number = Annotated[int, Path(ge=1, lt=2**31)]
_PAGE = 48


def story_pages(house: House) -> APIRouter:
    """The routes."""
    stories, boards, desk = Stories(house.studio), Boards(house), house.desk
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/stories")
    async def all_stories(
        after: Annotated[str | None, Query(max_length=400)] = None, *, deleted: bool = False
    ) -> HTMLResponse:
        found = await desk.run(lambda: stories.page(after, _PAGE, deleted=deleted))
        others = await desk.run(lambda: house.studio.stories.count(deleted=not deleted))
        return HTMLResponse(
            draw("sounds/stories.html", here="stories", name=house.name, length=length_of,
                 deleted=deleted, others=others, is_later=after is not None, **found)
        )  # fmt: skip

    async def form(fields: Mapping[str, str], error: Any = None) -> Response:
        told = await desk.run(lambda: boards.choices(fields))
        words = draw("sounds/story-new.html", here="stories", name=house.name, fields=fields,
                     orders=ORDERS, into=INTO, moves=MOVES, sizes=SIZES,
                     error=problem_of(error), **told)  # fmt: skip
        return HTMLResponse(words, status_for(error))

    @routes.get("/stories/new")
    async def choose(request: Request) -> Response:
        return await form(filled(request.query_params.multi_items()))

    @routes.post("/stories")
    async def new(request: Request) -> Response:
        fields = await fields_of(request)
        try:
            wish = read(NewStory, new_of(fields))
            check_spending(request, asks=wish.may_spend)
            made = await desk.run(lambda: stories.new(wish))
        except (GessoError, Halt) as error:
            return await form(fields, error)
        return RedirectResponse(page_of(made.id), 303)

    @routes.get("/stories/{number}")
    async def one(
        number: Number, version: Annotated[int | None, Query(ge=1, lt=2**31)] = None
    ) -> Response:
        return HTMLResponse(await desk.run(lambda: boards.drawn(number, version)))

    return _edits(routes, stories, boards)


def _edits(routes: APIRouter, stories: Stories, boards: Boards) -> APIRouter:
    @routes.post("/stories/{number}/delete")
    async def delete(number: Number) -> Response:
        return await boards.done(number, lambda: boards.delete(number))

    @routes.post("/stories/{number}/restore")
    async def undelete(number: Number) -> Response:
        return await boards.done(number, lambda: stories.undelete(number))

    @routes.post("/stories/{number}")
    async def change(request: Request, number: Number) -> Response:
        fields = await fields_of(request, empty=("subtitle",))
        return await boards.done(
            number, lambda: stories.change(number, read(StoryChange, sized(fields)))
        )

    @routes.post("/stories/{number}/order")
    async def order(request: Request, number: Number) -> Response:
        fields = await fields_of(request)

        def deed() -> None:
            wish = read(OrderWish, listed(fields, "works"))
            check_spending(request, asks=wish.by == "llm")
            stories.reorder(number, wish)

        return await boards.done(number, deed, "#scenes")

    @routes.post("/stories/{number}/soundtrack")
    async def sound(request: Request, number: Number) -> Response:
        fields = await fields_of(request)
        wish = sounding(fields)
        return await boards.done(number, lambda: stories.resound(number, read(SoundWish, wish)))

    @routes.post("/stories/{number}/versions/{version}/restore")
    async def restore(number: Number, version: Annotated[int, Path(ge=1, lt=2**31)]) -> Response:
        return await boards.done(number, lambda: stories.restore(number, version))

    return routes


def new_of(fields: Mapping[str, str]) -> dict[str, Any]:
    """A form as a wish for a new story."""
    return sounding(sized(listed(fields, "works")))


def listed(fields: Mapping[str, str], name: str) -> dict[str, Any]:
    """The same with numbers that were written beside each other as a list."""
    told: dict[str, Any] = dict(fields)
    if name in told:
        told[name] = [part for part in told[name].replace(",", " ").split() if part]
    return told


def sized(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same with "960x540" as two numbers."""
    told = dict(fields)
    size = str(told.pop("size", ""))
    if size:
        told["width"], _, told["height"] = size.partition("x")
    return told


def sounding(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same with "track:3", and with what is heard after it, as the tracks that they mean."""
    after = sorted((int(name[5:]), name) for name in fields if _THEN.fullmatch(name))
    told = {name: value for name, value in fields.items() if not _THEN.fullmatch(name)}
    heard = [str(told.get("music", "")), *(str(fields[name]) for _, name in after)]
    tracks = [one.removeprefix("track:") for one in heard if one.startswith("track:")]
    return told | {"music": "auto", "tracks": tracks} if tracks else told


_THEN = re.compile(r"then-[0-9]{1,2}")
