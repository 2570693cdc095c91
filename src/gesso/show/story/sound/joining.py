"""Joining tracks: an order in which keys and tempos follow, and cues whose beats fall together."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gesso.core.sound.records import KEYS, Track
from gesso.show.story.orders.paths import shortest_path
from gesso.show.story.records import TICKS, Cue
from gesso.show.story.sound.listening import Listened

_CROSS = 4 * TICKS
"""How long two tracks that go together sound at once."""
_APART = 2 * TICKS
"""How long two that do not."""
_BEND = 0.08
"""A track is played so much faster or slower at most; beyond that a stretch can be heard."""
_LEVEL = -20.0
"""What every piece is brought to before the whole is, LUFS."""
_MOST_GAIN = 20.0
_STEP_DB = 4.0
"""A join may be so much softer or louder before it is evened out."""
_FADE_IN, _FADE_OUT = round(0.03 * TICKS), round(2.5 * TICKS)
_SHORTEST = 2 * TICKS
_TEMPO_WORTH = 6.0
"""How many steps of the circle of fifths an octave of tempo is worth; ours."""


@dataclass(frozen=True)
class Laid:
    """Tracks laid under a film.

    Attributes:
        cues: the pieces.
        beats: where the beats fall in the film, ticks.
    """

    cues: tuple[Cue, ...]
    beats: tuple[int, ...]


def camelot(track: Track) -> tuple[int, bool] | None:
    """Where a key stands on the circle of fifths, minors beside their relative majors.

    Returns:
        0 to 11 from C and A minor upwards by fifths, and whether it is major; None without a key.
    """
    heard = track.hearing
    if heard.tonic is None or not heard.is_music:
        return None
    height = KEYS.index(heard.tonic) + (0 if heard.is_major else 3)
    return height * 7 % 12, heard.is_major


def key_steps(one: Track, other: Track) -> float:
    """How far two keys are apart: 0 the same, 1 a fifth or the relative; 3 where one has none."""
    here, there = camelot(one), camelot(other)
    if here is None or there is None:
        return 3.0
    around = abs(here[0] - there[0])
    return min(around, 12 - around) + (0.5 if here[1] != there[1] else 0.0)


def tempo_step(one: float, other: float) -> float:
    """How much faster the second has to be played to beat with the first: its nearest octave."""
    ratio = one / other
    return float(ratio / 2 ** round(math.log2(ratio)))


def in_order(tracks: Sequence[Track]) -> tuple[Track, ...]:
    """The tracks in an order in which keys and tempos change as little as may be."""
    count = len(tracks)
    apart = np.zeros((count, count))
    for i, one in enumerate(tracks):
        for j, other in enumerate(tracks):
            if i != j:
                apart[i, j] = key_steps(one, other) + _TEMPO_WORTH * _octaves(one, other)
    return tuple(tracks[i] for i in shortest_path(apart, first=0))


def lay(pieces: Sequence[Listened], ticks: int) -> Laid:
    """Lay tracks one after the other, over and over where they are short, until a film is full.

    Args:
        pieces: in order; each sounds for a while.
        ticks: of the film.
    """
    cues = [_first(pieces[0], _share(pieces, 0, ticks))]
    using = [pieces[0]]
    while _end(cues[-1]) < ticks:
        following = pieces[len(cues) % len(pieces)]
        before, share = cues[-1], _share(pieces, len(cues), ticks)
        cues[-1], added = _joined(using[-1], before, following, share)
        cues.append(added)
        using.append(following)
    return Laid(ended(cues, ticks), _beats(using, cues, ticks))


def ended(cues: Sequence[Cue], ticks: int) -> tuple[Cue, ...]:
    """Cues that end with the film, softly."""
    kept = [cue for cue in cues if cue.at < ticks]
    if not kept:
        return ()
    found = []
    for cue in kept:
        left = ticks - cue.at
        if cue.at + cue.ticks >= ticks or cue is kept[-1]:
            length = min(left, cue.ticks)
            fade = max(cue.fade_out, min(_FADE_OUT, length // 3))
            cue = replace(cue, ticks=length, fade_out=min(fade, length))  # noqa: PLW2901
        found.append(replace(cue, fade_in=min(cue.fade_in, cue.ticks - cue.fade_out)))
    return tuple(found)


def _share(pieces: Sequence[Listened], number: int, ticks: int) -> int:
    """How long a piece sounds, ticks: all alike, as long as they are."""
    piece = pieces[number % len(pieces)]
    length = piece.sounds_to - piece.sounds_from
    rounds = ticks / len(pieces) + _CROSS
    return max(_SHORTEST // 2, min(length, round(rounds)))


def _first(piece: Listened, share: int) -> Cue:
    start = piece.sounds_from
    gain = _gain(piece, start, start + share)
    return Cue(piece.track.id, 0, share, start, 1.0, gain, fade_in=_FADE_IN)


def _joined(one: Listened, cue: Cue, other: Listened, share: int) -> tuple[Cue, Cue]:
    """End a cue in the next: beat on beat where both have one."""
    bend = _bend(one, cue, other)
    goes_together = bend is not None and key_steps(one.track, other.track) <= 1.5
    cross = min(_CROSS if goes_together else _APART, cue.ticks // 3, share // 3)
    speed = bend if bend is not None and goes_together else 1.0
    start = other.sounds_from
    at = _end(cue) - cross
    if bend is not None:
        at += _to_beat(one, cue, other, (start, speed, at, cross))
    at = max(cue.at + cue.ticks // 3, min(at, _end(cue) - cross))
    length = min(round((other.sounds_to - start) / speed), max(share, 3 * cross))
    ended_ = replace(cue, ticks=at + cross - cue.at, fade_out=cross)
    gain = _gain(other, start, start + round(length * speed))
    gain += _evened(one, ended_, other, (start, cross, gain))
    return ended_, Cue(other.track.id, at, length, start, speed, round(gain, 2), fade_in=cross)


def _bend(one: Listened, cue: Cue, other: Listened) -> float | None:
    """How much faster the next has to be; None where beats cannot fall together."""
    here, there = one.track.hearing.tempo, other.track.hearing.tempo
    if not (one.beats and other.beats and here and there):
        return None
    ratio = tempo_step(here * cue.speed, there)
    return round(ratio, 4) if abs(ratio - 1) <= _BEND else None


def _to_beat(one: Listened, cue: Cue, other: Listened, place: tuple[int, float, int, int]) -> int:
    """How much later the next has to begin so that beats meet in the middle of the join, ticks."""
    start, speed, at, cross = place
    middle = at + cross // 2
    here = _nearest(one.beats, cue.start + round((middle - cue.at) * cue.speed))
    there = _nearest(other.beats, start + round(cross / 2 * speed))
    in_film = cue.at + (here - cue.start) / cue.speed
    shift = round(in_film - (there - start) / speed) - at
    # The next beat earlier, where it would begin after the other has ended.
    tempo = (one.track.hearing.tempo or 120.0) * cue.speed
    beat = round(60 * TICKS / tempo)
    return shift - beat * max(0, math.ceil(shift / beat))


def _nearest(beats: Sequence[int], place: int) -> int:
    at = bisect_left(beats, place)
    return min(beats[max(0, at - 1) : at + 1], key=lambda beat: abs(beat - place))


def _gain(piece: Listened, start: int, end: int) -> float:
    """Decibels that bring a piece to the level of all; from its loudness as a whole."""
    loudness = piece.track.hearing.loudness
    if loudness is None:
        return 0.0
    here = loudness + piece.level(start, end) - piece.level(0, piece.samples)
    return round(max(-_MOST_GAIN, min(_MOST_GAIN, _LEVEL - here)), 2)


def _evened(one: Listened, cue: Cue, other: Listened, place: tuple[int, int, float]) -> float:
    """What takes half of a jump in level at a join away, decibels."""
    start, cross, gain = place
    last = cue.start + round(cue.ticks * cue.speed)
    goes = one.level(last - 2 * cross, last) + cue.gain
    comes = other.level(start, start + 2 * cross) + gain
    jump = comes - goes
    if abs(jump) <= _STEP_DB:
        return 0.0
    return float(np.clip(-(jump - math.copysign(_STEP_DB, jump)) / 2, -_STEP_DB, _STEP_DB))


def _beats(using: Sequence[Listened], cues: Sequence[Cue], ticks: int) -> tuple[int, ...]:
    """Where the beats fall in the film: each track's own, up to the middle of its joins."""
    found: list[int] = []
    for piece, cue in zip(using, cues, strict=True):
        first = cue.at + cue.fade_in // 2
        last = _end(cue) - cue.fade_out // 2
        for beat in piece.beats:
            at = cue.at + round((beat - cue.start) / cue.speed)
            is_after = not found or at > found[-1] + TICKS // 5
            if first <= at < min(last, ticks) and is_after:
                found.append(at)
    return tuple(found)


def _octaves(one: Track, other: Track) -> float:
    here, there = one.hearing.tempo, other.hearing.tempo
    if not here or not there:
        return 0.5
    return abs(math.log2(tempo_step(here, there)))


def _end(cue: Cue) -> int:
    return cue.at + cue.ticks
