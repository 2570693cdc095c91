"""Mixing: the cues of a soundtrack into one stream of samples, a second at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import numpy as np

from gesso.core.registry import Entry, Registry
from gesso.core.sound.decoder import RATE, Block, SoundLimits, open_sound
from gesso.show.story.records import Cue

STRETCHERS: Registry[Callable[[Iterator[Block], float], Iterator[Block]]] = Registry(
    "stretcher",
    "stretchers",
    {
        "atempo": Entry(
            "gesso.show.story.sound.stretching",
            "stretched",
            extra="sound",
            summary="FFmpeg's filter, in a wheel",
        ),
    },
)

WINDOW = RATE
"""Samples that are mixed at once."""


def mixed(
    cues: Sequence[Cue], ticks: int, data_of: Callable[[int], bytes], limits: SoundLimits
) -> Iterator[Block]:
    """(2, count) blocks that add up to `ticks` samples.

    Args:
        cues: in the order in which they begin.
        ticks: of the film.
        data_of: the file of a track, by its number.
        limits: how much a file may ask for.

    Raises:
        SoundError: a track cannot be read any more.
        DamageError: its file is missing.
    """
    waiting, playing = list(cues), list[_Player]()
    with ExitStack() as open_files:
        for at in range(0, ticks, WINDOW):
            count = min(WINDOW, ticks - at)
            while waiting and waiting[0].at < at + count:
                cue = waiting.pop(0)
                playing.append(_Player(cue, data_of(cue.track), limits, open_files))
            window = np.zeros((2, count), np.float32)
            for player in playing:
                player.add_to(window, at)
            playing = [player for player in playing if not player.is_over(at + count)]
            yield window


class _Player:
    """Plays one cue."""

    def __init__(self, cue: Cue, data: bytes, limits: SoundLimits, open_files: ExitStack) -> None:
        self._cue = cue
        self._opened = ExitStack()
        open_files.push(self._opened)
        opened = self._opened.enter_context(open_sound(data, limits, f"track {cue.track}"))
        self._blocks = STRETCHERS.open("atempo")(_from(opened.blocks, cue.start), cue.speed)
        self._held = np.zeros((2, 0), np.float32)
        self._played = 0

    def add_to(self, window: Block, at: int) -> None:
        """Add what sounds in a window that begins at `at`."""
        first = max(0, self._cue.at - at)
        count = min(window.shape[1] - first, self._cue.ticks - self._played)
        if count <= 0:
            return
        part = self._next(count)
        window[:, first : first + count] += part * self._strength(count)
        self._played += count

    def is_over(self, at: int) -> bool:
        """Whether nothing of it is left; its file is closed then."""
        over = at >= self._cue.at + self._cue.ticks
        if over:
            self._opened.close()
        return over

    def _next(self, count: int) -> Block:
        """The next samples; silence where the track is over."""
        parts, held = [self._held], self._held.shape[1]
        while held < count:
            block = next(self._blocks, None)
            if block is None:
                parts.append(np.zeros((2, count - held), np.float32))
                break
            parts.append(block)
            held += block.shape[1]
        joined = np.concatenate(parts, axis=1)
        self._held = joined[:, count:]
        return joined[:, :count]

    def _strength(self, count: int) -> Block:
        """(1, count) gain: equal power at both ends."""
        cue, at = self._cue, self._played + np.arange(count, dtype=np.float64) + 0.5
        strength = np.full(count, 10 ** (cue.gain / 20))
        if cue.fade_in:
            strength *= np.sin(np.pi / 2 * np.clip(at / cue.fade_in, 0, 1))
        if cue.fade_out:
            left = np.clip((cue.ticks - at) / cue.fade_out, 0, 1)
            strength *= np.sin(np.pi / 2 * left)
        return strength[None].astype(np.float32)


def _from(blocks: Iterator[Block], start: int) -> Iterator[Block]:
    """Both channels of a sound, from a sample on."""
    skipped = 0
    for block in blocks:
        left = start - skipped
        skipped += block.shape[1]
        if left >= block.shape[1]:
            continue
        part = block[:, max(0, left) :]
        yield np.repeat(part, 2, axis=0) if part.shape[0] == 1 else part
