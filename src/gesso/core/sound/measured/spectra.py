"""Spectra over time: what rhythm and pitch are read from."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.decoder import RATE

Floats = NDArray[np.float32]

WINDOW, HOP = 4096, 1024
FRAMES_A_SECOND = RATE / HOP
_HIGHEST_HZ = 11_000.0
"""Nothing above counts: half of what is collected is cut off there by its codec."""
_BINS = round(_HIGHEST_HZ * WINDOW / RATE)
_MELS = 64
_LOWEST_HZ = 30.0
_AT_ONCE = 1024
_LOUD_ENOUGH = 1e-9


def powers(samples: Floats) -> Floats:
    """(frames, bins) power spectra of (samples,) at 48 kHz, centred on every hop."""
    return _spectra(samples, WINDOW, HOP, _BINS)


def long_powers(samples: Floats, window: int, hop: int, highest_hz: float) -> Floats:
    """(frames, bins) power spectra of a longer window, up to a frequency."""
    return _spectra(samples, window, hop, round(highest_hz * window / RATE))


def _spectra(samples: Floats, window: int, hop: int, bins: int) -> Floats:
    padded = np.pad(samples, window // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, window)[::hop]
    shape = np.hanning(window).astype(np.float32)
    parts = [
        np.abs(np.fft.rfft(frames[at : at + _AT_ONCE] * shape, axis=1)[:, :bins]) ** 2
        for at in range(0, len(frames), _AT_ONCE)
    ]
    return np.concatenate(parts).astype(np.float32)


def brightness(power: Floats) -> float:
    """The centre of gravity of the amplitudes, Hz; 0 for silence."""
    amplitudes = np.sqrt(power).sum(axis=0, dtype=np.float64)
    total = float(amplitudes.sum())
    if total <= _LOUD_ENOUGH:
        return 0.0
    hz = np.arange(power.shape[1], dtype=np.float64) * RATE / WINDOW
    return float(amplitudes @ hz / total)


def novelty(power: Floats) -> Floats:
    """(frames,) how much begins in each frame: the growth of the mel spectrum in decibels."""
    mels = power @ _mel_bands().T
    loud = float(np.percentile(mels.sum(axis=1), 95)) if len(mels) else 0.0
    if loud <= _LOUD_ENOUGH:
        return np.zeros(len(power), np.float32)
    heard = np.log1p(1000 * mels / np.float32(loud))
    grown = np.maximum(0, np.diff(heard, axis=0, prepend=heard[:1])).mean(axis=1)
    return np.asarray(np.maximum(0, grown - _local_mean(grown, round(FRAMES_A_SECOND))), np.float32)


def _local_mean(values: Floats, width: int) -> Floats:
    sums = np.cumsum(np.pad(values, (width // 2 + 1, width - width // 2 - 1), mode="edge"))
    return np.asarray((sums[width:] - sums[:-width]) / width, np.float32)[: len(values)]


@lru_cache(1)
def _mel_bands() -> Floats:
    """(mels, bins) triangles, each of sum 1."""
    edges = _hz(np.linspace(_mel(_LOWEST_HZ), _mel(_HIGHEST_HZ), _MELS + 2))
    hz = np.arange(_BINS) * RATE / WINDOW
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    bands = np.maximum(0, np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle)))
    return np.asarray(bands / np.maximum(bands.sum(axis=1, keepdims=True), 1e-9), np.float32)


def _mel(hz: float) -> float:
    return float(2595 * np.log10(1 + hz / 700))


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(700 * (10 ** (mel / 2595) - 1))
