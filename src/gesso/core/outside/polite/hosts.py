"""The doors of the hosts: how often each is asked, and how long one that said no is left alone."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gesso.core.errors import Interrupted
from gesso.core.outside.waiting.limits import Clock, RealClock
from gesso.core.outside.waiting.shared import SharedFile

_TABLE = """CREATE TABLE IF NOT EXISTS hosts (
    name TEXT PRIMARY KEY, free_at REAL NOT NULL DEFAULT 0, shut_since REAL NOT NULL DEFAULT 0,
    shut_until REAL NOT NULL DEFAULT 0, level INTEGER NOT NULL DEFAULT 0,
    strikes INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '')"""
# How often one who waits for a place looks whether the owner stopped.
_LOOK_S = 0.2


@dataclass(frozen=True)
class Pace:
    """How often a host is asked: a token bucket.

    Attributes:
        per_s: requests a second in the long run.
        burst: how many may follow each other at once after a rest.

    Raises:
        ValueError: either is out of its range.
    """

    per_s: float = 1.0
    burst: int = 2

    def __post_init__(self) -> None:
        if not 0.0001 <= self.per_s <= 1000 or self.burst < 1:
            raise ValueError(f"a pace is 0.0001 to 1000 a second and a burst of 1 or more: {self}")


@dataclass(frozen=True)
class BreakerOptions:
    """How long a host is left alone.

    Attributes:
        first_s, longest_s: the first pause; each further one without a success between is twice
            as long, up to the longest.
        strikes: so many failures in a row (no answer, broken answers, refusals) open it.
    """

    first_s: float = 30.0
    longest_s: float = 600.0
    strikes: int = 5


@dataclass(frozen=True)
class Pause:
    """Why a host is left alone, and for how long still.

    Attributes:
        left_s: seconds, 0.0 when its door is open.
        reason: in words, "" for none.
    """

    left_s: float = 0.0
    reason: str = ""


class Hosts:
    """The doors of all hosts. Safe to share between threads; with a `path`, between processes.

    Args:
        path: an SQLite file, made when it is not there; None keeps all in memory.
        pace: of hosts that have none of their own.
        breaker: how long a host is left alone.
        connections: at most so many requests of this process at once to one host.
        clock: the time.

    Raises:
        StudioBusy: here and in every method: another process kept the file for too long.
        StorageError: here and in every method: the file cannot be read or written.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        pace: Pace | None = None,
        breaker: BreakerOptions | None = None,
        connections: int = 1,
        clock: Clock | None = None,
    ) -> None:
        self.clock = clock or RealClock()
        self._pace = pace or Pace()
        self._paces: dict[str, Pace] = {}
        self._breaker = breaker or BreakerOptions()
        self._connections = connections
        self._lock = threading.Lock()
        self._shared = SharedFile(path, _TABLE)
        self._places: dict[str, threading.Semaphore] = {}
        self._shut_until: dict[str, float] = {}

    def set_pace(self, host: str, pace: Pace) -> None:
        """Give a host a pace of its own; a slower wish of the host itself still counts."""
        with self._lock:
            self._paces[host] = pace

    def slow_down(self, host: str, delay_s: float) -> None:
        """Keep to a host's own wish of so many seconds between two requests; never speeds up."""
        with self._lock:
            pace = self._paces.get(host, self._pace)
            if delay_s > 1.0 / pace.per_s:
                self._paces[host] = Pace(max(0.0001, 1.0 / delay_s), 1)

    def pause(self, host: str) -> Pause:
        """Whether a host is left alone now."""
        with self._alone():
            return self._pause(host)

    def enter(self, host: str) -> float:
        """Take a turn: 0.0 when the request may leave now, else seconds until it is worth asking.

        A 0.0 has used up one turn of the host's pace. A pause is not looked at here.
        """
        with self._alone(), self._shared.writing() as conn:
            pace = self._paces.get(host, self._pace)
            each_s = 1.0 / pace.per_s
            now = self.clock.wall()
            # The bucket as one moment: when it will be full again (the generic cell rate
            # algorithm of ITU-T I.371).
            free_at = max(now, _row(conn, host)["free_at"])
            if free_at > now + pace.burst * each_s:
                # No bucket is that empty: the clock was set back, which must not shut for hours.
                free_at = now + pace.burst * each_s
                conn.execute("UPDATE hosts SET free_at = ? WHERE name = ?", (free_at, host))
            wait_s = float(free_at - now - (pace.burst - 1) * each_s)
            if wait_s > 1e-6:
                return wait_s
            conn.execute("UPDATE hosts SET free_at = ? WHERE name = ?", (free_at + each_s, host))
            return 0.0

    def answered(self, host: str) -> None:
        """A host gave what was asked: its failures are forgotten, a pause that it wished is not."""
        with self._alone():
            self._shared.conn.execute(
                "UPDATE hosts SET level = 0, strikes = 0 WHERE name = ?"
                " AND (level > 0 OR strikes > 0)",
                (host,),
            )

    def struck(self, host: str, reason: str) -> Pause:
        """A failure that says little by itself; so many in a row open the breaker."""
        with self._alone(), self._shared.writing() as conn:
            strikes = _row(conn, host)["strikes"] + 1
            conn.execute("UPDATE hosts SET strikes = ? WHERE name = ?", (strikes, host))
            if strikes >= self._breaker.strikes:
                self._shut(conn, host, reason, None)
        return self.pause(host)

    def said_no(self, host: str, reason: str, after_s: float | None = None) -> Pause:
        """A host wants quiet: for `after_s`, which is never undercut, or for our own pause."""
        with self._alone(), self._shared.writing() as conn:
            self._shut(conn, host, reason, after_s)
        return self.pause(host)

    @contextmanager
    def place(self, host: str, stop: threading.Event) -> Iterator[None]:
        """One of the connections to a host; waits for it.

        Raises:
            Interrupted: `stop` was set while waiting.
        """
        with self._lock:
            made = threading.Semaphore(self._connections)
            place = self._places.setdefault(host, made)
        while not place.acquire(timeout=_LOOK_S):
            if stop.is_set():
                raise Interrupted(f"Stopped while waiting for {host}.")
        try:
            yield
        finally:
            place.release()

    def seen(self) -> Mapping[str, Pause]:
        """Every host that is left alone now."""
        with self._alone():
            rows = self._shared.conn.execute("SELECT name FROM hosts WHERE shut_until > 0")
            pauses = {str(name): self._pause(str(name)) for (name,) in rows.fetchall()}
        return {name: pause for name, pause in pauses.items() if pause.left_s > 0.0}

    def close(self) -> None:
        """Let go of the shared file."""
        with self._alone():
            self._shared.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock, self._shared.in_our_words():
            yield

    def _shut(
        self, conn: sqlite3.Connection, host: str, reason: str, after_s: float | None
    ) -> None:
        row = _row(conn, host)
        # After its own word the host decides; only where it says no again and again do we wait
        # longer than it asked for.
        level = row["level"] - (after_s is not None)
        doubled = self._breaker.first_s * 2 ** min(level, 30) if level >= 0 else 0.0
        pause_s = max(after_s or 0.0, min(doubled, self._breaker.longest_s))
        now = self.clock.wall()
        until = max(row["shut_until"], now + pause_s)
        conn.execute(
            "UPDATE hosts SET shut_since = ?, shut_until = ?, level = ?, strikes = 0, reason = ?"
            " WHERE name = ?",
            (now, until, row["level"] + 1, reason, host),
        )
        here = self.clock.now() + pause_s
        self._shut_until[host] = max(here, self._shut_until.get(host, 0.0))

    def _pause(self, host: str) -> Pause:
        row = _row(self._shared.conn, host)
        # Never longer than was asked for when the wall clock was set back, and in this process
        # never shorter when it was set forward.
        by_wall = min(row["shut_until"] - self.clock.wall(), row["shut_until"] - row["shut_since"])
        here = self._shut_until.get(host, 0.0) - self.clock.now()
        left_s = max(0.0, by_wall, here)
        return Pause(left_s, row["reason"] if left_s > 0.0 else "")


def _row(conn: sqlite3.Connection, host: str) -> sqlite3.Row:
    cursor = conn.cursor()
    cursor.row_factory = sqlite3.Row
    found: sqlite3.Row | None = cursor.execute(
        "SELECT * FROM hosts WHERE name = ?", (host,)
    ).fetchone()
    if found is None:
        cursor.execute("INSERT OR IGNORE INTO hosts (name) VALUES (?)", (host,))
        found = cursor.execute("SELECT * FROM hosts WHERE name = ?", (host,)).fetchone()
    if found is None:
        raise sqlite3.DatabaseError(f"no row for {host}")
    return found
