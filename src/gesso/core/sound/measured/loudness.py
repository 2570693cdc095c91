"""Loudness and true peak after ITU-R BS.1770-4, as the sound goes by."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.decoder import RATE, Block

Floats = NDArray[np.float32]

# The two biquads of K-weighting at 48 kHz, from the tables of BS.1770-4: b0 b1 b2 a1 a2.
_SHELF = (
    1.53512485958697,
    -2.69169618940638,
    1.19839281085285,
    -1.69065929318241,
    0.73248077421585,
)
_HIGH_PASS = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)
_TAPS = 4096
"""The high-pass has sunk by 170 dB then: its poles stand at a radius of 0.995."""
_FRAME = 1 << 16

_STEP = RATE // 10
_STEPS = 4
"""Blocks of 400 ms that overlap by three quarters."""
_ABSOLUTE = -70.0
_RELATIVE = -10.0
_OFFSET = -0.691

_PHASES = 4
_REACH = 24
"""Samples on either side that an interpolated one is made of."""
_NEAR = 0.5
_MOST = 4096


class LoudnessMeter:
    """Integrated loudness and true peak of one sound, fed block by block."""

    def __init__(self) -> None:
        self._filter: _Filter | None = None
        self._rest = np.zeros(0, np.float64)
        self._steps: list[NDArray[np.float64]] = []
        self._peak = 0.0
        self._before: Floats | None = None

    def feed(self, block: Block) -> None:
        """Take in (channels, samples) at 48 kHz; the number of channels stays the same."""
        if self._filter is None:
            self._filter = _Filter(block.shape[0])
            self._before = np.zeros((block.shape[0], 2 * _REACH), np.float32)
        self._measure(self._filter.feed(block))
        self._look(block)

    def loudness(self) -> float | None:
        """LUFS, gated; None where nothing is louder than -70, or it is shorter than 400 ms."""
        if self._filter is not None:
            self._measure(self._filter.drain())
            self._filter = None
        steps = np.concatenate(self._steps) if self._steps else np.zeros(0)
        if len(steps) < _STEPS:
            return None
        sums = np.convolve(steps, np.ones(_STEPS), "valid") / (_STEPS * _STEP)
        levels = _OFFSET + 10 * np.log10(np.maximum(sums, 1e-12))
        heard = sums[levels > _ABSOLUTE]
        if not heard.size:
            return None
        gate = _OFFSET + 10 * np.log10(heard.mean()) + _RELATIVE
        loud = sums[(levels > _ABSOLUTE) & (levels > gate)]
        return float(_OFFSET + 10 * np.log10(loud.mean()))

    def peak(self) -> float | None:
        """True peak, dBTP; None for silence."""
        return None if self._peak <= 1e-6 else float(20 * np.log10(self._peak))

    def _measure(self, weighted: Floats) -> None:
        """Sum the power of all channels over steps of 100 ms."""
        power = np.square(weighted, dtype=np.float64).sum(axis=0)
        power = np.concatenate([self._rest, power])
        whole = len(power) // _STEP
        if whole:
            self._steps.append(power[: whole * _STEP].reshape(whole, _STEP).sum(axis=1))
        self._rest = power[whole * _STEP :]

    def _look(self, block: Block) -> None:
        """Find the highest point between samples, around the highest samples of a block."""
        assert self._before is not None  # noqa: S101 - set by `feed`
        joined = np.concatenate([self._before, block], axis=1)
        self._before = joined[:, -2 * _REACH :]
        self._peak = max(self._peak, float(np.abs(block).max(initial=0.0)))
        for channel in joined:
            self._peak = max(self._peak, _between(channel, self._peak))


def _between(samples: Floats, least: float) -> float:
    """The highest interpolated value of a channel; only around samples that could reach `least`."""
    inner = np.abs(samples[_REACH:-_REACH])
    near = np.flatnonzero(inner >= max(_NEAR * least, 1e-6))
    if not near.size:
        return 0.0
    if near.size > _MOST:
        near = near[np.argpartition(inner[near], -_MOST)[-_MOST:]]
    around = np.arange(-_REACH, _REACH)[None, :] + near[:, None] + _REACH
    return float(np.abs(samples[around] @ _phases()).max())


@lru_cache(1)
def _phases() -> Floats:
    """(2 reach, phases - 1) weights of the points a quarter, a half, three quarters on."""
    at = np.arange(-_REACH, _REACH)[:, None] - np.arange(1, _PHASES)[None, :] / _PHASES
    window = np.cos(np.pi * at / (2 * _REACH + 2)) ** 2
    weights = np.sinc(at) * window
    return np.asarray(weights / weights.sum(axis=0), np.float32)


class _Filter:
    """K-weighting by overlap-add with its impulse response."""

    def __init__(self, channels: int) -> None:
        self._spectrum = np.fft.rfft(_response(), _FRAME)
        self._held = np.zeros((channels, 0), np.float32)
        self._tail = np.zeros((channels, _TAPS - 1), np.float64)
        self._hop = _FRAME - _TAPS + 1

    def feed(self, block: Block) -> Floats:
        """What is ready of (channels, samples)."""
        self._held = np.concatenate([self._held, block], axis=1)
        ready = []
        while self._held.shape[1] >= self._hop:
            ready.append(self._pass(self._held[:, : self._hop]))
            self._held = self._held[:, self._hop :]
        return np.concatenate(ready, axis=1) if ready else self._held[:, :0]

    def drain(self) -> Floats:
        """The rest."""
        left = self._held.shape[1]
        return self._pass(self._held)[:, :left] if left else self._held

    def _pass(self, part: Floats) -> Floats:
        count = part.shape[1]
        spread = np.fft.irfft(np.fft.rfft(part, _FRAME) * self._spectrum, _FRAME)
        spread[:, : _TAPS - 1] += self._tail
        self._tail = spread[:, count : count + _TAPS - 1].copy()
        return spread[:, :count].astype(np.float32)


@lru_cache(1)
def _response() -> NDArray[np.float64]:
    response = np.zeros(_TAPS)
    response[0] = 1.0
    for b0, b1, b2, a1, a2 in (_SHELF, _HIGH_PASS):
        x1 = x2 = y1 = y2 = 0.0
        for at, x in enumerate(response.tolist()):
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x, x1, y, y1
            response[at] = y
    return response
