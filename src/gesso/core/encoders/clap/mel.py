"""Sound as a CLAP model reads it: the logarithm of mel bands over ten seconds.

As `ClapFeatureExtractor` of transformers does it without fusion: a periodic Hann window, frames
centred with reflected edges, Slaney's mel scale with bands of equal area, decibels, and short
sounds repeated, then filled with silence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_QUIETEST = 1e-10
_MOST_PIECES = 3
# Slaney, "Auditory Toolbox" (1998): linear to 1,000 Hz, logarithmic above.
_LINEAR_STEP, _BEND_HZ = 200 / 3, 1000.0
_LOG_STEP = np.log(6.4) / 27


@dataclass(frozen=True)
class Ear:
    """How a model hears.

    Attributes:
        rate: samples a second.
        window_s: seconds that it reads at once.
        mels: bands.
        n_fft: samples of a frame.
        hop: samples from one frame to the next.
        least_hz, most_hz: what the bands reach over.
    """

    rate: int = 48_000
    window_s: float = 10.0
    mels: int = 64
    n_fft: int = 1024
    hop: int = 480
    least_hz: float = 50.0
    most_hz: float = 14_000.0

    def __post_init__(self) -> None:
        whole = (self.rate, self.mels, self.n_fft, self.hop)
        if min(whole) < 1 or max(whole) > 400_000 or not 0.1 <= self.window_s <= 60:
            raise ValueError("a length, a rate or a count is out of reach")
        if not 0 <= self.least_hz < self.most_hz <= self.rate / 2:
            raise ValueError("least_hz and most_hz must lie below half of sample_rate, in order")

    @property
    def samples(self) -> int:
        """Of one piece."""
        return round(self.window_s * self.rate)

    @property
    def frames(self) -> int:
        """Of one piece."""
        return self.samples // self.hop + 1


def pieces_of(samples: Floats, ear: Ear) -> list[Floats]:
    """Pieces of one length, spread evenly over a sound, three at most; short ones are filled.

    Args:
        samples: (samples,) at the ear's rate.
        ear: how the model hears.
    """
    length = ear.samples
    if len(samples) <= length:
        times = length // max(1, len(samples))
        repeated = np.tile(samples, max(1, times))
        return [np.pad(repeated, (0, length - len(repeated)))]
    count = min(_MOST_PIECES, -(-len(samples) // length))
    starts = np.linspace(0, len(samples) - length, count).astype(int)
    return [samples[start : start + length] for start in starts]


def log_mels(piece: Floats, ear: Ear) -> Floats:
    """(frames, mels) decibels of one piece."""
    padded = np.pad(piece.astype(np.float64), ear.n_fft // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, ear.n_fft)[:: ear.hop]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(ear.n_fft) / ear.n_fft)
    power = np.abs(np.fft.rfft(frames * window, axis=1)) ** 2
    mels = np.maximum(power @ _bands(ear), _QUIETEST)
    return np.asarray(10 * np.log10(mels), np.float32)


@lru_cache(maxsize=4)
def _bands(ear: Ear) -> NDArray[np.float64]:
    """(bins, mels) triangles of equal area."""
    least, most = _mel(np.array([ear.least_hz, ear.most_hz])).tolist()
    edges = _hz(np.linspace(least, most, ear.mels + 2))
    bins = np.linspace(0, ear.rate / 2, ear.n_fft // 2 + 1)
    rise = (bins[:, None] - edges[:-2]) / np.diff(edges)[:-1]
    fall = (edges[2:] - bins[:, None]) / np.diff(edges)[1:]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)) * 2 / (edges[2:] - edges[:-2]))


def _mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _BEND_HZ / _LINEAR_STEP + np.log(np.maximum(hz, 1e-9) / _BEND_HZ) / _LOG_STEP
    return np.where(hz < _BEND_HZ, hz / _LINEAR_STEP, above)


def _hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    bend = _BEND_HZ / _LINEAR_STEP
    above = _BEND_HZ * np.exp(_LOG_STEP * (mel - bend))
    return np.where(mel < bend, mel * _LINEAR_STEP, above)
