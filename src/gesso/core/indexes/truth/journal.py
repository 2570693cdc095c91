"""The journal of a space: which work each row belongs to and which works are gone, kept twice.

Two copies of the same records stand side by side. The first is written and on the disk before the
second is begun, so a write that was broken off tears at most one of them, and a byte that went
wrong in one is read from the other.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gesso.core.catalogue.store.disk import Disk, storage_error, write_whole
from gesso.core.indexes.truth.checks import Checks

COPIES = ("rows-a.log", "rows-b.log")
GONE = -1
"""The row of a record that says: this work has no vector any more."""

_NOBODY = -1

_RECORD = np.dtype(
    [("id", "<i8"), ("row", "<i8"), ("sum", "<u4"), ("rest", "<u4"), ("check", "<u8")]
)
"""`rest` says how many records of the same call follow: a call counts whole or not at all."""
Records = NDArray[np.void]


@dataclass(frozen=True)
class Reading:
    """What a journal says from some place on.

    Attributes:
        records: those that are whole, in order, with the fields id, row and sum.
        count: how many places the journal has, from its beginning; what stands behind them was
            broken off.
        lost: places whose record is damaged in both copies.
        wounds: one sentence for each copy that went wrong, and one for an end that both lack. A
            copy that only ends too early is none: so a write that was broken off leaves it.
    """

    records: Records
    count: int
    lost: tuple[int, ...] = ()
    wounds: tuple[str, ...] = ()


class Journal:
    """Both copies of one space's journal.

    Args:
        folder: where they lie.
        checks: the sums of this space.
        disk: what to write on.
    """

    def __init__(self, folder: Path, checks: Checks, disk: Disk) -> None:
        self._paths = tuple(folder / name for name in COPIES)
        self._checks = checks
        self._disk = disk

    def size(self) -> int:
        """How many records the longer copy may hold; costs two looks at the disk."""
        return max(_length(path) for path in self._paths) // _RECORD.itemsize

    def is_even(self, count: int) -> bool:
        """Whether both copies hold `count` records and not a byte more."""
        return {_length(path) for path in self._paths} == {count * _RECORD.itemsize}

    def read(self, first: int = 0) -> Reading:
        """All that is whole from place `first` on."""
        # The second copy is read first: what has come there was whole in the first before.
        data_b, data_a = (self._bytes(path, first) for path in reversed(self._paths))
        a, b = _records(data_a), _records(data_b)
        fits_a = self._fits(a, first)
        if data_a == data_b and fits_a.all() and (not len(a) or a["rest"][-1] == 0):
            return Reading(a, first + len(a))
        fits_b = self._fits(b, first)
        longer = max(len(a), len(b))
        fits_a, fits_b = _stretch(fits_a, longer), _stretch(fits_b, longer)
        whole = fits_a | fits_b
        merged = np.zeros(longer, dtype=_RECORD)
        merged[: len(b)] = b
        merged[: len(a)][fits_a[: len(a)]] = a[fits_a[: len(a)]]
        count = _committed(fits_a, fits_b)
        count = _reach(whole[:count] & (merged["rest"][:count] == 0))
        lost = tuple(int(place) + first for place in np.flatnonzero(~whole[:count]))
        wounds = tuple(
            f"{path.name} is damaged and is read from its copy"
            for path, fits in zip(self._paths, (fits_a[: len(a)], fits_b[: len(b)]), strict=True)
            if not fits[:count][whole[: len(fits)][:count]].all() or (count and not path.exists())
        )
        ends = min(len(a), len(b)) - count
        if ends > 0:
            wounds += (f"the last {ends} records of the journal are damaged in both copies",)
        return Reading(merged[:count][whole[:count]], first + count, lost, wounds)

    def append(
        self, ids: NDArray[np.int64], rows: NDArray[np.int64], sums: NDArray[np.uint32], place: int
    ) -> None:
        """Write records at `place` and behind it, first into one copy, then into the other.

        Raises:
            StorageError: nothing of them counts.
        """
        records = np.zeros(len(ids), dtype=_RECORD)
        records["id"], records["row"], records["sum"] = ids, rows, sums
        records["rest"] = np.arange(len(ids) - 1, -1, -1)
        records["check"] = self._checks.of_records(_words(records), place)
        data = records.tobytes()
        try:
            for path in self._paths:
                self._write(path, data, place)
        except OSError as error:
            self._cut(place)
            raise storage_error(error, self._paths[0], "write") from error

    def begin(self) -> None:
        """Make both copies where they are missing, so that one that is gone can be told."""
        for path in self._paths:
            if not path.exists():
                write_whole(self._disk, path, b"")

    def mend(self) -> None:
        """Make both copies say what they say together, and cut what was broken off.

        In the place of a record that neither has stands one that says nothing.

        Raises:
            StorageError: it could not be written.
        """
        reading = self.read()
        sound = np.zeros(reading.count, dtype=_RECORD)
        sound["id"], sound["row"] = _NOBODY, GONE
        kept = np.ones(reading.count, dtype=bool)
        kept[list(reading.lost)] = False
        sound[kept] = reading.records
        sound["check"] = self._checks.of_records(_words(sound), 0)
        data = sound.tobytes()
        for path in self._paths:
            if self._bytes(path, 0) != data:
                write_whole(self._disk, path, data)

    def _bytes(self, path: Path, first: int) -> bytes:
        try:
            with path.open("rb") as file:
                file.seek(first * _RECORD.itemsize)
                return file.read()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise storage_error(error, path, "read") from error

    def _fits(self, records: Records, first: int) -> NDArray[np.bool_]:
        fits: NDArray[np.bool_] = (
            self._checks.of_records(_words(records), first) == records["check"]
        )
        return fits

    def _write(self, path: Path, data: bytes, place: int) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            # A stale record behind the end could one day stand at its own place again.
            os.ftruncate(descriptor, place * _RECORD.itemsize)
            os.lseek(descriptor, place * _RECORD.itemsize, os.SEEK_SET)
            self._disk.write(descriptor, data)
            self._disk.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _cut(self, place: int) -> None:
        """Take back what was begun; where even that fails, the checks will tell."""
        for path in self._paths:
            try:
                if _length(path) > place * _RECORD.itemsize:
                    os.truncate(path, place * _RECORD.itemsize)
            except OSError:
                continue


def _records(data: bytes) -> Records:
    return np.frombuffer(data, dtype=_RECORD, count=len(data) // _RECORD.itemsize)


def _words(records: Records) -> NDArray[np.uint64]:
    return records.view("<u8").reshape(-1, 4)[:, :3]


def _length(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _stretch(fits: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    stretched = np.zeros(count, dtype=bool)
    stretched[: len(fits)] = fits
    return stretched


def _committed(fits_a: NDArray[np.bool_], fits_b: NDArray[np.bool_]) -> int:
    """How many places count: all that both copies reach, and the whole ones that follow.

    A write tears one copy only. So a hole that both have is damage if both go on behind it, and
    the torn end of the longer one if they do not.
    """
    both = min(_reach(fits_a), _reach(fits_b))
    torn = np.flatnonzero(~(fits_a | fits_b)[both:])
    return both + int(torn[0]) if len(torn) else max(_reach(fits_a), _reach(fits_b))


def _reach(fits: NDArray[np.bool_]) -> int:
    whole = np.flatnonzero(fits)
    return int(whole[-1]) + 1 if len(whole) else 0
