"""What follows from an error that one find met: again later, never again, or an end of it all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from gesso.core.catalogue.runs.finds import Outcome, Taken
from gesso.core.errors import (
    AuthError,
    BadRequest,
    Blocked,
    BudgetSpent,
    GessoError,
    Gone,
    InputError,
    Interrupted,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Refused,
    SettingsError,
    StudioError,
    WorkerLost,
)

_ENDS_ALL = (StudioError, SettingsError, AuthError, QuotaSpent)
_NEVER_AGAIN = (InputError, BadRequest, Refused, MemoryError)
_NO_ANSWER_S = 30.0
_LOST_TWICE = 2


@dataclass(frozen=True)
class Patience:
    """How often a find is tried, and after how long.

    Attributes:
        tries: in all.
        first_wait_s: before the second; then twice as long each time.
    """

    tries: int = 5
    first_wait_s: float = 30.0

    def next_try(self, failed: int, now: datetime) -> datetime | None:
        """When a find that has failed so often is tried again, None for never."""
        if failed >= self.tries:
            return None
        return now + timedelta(seconds=self.first_wait_s * 2 ** (failed - 1))


def ends_all(error: Exception) -> bool:
    """Whether the run must stop: the disk, the settings or a key fail every find alike."""
    return isinstance(error, _ENDS_ALL)


def outcome_of(taken: Taken, error: Exception, patience: Patience, now: datetime) -> Outcome:
    """Where a find stands after an error that is its own."""
    number, tries = taken.number, taken.row.tries
    if isinstance(error, Interrupted | BudgetSpent):
        return Outcome(number, "queued", tries=tries)
    if isinstance(error, RateLimited):
        rest = timedelta(seconds=_NO_ANSWER_S if error.after_s is None else error.after_s)
        return Outcome(number, "queued", tries=tries, next_try=now + rest)
    reason = _reason(error)
    if isinstance(error, Gone):
        return Outcome(number, "gone", reason, tries=tries)
    if isinstance(error, Blocked):
        later = _after_block(error, tries + 1, patience, now)
        return Outcome(number, "blocked", reason, tries=tries + 1, next_try=later)
    is_lost = isinstance(error, WorkerLost) and tries + 1 >= _LOST_TWICE
    is_end = is_lost or isinstance(error, _NEVER_AGAIN)
    later = None if is_end else patience.next_try(tries + 1, now)
    return Outcome(number, "failed", reason, tries=tries + 1, next_try=later)


def quiet_host(taken: Taken, error: Exception) -> str:
    """The beginning of addresses at a host that wants quiet, "" where none does."""
    if not isinstance(error, RateLimited):
        return ""
    parts = urlsplit(taken.row.find.url)
    is_it = error.provider in ("", parts.hostname)
    return f"{parts.scheme}://{parts.netloc}/" if parts.netloc and is_it else ""


def _after_block(error: Blocked, failed: int, patience: Patience, now: datetime) -> datetime | None:
    if error.until_s is None or failed >= patience.tries:
        return None
    return now + timedelta(seconds=error.until_s)


def _reason(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "It takes more memory to develop than one picture may have."
    if isinstance(error, OutsideError | GessoError):
        return error.message
    told = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {told}" if told else f"{type(error).__name__}."
