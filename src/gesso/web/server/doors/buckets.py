"""How often one address and one token may call; what was called outlasts the server's end."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

from gesso.core.errors import GessoError
from gesso.core.outside.waiting.shared import SharedFile

log = logging.getLogger(__name__)

_TABLE = "CREATE TABLE IF NOT EXISTS calls (key TEXT PRIMARY KEY, until REAL NOT NULL)"
_SWEPT_EVERY = 500
"""Calls after which full buckets are forgotten."""


@dataclass(frozen=True)
class Flow:
    """How often one may call.

    Attributes:
        per_minute: calls that flow in; 0 for no limit.
        burst: calls that a bucket holds.
    """

    per_minute: int
    burst: int

    @property
    def each_s(self) -> float:
        """Seconds that one call takes up."""
        return 60 / self.per_minute


class Buckets:
    """A bucket for each key, kept in a small file so that a restart empties none.

    Of each key one moment is kept: when its bucket would be full again (the generic cell rate
    algorithm). A call moves it on; a call that would move it further ahead than the bucket is
    deep has to wait.

    Args:
        path: the file; None keeps all in memory.
        clock: seconds since 1970.
    """

    def __init__(self, path: Path | None, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._file: SharedFile | None = None
        self._lock = threading.Lock()
        self._calls = 0

    def take(self, keys: Sequence[str], flow: Flow) -> int:
        """Take one call from every bucket or from none; any thread may ask.

        Returns:
            0 where it may be made, else the whole seconds to wait, at least 1.
        """
        if not flow.per_minute:
            return 0
        with self._lock:
            try:
                return self._taken(self._opened(), keys, flow)
            except GessoError as error:
                if self._path is None:
                    raise
                log.warning("calls are counted in memory from now on: %s", error.message)
                self._let_go()
                self._path = None
                return self._taken(self._opened(), keys, flow)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

    def _opened(self) -> SharedFile:
        if self._file is None:
            self._file = SharedFile(self._path, _TABLE)
        return self._file

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None

    def _taken(self, file: SharedFile, keys: Sequence[str], flow: Flow) -> int:
        now = self._clock()
        with file.in_our_words(), file.writing() as connection:
            moments = [_moment(connection, key, now, flow) for key in keys]
            wait = max(moments) + flow.each_s * (1 - flow.burst) - now
            if wait > 1e-6:
                return math.ceil(wait - 1e-6)
            for key, moment in zip(keys, moments, strict=True):
                connection.execute(
                    "INSERT INTO calls VALUES (?, ?) "
                    "ON CONFLICT (key) DO UPDATE SET until = excluded.until",
                    (key, moment + flow.each_s),
                )
            self._calls += 1
            if self._calls % _SWEPT_EVERY == 1:
                connection.execute("DELETE FROM calls WHERE until < ?", (now,))
        return 0


def _moment(connection: Connection, key: str, now: float, flow: Flow) -> float:
    row = connection.execute("SELECT until FROM calls WHERE key = ?", (key,)).fetchone()
    # Never further ahead than a bucket is deep, also when the clock was set back.
    return now if row is None else min(max(now, row[0]), now + flow.each_s * flow.burst)
