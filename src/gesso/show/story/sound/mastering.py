"""Mastering: a whole soundtrack at one loudness, and no peak above the ceiling, as it streams.

The mix is laid down once on the disk, in a file without a name, so that memory stays the same
however long the film is, and nothing is left of it whatever happens.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import storage_error
from gesso.core.sound.decoder import RATE, Block
from gesso.core.sound.measured.loudness import LoudnessMeter

Floats = NDArray[np.float32]

_MOST_GAIN = 30.0
"""What is hardly there is not made louder than that: it would be its noise."""
_NEAR = 0.03
_ROUNDS = 4
_PHASES, _REACH = 4, 16
_LOOK = round(0.006 * RATE)
"""How long before and after a peak it is turned down."""
_CONTEXT = 4 * _LOOK
_AT_ONCE = 4 * RATE


@dataclass(frozen=True)
class Mastered:
    """What was done to a soundtrack.

    Attributes:
        gain: decibels that all of it was brought up by.
        loudness: LUFS afterwards; None for silence.
        peak: true peak afterwards, dBTP; None for silence.
    """

    gain: float
    loudness: float | None
    peak: float | None


class Master:
    """A mix that waits to be read at its loudness.

    Args:
        mix: (2, count) blocks, all of it.
        folder: on whose disk it waits.

    Raises:
        StorageError: the disk would not take it; nothing stays there.
    """

    def __init__(self, mix: Iterable[Block], folder: Path) -> None:
        self._folder = folder
        self._loudness: float | None = None
        self._file = self._laid_down(mix)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def brought_to(self, loudness: float, ceiling: float) -> Mastered:
        """Find the gain at which it is so loud when its peaks are held.

        Args:
            loudness: LUFS.
            ceiling: dBTP.
        """
        if self._loudness is None:
            return Mastered(0.0, None, None)
        gain = min(_MOST_GAIN, loudness - self._loudness)
        for _ in range(_ROUNDS):
            meter = LoudnessMeter()
            for block in self.blocks(gain, ceiling):
                meter.feed(block)
            found = meter.loudness()
            if found is None or abs(loudness - found) <= _NEAR or gain >= _MOST_GAIN:
                break
            gain = min(_MOST_GAIN, gain + loudness - found)
        return Mastered(round(gain, 3), found, meter.peak())

    def blocks(self, gain: float, ceiling: float) -> Iterator[Block]:
        """The samples at a gain, decibels, with their peaks held under a ceiling, dBTP."""
        factor, top = np.float32(10 ** (gain / 20)), 10 ** (ceiling / 20)
        before = np.zeros((2, _CONTEXT), np.float32)
        held = np.zeros((2, 0), np.float32)
        for block in self._read():
            held = np.concatenate([held, block * factor], axis=1)
            if held.shape[1] > _CONTEXT:
                ready = held.shape[1] - _CONTEXT
                yield _limited(np.concatenate([before, held], axis=1), ready, top)
                joined = np.concatenate([before, held[:, :ready]], axis=1)
                before, held = joined[:, -_CONTEXT:], held[:, ready:]
        if held.shape[1]:
            padded = np.pad(held, ((0, 0), (0, _CONTEXT)))
            yield _limited(np.concatenate([before, padded], axis=1), held.shape[1], top)

    def _laid_down(self, mix: Iterable[Block]) -> BinaryIO:
        meter = LoudnessMeter()
        try:
            file = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by __exit__
            try:
                for block in mix:
                    meter.feed(block)
                    file.write(np.ascontiguousarray(block.T, "<f4").tobytes())
                file.flush()
            except BaseException:
                file.close()
                raise
        except OSError as error:
            raise storage_error(error, self._folder, "write the soundtrack into") from error
        self._loudness = meter.loudness()
        return file

    def _read(self) -> Iterator[Block]:
        self._file.seek(0)
        while data := self._file.read(_AT_ONCE * 8):
            yield np.frombuffer(data, "<f4").reshape(-1, 2).T


def _limited(samples: Block, count: int, top: float) -> Block:
    """The middle `count` samples of a block with context on both sides, under `top`."""
    middle = samples[:, _CONTEXT : _CONTEXT + count]
    if float(np.abs(samples).max(initial=0.0)) < 0.6 * top:
        return middle
    over = np.maximum(1, _peaks(samples) / np.float32(top))
    if not (over > 1).any():
        return middle
    kernel = np.ones((1, 2 * _LOOK + 1), np.uint8)
    most = np.asarray(cv2.dilate(over[None], kernel), np.float32)
    bell = np.hanning(2 * _LOOK + 3)[1:-1].astype(np.float32)
    gain = cv2.filter2D(1 / most, -1, (bell / bell.sum())[None], borderType=cv2.BORDER_REPLICATE)
    return np.asarray(middle * gain[:, _CONTEXT : _CONTEXT + count], np.float32)


def _peaks(samples: Block) -> Floats:
    """(count,) the highest value at or right after each sample, between samples too."""
    highest = np.abs(samples).max(axis=0)
    for weights in _phases():
        for channel in samples:
            between = cv2.filter2D(
                channel[None], -1, weights[None], anchor=(_REACH - 1, 0),
                borderType=cv2.BORDER_CONSTANT,
            )  # fmt: skip
            np.maximum(highest, np.abs(between[0]), out=highest)
    return np.asarray(highest, np.float32)


def _phases() -> list[Floats]:
    """(2 reach,) weights of the points a quarter, a half, three quarters after a sample."""
    found = []
    for phase in range(1, _PHASES):
        at = np.arange(-_REACH + 1, _REACH + 1) - phase / _PHASES
        weights = np.sinc(at) * np.cos(np.pi * at / (2 * _REACH + 2)) ** 2
        found.append((weights / weights.sum()).astype(np.float32))
    return found
