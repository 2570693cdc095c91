"""Which failure is tried again, how often and after what rest."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

import stamina

from gesso.core.errors import (
    BadOutput,
    Interrupted,
    OutsideError,
    RateLimited,
    Transient,
    UnknownOutcome,
)
from gesso.core.records.calls import Action

# Each retry is a row in the trouble log; stamina's own hook would print it to the terminal too.
stamina.instrumentation.set_on_retry_hooks(())


@dataclass(frozen=True)
class RetryOptions:
    """How patient the desk is with one request.

    Attributes:
        attempts: how many times at most, the first included.
        wait_initial_s: the first rest; each further one is twice as long.
        wait_max_s: no rest of our own choosing is longer.
        wait_jitter_s: a random share up to this comes on top, so that a crowd disperses.
        patience_s: a provider that asks for a longer pause than this is not waited for.
        total_timeout_s: a failure that comes later than this after the first attempt began is
            final; None for no such limit.
        repairs: how many unusable answers are sent back for repair.
        obeyed: how many pauses that the provider itself asked for cost none of the attempts:
            who comes back when told to has not failed.
    """

    attempts: int = 6
    wait_initial_s: float = 0.5
    wait_max_s: float = 30.0
    wait_jitter_s: float = 0.5
    patience_s: float = 120.0
    total_timeout_s: float | None = 900.0
    repairs: int = 1
    obeyed: int = 0


@dataclass(frozen=True)
class Turn:
    """One attempt of a request; the attempt is made `with turn.guard`.

    Attributes:
        number: 1 for the first.
        repair: what was wrong with the answer before, "" where nothing is to be repaired.
        rested_s: the rest that lies before it.
        guard: takes the failure, if there is one, and decides whether another turn follows.
    """

    number: int
    repair: str
    rested_s: float
    guard: AbstractContextManager[bool | None]


@dataclass
class Retries:
    """The turns of one request: `for turn in retries: with turn.guard: return send(turn)`.

    stamina counts the attempts and knows the back-off; the rest itself is ours, because it must
    end when the owner stops and must cost a test no time. When no turn is left the last failure
    is raised.

    Attributes:
        options: how patient.
        resendable: a request whose outcome is unknown may be sent again: it does not matter if
            it is done twice.
        rest: lets the given seconds pass, or raises when the owner stopped.
        met: called with each failure of the world and what is done about it.
        rng: disperses a crowd.
    """

    options: RetryOptions
    resendable: bool
    rest: Callable[[float], None]
    met: Callable[[OutsideError, Action], None]
    rng: random.Random = field(default_factory=random.Random)
    _repair: str = field(default="", init=False)
    _repaired: int = field(default=0, init=False)
    _obeyed: int = field(default=0, init=False)
    _failed: int = field(default=0, init=False)
    _back_off_s: float = field(default=0.0, init=False)
    _rest_s: float = field(default=0.0, init=False)
    _last: OutsideError | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[Turn]:
        """Yield a turn, then another after each failure that is worth one."""
        try:
            for attempt in stamina.retry_context(
                on=self._answer,
                attempts=self.options.attempts + self.options.obeyed,
                timeout=self.options.total_timeout_s,
                wait_initial=self.options.wait_initial_s,
                wait_max=self.options.wait_max_s,
                wait_jitter=0.0,
            ):
                self._begin(again=attempt.num > 1)
                self._back_off_s = attempt.next_wait
                yield Turn(attempt.num, self._repair, self._rest_s, attempt)
        except OutsideError as error:
            self.met(error, "failed")
            raise

    def _begin(self, *, again: bool) -> None:
        if not again or self._last is None:
            return
        try:
            self.rest(self._rest_s)
        except Interrupted:
            self.met(self._last, "stopped")
            raise
        self.met(self._last, "repaired" if isinstance(self._last, BadOutput) else "retried")

    def _answer(self, error: Exception) -> bool | float:
        """Decide on a failure: 0.0 for "again" (the rest is ours), False for "it is final"."""
        if not isinstance(error, OutsideError):
            return False
        self._last = error
        rest_s = self._rest_after(error)
        if rest_s is None or not self._may_go_on(error):
            return False
        self._rest_s = rest_s
        return 0.0

    def _may_go_on(self, error: OutsideError) -> bool:
        was_told = isinstance(error, RateLimited) and error.after_s is not None
        if was_told and self._obeyed < self.options.obeyed:
            self._obeyed += 1
            return True
        self._failed += 1
        return self._failed < self.options.attempts

    def _rest_after(self, error: OutsideError) -> float | None:
        match error:
            case RateLimited(after_s=float() | int() as after_s):
                return after_s if after_s <= self.options.patience_s else None
            case RateLimited() | Transient():
                return self._back_off()
            case UnknownOutcome() if self.resendable:
                return self._back_off()
            case BadOutput() if self._repaired < self.options.repairs:
                self._repaired += 1
                self._repair = error.message
                return 0.0
            case _:
                return None

    def _back_off(self) -> float:
        jittered = self._back_off_s + self.rng.random() * self.options.wait_jitter_s
        return min(self.options.wait_max_s, jittered)
