"""The books of the desk: every call that leaves, every trouble met; here without a catalogue."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

from gesso.core.records.calls import Call, CallState, Errand, Trouble

# A call in one of these states may be asked after again by its request id.
TAKEN_UP_FROM: frozenset[CallState] = frozenset({"unknown", "done"})


class Ledger(Protocol):
    """Where calls are written down. Every method may be called from many threads at once.

    A row is committed, and survives a kill, before the method that wrote it returns.
    """

    def open(
        self,
        *,
        errand: Errand,
        provider: str,
        operation: str,
        model: str,
        attempt: int,
        key: str,
        reserved_usd: float,
        waited_s: float,
    ) -> int:
        """Write a call as "sent", before its bytes leave, and return its number."""
        ...

    def note_request(self, call_id: int, request_id: str) -> None:
        """Keep the provider's own id of a call that is still out."""
        ...

    def settle(
        self,
        call_id: int,
        *,
        state: CallState,
        status: int | None,
        request_id: str,
        cost_usd: float | None,
        price_source: str,
        input_units: float | None,
        output_units: float | None,
        error: str,
    ) -> None:
        """Write how a call ended; a `request_id` of "" leaves a noted one as it is."""
        ...

    def spent(self, run: str = "") -> float:
        """Add up what a run cost in US dollars, or everything for "".

        A call that is done without a known cost, still out or of unknown outcome counts with
        what was reserved; a failed call counts only with a known cost.
        """
        ...

    def calls(self, run: str | None = None) -> list[Call]:
        """List the calls of a run in the order they were opened, or of everybody for None."""
        ...

    def abandon_open(self, run: str) -> int:
        """Turn the "sent" rows that a dead process left behind into "unknown"; say how many.

        To be called by the one who holds the run's claim: nobody else works on it then, so every
        row that is not of this ledger is one that nobody waits for any more.
        """
        ...

    def take_up(self, key: str) -> Call | None:
        """Take up the newest call of a request again, if it may still bring something.

        That is a call of unknown outcome, or one that is done and whose answer is asked for once
        more. Its row is "sent" from now on, keeps its cost, and belongs to this process; two who
        ask at once never get the same call.

        Returns:
            The call as it was before; None where there is nothing to go on with.
        """
        ...


class TroubleLog(Protocol):
    """Where failures are written down. May be called from many threads at once."""

    def add(self, trouble: Trouble) -> None:
        """Keep one failure and what was done about it."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


class MemoryLedger:
    """A ledger that lives as long as its process: for the library face without a studio.

    Args:
        now: the time in UTC.
    """

    def __init__(self, now: Callable[[], datetime] = _utc_now) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._calls: dict[int, Call] = {}

    def open(
        self,
        *,
        errand: Errand,
        provider: str,
        operation: str,
        model: str,
        attempt: int,
        key: str,
        reserved_usd: float,
        waited_s: float,
    ) -> int:
        """See `Ledger.open`."""
        with self._lock:
            call_id = len(self._calls) + 1
            self._calls[call_id] = Call(
                id=call_id,
                run=errand.run,
                item=errand.item,
                provider=provider,
                operation=operation,
                model=model,
                attempt=attempt,
                key=key,
                state="sent",
                request_id="",
                status=None,
                reserved_usd=reserved_usd,
                cost_usd=None,
                price_source="",
                input_units=None,
                output_units=None,
                waited_s=waited_s,
                started_at=self._now(),
                ended_at=None,
                error="",
            )
        return call_id

    def note_request(self, call_id: int, request_id: str) -> None:
        """See `Ledger.note_request`."""
        with self._lock:
            self._calls[call_id] = replace(self._calls[call_id], request_id=request_id)

    def settle(
        self,
        call_id: int,
        *,
        state: CallState,
        status: int | None,
        request_id: str,
        cost_usd: float | None,
        price_source: str,
        input_units: float | None,
        output_units: float | None,
        error: str,
    ) -> None:
        """See `Ledger.settle`."""
        with self._lock:
            call = self._calls[call_id]
            self._calls[call_id] = replace(
                call,
                state=state,
                status=status,
                request_id=request_id or call.request_id,
                cost_usd=cost_usd,
                price_source=price_source,
                input_units=input_units,
                output_units=output_units,
                error=error,
                ended_at=self._now(),
            )

    def spent(self, run: str = "") -> float:
        """See `Ledger.spent`."""
        return sum(counted(call) for call in self.calls(run or None))

    def calls(self, run: str | None = None) -> list[Call]:
        """See `Ledger.calls`."""
        with self._lock:
            return [call for call in self._calls.values() if run is None or call.run == run]

    def abandon_open(self, run: str) -> int:
        """See `Ledger.abandon_open`."""
        with self._lock:
            left = [c for c in self._calls.values() if c.run == run and c.state == "sent"]
            for call in left:
                self._calls[call.id] = replace(call, state="unknown", ended_at=self._now())
        return len(left)

    def take_up(self, key: str) -> Call | None:
        """See `Ledger.take_up`."""
        with self._lock:
            calls = [call for call in self._calls.values() if call.key == key]
            if not calls or calls[-1].state not in TAKEN_UP_FROM:
                return None
            self._calls[calls[-1].id] = replace(calls[-1], state="sent", ended_at=None, error="")
        return calls[-1]


def counted(call: Call) -> float:
    """What a call counts for in US dollars.

    Its cost; where that is not known nothing if it failed, else what was reserved.
    """
    if call.cost_usd is not None:
        return call.cost_usd
    return 0.0 if call.state == "failed" else call.reserved_usd


class MemoryTroubles:
    """A trouble log that lives as long as its process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._troubles: list[Trouble] = []

    def add(self, trouble: Trouble) -> None:
        """Keep one failure."""
        with self._lock:
            self._troubles.append(trouble)

    def list(self, run: str | None = None) -> list[Trouble]:
        """List the troubles of a run in the order they came, or of everybody for None."""
        with self._lock:
            return [t for t in self._troubles if run is None or t.run == run]
