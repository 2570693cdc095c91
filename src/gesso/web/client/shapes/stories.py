"""Shapes of stories. Written by tools/client.py."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from gesso.web.client.shapes.common import JobTold


class CreditTold(TypedDict):
    """One thing that is credited."""

    name: str
    line: str


class CreditsTold(TypedDict):
    """What a film is made of."""

    works: list[CreditTold]
    tracks: list[CreditTold]
    made: list[str]


class CueTold(TypedDict):
    """A piece of a track in the soundtrack."""

    track: int
    at: float
    seconds: float
    start: float
    speed: float
    gain_db: float
    fade_in: float
    fade_out: float


class FilmTold(TypedDict):
    """A film that was made."""

    story: int
    version: int
    kind: str
    media_type: str
    bytes: int
    made_at: str
    address: str


class FilmWish(TypedDict):
    """Which film."""

    format: NotRequired[Literal["mp4", "webm", "av1"]]
    preview: NotRequired[bool]
    version: NotRequired[int | None]


class FilmsTold(TypedDict):
    """Films of a story, and what is being filmed."""

    films: list[FilmTold]
    job: JobTold | None


class FormatTold(TypedDict):
    """A format of films."""

    name: Literal["mp4", "webm", "av1"]
    media_type: str
    words: str


class FormatsTold(TypedDict):
    """Those that can be written here."""

    formats: list[FormatTold]


class FrameTold(TypedDict):
    """What a film looks like."""

    width: int
    height: int
    fps: int
    wall: Literal["chalk", "gray", "nocturne"]
    captions: Literal["burnt", "vtt", "both", "none"]


class HeardTold(TypedDict):
    """A track of a soundtrack."""

    id: int
    name: str
    line: str


class MoreWorks(TypedDict):
    """Works that come at a story's end."""

    version: NotRequired[int | None]
    works: list[int]


class NewStory(TypedDict):
    """A story that is put together: of these works, and of those that are named otherwise."""

    width: NotRequired[int | None]
    height: NotRequired[int | None]
    fps: NotRequired[int | None]
    wall: NotRequired[Literal["chalk", "gray", "nocturne"] | None]
    captions: NotRequired[Literal["burnt", "vtt", "both", "none"] | None]
    works: NotRequired[list[int]]
    favourites: NotRequired[bool]
    set: NotRequired[int | None]
    words: NotRequired[str]
    limit: NotRequired[int]
    title: NotRequired[str]
    subtitle: NotRequired[str]
    order: NotRequired[Literal["flow", "arc", "light", "chronological", "manual", "llm"]]
    hold: NotRequired[float]
    into: NotRequired[Literal["blocks", "dissolve", "cut", "between"]]
    into_s: NotRequired[float | None]
    move: NotRequired[Literal["towards", "away", "still"]]
    music: NotRequired[Literal["auto", "score", "none"]]
    tracks: NotRequired[list[int]]
    loudness: NotRequired[float]
    seed: NotRequired[int]
    asks: NotRequired[bool]
    has_title: NotRequired[bool]
    has_credits: NotRequired[bool]


class OrderWish(TypedDict):
    """Another order."""

    version: NotRequired[int | None]
    by: Literal["flow", "arc", "light", "chronological", "manual", "llm"]
    works: NotRequired[list[int]]


class PointTold(TypedDict):
    """A place in a picture: shares from the left and the top."""

    x: float
    y: float


class SceneChange(TypedDict):
    """What shall be another of one scene; what is left out stays."""

    version: NotRequired[int | None]
    title: NotRequired[str | None]
    line: NotRequired[str | None]
    text: NotRequired[str | None]
    hold: NotRequired[float | None]
    into: NotRequired[Literal["blocks", "dissolve", "cut", "between"] | None]
    into_s: NotRequired[float | None]
    move: NotRequired[Literal["towards", "away", "still"] | None]
    focal: NotRequired[list[Any] | None]
    to: NotRequired[int | None]


class SceneTold(TypedDict):
    """One work of a story."""

    place: int
    work: int
    title: str
    line: str
    text: str
    begins: float
    seconds: float
    wished: float
    into: Literal["blocks", "dissolve", "cut", "between"]
    into_s: float
    move: Literal["towards", "away", "still"]
    focal: PointTold


class SoundTold(TypedDict):
    """What is heard."""

    kind: Literal["tracks", "score", "none"]
    tracks: list[HeardTold]
    cues: list[CueTold]
    beats: list[float]
    loudness: float
    seed: int


class SoundWish(TypedDict):
    """Another soundtrack."""

    version: NotRequired[int | None]
    music: NotRequired[Literal["auto", "score", "none"]]
    tracks: NotRequired[list[int]]
    loudness: NotRequired[float]
    seed: NotRequired[int]


class StoriesTold(TypedDict):
    """Stories, the one that was changed last first."""

    stories: list[StoryLine]
    total: int
    next: str | None


class StoryChange(TypedDict):
    """What shall be another of the whole story; what is left out stays."""

    version: NotRequired[int | None]
    width: NotRequired[int | None]
    height: NotRequired[int | None]
    fps: NotRequired[int | None]
    wall: NotRequired[Literal["chalk", "gray", "nocturne"] | None]
    captions: NotRequired[Literal["burnt", "vtt", "both", "none"] | None]
    title: NotRequired[str | None]
    subtitle: NotRequired[str | None]
    hold: NotRequired[float | None]
    into: NotRequired[Literal["blocks", "dissolve", "cut", "between"] | None]
    into_s: NotRequired[float | None]
    move: NotRequired[Literal["towards", "away", "still"] | None]


class StoryLine(TypedDict):
    """A story in a line."""

    id: int
    version: int
    title: str
    subtitle: str
    works: int
    seconds: float
    order: Literal["flow", "arc", "light", "chronological", "manual", "llm"]
    poster: str


class StoryTold(TypedDict):
    """A version of a story."""

    id: int
    version: int
    latest: int
    title: str
    subtitle: str
    seconds: float
    opening: float
    closing: float
    order: Literal["flow", "arc", "light", "chronological", "manual", "llm"]
    scenes: list[SceneTold]
    soundtrack: SoundTold
    frame: FrameTold
    words_by: str
    notes: list[str]
    is_deleted: bool


class VersionTold(TypedDict):
    """A line of a story's history."""

    version: int
    note: str
    created_at: str


class VersionsTold(TypedDict):
    """What was done to a story, newest first."""

    versions: list[VersionTold]
