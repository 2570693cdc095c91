"""What follows from an error that one find met: again later, never again, or an end of it all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from sqlalchemy import Connection

from gesso.collect.sources.local.holder import told_source
from gesso.core.catalogue.catalogue import Catalogue
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
from gesso.core.records.calls import Action, Trouble
from gesso.core.records.finds import Find

_ENDS_ALL = (StudioError, SettingsError, AuthError, QuotaSpent)
_NEVER_AGAIN = (InputError, BadRequest, Refused, MemoryError)
_NO_ANSWER_S = 30.0
_LOST_TWICE = 2
_LONGEST_ITEM = 255


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


class Setbacks:
    """What the finds of a run have met, a row each in the error log, and what they got over.

    Args:
        catalogue: where the log is.
        source: of the run; what earlier runs there met counts as recovered once it comes in.
        run: its id.
    """

    def __init__(self, catalogue: Catalogue, source: str, run: str) -> None:
        self._catalogue = catalogue
        self._run = run
        self._slate = catalogue.troubles.slate_of_source(source, run)

    def keep(self, met: Sequence[tuple[Taken, Exception, Outcome]]) -> None:
        """Settle finds that met an error, each with its row, in one transaction."""
        if met:
            with self._catalogue.database.write() as connection:
                self._catalogue.finds.settle_in(connection, [outcome for *_, outcome in met])
                troubles = (_trouble(self._run, *one) for one in met)
                self._slate.note_in(connection, (one for one in troubles if one is not None))

    def got_over_in(self, connection: Connection, taken: Iterable[Taken]) -> None:
        """Say in a transaction that is open that some finds have come in."""
        self._slate.recover_in(connection, (item_of(one.row.find) for one in taken))

    def ended(self, error: GessoError) -> None:
        """Keep what the run as a whole has met; that somebody stopped it is no trouble."""
        if isinstance(error, Interrupted):
            return
        action: Action = "paused" if isinstance(error, StudioError | BudgetSpent) else "stopped"
        trouble = Trouble(self._run, "", error.kind, error.message, action, False)
        with self._catalogue.database.write() as connection:
            self._slate.note_in(connection, [trouble])

    def is_done(self) -> None:
        """Say that the run as a whole got over what it had met."""
        if "" in self._slate:
            with self._catalogue.database.write() as connection:
                self._slate.recover_in(connection, [""])


def item_of(find: Find) -> str:
    """What a find is called in the error log: no two of one source alike, at most 255 letters."""
    source = told_source(find.source)
    item = f"{source}/{find.identifier}" if ":" in source else find.identifier
    if len(item) <= _LONGEST_ITEM:
        return item
    return f"{sha256(item.encode()).hexdigest()[:12]}…{item[13 - _LONGEST_ITEM :]}"


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


def _trouble(run: str, taken: Taken, error: Exception, outcome: Outcome) -> Trouble | None:
    if isinstance(error, Interrupted | BudgetSpent):
        return None  # it is the run's, not the find's
    kind = error.kind if isinstance(error, GessoError) else GessoError.kind
    return Trouble(run, item_of(taken.row.find), kind, _reason(error), _action(outcome), False)


def _action(outcome: Outcome) -> Action:
    if outcome.next_try is not None:
        return "paused" if outcome.state == "queued" else "retried"
    return "failed" if outcome.state == "failed" else "skipped"


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
