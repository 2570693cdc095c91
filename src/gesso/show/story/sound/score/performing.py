"""Performing: the bars of a score into samples, a bar at a time, with the hall around them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gesso.show.story.records import TICKS, Soundtrack
from gesso.show.story.sound.score.harmony import BEATS, Bar, Plan, bars_of, plan_for
from gesso.show.story.sound.score.voices import bass, pad, piano, room

Floats = NDArray[np.float32]

_PAD, _BASS, _PIANO, _WET = 0.045, 0.12, 0.15, 0.8
_LONGEST = 8 * TICKS
"""No note sounds for longer."""
_FADE_OUT = 3 * TICKS


def plan_of(sound: Soundtrack) -> Plan:
    """What a soundtrack's score is written in."""
    return plan_for(sound.valence, sound.arousal, sound.seed)


def beats_of(plan: Plan, ticks: int) -> tuple[int, ...]:
    """Where the beats fall."""
    return tuple(range(0, ticks, plan.beat))


def performed(sound: Soundtrack, ticks: int) -> Iterator[Floats]:
    """(2, count) blocks of a bar that add up to `ticks` samples; the same each time."""
    plan = plan_of(sound)
    count = -(-ticks // plan.bar)
    carried = np.zeros((2, plan.bar + _LONGEST), np.float32)
    hall = _Hall(plan.bar)
    rng = np.random.default_rng(plan.seed + 1)
    done = 0
    for number, bar in enumerate(bars_of(plan, count)):
        _play(carried, plan, bar, number, rng)
        wet = hall.answer(carried[:, : plan.bar])
        block = carried[:, : plan.bar] + _WET * wet
        carried = np.pad(carried[:, plan.bar :], ((0, 0), (0, plan.bar)))
        block = block[:, : ticks - done]
        yield _faded(block, done, ticks)
        done += block.shape[1]


def _play(sheet: Floats, plan: Plan, bar: Bar, number: int, rng: np.random.Generator) -> None:
    """Play a bar from the start of a sheet on; notes may sound into the bars that follow."""
    for voice in bar.voices:
        _add(sheet, 0, pad(voice, plan.bar), _PAD)
    _add(sheet, 0, bass(bar.bass, plan.bar), _BASS)
    if bar.is_last:
        for at, tone in enumerate(bar.tones[:4]):
            _add(sheet, at * plan.beat // 8, piano(tone, 0), _PIANO)
        return
    _accompany(sheet, plan, bar, rng)
    _sing(sheet, plan, bar, number, rng)


def _accompany(sheet: Floats, plan: Plan, bar: Bar, rng: np.random.Generator) -> None:
    """Broken chords: in quarters when it is calm, in eighths when it stirs."""
    parts = 1 if plan.arousal < 0.4 else 2
    figure = (0, 1, 2, 1, 3, 2, 1, 2) if parts == 2 else (0, 2, 1, 2)
    hardness = min(3, int(plan.arousal * 4))
    for step in range(BEATS * parts):
        tone = bar.tones[figure[step % len(figure)]]
        weight = 0.62 if step % parts else 1.0
        weight *= float(rng.uniform(0.82, 1.0))
        _add(sheet, step * plan.beat // parts, piano(tone, hardness), _PIANO * 0.6 * weight)


def _sing(sheet: Floats, plan: Plan, bar: Bar, number: int, rng: np.random.Generator) -> None:
    """A few high notes of the chord, and often none: each other phrase rests."""
    if number // 4 % 2 == 0 and number < 4:
        return
    for beat in (0, 2):
        if rng.random() < 0.45 + 0.35 * plan.arousal:
            tone = bar.tones[3 + int(rng.integers(3))]
            _add(sheet, beat * plan.beat, piano(tone, 1), _PIANO)


def _add(sheet: Floats, at: int, sound: Floats, strength: float) -> None:
    count = min(sound.shape[1], sheet.shape[1] - at)
    sheet[:, at : at + count] += strength * sound[:, :count]


def _faded(block: Floats, done: int, ticks: int) -> Floats:
    """The end of the film is the end of the score."""
    left = ticks - done - np.arange(block.shape[1])
    fade = np.sin(np.pi / 2 * np.clip(left / min(_FADE_OUT, ticks), 0, 1)).astype(np.float32)
    return np.asarray(block * fade, np.float32)


class _Hall:
    """What a hall answers, block after block, by its response's spectrum."""

    def __init__(self, count: int) -> None:
        response = room()
        self._size = 1 << (count + response.shape[1] - 1).bit_length()
        self._spectrum = np.fft.rfft(response, self._size, axis=1)
        self._tail = np.zeros((2, self._size), np.float64)

    def answer(self, block: Floats) -> Floats:
        """What is heard of the hall during a block."""
        count = block.shape[1]
        spread = np.fft.irfft(np.fft.rfft(block, self._size, axis=1) * self._spectrum, self._size)
        spread += self._tail
        self._tail = np.pad(spread[:, count:], ((0, 0), (0, count)))
        return np.asarray(spread[:, :count], np.float32)
