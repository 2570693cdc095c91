"""The timeline: where scenes begin and end, in ticks that are whole frames and whole samples."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gesso.core.errors import InputError
from gesso.show.story.records import RATES, TICKS, Change, Frame, Scene, Story, Transition

SHORTEST = TICKS
"""No picture is shown for less."""
LONGEST = 600 * TICKS
LEAVE = TICKS
"""The last picture takes so long to go, where the credits have the time; then they come."""
_NEAR = TICKS
"""A beat that is further away than this is none to wait for."""
_DAY_S = 86_400
_MOST_PIXELS = 7680 * 4320


@dataclass(frozen=True)
class Shot:
    """A scene on the timeline.

    Attributes:
        scene: what is shown.
        start: when it begins to come, ticks.
        end: when the next begins to come.
        gone: when the next is there wholly: its own end and the next's transition.
    """

    scene: Scene
    start: int
    end: int
    gone: int

    def progress(self, at: int) -> float:
        """How far it is through all the time that it can be seen, 0 to 1."""
        return min(1.0, max(0.0, (at - self.start) / (self.gone - self.start)))


@dataclass(frozen=True)
class Timeline:
    """Where everything stands.

    Attributes:
        frame: what the film looks like.
        shots: the scenes, in order.
        credits_at: where the credits begin, ticks.
        leave: how long the last picture takes to go, ticks.
        ticks: of the whole.
    """

    frame: Frame
    shots: tuple[Shot, ...]
    credits_at: int
    leave: int
    ticks: int

    @property
    def frames(self) -> int:
        """Of the whole."""
        return self.ticks // self.frame.ticks


def timeline_of(story: Story) -> Timeline:
    """Put the scenes of a story, as they are held, on its timeline."""
    shots, at = [], story.opening
    leave = min(LEAVE, story.closing // 4) // story.frame.ticks * story.frame.ticks
    for scene, after in zip(story.scenes, [*story.scenes[1:], None], strict=True):
        goes = leave if after is None else after.into.ticks
        shots.append(Shot(scene, at, at + scene.hold, at + scene.hold + goes))
        at += scene.hold
    return Timeline(story.frame, tuple(shots), at, leave, at + story.closing)


def laid_out(story: Story) -> Story:
    """Give every scene its hold: its wish, moved to the nearest beat, in whole frames.

    Wishes add up from the first scene on, so that what one beat takes the next gives back. A
    transition takes half of the shorter of its two pictures at most.

    Raises:
        InputError: a size, a rate or a hold that cannot be, or no scene.
    """
    checked(story)
    frame = story.frame
    opening, closing = _framed(story.opening, frame), _framed(story.closing, frame)
    beats = story.soundtrack.beats
    if opening:
        opening = _framed(_on_beat(opening, beats, SHORTEST), frame)
    scenes, at, wished = list[Scene](), opening, opening
    for scene in story.scenes:
        wished += scene.wish
        least = at + SHORTEST
        end = max(_framed(_on_beat(max(wished, least), beats, least), frame), _up(least, frame))
        scenes.append(replace(scene, hold=end - at))
        at = end
    return replace(
        story, opening=opening, closing=closing, scenes=_with_transitions(scenes, opening, frame)
    )


def checked(story: Story) -> None:
    """Refuse what cannot be a film.

    Raises:
        InputError: in one sentence.
    """
    frame = story.frame
    if not story.scenes:
        raise InputError("A story needs one work at least.", "Choose some: --work 12")
    if frame.fps not in RATES:
        known = ", ".join(str(rate) for rate in RATES)
        raise InputError(f"A film has no {frame.fps} frames a second.", f"Choose one of: {known}.")
    if min(frame.width, frame.height) < 64 or frame.width * frame.height > _MOST_PIXELS:
        raise InputError(
            f"A film of {frame.width}x{frame.height} pixels?", "Choose 64x64 to 7680x4320."
        )
    if frame.width % 2 or frame.height % 2:
        raise InputError(
            f"A film of {frame.width}x{frame.height} pixels cannot be encoded.",
            f"Make both even: {frame.width // 2 * 2}x{frame.height // 2 * 2}.",
        )
    for scene in story.scenes:
        if not SHORTEST <= scene.wish <= LONGEST:
            raise InputError(
                f"Work {scene.work} cannot be shown for {scene.wish / TICKS:g} seconds.",
                f"Choose {SHORTEST // TICKS} to {LONGEST // TICKS}.",
            )


def ticks_of(seconds: float) -> int:
    """A span in ticks.

    Raises:
        InputError: no film has such a span: it is negative, without end, or no number.
    """
    if not 0 <= seconds <= _DAY_S:
        raise InputError(
            f"Nothing in a film takes {seconds:g} seconds.", f"Choose 0 to {LONGEST // TICKS}."
        )
    return round(seconds * TICKS)


def transition(kind: Change, seconds: float | None = None) -> Transition:
    """A transition of a kind; None for as long as suits it.

    Raises:
        InputError: `seconds` is no span.
    """
    usual = {"blocks": 2.2, "dissolve": 1.2, "between": 2.4, "cut": 0.0}[kind]
    wished = 0.0 if kind == "cut" else usual if seconds is None else seconds
    return Transition(kind, ticks_of(wished))


def _with_transitions(scenes: Sequence[Scene], opening: int, frame: Frame) -> tuple[Scene, ...]:
    """The scenes with transitions that fit between them, in whole frames."""
    found, before = [], opening
    for scene in scenes:
        room = min(scene.hold, before) // 2 if before else 0
        ticks = min(scene.into.ticks, room) // frame.ticks * frame.ticks
        found.append(replace(scene, into=replace(scene.into, ticks=ticks)))
        before = scene.hold
    return tuple(found)


def _framed(ticks: int, frame: Frame) -> int:
    """The nearest whole frame."""
    return (ticks + frame.ticks // 2) // frame.ticks * frame.ticks


def _up(ticks: int, frame: Frame) -> int:
    return -(-ticks // frame.ticks) * frame.ticks


def _on_beat(wished: int, beats: Sequence[int], least: int) -> int:
    """The beat nearest to a wish that is not before `least`; the wish where none is near."""
    at = bisect_left(beats, wished)
    near = [beat for beat in beats[max(0, at - 1) : at + 1] if beat >= least]
    best = min(near, key=lambda beat: abs(beat - wished), default=None)
    return wished if best is None or abs(best - wished) > _NEAR else best
