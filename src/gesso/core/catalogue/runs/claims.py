"""One process at a time works on a run: a lock that the system drops when its holder dies."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.disk import storage_error
from gesso.core.errors import StorageError, StudioBusy

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


_HELD = frozenset({errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK})
"""What the system answers where another process holds the lock; EDEADLK on Windows alone."""


class Claims:
    """Who works on what: of this machine by files, of all that share a server by it as well.

    Args:
        folder: where lock files live; made when needed.
        database: where runs are kept.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self._folder = folder
        self._database = database

    @contextmanager
    def hold(self, run: str, looking: str = "gesso runs show") -> Iterator[None]:
        """Hold the run `run` for this process; its death lets go of it.

        Args:
            run: the run's id, already checked to be a plain name.
            looking: the command that shows such a run.

        Raises:
            StudioBusy: another process holds it, here or on another machine.
            StorageError: the lock file cannot be made, or its disk knows no locks.
        """
        with claim(self._folder, run, looking), self._database.claimed(run) as is_ours:
            if not is_ours:
                raise StudioBusy(
                    f"The run '{run}' is being worked on by another machine.",
                    f"Wait for it, or look at it with: {looking} {run}",
                )
            yield

    def is_held(self, run: str) -> bool:
        """Whether a process holds the run now, this one or another, here or elsewhere."""
        return is_held(self._folder, run) or self._database.is_claimed(run)


@contextmanager
def claim(folder: Path, run: str, looking: str = "gesso runs show") -> Iterator[None]:
    """Hold the run `run` for this process.

    Args:
        folder: where lock files live; made when needed.
        run: the run's id, already checked to be a plain name.
        looking: the command that shows such a run.

    Raises:
        StudioBusy: another process holds it.
        StorageError: the lock file cannot be made, or its disk knows no locks.
    """
    path = folder / f"{run}.lock"
    with _opened(path) as file:
        try:
            _lock(file)
        except OSError as error:
            if error.errno not in _HELD:
                raise storage_error(error, path, "lock") from error
            raise StudioBusy(
                f"The run '{run}' is being worked on by another process.",
                f"Wait for it, or look at it with: {looking} {run}",
            ) from error
        yield


def is_held(folder: Path, run: str) -> bool:
    """Whether a process, this one or another, holds a run at this moment."""
    if not (folder / f"{run}.lock").exists():
        return False
    try:
        with claim(folder, run):
            return False
    except StudioBusy:
        return True
    except StorageError:
        # Where no lock can be taken, on a read-only disk, nobody of this machine works.
        return False


def _opened(path: Path) -> IO[str]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("a+", encoding="utf-8")
    except OSError as error:
        raise storage_error(error, path, "open") from error
