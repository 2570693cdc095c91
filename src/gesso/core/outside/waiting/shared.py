"""A small SQLite file that processes share while they wait; it holds nothing that lasts."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gesso.core.errors import StorageError, StudioBusy

# A shared file is written in well under a millisecond; a wait this long means a stuck process.
_BUSY_S = 5.0
_AGAIN_S = 0.02


class SharedFile:
    """A connection to the file; its user sees to it that one thread uses it at a time.

    Args:
        path: made when it is not there; None keeps all in the memory of this process.
        tables: the statements that make what is needed where it is not there.

    Attributes:
        conn: without transactions of its own.

    Raises:
        StudioBusy: another process kept the file for too long.
        StorageError: the file cannot be read or written.
    """

    def __init__(self, path: Path | None, *tables: str) -> None:
        self._path = path
        with self.in_our_words():
            self.conn = sqlite3.connect(
                path or ":memory:", timeout=_BUSY_S, isolation_level=None, check_same_thread=False
            )
            try:
                self._prepare(tables)
            except BaseException:
                self.conn.close()
                raise

    @contextmanager
    def in_our_words(self) -> Iterator[None]:
        """Tell what SQLite says as one of our errors."""
        try:
            yield
        except sqlite3.Error as error:
            if _is_busy(error):
                raise StudioBusy(
                    f"Another program has been writing to {self._path} for too long.",
                    "Wait for it to end, or stop it, then run the same command again.",
                ) from error
            raise StorageError(
                f"The file {self._path}, which keeps the providers' limits, cannot be used: "
                f"{error}.",
                "Look at the disk and at the rights of that folder. The file holds nothing that "
                "lasts: once every gesso has ended it may be deleted.",
            ) from error

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, alone among all processes."""
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            yield self.conn
            self.conn.execute("COMMIT")
        except BaseException:
            if self.conn.in_transaction:  # or no transaction could ever begin again
                self.conn.execute("ROLLBACK")
            raise

    def close(self) -> None:
        """Let go of the file."""
        self.conn.close()

    def _prepare(self, tables: tuple[str, ...]) -> None:
        # Changing the journal does not wait for a lock by itself, so when several processes make
        # the file at once each tries until the others are through.
        give_up = time.monotonic() + _BUSY_S
        while True:
            try:
                self.conn.execute("PRAGMA journal_mode=WAL").fetchall()
                self.conn.execute("PRAGMA synchronous=NORMAL")
                for table in tables:
                    self.conn.execute(table)
            except sqlite3.OperationalError as error:
                if not _is_busy(error) or time.monotonic() > give_up:
                    raise
                time.sleep(_AGAIN_S)
            else:
                return


def _is_busy(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
