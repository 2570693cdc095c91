"""What went wrong and what was done about it: the rows of `error_logs`."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    RootTransaction,
    RowMapping,
    cast,
    delete,
    event,
    func,
    insert,
    or_,
    select,
    update,
)

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import acquisitions, error_logs
from gesso.core.records.calls import Trouble

_MOST_IN_LIST = 400


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


class Slate:
    """The troubles that one trade has not got over yet: each stands as one row, whoever tries.

    A try that meets just what an earlier try of the same run has met adds no row. Rows are written
    and wiped in the transaction of what became of their items; where that comes to nothing, all is
    as before. For one thread.

    Args:
        standing: the troubles that are left, with the numbers of their rows.
        clock: tells the time, UTC.
    """

    def __init__(
        self, standing: Iterable[tuple[int, Trouble]], clock: Callable[[], datetime]
    ) -> None:
        self._clock = clock
        # By item, the hash of each trouble by the number of its row.
        self._left: dict[str, dict[int, int]] = {}
        # What it was before the transaction that has changed it last.
        self._within: RootTransaction | None = None
        self._before: dict[str, dict[int, int]] = {}
        for number, trouble in standing:
            self._stands(number, trouble)

    def __contains__(self, item: str) -> bool:
        """Whether an item has met something that it has not got over."""
        return item in self._left

    def note_in(self, connection: Connection, troubles: Iterable[Trouble]) -> None:
        """Keep troubles, but for those that stand already."""
        fresh: dict[Trouble, None] = {}
        for trouble in troubles:
            if hash(trouble) not in self._left.get(trouble.item, {}).values():
                fresh[trouble] = None
        if not fresh:
            return
        at = self._clock()
        keys = insert(error_logs).returning(error_logs.c.id, sort_by_parameter_order=True)
        rows = [{"at": at, **asdict(trouble)} for trouble in fresh]
        self._unless_kept(connection, [trouble.item for trouble in fresh])
        for number, trouble in zip(connection.scalars(keys, rows), fresh, strict=True):
            self._stands(number, trouble)

    def recover_in(self, connection: Connection, items: Iterable[str]) -> None:
        """Say of some items that the work got over all that they had met, in any run."""
        over = [item for item in dict.fromkeys(items) if item in self._left]
        if not over:
            return
        self._unless_kept(connection, over)
        numbers = [number for item in over for number in self._left.pop(item)]
        for start in range(0, len(numbers), _MOST_IN_LIST):
            is_one = error_logs.c.id.in_(numbers[start : start + _MOST_IN_LIST])
            connection.execute(update(error_logs).where(is_one).values(recovered=True))

    def _stands(self, number: int, trouble: Trouble) -> None:
        self._left.setdefault(trouble.item, {})[number] = hash(trouble)

    def _unless_kept(self, connection: Connection, items: Iterable[str]) -> None:
        """Be as now about some items, should the transaction that is open come to nothing."""
        if connection.get_transaction() is not self._within:
            self._within, self._before = connection.get_transaction(), {}
            event.listen(connection, "rollback", self._undo, once=True)
        for item in items:
            self._before.setdefault(item, dict(self._left.get(item, {})))

    def _undo(self, _connection: Connection) -> None:
        self._left |= self._before
        self._left = {item: rows for item, rows in self._left.items() if rows}


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

    def add_once(self, run: str, troubles: Sequence[Trouble]) -> None:
        """Keep failures of a run, but for those that stand there from an earlier try at it."""
        if troubles:
            slate = self._slate(error_logs.c.run == run)
            with self._database.write() as connection:
                slate.note_in(connection, troubles)

    def slate_of_source(self, source: str, run: str) -> Slate:
        """What is left of all acquisitions at a source; of their runs themselves only this one."""
        of_source = select(acquisitions.c.id).where(acquisitions.c.source == source)
        is_item = or_(error_logs.c.item != "", error_logs.c.run == run)
        return self._slate(error_logs.c.run.in_(of_source) & is_item)

    def slate_of_runs(self, begin: str) -> Slate:
        """What is left of the runs whose names begin so."""
        return self._slate(error_logs.c.run.startswith(begin, autoescape=True))

    def _slate(self, is_one: ColumnElement[bool]) -> Slate:
        wanted = select(error_logs).where(is_one, error_logs.c.recovered.is_(False))
        with self._database.read() as connection:
            rows = [_logged(row) for row in connection.execute(wanted).mappings()]
        return Slate(((row.id, row.trouble) for row in rows), self._clock)

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
