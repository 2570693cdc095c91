"""Voices: a pad of soft strings, a bass, and a felt piano, each from a few sine waves."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gesso.show.story.records import TICKS

Floats = NDArray[np.float32]

_PAD = ((1, 1.0), (2, 0.4), (3, 0.22), (4, 0.12), (5, 0.07), (6, 0.04))
_BASS = ((1, 1.0), (2, 0.22), (3, 0.05))
_PIANO = ((1, 1.0), (2, 0.5), (3, 0.27), (4, 0.15), (5, 0.08), (6, 0.05), (7, 0.03))
_DETUNED = (-0.0011, 0.0, 0.0012)
_STIFF = 0.0004
"""A string's partials lie a little above the multiples of the lowest."""


def hertz(note: int) -> float:
    """The frequency of a MIDI note."""
    return float(440.0 * 2 ** ((note - 69) / 12))


@lru_cache(maxsize=64)
def pad(note: int, ticks: int) -> Floats:
    """(2, count): three strings that are not quite in tune, swelling and dying away."""
    swell, dying = round(0.45 * TICKS), round(0.9 * TICKS)
    count = ticks + dying
    at = np.arange(count) / TICKS
    left, right = np.zeros(count), np.zeros(count)
    for number, cents in enumerate(_DETUNED):
        sound = np.zeros(count)
        for partial, strength in _PAD:
            hz = hertz(note) * (1 + cents) * partial
            sound += strength * np.sin(2 * np.pi * hz * at + number * 2.1 + partial)
        side = 0.5 + 0.32 * (number - 1)
        left += sound * np.sqrt(1 - side)
        right += sound * np.sqrt(side)
    shape = np.minimum(1, np.arange(count) / swell)
    shape = np.sin(np.pi / 2 * shape) ** 2
    falls = np.clip((count - np.arange(count)) / (dying + swell), 0, 1)
    shape *= np.sin(np.pi / 2 * falls) ** 2
    return np.asarray(np.stack([left, right]) * shape / 3, np.float32)


@lru_cache(maxsize=32)
def bass(note: int, ticks: int) -> Floats:
    """(2, count): low, round, and over a little before the next."""
    at = np.arange(ticks) / TICKS
    sound = np.zeros(ticks)
    for partial, strength in _BASS:
        sound += strength * np.sin(2 * np.pi * hertz(note) * partial * at)
    rises = np.minimum(1, at / 0.06)
    falls = np.clip((ticks / TICKS - at) / 0.5, 0, 1)
    shape = np.sin(np.pi / 2 * rises) ** 2 * np.sin(np.pi / 2 * falls) ** 2 * np.exp(-at / 3.2)
    return np.asarray(np.repeat((sound * shape)[None], 2, axis=0), np.float32)


@lru_cache(maxsize=128)
def piano(note: int, hardness: int) -> Floats:
    """(2, count): struck softly; higher notes die sooner, harder ones are brighter.

    Args:
        note: MIDI.
        hardness: 0 to 3.
    """
    seconds = 3.4 - 0.02 * (note - 60)
    count = round(seconds * TICKS)
    at = np.arange(count) / TICKS
    sound = np.zeros(count)
    for partial, strength in _PIANO:
        hz = hertz(note) * partial * np.sqrt(1 + _STIFF * partial * partial)
        if hz > 9000:
            break
        weight = strength * (0.75 + 0.15 * hardness) ** (partial - 1)
        decay = np.exp(-at * (1.1 + 0.75 * partial) * (1 + (note - 60) / 60))
        sound += weight * decay * np.sin(2 * np.pi * hz * at)
    rises = np.sin(np.pi / 2 * np.minimum(1, at / 0.012)) ** 2
    falls = np.clip((seconds - at) / 0.4, 0, 1)
    side = 0.5 + (note - 72) / 90
    sound *= rises * falls
    spread = np.array([np.sqrt(1 - side), np.sqrt(side)])[:, None]
    return np.asarray(spread * sound, np.float32)


@lru_cache(maxsize=1)
def room() -> Floats:
    """(2, count): the answer of a quiet hall to a clap, softer the longer it takes."""
    count = round(2.2 * TICKS)
    rng = np.random.default_rng(20)
    at = np.arange(count) / TICKS
    noise = rng.standard_normal((2, count))
    spectrum = np.fft.rfft(noise, axis=1)
    hz = np.fft.rfftfreq(count, 1 / TICKS)
    spectrum *= 1 / (1 + (hz / 2600) ** 2) * (hz / (hz + 160))
    noise = np.fft.irfft(spectrum, count, axis=1)
    shape = np.exp(-at / 0.55) * np.minimum(1, at / 0.02)
    answer = noise * shape
    return np.asarray(answer / np.sqrt((answer**2).sum(axis=1, keepdims=True)), np.float32)
