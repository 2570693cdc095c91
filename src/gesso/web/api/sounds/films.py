"""Films of stories: made in the background, sent in parts; and what is seen before there is one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from gesso.show.story.film.formats import FORMATS
from gesso.show.story.film.names import Kind
from gesso.show.story.records import Story
from gesso.web.answers.house import House
from gesso.web.answers.jobs.telling import JobTold, told_of
from gesso.web.answers.stories.films import WORDS, Films, plain_film
from gesso.web.answers.stories.stories import Stories
from gesso.web.answers.stories.told import CreditsTold, FilmsTold, FormatsTold
from gesso.web.answers.stories.wishes import FilmWish
from gesso.web.api.sounds.stories import FAULTS, Number, Version, check_spending
from gesso.web.api.sounds.streaming import sent
from gesso.web.server.problems import Problem

KindOf = Annotated[Kind, Path(description="A format, or the preview.")]
OfVersion = Annotated[
    int, Path(ge=0, lt=2**31, description="Of which version; 0 for an old one that names none.")
]
_FILM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"video/*": {}}, "description": "The film."},
    206: {"content": {"video/*": {}}, "description": "The part that was asked for."},
    304: {"description": "The one that you have is still the one."},
    416: {"model": Problem, "description": "The file has no such part."},
}


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {
        200: {"content": {media_type: {}}, "description": "The file."},
        206: {"content": {media_type: {}}, "description": "The part that was asked for."},
        304: {"description": "The one that you have is still the one."},
        416: {"model": Problem, "description": "The file has no such part."},
    }


def film_routes(house: House) -> APIRouter:
    """The routes; they stand before those of stories, for one of them could be a number."""
    films, desk, jobs = Films(house.studio, house.jobs), house.desk, house.jobs
    routes = APIRouter(prefix="/api/stories", tags=["stories"], responses=FAULTS)

    @routes.get("/formats", operation_id="story_formats", summary="Formats of films",
                response_model=FormatsTold)  # fmt: skip
    async def formats() -> Any:
        """Those that this machine's PyAV can write."""
        found = await desk.run(house.studio.stories.formats)
        told = [
            {"name": one, "media_type": FORMATS[one].media_type, "words": WORDS[one]}
            for one in found
        ]
        return {"formats": told}

    @routes.get("/{number}/films", operation_id="films", summary="A story's films",
                response_model=FilmsTold)  # fmt: skip
    async def made(number: Number) -> Any:
        """Those that were made, and what is being filmed; listen to it by its job."""
        found = await desk.run(lambda: films.of(number))
        job = films.job(number)
        told = told_of(jobs, job) if job else None
        return {"films": [plain_film(one) for one in found], "job": told}

    @routes.post("/{number}/films", operation_id="film_story", summary="Film a story",
                 response_model=JobTold, status_code=202)  # fmt: skip
    async def film(request: Request, number: Number, wish: FilmWish) -> Any:
        """In the background: listen to its job, or cancel that.

        A film that is there is not made again: the same version gives the same bytes.
        """
        costs = await desk.run(lambda: films.costs(number, wish.version))
        check_spending(request, asks=costs)
        return told_of(jobs, await desk.run(lambda: films.begin(number, wish)))

    @routes.get("/{number}/films/{version}/{kind}", operation_id="film", summary="See a film",
                response_class=Response, responses=_FILM)  # fmt: skip
    async def see(
        request: Request,
        number: Number,
        version: OfVersion,
        kind: KindOf,
        *,
        tag: Annotated[
            str, Query(max_length=60, description="Of its address; kept for ever.")
        ] = "",
        download: Annotated[bool, Query(description="As a file with a name.")] = False,
    ) -> Response:
        """One range of bytes is answered."""
        found = await desk.run(lambda: films.get(number, version, kind))
        answer = sent(request, found.path, found.size, found.media_type, found.tag,
                      for_ever=tag == found.tag)  # fmt: skip
        if download:
            name = f"{found.path.parent.name}-{found.path.name}"
            answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    @routes.delete("/{number}/films/{version}/{kind}", operation_id="delete_film",
                   summary="Take a film away", status_code=204,
                   response_class=Response)  # fmt: skip
    async def delete(number: Number, version: OfVersion, kind: KindOf) -> Response:
        """The story stays, and gives the same film again."""
        await desk.run(lambda: films.delete(number, version, kind))
        return Response(None, 204)

    return _stills(routes, house)


Tell = Callable[[Request, int, int | None, Callable[[Story], bytes], str], Awaitable[Response]]


def _telling(house: House, stories: Stories) -> Tell:
    """Sends what is made of a version; at the address of a version it never changes."""

    async def tell(
        request: Request,
        number: int,
        version: int | None,
        make: Callable[[Story], bytes],
        media_type: str,
    ) -> Response:
        def look() -> tuple[Story, bytes]:
            found = stories.one(number, version)
            return found, make(found)

        found, data = await house.desk.run(look)
        tag = f"{number}-{found.version}-{sha256(data).hexdigest()[:16]}"
        return sent(request, data, len(data), media_type, tag, for_ever=version is not None)

    return tell


def _stills(routes: APIRouter, house: House) -> APIRouter:
    stories = Stories(house.studio)
    tell = _telling(house, stories)

    @routes.get("/{number}/poster", operation_id="story_poster", summary="A story's first picture",
                response_class=Response, responses=_file("image/jpeg"))  # fmt: skip
    async def poster(request: Request, number: Number, version: Version = None) -> Response:
        """As it hangs on the film's wall."""
        return await tell(request, number, version, stories.poster, "image/jpeg")

    @routes.get("/{number}/sheet", operation_id="story_sheet", summary="A story on one sheet",
                response_class=Response, responses=_file("image/png"))  # fmt: skip
    async def sheet(request: Request, number: Number, version: Version = None) -> Response:
        """A frame of every scene and of the middle of every transition."""
        return await tell(request, number, version, stories.sheet, "image/png")

    @routes.get("/{number}/frame", operation_id="story_frame", summary="A moment of a story",
                response_class=Response, responses=_file("image/jpeg"))  # fmt: skip
    async def frame(
        request: Request,
        number: Number,
        at: Annotated[float, Query(ge=0, le=1e6, allow_inf_nan=False, description="Seconds.")],
        version: Version = None,
    ) -> Response:
        """Small, and painted at once: for looking before filming."""

        def make(story: Story) -> bytes:
            return stories.frame(story, at)

        return await tell(request, number, version, make, "image/jpeg")

    return _words(routes, house, stories, tell)


def _words(routes: APIRouter, house: House, stories: Stories, tell: Tell) -> APIRouter:
    @routes.get("/{number}/captions", operation_id="story_captions", summary="A film's captions",
                response_class=Response, responses=_file("text/vtt"))  # fmt: skip
    async def captions(request: Request, number: Number, version: Version = None) -> Response:
        """As WebVTT, whether or not they are burnt into it."""

        def make(story: Story) -> bytes:
            return house.studio.stories.captions(story).encode()

        return await tell(request, number, version, make, "text/vtt")

    @routes.get("/{number}/credits", operation_id="story_credits", summary="A film's credits",
                response_model=CreditsTold)  # fmt: skip
    async def credits_of(number: Number, version: Version = None) -> Any:
        """Every work and track, whose it is and under which licence."""

        def look() -> Any:
            found = house.studio.stories.credits(stories.one(number, version))
            return {
                "works": [dict(vars(one)) for one in found.works],
                "tracks": [dict(vars(one)) for one in found.tracks],
                "made": list(found.made),
            }

        return await house.desk.run(look)

    return routes
