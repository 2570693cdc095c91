"""Pitch: the key, major or minor, and the register."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.decoder import RATE
from gesso.core.sound.measured.spectra import long_powers
from gesso.core.sound.records import KEYS

Floats = NDArray[np.float32]

# How often each note comes in a key, from the tonic upwards: Albrecht and Shanahan, "The use of
# large corpora to train a new type of key-finding algorithm" (Music Perception 31, 2013). They
# tell minor from major better than the profiles of Krumhansl and Kessler (1982).
_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)

_WINDOW, _HOP = 16_384, 8_192
_LOWEST_HZ, _HIGHEST_HZ = 60.0, 2_000.0
_SQUEEZE = 0.35
"""Power to the 0.35: a quiet note counts beside a loud one."""
_IN_TUNE = 0.25
_FLOOR = 1e-3
_SILENT = 1e-6


@dataclass(frozen=True)
class Pitch:
    """What sounds in a sound; see `Hearing`.

    Attributes:
        tonic: None without pitches.
        mode: major less minor.
        register: None without pitches.
        clearness: the correlation of its notes with the key that fits best, 0 to 1.
    """

    tonic: str | None
    mode: float
    register: float | None
    clearness: float


def pitch_of(samples: Floats) -> Pitch:
    """Read the pitches from (samples,) at 48 kHz, by the peaks of long spectra."""
    power = long_powers(samples, _WINDOW, _HOP, _HIGHEST_HZ)
    hz = np.arange(power.shape[1]) * RATE / _WINDOW
    inside = hz > _LOWEST_HZ
    heights = 69 + 12 * np.log2(hz[inside] / 440)
    peaks = _peaks(power[:, inside]) ** _SQUEEZE
    total = peaks.sum(axis=0, dtype=np.float64)
    if float(power.max(initial=0.0)) < _SILENT or total.sum() <= 0:
        return Pitch(None, 0.0, None, 0.0)
    in_tune = np.exp(-0.5 * ((heights - np.round(heights)) / _IN_TUNE) ** 2)
    notes = np.bincount(np.round(heights).astype(int) % 12, total * in_tune, minlength=12)
    register = float(total @ heights / total.sum())
    if notes.std() <= 1e-9 * notes.mean():
        return Pitch(None, 0.0, register, 0.0)
    major, minor = _fits(notes, _MAJOR), _fits(notes, _MINOR)
    mode = float(major.max() - minor.max())
    best = major if mode >= 0 else minor
    return Pitch(KEYS[int(best.argmax())], mode, register, float(max(0.0, best.max())))


def _peaks(power: Floats) -> Floats:
    """Only what is higher than both neighbours, and not far below the highest of its frame."""
    left, right = np.roll(power, 1, axis=1), np.roll(power, -1, axis=1)
    floor = _FLOOR * power.max(axis=1, keepdims=True)
    return np.where((power >= left) & (power > right) & (power > floor), power, np.float32(0))


def _fits(notes: NDArray[Any], profile: tuple[float, ...]) -> NDArray[np.float64]:
    """(12,) correlations of the notes with a profile on each tonic."""
    return np.array([np.corrcoef(np.roll(profile, up), notes)[0, 1] for up in range(12)])
