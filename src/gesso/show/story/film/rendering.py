"""Rendering: frames are painted while those before are encoded; the file is there whole or not."""

from __future__ import annotations

import errno
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error
from gesso.core.errors import Interrupted
from gesso.show.story.film.formats import ENCODERS, Format, Pace
from gesso.show.story.film.painter import FramePainter
from gesso.show.story.records import Frame

if sys.platform == "win32":

    @contextmanager
    def _held(_path: Path, _named: Path) -> Iterator[None]:
        # An open file could not be given its name there.
        yield

    def _is_left(path: Path) -> bool:
        return time.time() - path.stat().st_mtime > _LEFT_S
else:
    import fcntl

    @contextmanager
    def _held(path: Path, named: Path) -> Iterator[None]:
        """Make a file and hold it; when this process dies, the system lets go of it."""
        try:
            file = path.open("wb")
        except OSError as error:
            raise storage_error(error, named, "write") from error
        with file:
            # A disk that knows no locks is swept by age.
            with suppress(OSError):
                _lock(file)
            yield

    def _is_left(path: Path) -> bool:
        """Whether it was left by a process that was killed: nobody holds it any more."""
        age = time.time() - path.stat().st_mtime
        if age < _FRESH_S:
            return False
        with path.open("rb") as file:
            try:
                _lock(file)
            except OSError as error:
                is_held = error.errno in (errno.EWOULDBLOCK, errno.EACCES)
                return not is_held and age > _LEFT_S
        return True

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


_AHEAD = 6
"""Painted frames that wait for the encoder: memory stays the same however long the film is."""
_FRESH_S = 60.0
"""A file so young may be about to be held."""
_LEFT_S = 24 * 3600
"""Where the disk knows no locks, what nobody has written to for so long was left behind."""

Samples = NDArray[np.float32]
Heard = Callable[[int, int], None]
"""Told how many frames are done, of how many."""


@dataclass(frozen=True)
class Film:
    """A film that was written.

    Attributes:
        path: the file.
        frames: how many.
        ticks: how long.
        size_bytes: of the file.
    """

    path: Path
    frames: int
    ticks: int
    size_bytes: int


@dataclass(frozen=True)
class Job:
    """What is to be written.

    Attributes:
        path: the file; what lies there is replaced when all is written.
        form: the format.
        frame: what the film looks like.
        pace: the film itself, or a quick look at it.
    """

    path: Path
    form: Format
    frame: Frame
    pace: Pace = "film"


def render(
    job: Job,
    painter: FramePainter,
    sound: Iterable[Samples] | None,
    stop: threading.Event,
    heard: Heard = lambda _done, _all: None,
) -> Film:
    """Write a film.

    Args:
        job: what is to be written.
        painter: of its frames.
        sound: (2, count) blocks at 48 kHz, as long as the film; None for a silent film.
        stop: set it to stop; nothing of the film stays.
        heard: told how far it is.

    Raises:
        Interrupted: it was stopped.
        StorageError: the disk would not take it; nothing of the film stays.
        UnknownItem, DamageError, InputError: a picture cannot be shown.
    """
    make_folder(Disk(), job.path.parent)
    _sweep(job.path.parent)
    passing = job.path.with_name(f".{uuid4().hex}.part")
    try:
        with _held(passing, job.path):
            has_sound = sound is not None
            opened = ENCODERS.open("pyav")(
                passing, job.form, job.frame, has_sound=has_sound, pace=job.pace, named=job.path
            )
            with opened as encoder:
                _write(encoder, painter, sound, stop, heard)
            size = _settle(passing, job.path)
    finally:
        passing.unlink(missing_ok=True)
    return Film(job.path, painter.frames, painter.frames * job.frame.ticks, size)


def _write(
    encoder: Any,
    painter: FramePainter,
    sound: Iterable[Samples] | None,
    stop: threading.Event,
    heard: Heard,
) -> None:
    blocks = None if sound is None else _in_step(sound, painter.ticks_a_frame)
    for number, rgb in enumerate(_painted(painter)):
        if stop.is_set():
            raise Interrupted(
                f"The film was stopped at frame {number:,} of {painter.frames:,}; "
                "nothing of it was kept.",
                "Run the same command again; the story itself is kept.",
            )
        encoder.picture(rgb)
        if blocks is not None:
            encoder.sound(next(blocks))
        heard(number + 1, painter.frames)


def _painted(painter: FramePainter) -> Iterator[NDArray[np.uint8]]:
    """All frames in order, a few of them ahead."""
    with ThreadPoolExecutor(1, thread_name_prefix="gesso-frames") as pool:
        waiting: deque[Future[NDArray[np.uint8]]] = deque()
        try:
            for number in range(painter.frames):
                waiting.append(pool.submit(painter.paint, number))
                if len(waiting) > _AHEAD:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _in_step(sound: Iterable[Samples], count: int) -> Iterator[Samples]:
    """Blocks of `count` samples; silence where the sound is over."""
    held = np.zeros((2, 0), np.float32)
    for block in sound:
        held = np.concatenate([held, block], axis=1) if held.shape[1] else block
        while held.shape[1] >= count:
            yield held[:, :count]
            held = held[:, count:]
    yield np.pad(held, ((0, 0), (0, count - held.shape[1])))
    while True:
        yield np.zeros((2, count), np.float32)


def _sweep(folder: Path) -> None:
    """Remove what killed processes left of their films."""
    for path in folder.glob(f".{'[0-9a-f]' * 32}.part"):
        with suppress(OSError):
            if _is_left(path):
                path.unlink()


def _settle(passing: Path, path: Path) -> int:
    """Give the file its name, when its bytes are on the disk."""
    disk = Disk()
    try:
        descriptor = os.open(passing, os.O_RDWR)
        try:
            disk.fsync(descriptor)
            size = os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)
        disk.rename(passing, path)
        disk.fsync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, path, "write") from error
    return size
