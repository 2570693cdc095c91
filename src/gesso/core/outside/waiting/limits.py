"""How often each provider may be asked, and when it asked for quiet: shared by processes."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyrate_limiter as pyrate

from gesso.core.outside.waiting.shared import SharedFile

_PROVIDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Clock(Protocol):
    """Time, so that a test need not wait."""

    def now(self) -> float:
        """Seconds that only go forward."""
        ...

    def wall(self) -> float:
        """Seconds since 1970: what two processes can compare."""
        ...

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Let time pass; return early when `stop` is set."""
        ...


class RealClock:
    """The time of this machine."""

    def now(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()

    def wall(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Let time pass; return early when `stop` is set."""
        stop.wait(min(seconds, threading.TIMEOUT_MAX))


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any `per_s` seconds.

    Raises:
        ValueError: either is not above zero.
    """

    calls: int
    per_s: float = 1.0

    def __post_init__(self) -> None:
        if self.calls < 1 or not self.per_s >= 0.001:
            raise ValueError(f"a rate is at least 1 call in 0.001 s or more, not {self}")


@dataclass(frozen=True)
class Quiet:
    """How long a provider wants quiet.

    Attributes:
        left_s: from now on, in seconds.
        whole_s: since it was asked for, as far as that is known; else as `left_s`.
    """

    left_s: float
    whole_s: float


_NONE = Quiet(0.0, 0.0)


class Limits:
    """The doors to the providers: each with its rate, and shut while it asked for quiet.

    Safe to share between threads. With a `path`, processes that name the same file share both
    the rates and the quiet.

    Args:
        rates: by provider; who is not named has no rate of ours.
        path: an SQLite file, made when it is not there; None keeps all in memory.
        clock: the time.

    Raises:
        StudioBusy: here and in every method: another process kept the file for too long.
        StorageError: here and in every method: the file cannot be read or written.
    """

    def __init__(
        self,
        rates: Mapping[str, Rate] | None = None,
        *,
        path: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._clock = clock or RealClock()
        self._rates = dict(rates or {})
        self._lock = threading.Lock()
        self._shared = None if path is None else _SharedFile(path)
        self._buckets: dict[str, pyrate.AbstractBucket] = {}
        self._shut_until: dict[str, float] = {}
        self._lines: dict[str, threading.Lock] = {}

    def line(self, provider: str) -> threading.Lock:
        """Where those stand who wait for this provider: one at the door, the others behind."""
        with self._lock:
            return self._lines.setdefault(provider, threading.Lock())

    def shut_s(self, provider: str) -> float:
        """How long the provider still wants quiet, in seconds; 0.0 when its door is open."""
        with self._alone():
            return self._shut_s(provider)

    def shut(self) -> Mapping[str, Quiet]:
        """Every provider that wants quiet now, by its name."""
        with self._alone():
            found = dict(self._shared.quiet(self._clock.wall())) if self._shared else {}
            for provider, until in self._shut_until.items():
                left_s = until - self._clock.now()
                if left_s > found.get(provider, _NONE).left_s:
                    found[provider] = Quiet(left_s, left_s)
            return found

    def shut_for(self, provider: str, seconds: float) -> None:
        """Shut the provider's door for everybody; a shorter wish never shortens a longer one."""
        with self._alone():
            self._keep_longer(provider, seconds)
            if self._shared is not None:
                self._shared.shut(provider, self._clock.wall(), seconds)

    def enter(self, provider: str) -> float:
        """Go through the door: 0.0 when the call may leave, else seconds until it is worth asking.

        A 0.0 has used up one call of the provider's rate.
        """
        with self._alone():
            shut_s = self._shut_s(provider)
            if shut_s > 0.0 or provider not in self._rates:
                return shut_s
            return self._take(self._bucket(provider))

    def close(self) -> None:
        """Let go of the shared file."""
        with self._alone():
            if self._shared is not None:
                self._shared.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock:
            if self._shared is None:
                yield
            else:
                with self._shared.in_our_words():
                    yield

    def _shut_s(self, provider: str) -> float:
        if self._shared is not None:
            self._keep_longer(provider, self._shared.shut_s(provider, self._clock.wall()))
        return max(0.0, self._shut_until.get(provider, 0.0) - self._clock.now())

    def _keep_longer(self, provider: str, seconds: float) -> None:
        if seconds > 0.0:
            until = self._clock.now() + seconds
            self._shut_until[provider] = max(until, self._shut_until.get(provider, 0.0))

    def _take(self, bucket: pyrate.AbstractBucket) -> float:
        # The limiter's own waiting cannot be woken by Ctrl-C, so we ask the bucket and wait.
        stamp = int((self._clock.wall() if self._shared else self._clock.now()) * 1000)
        item = pyrate.RateItem("call", stamp)
        if bucket.put(item):
            bucket.leak(stamp)
            return 0.0
        waiting_ms = bucket.waiting(item)
        if not isinstance(waiting_ms, int):
            raise TypeError("our buckets answer at once")
        return max(waiting_ms, 1) / 1000.0

    def _bucket(self, provider: str) -> pyrate.AbstractBucket:
        if provider not in self._buckets:
            rate = self._rates[provider]
            rates = [pyrate.Rate(rate.calls, round(rate.per_s * 1000))]
            self._buckets[provider] = (
                pyrate.InMemoryBucket(rates)
                if self._shared is None
                else self._shared.bucket(provider, rates)
            )
        return self._buckets[provider]


class _AtomicBucket(pyrate.SQLiteBucket):
    """A bucket that counts and puts in one transaction, so processes never take the same place."""

    def put(self, item: pyrate.RateItem) -> bool:
        self.conn.execute("BEGIN IMMEDIATE")
        try:
            # A clock that was set back leaves places in the future, which would block for hours.
            ahead = item.timestamp + max(rate.interval for rate in self.rates)
            self.conn.execute(f"DELETE FROM '{self.table}' WHERE item_timestamp > ?", (ahead,))  # noqa: S608 - the table's name is checked by `bucket`
            is_in = bool(super().put(item))
            if self.conn.in_transaction:
                self.conn.commit()
        except BaseException:
            if self.conn.in_transaction:  # or no transaction could ever begin again
                self.conn.rollback()
            raise
        return is_in


class _SharedFile(SharedFile):
    """The SQLite file that processes share: a table of shut doors, and a bucket a provider."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "CREATE TABLE IF NOT EXISTS shut (provider TEXT PRIMARY KEY, since REAL, until REAL)",
        )

    def shut(self, provider: str, now: float, seconds: float) -> None:
        self.conn.execute(
            "INSERT INTO shut VALUES (?, ?, ?) ON CONFLICT (provider) DO UPDATE SET"
            " since = excluded.since, until = excluded.until WHERE excluded.until > until",
            (provider, now, now + seconds),
        )

    def shut_s(self, provider: str, now: float) -> float:
        row = self.conn.execute(
            "SELECT since, until FROM shut WHERE provider = ?", (provider,)
        ).fetchone()
        if row is None:
            return 0.0
        since, until = row
        # Never longer than was asked for, even when the wall clock was set back meanwhile.
        return float(min(until - now, until - since))

    def quiet(self, now: float) -> Iterator[tuple[str, Quiet]]:
        rows = self.conn.execute("SELECT provider, since, until FROM shut WHERE until > ?", (now,))
        for provider, since, until in rows:
            whole_s = float(until - since)
            yield provider, Quiet(min(float(until - now), whole_s), whole_s)

    def bucket(self, provider: str, rates: list[pyrate.Rate]) -> pyrate.AbstractBucket:
        if not _PROVIDER.fullmatch(provider):
            raise ValueError(f"{provider!r} is no name for a provider")
        table = f"rate_{provider}"
        self.conn.execute(pyrate.SQLiteQueries.CREATE_BUCKET_TABLE.format(table=table))
        return _AtomicBucket(rates, self.conn, table)
