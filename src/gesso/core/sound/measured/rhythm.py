"""Pulse: onsets, tempo, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.measured.spectra import FRAMES_A_SECOND

Floats = NDArray[np.float32]

_SLOWEST, _FASTEST = 45.0, 210.0
# People tap near two beats a second (Moelants, "Preferred tempo reconsidered", ICMPC 2002); the
# width is ours.
_USUAL_BPM, _OCTAVES = 120.0, 0.7
_APART_S = 0.07
_HIGHER = 0.5
_MULTIPLES = (1 / 4, 1 / 3, 1 / 2, 2 / 3, 1.0, 3 / 2, 2.0, 3.0, 4.0)
_NEAR = 0.06
_SHORTEST_S = 3.0


@dataclass(frozen=True)
class Rhythm:
    """What beats in a sound.

    Attributes:
        tempo: beats a minute; None without onsets, and in what is shorter than 3 seconds.
        sureness: 0 to 1, see `Hearing.tempo_sureness`.
        pulse: the highest autocorrelation of the onsets at a beat's distance, 0 to 1.
        onsets: a second.
    """

    tempo: float | None
    sureness: float
    pulse: float
    onsets: float


def rhythm_of(novelty: Floats, seconds: float) -> Rhythm:
    """Read the rhythm from (frames,) novelty.

    The tempo is the lag at which the onsets resemble themselves most, at one and at two beats'
    distance, with a preference for what people tap. It may be an octave off.
    """
    onsets = _onsets(novelty) / max(seconds, 1e-3)
    alike = _autocorrelation(novelty)
    lags = np.arange(
        int(60 * FRAMES_A_SECOND / _FASTEST),
        min(int(60 * FRAMES_A_SECOND / _SLOWEST) + 1, len(alike) // 2),
    )
    if seconds < _SHORTEST_S or len(lags) < 3 or not novelty.any():
        return Rhythm(None, 0.0, 0.0, onsets)
    bpm = 60 * FRAMES_A_SECOND / lags
    usual = np.exp(-0.5 * (np.log2(bpm / _USUAL_BPM) / _OCTAVES) ** 2)
    scores = (alike[lags] + 0.5 * alike[2 * lags]) * usual
    best = int(scores.argmax())
    pulse = float(np.clip(alike[lags].max(), 0, 1))
    if scores[best] <= 0:
        return Rhythm(None, 0.0, pulse, onsets)
    tempo = 60 * FRAMES_A_SECOND / (lags[best] + _between(alike, int(lags[best])))
    return Rhythm(float(tempo), _sureness(scores, bpm, best), pulse, onsets)


def _onsets(novelty: Floats) -> int:
    """How many peaks stand out, 70 ms apart at least."""
    if not novelty.any():
        return 0
    least = novelty.mean() + _HIGHER * novelty.std()
    reach = max(1, round(_APART_S * FRAMES_A_SECOND))
    around = np.lib.stride_tricks.sliding_window_view(np.pad(novelty, reach), 2 * reach + 1)
    # Of equal neighbours the first counts.
    first = around.argmax(axis=1) == reach
    return int((first & (novelty > least)).sum())


def _autocorrelation(novelty: Floats) -> NDArray[np.float64]:
    """(frames,) from 1 at no lag."""
    centred = novelty.astype(np.float64) - novelty.mean(dtype=np.float64)
    spectrum = np.abs(np.fft.rfft(centred, 2 * len(centred))) ** 2
    alike = np.fft.irfft(spectrum)[: len(centred)]
    return np.asarray(alike / max(float(alike[0]), 1e-12)) if len(alike) else alike


def _between(alike: NDArray[np.float64], lag: int) -> float:
    """Where between lags the peak truly stands, by a parabola: -0.5 to 0.5."""
    left, middle, right = alike[lag - 1 : lag + 2]
    bend = left - 2 * middle + right
    return float(np.clip(0.5 * (left - right) / bend, -0.5, 0.5)) if bend < 0 else 0.0


def _sureness(scores: NDArray[np.float64], bpm: NDArray[np.float64], best: int) -> float:
    """How far the best stands above the best that is no simple multiple of it."""
    ratio = bpm / bpm[best]
    related = np.zeros(len(bpm), bool)
    for multiple in _MULTIPLES:
        related |= np.abs(ratio / multiple - 1) < _NEAR
    rival = max(0.0, float(scores[~related].max())) if (~related).any() else 0.0
    return float(np.clip(1 - rival / scores[best], 0, 1))
