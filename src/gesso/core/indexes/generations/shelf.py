"""The shelf of a space's generations: which there are, which serves, and which may go.

index/<space>/gen-000042/      a generation; it comes by one rename, whole and checked
              CURRENT          which one serves; replaced at once, never changed
              .building-…      one that is being built, or was when its builder died
              builder.lock     one process builds or switches at a time
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gesso.core.catalogue.runs.claims import claim
from gesso.core.catalogue.store.disk import Disk, make_folder, storage_error, write_whole
from gesso.core.errors import StudioBusy

_CURRENT = "CURRENT"
_GENERATION = re.compile(r"gen-(\d{6,9})")
_BUILDING = ".building-"
_GONE = ".gone-"

Sign = tuple[int, int, int] | None
Marks = tuple[tuple[str, int, int, int], ...]


def folder_of(number: int) -> str:
    """The name of a generation's folder."""
    return f"gen-{number:06d}"


class Shelf:
    """The folder of one space's generations.

    Args:
        folder: its own; made at the first build.
        disk: what to write on.
    """

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self._disk = disk

    def numbers(self) -> tuple[int, ...]:
        """All that are kept, newest first."""
        if not self.folder.is_dir():
            return ()
        found = (_GENERATION.fullmatch(path.name) for path in self.folder.iterdir())
        return tuple(sorted((int(one[1]) for one in found if one), reverse=True))

    def place(self, number: int) -> Path:
        """The folder of a generation."""
        return self.folder / folder_of(number)

    def marks(self, number: int) -> Marks:
        """Of the files of a generation: another value when one was written to or replaced."""
        with suppress(OSError):
            told = [(entry.name, entry.stat()) for entry in os.scandir(self.place(number))]
            return tuple(sorted((name, *_sign_of(stat)) for name, stat in told))
        return ()

    def sign(self) -> Sign:
        """Changes whenever another generation is put into service."""
        try:
            stat = (self.folder / _CURRENT).stat()
        except OSError:
            return None
        return _sign_of(stat)

    def current(self) -> tuple[int | None, str]:
        """Which one serves, and what is wrong with the file that says so.

        Where that cannot be read it is the newest: each was whole before it got its name.
        """
        try:
            text = (self.folder / _CURRENT).read_text("ascii")
        except FileNotFoundError:
            return next(iter(self.numbers()), None), ""
        except (OSError, ValueError):
            return next(iter(self.numbers()), None), f"{_CURRENT} cannot be read"
        number, _, check = text.rstrip("\n").partition(" ")
        if not number.isdigit() or check != _check(number):
            return next(iter(self.numbers()), None), f"{_CURRENT} is damaged"
        return int(number), ""

    def put_into_service(self, number: int) -> None:
        """Let searches ask that one from now on.

        Raises:
            StorageError: it could not be; the one before goes on.
        """
        told = f"{number} {_check(str(number))}\n"
        write_whole(self._disk, self.folder / _CURRENT, told.encode("ascii"))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process builds or switches meanwhile.

        Raises:
            StudioBusy: one does.
        """
        make_folder(self._disk, self.folder)
        held = claim(self.folder, "builder")
        try:
            held.__enter__()
        except StudioBusy as error:
            raise StudioBusy(
                f"Another process is building or switching the index in {self.folder}.",
                "Wait for it to end, then run the same command again.",
            ) from error
        try:
            yield
        finally:
            held.__exit__(None, None, None)

    def begin(self, number: int) -> Path:
        """An empty folder in which that generation is built."""
        folder = self.folder / f"{_BUILDING}{number:06d}"
        shutil.rmtree(folder, ignore_errors=True)
        make_folder(self._disk, folder)
        return folder

    def begun(self) -> list[Path]:
        """The folders that builders who died left behind."""
        return [path for path in self.folder.iterdir() if path.name.startswith(_BUILDING)]

    def sweep(self) -> None:
        """Remove what dying processes left of a single file; for who is alone here."""
        for path in self.folder.glob(".*.part"):
            path.unlink(missing_ok=True)

    def finish(self, folder: Path, number: int) -> None:
        """Make every byte durable, then give the generation its name.

        Raises:
            StorageError: it could not be; it has no name then.
        """
        try:
            for path in folder.iterdir():
                with path.open("rb+") as file:
                    self._disk.fsync(file.fileno())
            self._disk.fsync_folder(folder)
            self._disk.rename(folder, self.place(number))
            self._disk.fsync_folder(self.folder)
        except OSError as error:
            raise storage_error(error, folder, "write") from error

    def remove(self, folder: Path) -> None:
        """Take a generation, or what was begun of one, away; a broken-off removal is finished."""
        gone = self.folder / f"{_GONE}{folder.name.lstrip('.')}"
        try:
            if folder.exists():
                shutil.rmtree(gone, ignore_errors=True)
                self._disk.rename(folder, gone)
            for path in [path for path in self.folder.iterdir() if path.name.startswith(_GONE)]:
                shutil.rmtree(path, ignore_errors=True)
        except OSError as error:
            raise storage_error(error, folder, "remove") from error


def _sign_of(stat: os.stat_result) -> tuple[int, int, int]:
    return stat.st_mtime_ns, stat.st_ino, stat.st_size


def _check(number: str) -> str:
    return hashlib.sha256(b"generation " + number.encode()).hexdigest()[:16]
