"""Stories as they are told to programs. All times are seconds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from gesso.core.sound.records import Track
from gesso.show.story.film.formats import FormatName
from gesso.show.story.records import (
    TICKS,
    Captions,
    Change,
    Move,
    OrderName,
    Sounding,
    Soundtrack,
    Story,
    Wall,
)
from gesso.show.story.timeline import Shot
from gesso.web.answers.jobs.telling import JobTold


class PointTold(BaseModel):
    """A place in a picture: shares from the left and the top."""

    x: float
    y: float


class SceneTold(BaseModel):
    """One work of a story."""

    place: int = Field(description="From 1.")
    work: int
    title: str
    line: str
    text: str
    begins: float = Field(description="When it begins to come.")
    seconds: float = Field(description="Until the next one begins to come: to a beat.")
    wished: float = Field(description="How long it was wished to be.")
    into: Change
    into_s: float
    move: Move
    focal: PointTold


class CueTold(BaseModel):
    """A piece of a track in the soundtrack."""

    track: int
    at: float = Field(description="Where in the film it begins.")
    seconds: float
    start: float = Field(description="Where in the track it begins.")
    speed: float
    gain_db: float
    fade_in: float
    fade_out: float


class HeardTold(BaseModel):
    """A track of a soundtrack."""

    id: int
    name: str
    line: str = Field(description="As credits name it.")


class SoundTold(BaseModel):
    """What is heard."""

    kind: Sounding
    tracks: list[HeardTold]
    cues: list[CueTold]
    beats: list[float] = Field(description="Where the beats fall in the film.")
    loudness: float = Field(description="LUFS.")
    seed: int


class FrameTold(BaseModel):
    """What a film looks like."""

    width: int
    height: int
    fps: int
    wall: Wall
    captions: Captions


class StoryLine(BaseModel):
    """A story in a line."""

    id: int
    version: int
    title: str
    subtitle: str
    works: int = Field(description="How many.")
    seconds: float
    order: OrderName
    poster: str = Field(description="Where its first picture is: a JPEG.")


class StoriesTold(BaseModel):
    """Stories, the one that was changed last first."""

    stories: list[StoryLine]
    total: int = Field(description="On all pages.")
    next: str | None = Field(description="The `after` of the next page; null on the last.")


class StoryTold(BaseModel):
    """A version of a story."""

    id: int
    version: int
    latest: int = Field(description="Its newest version.")
    title: str
    subtitle: str
    seconds: float
    opening: float = Field(description="Of the title before; 0 for none.")
    closing: float = Field(description="Of the credits after; 0 for none.")
    order: OrderName
    scenes: list[SceneTold]
    soundtrack: SoundTold
    frame: FrameTold
    words_by: str
    notes: list[str] = Field(description="What did not go as wished.")
    is_deleted: bool = Field(description="It is in no list, and can be had back: undelete_story.")


class VersionTold(BaseModel):
    """A line of a story's history."""

    version: int
    note: str
    created_at: datetime


class VersionsTold(BaseModel):
    """What was done to a story, newest first."""

    versions: list[VersionTold]


class CreditTold(BaseModel):
    """One thing that is credited."""

    name: str
    line: str


class CreditsTold(BaseModel):
    """What a film is made of."""

    works: list[CreditTold]
    tracks: list[CreditTold]
    made: list[str]


class FormatTold(BaseModel):
    """A format of films."""

    name: FormatName
    media_type: str
    words: str


class FormatsTold(BaseModel):
    """Those that can be written here."""

    formats: list[FormatTold]


class FilmTold(BaseModel):
    """A film that was made."""

    story: int
    version: int
    kind: str = Field(description="'mp4', 'webm', 'av1' or 'preview'.")
    media_type: str
    bytes: int
    made_at: datetime
    address: str = Field(description="Where it is; it never changes there.")


class FilmsTold(BaseModel):
    """Films of a story, and what is being filmed."""

    films: list[FilmTold]
    job: JobTold | None = Field(description="The last one that the server remembers.")


def plain_line(story: Story) -> dict[str, Any]:
    """A story in a line."""
    return {
        "id": story.id,
        "version": story.version,
        "title": story.title,
        "subtitle": story.subtitle,
        "works": len(story.scenes),
        "seconds": _seconds(story.ticks),
        "order": story.order,
        "poster": f"/api/stories/{story.id}/poster?version={story.version}",
    }


def plain_story(
    story: Story, shots: Sequence[Shot], tracks: Sequence[Track], latest: int
) -> dict[str, Any]:
    """A version of a story, whole."""
    return {
        "id": story.id,
        "version": story.version,
        "latest": latest,
        "title": story.title,
        "subtitle": story.subtitle,
        "seconds": _seconds(story.ticks),
        "opening": _seconds(story.opening),
        "closing": _seconds(story.closing),
        "order": story.order,
        "scenes": [_scene(place, shot) for place, shot in enumerate(shots, 1)],
        "soundtrack": _sound(story.soundtrack, tracks),
        "frame": dict(vars(story.frame)),
        "words_by": story.words.version or story.words.name,
        "notes": list(story.notes),
        "is_deleted": story.is_deleted,
    }


def _scene(place: int, shot: Shot) -> dict[str, Any]:
    scene = shot.scene
    return {
        "place": place,
        "work": scene.work,
        "title": scene.title,
        "line": scene.line,
        "text": scene.text,
        "begins": _seconds(shot.start),
        "seconds": _seconds(scene.hold),
        "wished": _seconds(scene.wish),
        "into": scene.into.kind,
        "into_s": _seconds(scene.into.ticks),
        "move": scene.move,
        "focal": {"x": scene.focal.x, "y": scene.focal.y},
    }


def _sound(sound: Soundtrack, tracks: Sequence[Track]) -> dict[str, Any]:
    return {
        "kind": sound.kind,
        "tracks": [{"id": one.id, "name": one.name, "line": one.line} for one in tracks],
        "cues": [
            {
                "track": cue.track,
                "at": _seconds(cue.at),
                "seconds": _seconds(cue.ticks),
                "start": _seconds(cue.start),
                "speed": cue.speed,
                "gain_db": cue.gain,
                "fade_in": _seconds(cue.fade_in),
                "fade_out": _seconds(cue.fade_out),
            }
            for cue in sound.cues
        ],
        "beats": [_seconds(beat) for beat in sound.beats],
        "loudness": sound.loudness,
        "seed": sound.seed,
    }


def _seconds(ticks: int) -> float:
    return round(ticks / TICKS, 6)
