"""The owner's cap: money is set aside before a call leaves, and settled when it is back."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from gesso.core.errors import BudgetSpent

# Sums of thousandths of a dollar differ in the last binary digits; nobody is billed for those.
_TOLERANCE_USD = 1e-9


@dataclass(frozen=True, eq=False)
class Reservation:
    """Money set aside for one call; each is itself, so two of one amount are not equal."""

    usd: float


class Budget:
    """What may be spent, what is spent, and what is set aside for calls that are out.

    Safe to share between threads: two calls never get the same money.

    Args:
        cap_usd: US dollars, None for no cap.
        spent_usd: what was spent before, as the ledger says.

    Raises:
        ValueError: an amount is below zero or no number.
    """

    def __init__(self, cap_usd: float | None, spent_usd: float = 0.0) -> None:
        self.cap_usd = None if cap_usd is None else _amount(cap_usd)
        self._spent = _amount(spent_usd)
        self._open: set[Reservation] = set()
        self._lock = threading.Lock()

    @property
    def spent(self) -> float:
        """US dollars that are gone."""
        with self._lock:
            return self._spent

    @property
    def reserved(self) -> float:
        """US dollars set aside for calls that are out."""
        with self._lock:
            return self._reserved()

    @property
    def remaining(self) -> float | None:
        """US dollars that may still be set aside, never below zero; None without a cap."""
        if self.cap_usd is None:
            return None
        with self._lock:
            return max(0.0, self.cap_usd - self._spent - self._reserved())

    def reserve(self, usd: float) -> Reservation:
        """Set money aside for one call; a call that costs nothing always gets its own.

        Raises:
            BudgetSpent: it would pass the cap; nothing was set aside.
            ValueError: `usd` is below zero or no number.
        """
        reservation = Reservation(_amount(usd))
        with self._lock:
            self._refuse_beyond_cap(reservation.usd)
            self._open.add(reservation)
        return reservation

    def reopen(self, usd: float) -> Reservation:
        """Set aside anew what an earlier call counts for; it is spent already, so never refused.

        Raises:
            ValueError: `usd` is below zero or no number.
        """
        reservation = Reservation(_amount(usd))
        with self._lock:
            self._spent = max(0.0, self._spent - reservation.usd)
            self._open.add(reservation)
        return reservation

    def settle(self, reservation: Reservation, cost_usd: float | None) -> None:
        """Take what a call cost and free the rest; None keeps the whole reservation as spent.

        Raises:
            ValueError: this reservation is not open here, or the cost is below zero.
        """
        cost = reservation.usd if cost_usd is None else _amount(cost_usd)
        with self._lock:
            if reservation not in self._open:
                raise ValueError("this reservation is settled already, or is another budget's")
            self._open.discard(reservation)
            self._spent += cost

    def _reserved(self) -> float:
        return sum(reservation.usd for reservation in self._open)

    def _refuse_beyond_cap(self, usd: float) -> None:
        if self.cap_usd is None or usd == 0.0:
            return
        out = self._reserved()
        if self._spent + out + usd <= self.cap_usd + _TOLERANCE_USD:
            return
        waiting = f" and ${out:.4g} set aside for calls that are out" if out else ""
        raise BudgetSpent(
            f"The next call (about ${usd:.4g}) would pass the cap of ${self.cap_usd:.4g}: "
            f"${self._spent:.4g} is spent{waiting}.",
            "Raise the cap with --budget USD and resume the run, or choose a painter that is free.",
        )


def _amount(usd: float) -> float:
    if not usd >= 0.0:  # also refuses NaN
        raise ValueError(f"an amount of money is zero or more, not {usd!r}")
    return usd
