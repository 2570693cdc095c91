"""Shards: the vectors of a space as float16 rows, 65,536 to a file, only ever appended to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import Disk, storage_error
from gesso.core.encoders.encoder import Space
from gesso.core.errors import InputError

SHARD_ROWS = 65_536
Halves = NDArray[np.float16]


class Shards:
    """The shards in one folder, read through the page cache.

    Args:
        folder: where they lie: 000000.f2, 000001.f2, …
        width: numbers in a stored row.
        disk: what to write on.
    """

    def __init__(self, folder: Path, width: int, disk: Disk) -> None:
        self._folder = folder
        self._width = width
        self._disk = disk
        self._open: dict[int, Halves] = {}

    def append(self, rows: Halves, first: int) -> None:
        """Write rows at place `first` and behind it, over whatever was broken off there.

        Raises:
            StorageError: they do not count, and nothing before them has changed.
        """
        done = 0
        while done < len(rows):
            shard, place = divmod(first + done, SHARD_ROWS)
            part = rows[done : done + SHARD_ROWS - place]
            self._write(shard, place, part)
            done += len(part)

    def reach(self, count: int) -> Iterator[tuple[int, int]]:
        """(first missing row, first row behind) wherever the files hold fewer than `count` rows."""
        for shard in range(-(-count // SHARD_ROWS)):
            first, behind = shard * SHARD_ROWS, min(count, (shard + 1) * SHARD_ROWS)
            held = self._length(shard)
            if first + held < behind:
                yield first + held, behind

    def gather(self, rows: NDArray[np.int64]) -> Halves:
        """(rows, width), a copy. A row that is not there is another one; its sum will tell.

        Rows in ascending order are gathered the quickest.
        """
        found = np.zeros((len(rows), self._width), dtype=np.float16)
        shards, places = np.divmod(rows, SHARD_ROWS)
        turns = np.flatnonzero(np.diff(shards)) + 1
        for begin, end in pairwise((0, *turns.tolist(), len(rows))):
            here = places[begin:end]
            held = self._mapped(int(shards[begin]), here) if len(here) else found[:0]
            if len(held):
                held.take(here, axis=0, mode="clip", out=found[begin:end])
        return found

    def read(self, first: int, count: int) -> Halves:
        """(count, width) of rows that follow one another in one shard, into memory of their own.

        Nothing is mapped for it. Rows that cannot be read are zeros; their sums will tell.
        """
        found = np.zeros((count, self._width), dtype=np.float16)
        shard, place = divmod(first, SHARD_ROWS)
        with suppress(OSError), self._path(shard).open("rb", buffering=0) as file:
            file.seek(place * self._width * 2)
            file.readinto(found.view(np.uint8).reshape(-1).data)
        return found

    def whole(self, count: int) -> list[tuple[int, int, int]]:
        """(shard, first row, first row behind) of those that `count` rows fill and that are there.

        The last one is never among them: it is still written to.
        """
        full = range(count // SHARD_ROWS)
        return [(at, at * SHARD_ROWS, (at + 1) * SHARD_ROWS) for at in full if self._length(at)]

    def remove(self, shard: int) -> int:
        """Give a shard back that nothing points into; returns the bytes that it took.

        Raises:
            StorageError: the disk would not; it is there as before.
        """
        path, size = self._path(shard), self._length(shard) * self._width * 2
        try:
            path.unlink(missing_ok=True)
            self._disk.fsync_folder(self._folder)
        except OSError as error:
            raise storage_error(error, path, "remove") from error
        self._open.pop(shard, None)
        return size

    def piece(self, rows: NDArray[np.int64]) -> Halves | None:
        """Rows in ascending order; not copied where they follow one another in one shard.

        None where a file may have been cut before one of them.
        """
        first, last = int(rows[0]), int(rows[-1])
        shard, place = divmod(first, SHARD_ROWS)
        if last - first + 1 == len(rows) and last // SHARD_ROWS == shard:
            found = self._mapped(shard, rows[-1:] % SHARD_ROWS)[place : place + len(rows)]
            return found if len(found) == len(rows) else None
        ends = range(shard, last // SHARD_ROWS)
        is_whole = self._length(last // SHARD_ROWS) > last % SHARD_ROWS
        if not is_whole or any(self._length(one) < SHARD_ROWS for one in ends):
            return None
        return self.gather(rows)

    def _mapped(self, shard: int, places: NDArray[np.int64]) -> Halves:
        """The shard's whole rows; it is mapped anew when a place behind its old end is asked.

        Also when it was cut: who touches what is mapped behind the end of a file is killed.
        """
        held, length = self._open.get(shard), self._length(shard)
        if held is None or len(held) <= int(places.max()) or length < len(held):
            path, shape = self._path(shard), (length, self._width)
            if length == 0:
                return np.zeros(shape, dtype=np.float16)
            try:
                held = np.asarray(np.memmap(path, np.float16, "r", shape=shape))
            except (OSError, ValueError) as error:
                raise storage_error(_plain(error), path, "read") from error
            self._open[shard] = held
        return held

    def _write(self, shard: int, place: int, rows: Halves) -> None:
        path, size = self._path(shard), self._width * 2
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        try:
            is_new = not path.exists()
            descriptor = os.open(path, flags, 0o666)
            try:
                os.lseek(descriptor, place * size, os.SEEK_SET)
                self._disk.write(descriptor, np.ascontiguousarray(rows).tobytes())
                self._disk.fsync(descriptor)
            finally:
                os.close(descriptor)
            if is_new:
                self._disk.fsync_folder(self._folder)
        except OSError as error:
            raise storage_error(error, path, "write") from error

    def _length(self, shard: int) -> int:
        try:
            return self._path(shard).stat().st_size // (self._width * 2)
        except FileNotFoundError:
            return 0

    def _path(self, shard: int) -> Path:
        return self._folder / f"{shard:06d}.f2"


def _plain(error: OSError | ValueError) -> OSError:
    return error if isinstance(error, OSError) else OSError(str(error))


def unit_rows(
    ids: NDArray[np.int64], vectors: NDArray[np.float32], space: Space, width: int
) -> Halves:
    """(works, width) float16 of length 1, each checked.

    Raises:
        InputError: one is no vector of the space.
    """
    if vectors.shape != (len(ids), space.size):
        raise InputError(
            f"Vectors of the shape {vectors.shape} do not fit {len(ids)} works in the space "
            f"'{space.id}' of {space.size} numbers.",
            "Embed the works with the encoder of this space.",
        )
    if len(ids) and int(ids.min()) < 0:
        raise InputError(f"{int(ids.min())} is no work.", "Works are counted from 1.")
    lengths = np.linalg.norm(vectors.astype(np.float32, copy=False), axis=1)
    wrong = np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))
    if len(wrong):
        raise InputError(
            f"The vector of work {int(ids[wrong[0]])} has no direction: a number in it is not "
            "finite, or all are zero.",
            "Nothing of this batch was kept; embed that work again or leave it out.",
        )
    rows = np.zeros((len(ids), width), dtype=np.float16)
    rows[:, : space.size] = vectors / lengths[:, None]
    return rows
