"""Blobs into a folder, several at a time, each read back from the disk and held to its hash."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Signal
from typing import Literal
from uuid import uuid4

from gesso.core.catalogue.blobs.blob import BlobStore, key_of
from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error
from gesso.core.errors import DamageError, Interrupted

_AT_ONCE = 4
Fate = Literal["copied", "there", "missing", "damaged"]


@dataclass(frozen=True)
class _Carried:
    key: str
    fate: Fate
    bytes: int = 0


@dataclass
class Cargo:
    """What became of the blobs.

    Attributes:
        copied, there: how many were copied, and how many were there already.
        bytes: of those that were copied.
        missing: keys that the source does not have.
        damaged: keys whose bytes in the source are others; they were left behind.
    """

    copied: int = 0
    there: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    def add(self, one: _Carried) -> None:
        """Count one blob."""
        match one.fate:
            case "copied":
                self.copied += 1
                self.bytes += one.bytes
            case "there":
                self.there += 1
            case "missing":
                self.missing.append(one.key)
            case "damaged":
                self.damaged.append(one.key)


class Carrier:
    """Carries blobs from a store into a folder of files under their keys.

    Args:
        source: where they are.
        folder: where they go; what is there under a key with the right length stays.
        disk: what to write on.
        link: share the file with a source on the same disk instead of copying it: at once and
            for nothing, but a disk that loses the one loses the other.
        stop: set it to stop after those on their way.
    """

    def __init__(
        self,
        source: BlobStore,
        folder: Path,
        disk: Disk,
        *,
        link: bool = False,
        stop: Signal | None = None,
    ) -> None:
        self._source = source
        self._folder = folder
        self._disk = disk
        self._link = link
        self._stop = stop or Signal()
        self._touched: set[Path] = set()

    def carry(
        self,
        blobs: Iterable[tuple[str, int]],
        cargo: Cargo,
        heard: Callable[[int], None] = lambda _bytes: None,
    ) -> None:
        """Carry these; when it returns they survive a power cut.

        Args:
            blobs: keys with their lengths.
            cargo: counts them.
            heard: told of the bytes of each that is through.

        Raises:
            StorageError: a disk would not do it.
            Interrupted: the owner stopped; what was carried stays.
        """
        make_folder(self._disk, self._folder)
        for one in self._several(blobs):
            cargo.add(one)
            heard(one.bytes)
        for folder in sorted(self._touched):
            self._settle(folder)
        self._touched.clear()
        if self._stop.is_set():
            raise Interrupted(
                "Stopped; the pictures that were copied stay.",
                "Run the same command again to go on.",
            )

    def _several(self, blobs: Iterable[tuple[str, int]]) -> Iterator[_Carried]:
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            waiting: set[Future[_Carried]] = set()
            try:
                for key, size in blobs:
                    if self._stop.is_set():
                        break
                    waiting.add(threads.submit(self._one, key, size))
                    if len(waiting) >= 4 * _AT_ONCE:
                        done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                        yield from (one.result() for one in done)
                yield from (one.result() for one in wait(waiting).done)
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise

    def _one(self, key: str, size: int) -> _Carried:
        path = self._folder / key
        try:
            if path.is_file() and path.stat().st_size == size:
                return _Carried(key, "there")
            return self._copied(key, path)
        except DamageError:
            return _Carried(key, "missing")
        except OSError as error:
            raise storage_error(error, path, "write") from error

    def _copied(self, key: str, path: Path) -> _Carried:
        make_folder(self._disk, path.parent)
        passing = path.parent / f".{uuid4().hex}.part"
        try:
            size = self._linked(key, passing) if self._link else None
            if size is None:
                size = self._written(self._source.get(key), passing)
            # Read back from there: one look says of both sides that they are whole.
            if _digest_of(passing) != key.rpartition("/")[2]:
                return _Carried(key, self._blamed(key))
            self._disk.rename(passing, path)
        finally:
            with suppress(OSError):
                passing.unlink(missing_ok=True)
        self._touched.add(path.parent)
        return _Carried(key, "copied", size)

    def _linked(self, key: str, passing: Path) -> int | None:
        """The length of a file that is shared now; None where it cannot be shared."""
        path = self._source.path(key)
        if path is None:
            return None
        try:
            os.link(path, passing)
        except OSError:  # it is missing, on another disk, or on one without links
            return None
        return passing.stat().st_size

    def _written(self, data: bytes, passing: Path) -> int:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        descriptor = os.open(passing, flags, 0o666)
        try:
            self._disk.write(descriptor, data)
            self._disk.fsync(descriptor)
            if hasattr(os, "posix_fadvise"):  # what is read back then comes from the disk itself
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)
        return len(data)

    def _blamed(self, key: str) -> Fate:
        """Whose fault other bytes are: the source's, or else that of the disk written to."""
        if key_of(self._source.get(key)) != key:
            return "damaged"
        raise OSError(errno.EIO, "the disk gave other bytes back than were written to it")

    def _settle(self, folder: Path) -> None:
        try:
            self._disk.fsync_folder(folder)
        except OSError as error:
            raise storage_error(error, folder, "write") from error


def _digest_of(path: Path) -> str:
    """The sha256 of a file, hex."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
