"""The ledger in the catalogue: a call is a committed row before its bytes leave."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping, bindparam, case, func, insert, select, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.prepared import Prepared
from gesso.core.catalogue.store.tables import api_calls
from gesso.core.errors import UnknownItem
from gesso.core.outside.accounts.ledger import TAKEN_UP_FROM
from gesso.core.records.calls import Call, CallState, Errand

_COLUMNS = [column for column in api_calls.c if column.name != "process"]
COUNTED_USD = func.coalesce(
    api_calls.c.cost_usd, case((api_calls.c.state == "failed", 0.0), else_=api_calls.c.reserved_usd)
)
"""What a call counts for: its cost; without one nothing if it failed, else what was reserved."""

# Said twice for every call that leaves, so they are put together once.
_OPEN = Prepared(insert(api_calls))
_CHANGE = Prepared(update(api_calls).where(api_calls.c.id == bindparam("call_id")))


class CallLedger:
    """The calls to the world outside, of every process that works in this studio.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._process = _new_owner()

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
        row: dict[str, Any] = {
            "run": errand.run,
            "item": errand.item,
            "provider": provider,
            "operation": operation,
            "model": model,
            "attempt": attempt,
            "key": key,
            "state": "sent",
            "reserved_usd": reserved_usd,
            "waited_s": waited_s,
            "started_at": self._clock(),
            "process": self._process,
        }
        # The call holds its place while it waits for its row.
        with self._database.write(ahead=True) as connection:
            return _OPEN.add(connection, row)

    def note_request(self, call_id: int, request_id: str) -> None:
        """See `Ledger.note_request`.

        Raises:
            UnknownItem: there is no such call.
        """
        self._change(call_id, {"request_id": request_id})

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
        """See `Ledger.settle`.

        Raises:
            UnknownItem: there is no such call.
        """
        values: dict[str, Any] = {
            "state": state,
            "status": status,
            "cost_usd": cost_usd,
            "price_source": price_source,
            "input_units": input_units,
            "output_units": output_units,
            "error": error,
            "ended_at": self._clock(),
        }
        self._change(call_id, values | ({"request_id": request_id} if request_id else {}))

    def spent(self, run: str = "") -> float:
        """See `Ledger.spent`."""
        wanted = select(func.sum(COUNTED_USD))
        if run:
            wanted = wanted.where(api_calls.c.run == run)
        with self._database.read() as connection:
            return float(connection.scalar(wanted) or 0.0)

    def calls(
        self,
        run: str | None = None,
        *,
        state: CallState | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> list[Call]:
        """See `Ledger.calls`.

        Args:
            run: of this run only ("" for those of no run), None for all.
            state: in this state only.
            after: with a greater number only, to go on from the last one seen.
            limit: at most so many, None for all.
        """
        wanted = select(*_COLUMNS).where(api_calls.c.id > after).order_by(api_calls.c.id)
        if run is not None:
            wanted = wanted.where(api_calls.c.run == run)
        if state is not None:
            wanted = wanted.where(api_calls.c.state == state)
        with self._database.read() as connection:
            return [_call(row) for row in connection.execute(wanted.limit(limit)).mappings()]

    @property
    def owner(self) -> str:
        """Who writes the rows of this ledger."""
        return self._process

    def owners_of_open(self, run: str) -> tuple[str, ...]:
        """Who else has calls of a run out, dead or alive."""
        wanted = select(api_calls.c.process).where(
            api_calls.c.run == run,
            api_calls.c.state == "sent",
            api_calls.c.process != self._process,
        )
        with self._database.read() as connection:
            return tuple(connection.scalars(wanted.distinct()))

    def abandon_open(self, run: str, owner: str | None = None) -> int:
        """See `Ledger.abandon_open`; with `owner` only the calls of that one.

        Who wrote a row is not asked after: the number of a dead process may be that of a living
        one by now.
        """
        theirs = api_calls.c.process == owner if owner else api_calls.c.process != self._process
        with self._database.write() as connection:
            turned = connection.execute(
                update(api_calls)
                .where(api_calls.c.run == run, api_calls.c.state == "sent", theirs)
                .values(state="unknown", ended_at=self._clock(), error="unknown-outcome")
            )
            return turned.rowcount

    def take_up(self, key: str) -> Call | None:
        """See `Ledger.take_up`.

        What a dead process left behind is "unknown" once `abandon_open` was called.
        """
        newest = select(*_COLUMNS).where(api_calls.c.key == key).order_by(api_calls.c.id.desc())
        with self._database.write() as connection:
            row = connection.execute(newest.limit(1)).mappings().first()
            if row is None or row["state"] not in TAKEN_UP_FROM:
                return None
            taken = {"state": "sent", "ended_at": None, "error": "", "process": self._process}
            connection.execute(update(api_calls).where(api_calls.c.id == row["id"]).values(taken))
            return _call(row)

    def close(self) -> None:
        """Say that nobody here waits for an answer any more: what is still out is nobody's."""
        self._process = _new_owner()

    def _change(self, call_id: int, values: dict[str, Any]) -> None:
        with self._database.write() as connection:
            if not _CHANGE.change(connection, values | {"call_id": call_id}):
                raise UnknownItem(
                    f"There is no call number {call_id} in the ledger.",
                    "See the calls of a run with: gesso spend",
                )


def _new_owner() -> str:
    """Who writes rows: the token tells owners apart, the rest is for people to read."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid4().hex}"


def _call(row: RowMapping) -> Call:
    return Call(**row)
