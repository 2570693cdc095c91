"""The desk: every request to the world goes over it, is paid for, written down and answered for."""

from __future__ import annotations

import logging
import random
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import partial
from typing import Self, TypeVar

from gesso.core.errors import (
    BadOutput,
    Interrupted,
    OutsideError,
    RateLimited,
    StorageError,
    StudioBusy,
    UnknownOutcome,
)
from gesso.core.outside.accounts.budget import Budget, Reservation
from gesso.core.outside.accounts.ledger import (
    Ledger,
    MemoryLedger,
    MemoryTroubles,
    TroubleLog,
    counted,
)
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.waiting.brisk import BRISK
from gesso.core.outside.waiting.limits import Clock, Limits, RealClock
from gesso.core.outside.waiting.retry import Retries, RetryOptions, Turn
from gesso.core.records.calls import Action, Call, CallState, Errand, Trouble

T = TypeVar("T")

log = logging.getLogger(__name__)

# How soon somebody who waits for a free place notices that the owner stopped.
_NOTICE_STOP_S = 0.1
# The rests between the tries to write into books that somebody else holds.
_BOOKS_RESTS_S = (0.5, 2.0)


@dataclass(frozen=True)
class DeskOptions:
    """How the desk works.

    Attributes:
        in_flight: how many calls may be out at the same moment, over all providers.
        retry: how patient it is with one request.
    """

    in_flight: int = 16
    retry: RetryOptions = field(default=RetryOptions())

    def __post_init__(self) -> None:
        if self.in_flight < 1:
            raise ValueError(f"at least one call must be allowed out, not {self.in_flight}")


class Desk:
    """Sends what is asked, at most so much at once, and keeps the books.

    For each attempt: wait for the provider's door, its rate and a free place (nobody holds a
    place while waiting); set the estimate aside; commit the ledger's row; only then send. What
    failed is tried again by its kind (`retry.py`). What was sent without an answer is written
    down as "unknown", counts as spent, and is not sent again unless that does no harm.

    `ask` may be called from many threads at once and keeps no other state of the caller.

    Args:
        ledger, troubles: the books.
        budget: the owner's cap.
        limits: the providers' doors.
        options: how many at once, how patient.
        stop: set when the owner stops: nothing new is sent; what is out is waited for.
        clock: the time.
        rng: disperses those who back off.
    """

    def __init__(
        self,
        ledger: Ledger,
        troubles: TroubleLog,
        budget: Budget,
        limits: Limits,
        options: DeskOptions | None = None,
        *,
        stop: threading.Event | None = None,
        clock: Clock | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.ledger = ledger
        self.troubles = troubles
        self.budget = budget
        self.limits = limits
        self.options = options or DeskOptions()
        self.stop = stop or threading.Event()
        self._clock = clock or RealClock()
        self._rng = rng or random.Random()
        self._places = threading.Semaphore(self.options.in_flight)

    @classmethod
    def offline(cls) -> Self:
        """A desk with books in memory and no cap: for the library face and for tests."""
        return cls(MemoryLedger(), MemoryTroubles(), Budget(None), Limits())

    def noting(self, troubles: TroubleLog) -> Self:
        """This same desk, its budget, its places and its doors, with another trouble log."""
        same = copy(self)
        same.troubles = troubles
        return same

    def ask(self, ask: Ask, send: Callable[[Attempt], Answer[T]]) -> T:
        """Send a request until it is answered or has finally failed.

        Args:
            ask: what is asked of whom.
            send: sends one attempt and reads its answer. It raises one of our `OutsideError`s
                by kind; any other exception leaves the outcome unknown.

        Raises:
            OutsideError: it failed, by its kind.
            BudgetSpent: the estimate would pass the cap; nothing was sent this time.
            Interrupted: the owner stopped before the next attempt.
        """
        key = ask.key or uuid.uuid4().hex
        met = _Met(ask.errand)
        retries = Retries(self.options.retry, ask.resendable, self._rest, met.note, self._rng)
        try:
            with BRISK.while_out():
                for turn in retries:
                    with turn.guard:
                        value = self._attempt(ask, key, turn, send)
                        met.recovered = True
                        return value
        finally:
            for trouble in met.troubles():
                self._keep(partial(self.troubles.add, trouble))
        raise AssertionError("the last failure is always raised")

    def _attempt(self, ask: Ask, key: str, turn: Turn, send: Callable[[Attempt], Answer[T]]) -> T:
        began = self._clock.now()
        with self._place(ask.provider):
            waited_s = turn.rested_s + self._clock.now() - began
            call = _OpenCall(self, ask)
            attempt = call.open(key, turn, waited_s)
            self._hold_back(call)
            try:
                answer = send(attempt)
            except BaseException as error:
                call.failed(error)
                raise
        # The answer is here, so its place is free for the next call while the books are closed.
        call.done(answer)
        return answer.value

    @contextmanager
    def _place(self, provider: str) -> Iterator[None]:
        """A free place, with the provider's door passed; given back at the end."""
        with self.limits.line(provider):
            self._wait_for_place(provider)
        try:
            yield
        finally:
            self._places.release()

    def _wait_for_place(self, provider: str) -> None:
        while True:
            self._rest(self._patiently(provider, self.limits.shut_s(provider)))
            while not self._places.acquire(timeout=_NOTICE_STOP_S):
                self._refuse_when_stopped()
            wait_s = self.limits.enter(provider)
            if wait_s == 0.0 and not self.stop.is_set():
                return
            self._places.release()
            self._rest(wait_s)

    def _patiently(self, provider: str, shut_s: float) -> float:
        if shut_s <= self.options.retry.patience_s:
            return shut_s
        raise RateLimited(
            f"'{provider}' asked for a pause that lasts another {shut_s:.0f} s.",
            "Resume the run when it is over, or choose another provider.",
            provider=provider,
            status=None,
            after_s=shut_s,
        )

    def _hold_back(self, call: _OpenCall) -> None:
        """Wait once more if the door was shut while the row was being written."""
        while (shut_s := self.limits.shut_s(call.ask.provider)) > 0.0:
            try:
                self._rest(self._patiently(call.ask.provider, shut_s))
            except (Interrupted, RateLimited) as error:
                call.never_left(error)
                raise

    def _rest(self, seconds: float) -> None:
        """Let time pass; never a moment less than was asked for."""
        until = self._clock.now() + seconds
        self._refuse_when_stopped()
        while (left := until - self._clock.now()) > 0.0:
            self._clock.wait(left, self.stop)
            self._refuse_when_stopped()

    def _keep(self, write: Callable[[], None]) -> None:
        """Write down what has happened; books that fail hide neither an answer nor an error."""
        for rest_s in (*_BOOKS_RESTS_S, None):
            try:
                write()
            except (StudioBusy, StorageError) as error:
                if rest_s is not None and isinstance(error, StudioBusy):
                    self._clock.wait(rest_s, threading.Event())
                    continue
                log.warning("what a call came to could not be written down: %s", error)
            return

    def _refuse_when_stopped(self) -> None:
        if self.stop.is_set():
            raise Interrupted(
                "Stopped before the next call was sent.",
                "What was paid for is kept; resume the run.",
            )


class _OpenCall:
    """One row of the ledger with its money, from opening to settling."""

    def __init__(self, desk: Desk, ask: Ask) -> None:
        self.ask = ask
        self._desk = desk
        self._reservation = Reservation(0.0)
        self._before: Call | None = None
        self._id = 0
        self._cost_usd: float | None = None
        self._price_source = ""

    def open(self, key: str, turn: Turn, waited_s: float) -> Attempt:
        before = self._before = self._desk.ledger.take_up(key) if self.ask.resumable else None
        if before is None:
            self._reservation = self._desk.budget.reserve(self.ask.estimate_usd)
            self._write(key, turn, waited_s)
        else:
            self._reservation = self._desk.budget.reopen(counted(before))
            self._id, self._cost_usd = before.id, before.cost_usd
            self._price_source = before.price_source
        notes = (partial(self._desk.ledger.note_request, self._id), self._note_cost)
        return Attempt(turn.number, self._id, key, turn.repair, *notes, before)

    def _write(self, key: str, turn: Turn, waited_s: float) -> None:
        ask, ledger = self.ask, self._desk.ledger
        try:
            self._id = ledger.open(
                errand=ask.errand,
                provider=ask.provider,
                operation=ask.operation,
                model=ask.model,
                attempt=turn.number,
                key=key,
                reserved_usd=ask.estimate_usd,
                waited_s=waited_s,
            )
        except BaseException:
            self._desk.budget.settle(self._reservation, 0.0)
            raise

    def done(self, answer: Answer[T]) -> None:
        cost_usd = self._cost_usd if answer.cost_usd is None else answer.cost_usd
        source = self._price_source if answer.cost_usd is None else answer.price_source
        self._settle("done", cost_usd, source or answer.price_source, answer)

    def failed(self, error: BaseException) -> None:
        """Settle by what is known: no answer or a broken asker leaves the outcome open."""
        self._shut_door(error)
        if isinstance(error, UnknownOutcome) or not isinstance(error, OutsideError):
            self._settle("unknown", self._cost_usd, self._price_source, error)
        elif isinstance(error, BadOutput) and self._cost_usd is None:
            # It answered, so it will bill, however useless the answer is.
            self._settle("failed", self._reservation.usd, "estimate", error)
        else:
            self._settle("failed", self._cost_usd or 0.0, self._price_source, error)

    def never_left(self, error: BaseException) -> None:
        if self._before is None:
            self._settle("failed", 0.0, "", error)
        else:
            self._settle("unknown", self._cost_usd, self._price_source, error)

    def _shut_door(self, error: BaseException) -> None:
        if isinstance(error, RateLimited):
            # Before anything slow is done: others are about to leave by this door.
            desk, after_s = self._desk, error.after_s
            rest_s = desk.options.retry.wait_initial_s if after_s is None else after_s
            desk._keep(partial(desk.limits.shut_for, self.ask.provider, rest_s))

    def _note_cost(self, cost_usd: float, price_source: str) -> None:
        self._cost_usd, self._price_source = cost_usd, price_source

    def _settle(
        self, state: CallState, cost_usd: float | None, source: str, end: Answer[T] | BaseException
    ) -> None:
        answer = end if isinstance(end, Answer) else None
        self._desk.budget.settle(self._reservation, cost_usd)
        settle = partial(
            self._desk.ledger.settle,
            self._id,
            state=state,
            status=getattr(end, "status", None),
            request_id=answer.request_id if answer else "",
            cost_usd=cost_usd,
            price_source=source,
            input_units=answer.input_units if answer else None,
            output_units=answer.output_units if answer else None,
            error="" if answer else getattr(end, "kind", type(end).__name__),
        )
        self._desk._keep(settle)


class _Met:
    """The failures of one request, each noted once; nobody above needs to note them again."""

    def __init__(self, errand: Errand) -> None:
        self.recovered = False
        self._errand = errand
        self._met: list[tuple[OutsideError, Action]] = []

    def note(self, error: OutsideError, action: Action) -> None:
        error.is_noted = True
        self._met.append((error, action))

    def troubles(self) -> Iterator[Trouble]:
        run, item = self._errand.run, self._errand.item
        for error, action in self._met:
            yield Trouble(run, item, error.kind, str(error), action, self.recovered)
