"""What a story is made of. All time in it is in ticks: a tick is one sample, 1/48,000 second."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from gesso.core.records.maker import Maker

TICKS = 48_000
"""A second. Every frame rate that is allowed divides it, so frames and samples are both exact."""
RATES = (12, 15, 20, 24, 25, 30, 48, 50, 60)
"""Frames a second that a story may have."""

OrderName = Literal["flow", "arc", "light", "chronological", "manual", "llm"]
Change = Literal["blocks", "dissolve", "cut", "between"]
Move = Literal["towards", "away", "still"]
Captions = Literal["burnt", "vtt", "both", "none"]
Wall = Literal["chalk", "gray", "nocturne"]
Sounding = Literal["tracks", "score", "none"]


@dataclass(frozen=True)
class Transition:
    """How a picture takes the place of the one before.

    Attributes:
        kind: "blocks" paints it in, its darkest mass first; "dissolve" mixes light; "cut" changes
            at once; "between" goes through pictures that a painter makes.
        ticks: how long it takes; 0 for a cut.
    """

    kind: Change = "blocks"
    ticks: int = 2 * TICKS


@dataclass(frozen=True)
class Point:
    """A place in a picture, 0 to 1 from the left and from the top."""

    x: float = 0.5
    y: float = 0.5


@dataclass(frozen=True)
class Scene:
    """One work of a story.

    Attributes:
        work: its number.
        wish: how long it should be shown, ticks: from the moment it comes to the next's.
        hold: how long it is: a whole number of frames, and to the next beat where there are any.
        into: how it comes.
        focal: where the eye goes; it stays where it is on the wall while the picture moves.
        move: towards it, away from it, or not at all.
        title: on its label.
        line: below the title: by whom, when, of what.
        text: what is to be said of it here.
    """

    work: int
    wish: int = 5 * TICKS
    hold: int = 5 * TICKS
    into: Transition = field(default=Transition())
    focal: Point = field(default=Point())
    move: Move = "towards"
    title: str = ""
    line: str = ""
    text: str = ""


@dataclass(frozen=True)
class Cue:
    """A piece of a track in the soundtrack.

    Attributes:
        track: its number.
        at: where in the film it begins, ticks.
        ticks: how long it sounds in the film.
        start: where in the track it begins, samples at 48,000 a second.
        speed: how much faster than it was recorded, its pitch unchanged.
        gain: decibels.
        fade_in, fade_out: ticks of an equal-power fade at either end.
    """

    track: int
    at: int
    ticks: int
    start: int = 0
    speed: float = 1.0
    gain: float = 0.0
    fade_in: int = 0
    fade_out: int = 0


@dataclass(frozen=True)
class Soundtrack:
    """What is heard.

    Attributes:
        kind: pieces of tracks, a score that is synthesised, or nothing.
        tracks: those that were chosen, in their order.
        cues: how they are laid; none for a score.
        beats: where the beats fall in the film, ticks, rising; none without a pulse.
        loudness: what the whole is brought to, LUFS.
        valence, arousal: of the works, 0 to 1; what a score follows.
        seed: of a score.
    """

    kind: Sounding = "score"
    tracks: tuple[int, ...] = ()
    cues: tuple[Cue, ...] = ()
    beats: tuple[int, ...] = ()
    loudness: float = -16.0
    valence: float = 0.5
    arousal: float = 0.5
    seed: int = 0


@dataclass(frozen=True)
class Frame:
    """What a film looks like.

    Attributes:
        width, height: pixels, both even.
        fps: frames a second, one of `RATES`.
        wall: what the pictures hang on: grays without colour.
        captions: labels on the wall, in a WebVTT file beside the film, both or neither.
    """

    width: int = 960
    height: int = 540
    fps: int = 24
    wall: Wall = "nocturne"
    captions: Captions = "burnt"

    @property
    def ticks(self) -> int:
        """Of one frame."""
        return TICKS // self.fps

    @property
    def is_labelled(self) -> bool:
        """Labels stand on the wall."""
        return self.captions in ("burnt", "both")


@dataclass(frozen=True)
class Story:
    """Works in order, as a film; the same story always makes the same film.

    Attributes:
        id: its number; 0 before it is kept.
        version: of its edits, from 1; 0 before it is kept.
        title: what it is called.
        subtitle: below the title, "" for nothing.
        scenes: in order, one at least.
        soundtrack: what is heard.
        frame: what it looks like.
        order: how the works were put in order.
        opening, closing: ticks of the title before and of the credits after; 0 for none.
        words: who wrote title and texts.
        notes: what did not go as wished, one sentence each.
        is_deleted: it is in no list, and can be had back.
    """

    title: str
    scenes: tuple[Scene, ...]
    id: int = 0
    version: int = 0
    subtitle: str = ""
    soundtrack: Soundtrack = field(default=Soundtrack())
    frame: Frame = field(default=Frame())
    order: OrderName = "flow"
    opening: int = 3 * TICKS
    closing: int = 6 * TICKS
    words: Maker = field(default=Maker("offline", "story-1", offline=True))
    notes: tuple[str, ...] = ()
    is_deleted: bool = False

    @property
    def ticks(self) -> int:
        """Of the whole film."""
        return self.opening + sum(scene.hold for scene in self.scenes) + self.closing

    @property
    def seconds(self) -> float:
        """Of the whole film."""
        return self.ticks / TICKS

    @property
    def works(self) -> tuple[int, ...]:
        """The numbers of its works, in order."""
        return tuple(scene.work for scene in self.scenes)


@dataclass(frozen=True)
class Version:
    """A line of a story's history.

    Attributes:
        version: which.
        note: what was changed in it.
        created_at: UTC.
    """

    version: int
    note: str
    created_at: datetime


@dataclass(frozen=True)
class StoryList:
    """Some stories of all.

    Attributes:
        stories: as they are now, the one that was changed last first.
        next: the `after` of those that follow; None where none do.
    """

    stories: tuple[Story, ...]
    next: str | None
