"""The strip of a story: its pictures over its sound, along one line of time, to be drawn as SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gesso.core.sound.records import Track
from gesso.show.gallery.tiles import Tile
from gesso.show.story.records import TICKS, Cue, Story
from gesso.show.story.timeline import Shot
from gesso.web.pages.sounds.lines import part_of

_WIDTH = 1360
_SLOWEST, _FASTEST = 14.0, 90.0
"""Pixels a second: a strip is as wide as a page where it can be."""
_PICTURES, _GAP = 116, 10
_WAVE = 44
_MOST_COLUMNS = 220
_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300)
_APART = 64


@dataclass(frozen=True)
class Box:
    """A picture of the strip, or its place where there is none.

    Attributes:
        work: its number; 0 for title and credits.
        words: what stands there, for who cannot see it.
        left, width: of its time.
        x, y, wide, high: of the picture.
        small: its address.
        wedge: how it comes: a line that grows.
    """

    work: int
    words: str
    left: float
    width: float
    x: float = 0.0
    y: float = 0.0
    wide: float = 0.0
    high: float = 0.0
    small: str = ""
    wedge: str = ""


@dataclass(frozen=True)
class Wave:
    """A piece of a track."""

    name: str
    x: float
    width: float
    columns: int
    path: str


@dataclass(frozen=True)
class Strip:
    """Everything that is drawn.

    Attributes:
        width, height: pixels.
        scale: pixels a second.
        seconds: of the film.
        boxes: title, pictures, credits.
        waves: pieces of tracks.
        beats: as one path.
        marks: (x, words) of times.
        wave_y, wave_high, beat_y, mark_y: where the rows are.
    """

    width: float
    height: float
    scale: float
    seconds: float
    boxes: tuple[Box, ...]
    waves: tuple[Wave, ...]
    beats: str
    marks: tuple[tuple[float, str], ...]
    wave_y: int = _PICTURES + _GAP + 10
    wave_high: int = _WAVE
    beat_y: int = _PICTURES + _GAP
    mark_y: int = _PICTURES + _GAP + _WAVE + 28


def strip_of(
    story: Story, shots: Sequence[Shot], tiles: Mapping[int, Tile], tracks: Sequence[Track]
) -> Strip:
    """The strip of a story.

    Args:
        story: which.
        shots: its timeline.
        tiles: its works, by number; those that are gone are missing.
        tracks: of its soundtrack.
    """
    scale = min(_FASTEST, max(_SLOWEST, _WIDTH / max(1.0, story.seconds)))
    boxes = [_ends("Title", 0, story.opening, scale)] if story.opening else []
    boxes += [_box(shot, tiles.get(shot.scene.work), scale) for shot in shots]
    if story.closing:
        boxes.append(_ends("Credits", story.ticks - story.closing, story.closing, scale))
    known = {track.id: track for track in tracks}
    waves = [
        _wave(cue, known[cue.track], scale)
        for cue in story.soundtrack.cues
        if cue.track in known and cue.ticks
    ]
    return Strip(
        round(story.seconds * scale, 1),
        _PICTURES + _GAP + _WAVE + 34,
        round(scale, 4),
        round(story.seconds, 3),
        tuple(boxes),
        tuple(waves),
        _beats(story.soundtrack.beats, scale),
        _marks(story.seconds, scale),
    )


def clock(seconds: float) -> str:
    """A time in a film: "1:07"."""
    whole = int(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def _box(shot: Shot, tile: Tile | None, scale: float) -> Box:
    scene = shot.scene
    left, width = shot.start / TICKS * scale, scene.hold / TICKS * scale
    into = scene.into.ticks / TICKS * scale
    wedge = f"M{left:.1f} {_PICTURES + 4}h{into:.1f}" if into else ""
    words = scene.title or f"Work {scene.work}"
    if tile is None or not tile.small:
        return Box(scene.work, words, round(left, 1), round(width, 1), wedge=wedge)
    room = max(4.0, width - _GAP)
    fit = min(room / tile.width, _PICTURES / tile.height)
    wide, high = tile.width * fit, tile.height * fit
    return Box(
        scene.work, words, round(left, 1), round(width, 1),
        round(left, 1), round(_PICTURES - high, 1), round(wide, 1), round(high, 1),
        tile.small, wedge,
    )  # fmt: skip


def _ends(words: str, at: int, ticks: int, scale: float) -> Box:
    return Box(0, words, round(at / TICKS * scale, 1), round(ticks / TICKS * scale, 1))


def _wave(cue: Cue, track: Track, scale: float) -> Wave:
    width = cue.ticks / TICKS * scale
    columns = max(2, min(_MOST_COLUMNS, round(width / 2)))
    first = cue.start / TICKS
    path = part_of(track, first, first + cue.ticks * cue.speed / TICKS, columns)
    return Wave(track.name, round(cue.at / TICKS * scale, 1), round(width, 1), columns, path)


def _beats(beats: Sequence[int], scale: float) -> str:
    top = _PICTURES + _GAP
    return "".join(f"M{beat / TICKS * scale:.1f} {top}v6" for beat in beats)


def _marks(seconds: float, scale: float) -> tuple[tuple[float, str], ...]:
    step = next((one for one in _STEPS_S if one * scale >= _APART), _STEPS_S[-1])
    count = int(seconds // step)
    return tuple((round(n * step * scale, 1), clock(n * step)) for n in range(count + 1))
