"""/api/stories: works in order, as films: put together, changed, looked at."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from gesso.show.story.records import Story
from gesso.web.answers.doings.faults import FAULTS as COMMON
from gesso.web.answers.house import House
from gesso.web.answers.stories.films import Films
from gesso.web.answers.stories.stories import Stories
from gesso.web.answers.stories.told import StoriesTold, StoryTold, VersionsTold
from gesso.web.answers.stories.wishes import (
    MoreWorks,
    NewStory,
    OrderWish,
    SceneChange,
    SoundWish,
    StoryChange,
)
from gesso.web.server.doors.guard import grant_of
from gesso.web.server.doors.scopes import allows
from gesso.web.server.problems import Halt, Problem

FAULTS: dict[int | str, dict[str, Any]] = COMMON | {
    402: {"model": Problem, "description": "The budget for a model's words is spent."},
    404: {"model": Problem, "description": "There is no such story, version, work or track."},
    409: {
        "model": Problem,
        "description": "It was changed meanwhile, or deleted; or what it takes is not there.",
    },
    502: {"model": Problem, "description": "The model that was asked did not answer."},
    507: {"model": Problem, "description": "The disk takes nothing more."},
}
Number = Annotated[int, Path(ge=1, lt=2**31, description="The story's number.")]
WorkNumber = Annotated[int, Path(ge=1, lt=2**62, description="The work's number.")]
Version = Annotated[
    int | None, Query(ge=1, lt=2**31, description="As it was then; left out, as it is.")
]


def story_routes(house: House) -> APIRouter:
    """The routes."""
    stories, desk = Stories(house.studio), house.desk
    routes = APIRouter(prefix="/api/stories", tags=["stories"], responses=FAULTS)

    @routes.get("", operation_id="stories", summary="All stories", response_model=StoriesTold)
    async def all_stories(
        after: Annotated[
            str | None, Query(max_length=400, description="The `next` of the page before.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 60,
        *,
        deleted: Annotated[bool, Query(description="Those that were deleted, instead.")] = False,
    ) -> Any:
        """The one that was changed last first."""
        return await desk.run(lambda: stories.page(after, limit, deleted=deleted))

    @routes.post("", operation_id="new_story", summary="Put a story together",
                 response_model=StoryTold, status_code=201)  # fmt: skip
    async def new(request: Request, response: Response, wish: NewStory) -> Any:
        """Of works by their numbers, favourites, a set, a search; it is kept as version 1."""
        check_spending(request, asks=wish.may_spend)
        made = await desk.run(lambda: stories.new(wish))
        response.headers["Location"] = f"/api/stories/{made.id}"
        return await desk.run(lambda: stories.told(made))

    @routes.get("/{number}", operation_id="story", summary="One story", response_model=StoryTold)
    async def one(number: Number, response: Response, version: Version = None) -> Any:
        """With where each scene begins, and where the beats fall."""

        def look() -> tuple[Story, dict[str, Any]]:
            found = stories.one(number, version)
            return found, stories.told(found)

        found, told = await desk.run(look)
        response.headers["ETag"] = f'"{number}-{found.version}-{told["latest"]}"'
        return told

    @routes.patch("/{number}", operation_id="change_story", summary="Change a story",
                  response_model=StoryTold)  # fmt: skip
    async def change(number: Number, wish: StoryChange) -> Any:
        """Its title, what the film looks like, every scene at once."""
        return await desk.run(lambda: stories.told(stories.change(number, wish)))

    @routes.get("/{number}/versions", operation_id="story_versions",
                summary="What was done to a story", response_model=VersionsTold)  # fmt: skip
    async def versions(number: Number) -> Any:
        """Every edit, newest first; none is ever written over."""
        found = await desk.run(lambda: house.studio.stories.versions(number))
        return {"versions": [dict(vars(one)) for one in found]}

    @routes.post("/{number}/versions/{version}/restore", operation_id="restore_story",
                 summary="Make a story again what it was", response_model=StoryTold)  # fmt: skip
    async def restore(
        number: Number, version: Annotated[int, Path(ge=1, lt=2**31, description="Which.")]
    ) -> Any:
        """That is a version of its own."""
        return await desk.run(lambda: stories.told(stories.restore(number, version)))

    return _edits(_deleting(routes, house, stories), house, stories)


def _deleting(routes: APIRouter, house: House, stories: Stories) -> APIRouter:
    desk, of_it = house.desk, Films(house.studio, house.jobs)

    @routes.delete("/{number}", operation_id="delete_story", summary="Delete a story",
                   response_model=StoryTold)  # fmt: skip
    async def delete(
        number: Number,
        *,
        films: Annotated[bool, Query(description="Delete its films, too.")] = False,
    ) -> Any:
        """It can be had back, with all its versions; what is being filmed of it stops."""

        def deed() -> Any:
            gone = stories.delete(number, films=films)
            of_it.stop(number)
            return stories.told(gone)

        return await desk.run(deed)

    @routes.post("/{number}/restore", operation_id="undelete_story", summary="Have a story back",
                 response_model=StoryTold)  # fmt: skip
    async def undelete(number: Number) -> Any:
        """As it was when it was deleted."""
        return await desk.run(lambda: stories.told(stories.undelete(number)))

    return routes


def _edits(routes: APIRouter, house: House, stories: Stories) -> APIRouter:
    desk = house.desk

    @routes.put("/{number}/order", operation_id="order_story", summary="Put a story in order",
                response_model=StoryTold)  # fmt: skip
    async def order(request: Request, number: Number, wish: OrderWish) -> Any:
        """By looks, light, years, a model's word, or your own."""
        check_spending(request, asks=wish.by == "llm")
        return await desk.run(lambda: stories.told(stories.reorder(number, wish)))

    @routes.put("/{number}/soundtrack", operation_id="sound_story",
                summary="Give a story another soundtrack", response_model=StoryTold)  # fmt: skip
    async def sound(number: Number, wish: SoundWish) -> Any:
        """Tracks that fit, those that you name, a score, or silence."""
        return await desk.run(lambda: stories.told(stories.resound(number, wish)))

    @routes.post("/{number}/scenes", operation_id="add_to_story",
                 summary="Put works at a story's end", response_model=StoryTold)  # fmt: skip
    async def add(number: Number, wish: MoreWorks) -> Any:
        """Those that it has already stay where they are."""
        return await desk.run(lambda: stories.told(stories.add(number, wish)))

    @routes.patch("/{number}/scenes/{work}", operation_id="change_scene",
                  summary="Change a scene", response_model=StoryTold)  # fmt: skip
    async def change(number: Number, work: WorkNumber, wish: SceneChange) -> Any:
        """Its words, how long it is, how it comes, where it stands."""
        return await desk.run(lambda: stories.told(stories.change_scene(number, work, wish)))

    @routes.delete("/{number}/scenes/{work}", operation_id="remove_from_story",
                   summary="Take a work out of a story", response_model=StoryTold)  # fmt: skip
    async def remove(number: Number, work: WorkNumber, version: Version = None) -> Any:
        """What the story was stays as a version, and so does the work in the catalogue."""
        return await desk.run(lambda: stories.told(stories.remove(number, work, version)))

    return routes


def check_spending(request: Request, *, asks: bool) -> None:
    """Let nobody ask a model or a painter who may not spend.

    Raises:
        Halt: the token does not reach so far (403).
    """
    if asks and not allows(grant_of(request.scope).scope, "spend"):
        raise Halt(
            403,
            "scope",
            "This asks a model, which takes the scope 'spend'.",
            "Choose otherwise, or make a token: gesso tokens new NAME --scope spend",
        )
