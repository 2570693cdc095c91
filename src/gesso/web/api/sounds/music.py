"""Tracks, the music that fits a picture, and a person's word on it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.sound.records import Track
from gesso.show.music.telling import plain_track, plain_track_match, plain_work_match
from gesso.web.answers.house import House
from gesso.web.api.sounds.streaming import sent
from gesso.web.server.problems import Problem

Number = Annotated[int, Path(ge=1, lt=2**63)]
Count = Annotated[int, Query(ge=1, le=50, description="At most so many.")]
_FAULTS: dict[int | str, dict[str, Any]] = {
    400: {"model": Problem, "description": "There is no music, or nothing to match it with."},
    404: {"model": Problem, "description": "There is no such work or track."},
    422: {"model": Problem, "description": "A parameter is not what it may be."},
}
_SOUND: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/*": {}}, "description": "The file as it was kept."},
    206: {"content": {"audio/*": {}}, "description": "The part that was asked for."},
    304: {"description": "The one that you have is still the one."},
    416: {"model": Problem, "description": "The file has no such part."},
}


class TrackTold(BaseModel):
    """A track, and what is heard in it."""

    model_config = ConfigDict(extra="allow")

    id: int
    title: str
    artist: str
    licence: str
    line: str = Field(description="As credits name it.")
    key: str
    hearing: dict[str, Any]
    mood: dict[str, float]


class TracksTold(BaseModel):
    """A page of tracks."""

    tracks: list[TrackTold]
    next: int | None = Field(description="Ask for those after it; null on the last page.")


class TrackMatchTold(BaseModel):
    """A track that fits, and why."""

    score: float = Field(description="0 to 1.")
    reason: str
    words: list[str]
    track: TrackTold


class WorkMatchTold(BaseModel):
    """A work that fits, and why."""

    work: int
    title: str
    score: float
    reason: str
    words: list[str]


class Word(BaseModel):
    """A person's word on a work and a track."""

    model_config = ConfigDict(extra="forbid")

    fits: bool | None = Field(description="null takes an earlier word back.")


def music_routes(house: House) -> APIRouter:
    """The routes."""
    desk, studio = house.desk, house.studio
    routes = APIRouter(prefix="/api", tags=["music"], responses=_FAULTS)

    @routes.get("/tracks", operation_id="tracks", summary="Tracks", response_model=TracksTold)
    async def tracks(
        after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
        limit: Annotated[int, Query(ge=1, le=200)] = 60,
    ) -> Any:
        """In the order in which they came."""

        def look() -> dict[str, Any]:
            found = studio.catalogue.tracks.list(after=after, limit=limit + 1)
            more = found[limit - 1].id if len(found) > limit else None
            return {"tracks": [plain_track(track) for track in found[:limit]], "next": more}

        return await desk.run(look)

    @routes.get(
        "/tracks/{number}", operation_id="track", summary="One track", response_model=TrackTold
    )
    async def track(number: Number) -> Any:
        """With what is heard in it."""
        return plain_track(await desk.run(lambda: studio.catalogue.tracks.get(number)))

    @routes.get(
        "/tracks/{number}/sound",
        operation_id="track_sound",
        summary="Hear a track",
        response_class=Response,
        responses=_SOUND,
    )
    async def sound(request: Request, number: Number) -> Response:
        """The file as it was kept; one range of bytes is answered."""
        found = await desk.run(lambda: studio.catalogue.tracks.get(number))
        source = await desk.run(lambda: _source(studio.catalogue, found))
        return sent(request, source, found.size_bytes, found.media_type, found.blob[3:])

    @routes.get(
        "/tracks/{number}/works",
        operation_id="track_works",
        summary="Pictures for a track",
        response_model=list[WorkMatchTold],
    )
    async def works(number: Number, count: Count = 5) -> Any:
        """Those that fit, best first."""
        found = await desk.run(lambda: studio.music.for_track(number, count))
        return [plain_work_match(match) for match in found]

    @routes.get(
        "/works/{number}/music",
        operation_id="work_music",
        summary="Music for a work",
        response_model=list[TrackMatchTold],
    )
    async def music(number: Number, count: Count = 5) -> Any:
        """The tracks that fit, best first, each with its reason."""
        found = await desk.run(lambda: studio.music.for_work(number, count))
        return [plain_track_match(match) for match in found]

    @routes.put(
        "/works/{number}/music/{track}",
        operation_id="pair_music",
        summary="Say whether a track fits a work",
        status_code=204,
        response_class=Response,
    )
    async def pair(number: Number, track: Number, word: Word) -> Response:
        """A person's word: it stands before every match, and can be learnt from."""
        await desk.run(lambda: say(house, number, track, fits=word.fits))
        return Response(None, 204)

    return routes


def say(house: House, work: int, track: int, *, fits: bool | None) -> None:
    """Keep a person's word, or take it back."""
    if fits is None:
        house.studio.music.unpair(work, track)
    else:
        house.studio.music.pair(work, track, fits=fits)


def _source(catalogue: Catalogue, track: Track) -> Any:
    path = catalogue.tracks.path_of(track)
    return path if path is not None and path.is_file() else catalogue.tracks.data(track)
