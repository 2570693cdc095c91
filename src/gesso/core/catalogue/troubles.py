"""What went wrong and what was done about it: the rows of `error_logs`."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, RowMapping, cast, delete, func, insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import error_logs
from gesso.core.records.calls import Trouble


@dataclass(frozen=True)
class LoggedTrouble:
    """A trouble as it was kept: its number, when (UTC), and what."""

    id: int
    at: datetime
    trouble: Trouble


@dataclass(frozen=True)
class TroubleSummary:
    """The troubles of one kind.

    Attributes:
        kind: `GessoError.kind`.
        count: how many there were.
        recovered: how many of them the work got over by itself.
        last_at: when the last one came, UTC.
        last_message: what it said.
    """

    kind: str
    count: int
    recovered: int
    last_at: datetime
    last_message: str

    @property
    def left(self) -> int:
        """How many the work did not get over."""
        return self.count - self.recovered


class TroubleBook:
    """The troubles of every process that works in this studio.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(self, trouble: Trouble) -> None:
        """Keep one failure."""
        with self._database.write() as connection:
            connection.execute(insert(error_logs), {"at": self._clock(), **asdict(trouble)})

    def list(
        self,
        run: str | None = None,
        *,
        kind: str | None = None,
        recovered: bool | None = None,
        limit: int = 100,
    ) -> builtins.list[LoggedTrouble]:
        """The latest troubles, newest first; each argument but `limit` narrows them."""
        wanted = select(error_logs).order_by(error_logs.c.id.desc()).limit(limit)
        if run is not None:
            wanted = wanted.where(error_logs.c.run == run)
        if kind is not None:
            wanted = wanted.where(error_logs.c.kind == kind)
        if recovered is not None:
            wanted = wanted.where(error_logs.c.recovered == recovered)
        with self._database.read() as connection:
            return [_logged(row) for row in connection.execute(wanted).mappings()]

    def summary(self, run: str | None = None) -> builtins.list[TroubleSummary]:
        """One line a kind, the kind with most troubles left first."""
        table = error_logs.c
        recovered = func.sum(cast(table.recovered, Integer))
        counted = select(
            table.kind,
            func.count().label("count"),
            recovered.label("recovered"),
            func.max(table.id).label("last"),
        ).group_by(table.kind)
        if run is not None:
            counted = counted.where(table.run == run)
        kinds = counted.subquery()
        wanted = (
            select(
                kinds.c.kind,
                kinds.c.count,
                kinds.c.recovered,
                table.at.label("last_at"),
                table.message.label("last_message"),
            )
            .join(error_logs, table.id == kinds.c.last)
            .order_by((kinds.c.count - kinds.c.recovered).desc(), kinds.c.count.desc(), table.kind)
        )
        with self._database.read() as connection:
            return [TroubleSummary(**row) for row in connection.execute(wanted).mappings()]

    def prune(self, older_than_days: float) -> int:
        """Forget troubles older than that; returns how many.

        Raises:
            ValueError: `older_than_days` is negative.
        """
        if older_than_days < 0:
            raise ValueError(f"an age in days is not negative: {older_than_days}")
        before = self._clock() - timedelta(days=older_than_days)
        with self._database.write() as connection:
            return connection.execute(delete(error_logs).where(error_logs.c.at < before)).rowcount


def _logged(row: RowMapping) -> LoggedTrouble:
    told = {name: value for name, value in row.items() if name not in ("id", "at")}
    return LoggedTrouble(row["id"], row["at"], Trouble(**told))
