"""Asking after a job with patience: a question that fails says nothing about the job."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from gesso.core.errors import AuthError, OutsideError, QuotaSpent, RateLimited, Transient
from gesso.core.outside.waiting.limits import Limits
from gesso.make.painters.fal.failures import PROVIDER, RunnerFailed

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """How long a job is waited for, in seconds.

    Attributes:
        poll_s, poll_max_s: between two questions, at first and later.
        job_s: for the end of a job.
        silence_s: how long fal may be out of reach meanwhile.
        lost_s: a job that was cut off as it was handed in, and is not in fal's history so long
            after, has never arrived.
    """

    poll_s: float = 0.5
    poll_max_s: float = 5.0
    job_s: float = 1800.0
    silence_s: float = 120.0
    lost_s: float = 180.0


class Asking:
    """Asks the same again after passing failures, and keeps the provider's wish for quiet.

    Args:
        limits: the providers' doors: a question waits at a door that is shut, and shuts it for
            everybody when it is told to.
        patience: how long.
    """

    def __init__(self, limits: Limits, patience: Patience) -> None:
        self._limits = limits
        self.patience = patience

    def ask(self, get: Callable[[], T], give_up: Callable[[str], OutsideError]) -> T:
        """Ask until there is an answer.

        Args:
            get: asks once; it must do no harm when it is done twice.
            give_up: makes the error for a silence that lasts too long, or a key that is refused,
                out of what was met last.

        Raises:
            OutsideError: an answer that no asking again will change.
        """
        until = time.monotonic() + self.patience.silence_s
        pause_s = self.patience.poll_s
        while True:
            self._wait_at_the_door()
            try:
                return get()
            except RunnerFailed:
                raise
            except (AuthError, QuotaSpent) as error:
                raise give_up(error.message) from error
            except (RateLimited, Transient) as error:
                rest_s = self._rest_after(error, pause_s)
                if time.monotonic() + rest_s > until:
                    raise give_up(error.message) from error
            rest(rest_s)
            pause_s = self.longer(pause_s, 2.0)

    def longer(self, pause_s: float, times: float) -> float:
        """The pause after a pause."""
        return min(self.patience.poll_max_s, pause_s * times)

    def _wait_at_the_door(self) -> None:
        # Who rests may sleep through a longer wish, so the door is looked at again.
        while (shut_s := self._limits.shut_s(PROVIDER)) > 0.0:
            rest(shut_s)

    def _rest_after(self, error: RateLimited | Transient, pause_s: float) -> float:
        after_s = error.after_s if isinstance(error, RateLimited) else None
        if after_s is None:
            return pause_s
        self._limits.shut_for(PROVIDER, after_s)
        return after_s


def rest(seconds: float) -> None:
    """Let time pass. A stop ends no rest: what is paid for is waited for."""
    if seconds > 0.0:
        time.sleep(seconds)
