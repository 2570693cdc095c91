"""What can be asked of stories: a new one, and changes of one that is there."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from gesso.core.errors import InputError
from gesso.search.records import Query
from gesso.show.sets import Sets
from gesso.show.story.composing.composer import MOST, StoryWish
from gesso.show.story.composing.editing import LONGEST
from gesso.show.story.film.formats import FormatName
from gesso.show.story.records import Captions, Change, Frame, Move, OrderName, Wall
from gesso.show.story.sound import choosing
from gesso.show.story.sound.choosing import Music
from gesso.studio import Studio

MANY = 24
"""Works of a story where nobody says how many."""
MOST_TRACKS = 20

Work = Annotated[int, Field(ge=1, lt=2**62)]
Track = Annotated[int, Field(ge=1, lt=2**62)]
Words = Annotated[str, Field(max_length=LONGEST)]
Hold = Annotated[float, Field(ge=1, le=600, allow_inf_nan=False)]
IntoS = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Version = Annotated[int, Field(ge=1, lt=2**31)]

_OF = "The version that was edited, so that nobody's edit is lost; left out, the newest."


class Looking(BaseModel):
    """What a film looks like; what is left out is as it was, or as is usual."""

    model_config = ConfigDict(extra="forbid")

    width: int | None = Field(default=None, ge=64, le=3840, description="Pixels, even.")
    height: int | None = Field(default=None, ge=64, le=2160, description="Pixels, even.")
    fps: int | None = Field(
        default=None, ge=12, le=60,
        description="Frames a second: 12, 15, 20, 24, 25, 30, 48, 50 or 60.",
    )  # fmt: skip
    wall: Wall | None = Field(default=None, description="What the pictures hang on.")
    captions: Captions | None = Field(
        default=None, description="Labels on the wall, beside the film, both or neither."
    )

    def over(self, frame: Frame) -> Frame:
        """A frame with what was wished."""
        return Frame(
            self.width or frame.width,
            self.height or frame.height,
            self.fps or frame.fps,
            self.wall or frame.wall,
            self.captions or frame.captions,
        )


class NewStory(Looking):
    """A story that is put together: of these works, and of those that are named otherwise."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"works": [3, 1, 2], "order": "flow", "hold": 4},
                {"favourites": True, "order": "arc", "title": "A year", "music": "score"},
            ]
        },
    )

    works: list[Work] = Field(default=[], max_length=MOST, description="In their order.")
    favourites: bool = Field(default=False, description="The works that are marked.")
    set: int | None = Field(default=None, ge=1, lt=2**31, description="The works of a set.")
    words: str = Field(default="", max_length=2000, description="What a search finds.")
    limit: int = Field(
        default=MANY, ge=1, le=MOST, description="Of favourites or a search, so many."
    )
    title: Words = Field(default="", description="Left out: what is known of the works.")
    subtitle: Words = ""
    order: OrderName = Field(
        default="flow", description="How they follow one another; 'llm' takes the scope spend."
    )
    hold: Hold = Field(default=5.0, description="Seconds for each picture, to the nearest beat.")
    into: Change = Field(default="blocks", description="How pictures come.")
    into_s: IntoS | None = Field(default=None, description="Seconds; left out, as suits it.")
    move: Move = "towards"
    music: Music = Field(default="auto", description="Tracks that fit, a score, or silence.")
    tracks: list[Track] = Field(
        default=[], max_length=MOST_TRACKS, description="These, whatever music says."
    )
    loudness: float = Field(default=-16.0, ge=-40, le=-8, description="LUFS.")
    seed: int = Field(default=0, ge=0, lt=2**31, description="Of a score.")
    asks: bool = Field(
        default=False, description="An llm writes title and lines; takes the scope spend."
    )
    has_title: bool = True
    has_credits: bool = True

    @property
    def may_spend(self) -> bool:
        """A model is asked that may be paid for."""
        return self.asks or self.order == "llm"

    def wish(self) -> StoryWish:
        """As the room of stories takes it."""
        return StoryWish(
            title=self.title,
            subtitle=self.subtitle,
            order=self.order,
            hold=self.hold,
            into=self.into,
            into_s=self.into_s,
            move=self.move,
            sound=choosing.SoundWish(self.music, tuple(self.tracks), self.loudness, self.seed),
            frame=self.over(Frame()),
            asks=self.asks,
            has_title=self.has_title,
            has_credits=self.has_credits,
        )


class Edit(BaseModel):
    """A change of a story; what it was stays as a version."""

    model_config = ConfigDict(extra="forbid")

    version: Version | None = Field(default=None, description=_OF)


class StoryChange(Looking, Edit):
    """What shall be another of the whole story; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"title": "Rooms", "width": 1920, "height": 1080}]},
    )

    title: Words | None = None
    subtitle: Words | None = None
    hold: Hold | None = Field(default=None, description="Of every scene, seconds.")
    into: Change | None = Field(default=None, description="Of every scene.")
    into_s: IntoS | None = None
    move: Move | None = Field(default=None, description="Of every scene.")


class SceneChange(Edit):
    """What shall be another of one scene; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"text": "Evening.", "hold": 8, "to": 1}]}
    )

    title: Words | None = Field(default=None, description="On its label.")
    line: Words | None = Field(default=None, description="Below: by whom, when, of what.")
    text: Words | None = Field(default=None, description="What is to be said of it.")
    hold: Hold | None = Field(default=None, description="Seconds.")
    into: Change | None = Field(default=None, description="How it comes.")
    into_s: IntoS | None = Field(default=None, description="For how long, seconds.")
    move: Move | None = None
    focal: tuple[Share, Share] | None = Field(
        default=None, description="Where the eye goes: shares from the left and the top."
    )
    to: int | None = Field(default=None, ge=1, le=MOST, description="Its place, from 1.")


class OrderWish(Edit):
    """Another order."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"by": "light"}, {"by": "manual", "works": [2, 3, 1]}]},
    )

    by: OrderName = Field(description="'llm' takes the scope spend.")
    works: list[Work] = Field(default=[], max_length=MOST, description="For 'manual': the order.")


class SoundWish(Edit):
    """Another soundtrack."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"music": "score"}, {"tracks": [3, 1]}]}
    )

    music: Music = Field(default="auto", description="Tracks that fit, a score, or silence.")
    tracks: list[Track] = Field(
        default=[], max_length=MOST_TRACKS, description="These, whatever music says."
    )
    loudness: float = Field(default=-16.0, ge=-40, le=-8, description="LUFS.")
    seed: int = Field(default=0, ge=0, lt=2**31, description="Of a score.")

    def wish(self) -> choosing.SoundWish:
        """As the room of stories takes it."""
        return choosing.SoundWish(self.music, tuple(self.tracks), self.loudness, self.seed)


class MoreWorks(Edit):
    """Works that come at a story's end."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"works": [1]}]})

    works: list[Work] = Field(min_length=1, max_length=MOST)


class FilmWish(BaseModel):
    """Which film."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"format": "mp4"}, {"preview": True}]}
    )

    format: FormatName = Field(default="mp4", description="See story_formats for those here.")
    preview: bool = Field(default=False, description="Small and quick, as MP4.")
    version: Version | None = Field(default=None, description="Of the story; left out, the newest.")


def chosen(studio: Studio, wish: NewStory) -> list[int]:
    """The works that were meant, by whatever way.

    Raises:
        InputError: none at all, or a way that leads to none.
        UnknownItem: there is no such set.
    """
    found = list(wish.works)
    if wish.favourites:
        page = studio.catalogue.works.page(limit=wish.limit, favourite=True, order="oldest")
        found += [work.id for work in page.works]
        if not page.works:
            raise InputError("There are no favourites yet.", "Mark some, or choose otherwise.")
    if wish.set is not None:
        found += _of_set(Sets(lambda: studio.catalogue), wish.set)
    if wish.words:
        answer = studio.search.find(Query(words=wish.words, limit=wish.limit))
        found += [hit.work.id for hit in answer.hits if hit.work.has_original]
        if not answer.hits:
            raise InputError(
                f"The search for '{wish.words[:80]}' found nothing.", "Try other words."
            )
    if not found:
        raise InputError(
            "Which works?", "Choose your favourites, a set, a search, or works by their numbers."
        )
    return found


def _of_set(sets: Sets, number: int) -> list[int]:
    board = sets.get(number)
    held = [] if board.is_deleted else sets.works(number)
    if not held:
        raise InputError(f"The set '{board.name}' holds no works.", "Put some into it first.")
    return held
