"""What the studio spent, added up by day, provider, run or theme, and what a kept picture cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal_column,
    or_,
    select,
)

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import api_calls, runs, works

By = Literal["day", "provider", "run", "theme"]
WAYS: tuple[By, ...] = get_args(By)


@dataclass(frozen=True)
class Spent:
    """What was spent under one name.

    A call without a known cost counts with what was set aside for it, and is counted apart; a
    failed call without a known cost counts nothing.

    Attributes:
        name: the day (UTC), provider, run or theme; "" for calls of no run.
        calls: all of them, failed ones included.
        failed: how many failed.
        failed_usd: what the failed ones cost all the same, part of `known_usd`.
        known_usd: what is known to have been spent.
        assumed_usd: what was set aside for calls whose cost nobody knows.
        waiting: calls that are still out, of those that are assumed.
        unknown: calls that never got an answer, of those that are assumed.
        unpriced: calls that were done and have no price, of those that are assumed.
        kept: works that hang in the gallery because of it: those of a run that made calls, and
            those of a painter who is a provider.
    """

    name: str
    calls: int = 0
    failed: int = 0
    failed_usd: float = 0.0
    known_usd: float = 0.0
    assumed_usd: float = 0.0
    waiting: int = 0
    unknown: int = 0
    unpriced: int = 0
    kept: int = 0

    @property
    def usd(self) -> float:
        """All that counts, known and assumed."""
        return self.known_usd + self.assumed_usd

    @property
    def assumed(self) -> int:
        """How many calls count with what was set aside for them."""
        return self.waiting + self.unknown + self.unpriced

    @property
    def usd_per_kept(self) -> float | None:
        """What a kept work cost, failed calls and takes included; None where none was kept."""
        return self.usd / self.kept if self.kept else None


@dataclass(frozen=True)
class Spending:
    """What was spent, line by line and in all.

    Attributes:
        by: what the lines are.
        since: nothing from before this counts, None for everything.
        rows: days newest first; others by what was spent, most first.
        total: all of it; its name is "".
    """

    by: By
    since: datetime | None
    rows: tuple[Spent, ...]
    total: Spent


def spending(database: Database, by: By = "provider", since: datetime | None = None) -> Spending:
    """Add up the ledger.

    Args:
        database: the catalogue's.
        by: what to add up by.
        since: calls sent and works kept at or after this time, None for all.

    Raises:
        ValueError: `by` is none of `WAYS`.
    """
    if by not in WAYS:
        raise ValueError(f"spending is added up by {', '.join(WAYS)}, not by {by!r}")
    with database.read() as connection:
        rows = _rows(connection, by, since)
        (total,) = _rows(connection, None, since)
    ordered = sorted(rows, key=lambda row: (-row.usd, -row.calls, row.name))
    if by == "day":
        ordered = sorted(rows, key=lambda row: row.name, reverse=True)
    return Spending(by, since, tuple(ordered), total)


def _rows(connection: Connection, by: By | None, since: datetime | None) -> list[Spent]:
    """One line for each name; for `by` None one for everything."""
    counted = connection.execute(_calls(by, since)).mappings().all()
    kept = {str(name): count for name, count in connection.execute(_kept(by, since))}
    return [_spent({**row, "kept": kept.get(str(row["name"]), 0)}) for row in counted]


def _spent(row: Mapping[str, Any]) -> Spent:
    return Spent(**{**row, "name": str(row["name"])})


def _calls(by: By | None, since: datetime | None) -> Select[Any]:
    name = _CALL_NAMES[by]() if by else _NOTHING
    state, cost, reserved = api_calls.c.state, api_calls.c.cost_usd, api_calls.c.reserved_usd
    failed = state == "failed"
    unpriced = cost.is_(None)
    wanted = select(
        name.label("name"),
        func.count().label("calls"),
        _total(failed).label("failed"),
        _total(failed, func.coalesce(cost, 0.0)).label("failed_usd"),
        func.coalesce(func.sum(cost), 0.0).label("known_usd"),
        _total(and_(unpriced, ~failed), reserved).label("assumed_usd"),
        _total(and_(unpriced, state == "sent")).label("waiting"),
        _total(and_(unpriced, state == "unknown")).label("unknown"),
        _total(and_(unpriced, state == "done")).label("unpriced"),
    )
    if by == "theme":
        wanted = wanted.select_from(api_calls).outerjoin(runs, runs.c.id == api_calls.c.run)
    return _grouped(_since(wanted, api_calls.c.started_at, since), by, name)


def _kept(by: By | None, since: datetime | None) -> Select[Any]:
    """Count kept works by name: of runs that made calls, and of painters who are providers."""
    name = _WORK_NAMES[by]() if by else _NOTHING
    paying = _since(select(api_calls.c.run), api_calls.c.started_at, since)
    paid = _since(select(api_calls.c.provider), api_calls.c.started_at, since)
    of_a_run = and_(works.c.run != "", works.c.run.in_(paying))
    wanted = select(name.label("name"), func.count()).where(
        works.c.standing == "kept",
        works.c.origin == "made",
        or_(of_a_run, works.c.source.in_(paid)),
    )
    if by == "theme":
        wanted = wanted.select_from(works).outerjoin(runs, runs.c.id == works.c.run)
    return _grouped(_since(wanted, works.c.added_at, since), by, name)


def _total(condition: ColumnElement[bool], amount: Any = 1) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((condition, amount), else_=0)), 0)


def _since(
    wanted: Select[Any], when: ColumnElement[datetime], since: datetime | None
) -> Select[Any]:
    return wanted if since is None else wanted.where(when >= since)


def _grouped(wanted: Select[Any], by: By | None, name: ColumnElement[Any]) -> Select[Any]:
    return wanted.group_by(name) if by else wanted


# Written out, not bound: a bound value would be another one in GROUP BY for some databases.
_NOTHING: ColumnElement[Any] = literal_column("''")
_CALL_NAMES: Mapping[By, Callable[[], ColumnElement[Any]]] = {
    "day": lambda: func.date(api_calls.c.started_at),
    "provider": lambda: api_calls.c.provider,
    "run": lambda: api_calls.c.run,
    "theme": lambda: func.coalesce(runs.c.theme, _NOTHING),
}
_WORK_NAMES: Mapping[By, Callable[[], ColumnElement[Any]]] = {
    "day": lambda: func.date(works.c.added_at),
    "provider": lambda: works.c.source,
    "run": lambda: works.c.run,
    "theme": lambda: func.coalesce(runs.c.theme, _NOTHING),
}
