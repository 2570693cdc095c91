"""Listening to a track for its joins: where its beats fall, and how loud it is where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.decoder import RATE, Block, SoundLimits, open_sound
from gesso.core.sound.measured.spectra import FRAMES_A_SECOND, HOP, novelty, powers
from gesso.core.sound.records import Track

Floats = NDArray[np.float64]

STEP = RATE // 2
"""Levels are told for half seconds."""
_AT_ONCE = 30 * RATE
_LONGEST = 900 * RATE
"""No more than a quarter of an hour of a track is listened to."""
# Ellis, "Beat tracking by dynamic programming" (J. New Music Research 36, 2007): how strictly
# beats keep their distance.
_TIGHT = 400.0
_SILENT = -90.0
_LATE = 640
"""Samples that the growth of a spectrum stands before what begins; measured on clicks."""


@dataclass(frozen=True)
class Listened:
    """A track as it is laid under a film.

    Attributes:
        track: its record.
        samples: how many it has, at 48,000 a second.
        beats: where they fall, samples, rising; none without a pulse.
        levels: decibels of each half second.
    """

    track: Track
    samples: int
    beats: tuple[int, ...]
    levels: tuple[float, ...]

    @property
    def sounds_from(self) -> int:
        """Where it begins to sound, samples: what is quiet before is passed over."""
        loud = max(self.levels, default=_SILENT)
        for at, level in enumerate(self.levels):
            if level > loud - 35:
                return at * STEP
        return 0

    @property
    def sounds_to(self) -> int:
        """Where it ends to sound, samples."""
        loud = max(self.levels, default=_SILENT)
        for at in range(len(self.levels) - 1, -1, -1):
            if self.levels[at] > loud - 35:
                return min(self.samples, (at + 1) * STEP)
        return self.samples

    def level(self, start: int, end: int) -> float:
        """The mean level of a piece, decibels."""
        some = self.levels[max(0, start // STEP) : max(1, -(-end // STEP))]
        power = np.mean([10 ** (level / 10) for level in some]) if some else 0.0
        return float(10 * np.log10(max(power, 1e-9)))


def listen_to(track: Track, data: bytes, limits: SoundLimits) -> Listened:
    """Listen to a track for its joins.

    Args:
        track: its record; its tempo is where the beats are looked for.
        data: its file.
        limits: how much it may ask for.

    Raises:
        SoundError: it cannot be read any more.
    """
    grown, levels, count = [], list[float](), 0
    with open_sound(data, limits, track.source) as opened:
        for mono in _pieces(opened.blocks):
            count += len(mono)
            levels += _levels(mono)
            grown.append(novelty(powers(mono))[: -(-len(mono) // HOP)])
            if count >= _LONGEST:
                break
    heard = track.hearing
    beats: tuple[int, ...] = ()
    if heard.is_music and heard.tempo is not None and grown:
        beats = beats_of(np.concatenate(grown), heard.tempo)
    return Listened(track, count, tuple(b for b in beats if b < count), tuple(levels))


def beats_of(growth: NDArray[np.float32], tempo: float) -> tuple[int, ...]:
    """Where the beats fall, samples: a chain of onsets, each about a beat after the last.

    Args:
        growth: (frames,) as `spectra.novelty` gives it.
        tempo: beats a minute.
    """
    spread = float(growth.std())
    if spread <= 0 or len(growth) < 3:
        return ()
    period = 60 * FRAMES_A_SECOND / tempo
    strength = growth.astype(np.float64) / spread
    lags = np.arange(max(1, round(period / 2)), round(2 * period) + 1)
    cost = _TIGHT * np.log(lags / period) ** 2
    best, before = strength.copy(), np.full(len(strength), -1)
    for at in range(int(lags[0]), len(strength)):
        reach = lags[lags <= at]
        chances = best[at - reach] - cost[: len(reach)]
        first = int(chances.argmax())
        if chances[first] > 0:
            best[at] += chances[first]
            before[at] = at - reach[first]
    last = max(0, len(best) - round(period) - 1)
    at = last + int(best[last:].argmax())
    found = []
    while at >= 0:
        found.append(_sample(strength, at))
        at = int(before[at])
    return tuple(found[::-1])


def _sample(strength: Floats, at: int) -> int:
    """The sample of a frame, between frames where the peak stands there."""
    shift = 0.0
    if 0 < at < len(strength) - 1:
        left, middle, right = strength[at - 1 : at + 2]
        bend = left - 2 * middle + right
        shift = float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0
    return max(0, round((at + shift) * HOP) + _LATE)


def _pieces(blocks: Iterator[Block]) -> Iterator[NDArray[np.float32]]:
    """The middle of both channels, thirty seconds at a time."""
    held, count = list[NDArray[np.float32]](), 0
    for block in blocks:
        held.append(block.mean(axis=0, dtype=np.float32))
        count += block.shape[1]
        if count >= _AT_ONCE:
            joined = np.concatenate(held)
            yield joined[:_AT_ONCE]
            held, count = [joined[_AT_ONCE:]], count - _AT_ONCE
    if count:
        yield np.concatenate(held)


def _levels(mono: NDArray[np.float32]) -> list[float]:
    whole = -(-len(mono) // STEP)
    parts = [mono[at * STEP : (at + 1) * STEP] for at in range(whole)]
    powers_ = [float(np.square(part, dtype=np.float64).mean()) for part in parts]
    return [max(_SILENT, 10 * float(np.log10(max(power, 1e-9)))) for power in powers_]
