"""What the catalogue asks of a disk, in one place, so that a test can let any step of it fail."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from gesso.core.errors import StorageError

if TYPE_CHECKING:
    from sqlalchemy import Transaction


class Disk:
    """The real disk. Every method raises the plain `OSError` of the step that failed."""

    def write(self, descriptor: int, data: bytes) -> None:
        """Write all of `data`, in as many goes as the system needs."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def fsync(self, descriptor: int) -> None:
        """Return when the file's bytes are on the disk itself."""
        os.fsync(descriptor)

    def rename(self, old: Path, new: Path) -> None:
        """Give a file its final name at once, over one that has it already."""
        old.replace(new)

    def fsync_folder(self, folder: Path) -> None:
        """Return when the folder's names are on the disk itself."""
        if os.name == "nt":  # Windows keeps names in order by itself and opens no folders
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def commit(self, transaction: Transaction) -> None:
        """Commit a transaction of the database."""
        transaction.commit()


def write_whole(disk: Disk, path: Path, data: bytes, *, through: Path | None = None) -> None:
    """Write a file so that it is there whole or not at all, whenever the power goes.

    Args:
        disk: what to write on.
        path: the file's final place; its folder exists. A file already there is replaced.
        data: all its bytes.
        through: the folder of the temporary file, on the same disk; None for the file's own.

    Raises:
        StorageError: with the cause and the path; no temporary file stays behind.
    """
    _place(disk, path, data, through or path.parent)
    _settle_names(disk, path.parent)


def write_all(disk: Disk, folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files into one folder, each whole or not at all; their names are made durable at once.

    Raises:
        StorageError: with the cause and the path; no temporary file stays behind, and what was
            written before stays.
    """
    for name, data in files.items():
        _place(disk, folder / name, data, folder)
    if files:
        _settle_names(disk, folder)


def make_folder(disk: Disk, folder: Path) -> None:
    """Make a folder and its parents where they are missing, and its name durable.

    Raises:
        StorageError: with the cause and the path.
    """
    try:
        if not folder.is_dir():
            folder.mkdir(parents=True, exist_ok=True)
            disk.fsync_folder(folder.parent)
    except OSError as error:
        raise storage_error(error, folder, "make the folder") from error


def _place(disk: Disk, path: Path, data: bytes, through: Path) -> None:
    passing = through / f".{uuid4().hex}.part"
    try:
        _write_new(disk, passing, data)
        disk.rename(passing, path)
    except OSError as error:
        passing.unlink(missing_ok=True)
        raise storage_error(error, path, "write") from error


def _settle_names(disk: Disk, folder: Path) -> None:
    try:
        disk.fsync_folder(folder)
    except OSError as error:
        raise storage_error(error, folder, "write") from error


def _write_new(disk: Disk, path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    descriptor = os.open(path, flags, 0o666)
    try:
        disk.write(descriptor, data)
        disk.fsync(descriptor)
    finally:
        os.close(descriptor)


_RESERVE_BYTES = 512 << 10
"""A few pages of the database's journal for each item that was under way."""


class Reserve:
    """Room kept on a studio's disk, so that a disk that is full can be written down as such.

    Args:
        folder: the studio's.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / "locks" / "reserve"

    def keep(self) -> None:
        """Have it there; where there is no room for it, the work itself will say so."""
        with suppress(OSError):
            if not self._path.exists() or self._path.stat().st_size < _RESERVE_BYTES:
                self._path.parent.mkdir(exist_ok=True)
                # Blocks that a disk cannot make smaller.
                self._path.write_bytes(os.urandom(_RESERVE_BYTES))

    def give_up(self) -> None:
        """Make its room free."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


_FREE_SPACE = "Free some space and run the same command again; nothing that was kept is lost."
# What cannot be written may be the studio, or the place that a backup or an export goes to.
_MAY_WRITE = (
    "Give yourself the right to write there, or name another folder (--studio for the studio)."
)
_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: ("the disk is full", _FREE_SPACE),
    errno.EDQUOT: ("your disk quota is used up", _FREE_SPACE),
    errno.EFBIG: (
        "the file would be larger than this process may write",
        "Raise the limit on file sizes (ulimit -f) and run the same command again.",
    ),
    errno.EACCES: (
        "permission is denied",
        _MAY_WRITE,
    ),
    errno.EPERM: (
        "it is not permitted",
        _MAY_WRITE,
    ),
    errno.EROFS: (
        "the disk is read-only",
        "Mount it for writing, or name another folder (--studio for the studio).",
    ),
    errno.EIO: (
        "the disk is failing (input/output error)",
        "Look at the system's log; copy the studio to a sound disk, then run: gesso check",
    ),
    errno.EMFILE: (
        "too many files are open",
        "Raise the limit on open files (ulimit -n) and run the same command again.",
    ),
}


def storage_error(error: OSError, path: Path, doing: str) -> StorageError:
    """Our error for a disk that would not do it: `doing` is "write", "read", "remove"."""
    cause, advice = _CAUSES.get(
        error.errno or 0,
        (error.strerror or type(error).__name__, "Look at that path, then run the command again."),
    )
    return StorageError(f"Could not {doing} {path}: {cause}.", advice)
