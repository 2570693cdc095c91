"""Harmony: the key, the tempo and the chords of a mood, bar after bar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from gesso.show.story.records import TICKS

BEATS = 4
"""In a bar."""
_MAJOR, _MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
# Degrees of a phrase of four bars each, as they are common in songs.
_MAJOR_PHRASES = ((0, 4, 5, 3), (0, 2, 5, 3), (0, 5, 3, 4), (3, 0, 4, 5))
_MINOR_PHRASES = ((0, 5, 3, 4), (0, 3, 5, 4), (0, 6, 5, 6), (0, 2, 3, 4))
# From dark to bright: flats for the sad, sharps for the glad; MIDI notes below middle C.
_MINOR_TONICS = (53, 48, 55, 50, 57)
_MAJOR_TONICS = (51, 53, 48, 55, 50)
_SLOWEST, _FASTEST = 56.0, 96.0
_LOW, _HIGH = 52, 72
"""Where the voices of the pad stay, MIDI notes."""


@dataclass(frozen=True)
class Plan:
    """What a score is written in.

    Attributes:
        tonic: MIDI note.
        is_major: else natural minor.
        beat: ticks.
        arousal: 0 to 1, how much moves.
        seed: of all that is chosen.
    """

    tonic: int
    is_major: bool
    beat: int
    arousal: float
    seed: int

    @property
    def bar(self) -> int:
        """Ticks."""
        return BEATS * self.beat

    @property
    def tempo(self) -> float:
        """Beats a minute."""
        return 60 * TICKS / self.beat

    @property
    def scale(self) -> tuple[int, ...]:
        """Steps above the tonic."""
        return _MAJOR if self.is_major else _MINOR


@dataclass(frozen=True)
class Bar:
    """A bar.

    Attributes:
        degree: of the chord's root, 0 for the tonic.
        voices: MIDI notes of the pad, rising.
        bass: MIDI note.
        tones: MIDI notes of the chord over two octaves, rising; what a hand would play with.
        is_last: the score ends with it.
    """

    degree: int
    voices: tuple[int, ...]
    bass: int
    tones: tuple[int, ...]
    is_last: bool = False


def plan_for(valence: float, arousal: float, seed: int) -> Plan:
    """A key and a tempo for a mood.

    Args:
        valence: sad to glad, 0 to 1.
        arousal: calm to stirring, 0 to 1.
        seed: of what is left open.
    """
    is_major = valence >= 0.5
    share = min(0.999, max(0.0, valence * 2 - 1 if is_major else valence * 2))
    tonics = _MAJOR_TONICS if is_major else _MINOR_TONICS
    bpm = _SLOWEST + (_FASTEST - _SLOWEST) * min(1.0, max(0.0, arousal))
    return Plan(tonics[int(share * 5)], is_major, round(60 * TICKS / bpm), arousal, seed)


def bars_of(plan: Plan, count: int) -> Iterator[Bar]:
    """The bars of a score, the last of them on the tonic."""
    rng = np.random.default_rng(plan.seed)
    phrases = _MAJOR_PHRASES if plan.is_major else _MINOR_PHRASES
    voices: tuple[int, ...] = ()
    phrase: tuple[int, ...] = ()
    for number in range(count):
        if number % 4 == 0:
            # The first phrase begins at home; those that follow are chosen.
            phrase = phrases[int(rng.integers(len(phrases))) if number else 0]
        is_last = number == count - 1
        degree = 0 if is_last else phrase[number % 4]
        chord = _chord(plan, degree)
        voices = _led(voices, chord)
        yield Bar(degree, voices, _bass(plan, degree), _tones(chord), is_last)


def _chord(plan: Plan, degree: int) -> tuple[int, ...]:
    """Pitch classes of a triad; minor's fifth degree is made major, as it leads home."""
    classes = [(plan.tonic + plan.scale[(degree + step) % 7]) % 12 for step in (0, 2, 4)]
    if not plan.is_major and degree == 4:
        classes[1] = (classes[1] + 1) % 12
    return tuple(classes)


def _led(before: tuple[int, ...], chord: tuple[int, ...]) -> tuple[int, ...]:
    """Four voices that move as little as may be; the root is doubled."""
    wanted = (*chord, chord[0])
    if not before:
        start = _LOW + 2
        found = []
        for pitch in wanted:
            start += (pitch - start) % 12
            found.append(start)
            start += 1
        return tuple(sorted(found))
    found, left = list[int](), list(wanted)
    for voice in before:
        choices = [(abs(note - voice), note, pitch) for pitch in left for note in _near(pitch)]
        free = [one for one in choices if one[1] not in found] or choices
        _, note, pitch = min(free)
        found.append(note)
        left.remove(pitch)
    return tuple(sorted(found))


def _near(pitch: int) -> list[int]:
    return [note for note in range(_LOW, _HIGH + 1) if note % 12 == pitch]


def _bass(plan: Plan, degree: int) -> int:
    note = plan.tonic - 12 + plan.scale[degree]
    return note - 12 if note > 48 else note


def _tones(chord: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(note for note in range(60, 85) if note % 12 in chord)
