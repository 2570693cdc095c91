"""Blobs as files in a folder: `ab/ab12…`, each written beside its place and renamed into it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from gesso.core.catalogue.blobs.blob import is_key, key_of
from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error, write_whole
from gesso.core.errors import DamageError

_PASSING = "tmp"


@dataclass(frozen=True)
class LocalOptions:
    """How the folder is used.

    Attributes:
        read_only: it is only looked at, and not even made.
    """

    read_only: bool = False


class LocalBlobs:
    """A blob store in one folder of a local disk.

    Args:
        folder: its own; it is made when it is missing.
        disk: what to write on.
        options: how the folder is used, None for as they stand.
    """

    Options: ClassVar[type] = LocalOptions

    def __init__(self, folder: Path, disk: Disk, options: LocalOptions | None = None) -> None:
        self._folder = folder
        self._disk = disk
        self._passing = folder / _PASSING
        if options is None or not options.read_only:
            make_folder(disk, self._passing)

    def put(self, data: bytes, media_type: str = "") -> str:  # noqa: ARG002 - files have no type
        """Keep some bytes and return their key."""
        key = key_of(data)
        path = self._folder / key
        make_folder(self._disk, path.parent)
        if self.size(key) == len(data):
            # Whoever wrote it may not have come as far as making its name durable.
            self._settle_name(path)
        else:
            write_whole(self._disk, path, data, through=self._passing)
        return key

    def get(self, key: str) -> bytes:
        """The bytes as they lie there."""
        path = self._place(key)
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise DamageError(
                f"The stored file {path} is missing.",
                "Put it back from a copy of the studio; `gesso check` names all that are missing.",
            ) from error
        except OSError as error:
            raise storage_error(error, path, "read") from error

    def path(self, key: str) -> Path | None:
        """The file itself, also when it is missing."""
        return self._place(key)

    def has(self, key: str) -> bool:
        """Whether the file is there."""
        return self.size(key) is not None

    def size(self, key: str) -> int | None:
        """The file's length in bytes."""
        path = self._place(key)
        try:
            return path.stat().st_size
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise storage_error(error, path, "look at") from error

    def delete(self, key: str) -> None:
        """Remove the file."""
        path = self._place(key)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, path, "remove") from error

    def keys(self, shelf: str = "") -> Iterator[str]:
        """All files that bear the name of a key, where a key belongs."""
        if not self._folder.is_dir():
            return
        for place in [self._folder / shelf] if shelf else self._folder.iterdir():
            if place.is_dir() and place.name != _PASSING:
                names = (f"{place.name}/{path.name}" for path in place.iterdir())
                yield from (name for name in names if is_key(name))

    def leftovers(self) -> int:
        """How many temporary files lie about, of writes under way or broken off."""
        return sum(1 for _ in self._passing.iterdir())

    def sweep(self, older_than_s: float) -> int:
        """Remove temporary files that nobody has touched for that long."""
        before = time.time() - older_than_s
        swept = 0
        for path in self._passing.iterdir():
            try:
                if path.stat().st_mtime < before:
                    path.unlink()
                    swept += 1
            except FileNotFoundError:
                continue  # another process swept it
            except OSError as error:
                raise storage_error(error, path, "remove") from error
        return swept

    def _place(self, key: str) -> Path:
        if not is_key(key):
            raise ValueError(f"{key!r} is no key of a blob")
        return self._folder / key

    def _settle_name(self, path: Path) -> None:
        try:
            self._disk.fsync_folder(path.parent)
        except OSError as error:
            raise storage_error(error, path, "write") from error
