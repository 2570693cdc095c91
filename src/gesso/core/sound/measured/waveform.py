"""The picture of a sound: its lowest and highest point, column by column."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gesso.core.sound.decoder import Block

COLUMNS = 800
_STEP = 1024
_FULL = 127


class Outline:
    """Collects the outline of one sound, fed block by block."""

    def __init__(self) -> None:
        self._rest: Block | None = None
        self._low: list[NDArray[np.float32]] = []
        self._high: list[NDArray[np.float32]] = []

    def feed(self, block: Block) -> None:
        """Take in (channels, samples); the channels are drawn over each other."""
        joined = block if self._rest is None else np.concatenate([self._rest, block], axis=1)
        whole = joined.shape[1] // _STEP * _STEP
        if whole:
            self._keep(joined[:, :whole].reshape(len(joined), -1, _STEP))
        self._rest = joined[:, whole:]

    def drawn(self) -> bytes:
        """2 signed bytes a column, lowest and highest; `COLUMNS` of them, fewer of a short sound.

        -127 to 127 is full scale; what goes beyond is cut off there, as a player would.
        """
        if self._rest is not None and self._rest.shape[1]:
            self._keep(self._rest.reshape(len(self._rest), 1, -1))
            self._rest = None
        if not self._low:
            return b""
        low, high = np.concatenate(self._low), np.concatenate(self._high)
        edges = np.linspace(0, len(low), min(COLUMNS, len(low)), endpoint=False).astype(int)
        drawn = np.stack(
            [np.minimum.reduceat(low, edges), np.maximum.reduceat(high, edges)], axis=1
        )
        return bytes(np.rint(np.clip(drawn, -1, 1) * _FULL).astype(np.int8).tobytes())

    def _keep(self, steps: Block) -> None:
        self._low.append(steps.min(axis=(0, 2)))
        self._high.append(steps.max(axis=(0, 2)))


def as_svg(waveform: bytes, width: int = 800, height: int = 96) -> str:
    """Draw an outline as one SVG path in the colour of its surroundings; a line for silence."""
    points = np.frombuffer(waveform, np.int8).reshape(-1, 2).astype(float) / _FULL
    if not len(points):
        points = np.zeros((1, 2))
    across = (np.arange(len(points)) + 0.5) * width / len(points)
    middle, reach = height / 2, height / 2 - 1
    top = middle - np.maximum(points[:, 1] * reach, 0.5)
    bottom = middle - np.minimum(points[:, 0] * reach, -0.5)
    there = [f"{x:.1f} {y:.1f}" for x, y in zip(across, top, strict=True)]
    back = [f"{x:.1f} {y:.1f}" for x, y in zip(across[::-1], bottom[::-1], strict=True)]
    path = f"M0 {middle:g}L{'L'.join(there)}L{width} {middle:g}L{'L'.join(back)}Z"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'preserveAspectRatio="none" aria-hidden="true">'
        f'<path fill="currentColor" d="{path}"/></svg>'
    )
