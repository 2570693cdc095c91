"""A process that writes a space and is killed at a step of its disk: what the kill tests start.

    python victim.py FOLDER STEP HALF

It says each deed on its standard output once the deed has returned, and dies by SIGKILL at step
STEP of its disk, before it or, where HALF is 1, in its middle; 0 for never.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import Disk
from gesso.core.encoders.encoder import Space
from gesso.core.indexes.space_index import IndexOptions, SpaceIndex

SIZE = 16
SPACE = Space("victim-01", "test", SIZE, reads_words=False, knows="nothing")
FLAT = IndexOptions(exact_until=0, wait_s=60)
BATCH = 60

Held = dict[int, NDArray[np.float32]]


def batch(number: int) -> NDArray[np.float32]:
    """The vectors of one deed, the same in every process."""
    held = np.random.default_rng(number).normal(size=(BATCH, SIZE))
    unit: NDArray[np.float32] = held.astype(np.float32)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return unit


def deeds(space: SpaceIndex) -> Iterator[str]:
    """What is done, one after another."""
    for number in range(3):
        space.add(works(number), batch(number))
        yield f"add {number}"
    space.build()
    yield "build 1"
    space.remove(works(0)[:7])
    yield "remove"
    space.add(works(1), batch(9))
    yield "replace"
    for number in (2, 3, 4):
        space.build()
        yield f"build {number}"
    space.rollback()
    yield "rollback"


def works(number: int) -> NDArray[np.int64]:
    """The works of one deed."""
    return np.arange(number * BATCH, (number + 1) * BATCH, dtype=np.int64)


def after(done: list[str]) -> Held:
    """What a space must hold after these deeds."""
    held: Held = {}
    for deed in done:
        word, _, number = deed.partition(" ")
        if word == "add":
            held |= dict(zip(works(int(number)).tolist(), batch(int(number)), strict=True))
        elif word == "replace":
            held |= dict(zip(works(1).tolist(), batch(9), strict=True))
        elif word == "remove":
            for work in works(0)[:7].tolist():
                del held[work]
    return held


class DeadlyDisk(Disk):
    """A disk at whose step `at` the process dies."""

    def __init__(self, at: int, *, half: bool) -> None:
        self.at, self.half, self.steps = at, half, 0

    def write(self, descriptor: int, data: bytes) -> None:
        if self._is_last() and self.half:
            super().write(descriptor, data[: len(data) // 2])
        self._die()
        super().write(descriptor, data)

    def fsync(self, descriptor: int) -> None:
        self._is_last()
        self._die()
        super().fsync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        if self._is_last() and self.half:
            super().rename(old, new)
        self._die()
        super().rename(old, new)

    def fsync_folder(self, folder: Path) -> None:
        self._is_last()
        self._die()
        super().fsync_folder(folder)

    def _is_last(self) -> bool:
        self.steps += 1
        return self.steps == self.at

    def _die(self) -> None:
        if self.steps == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def main(folder: Path, at: int, half: bool) -> None:
    disk = DeadlyDisk(at, half=half)
    space = SpaceIndex(folder / "vectors", folder / "index", SPACE, FLAT, disk=disk)
    for deed in deeds(space):
        print(deed, flush=True)
    print(f"steps {disk.steps}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "1")
