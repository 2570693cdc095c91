"""The book of runs: each order of work, its items and their rounds, resumable by its id."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    bindparam,
    func,
    insert,
    select,
    update,
)

from gesso.core.catalogue.calls.ledger import COUNTED_USD
from gesso.core.catalogue.runs.items import ItemPages, item_row
from gesso.core.catalogue.runs.rounds import RoundPages
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.dialects.prepared import Prepared
from gesso.core.catalogue.store.pages import Mark, begun_before
from gesso.core.catalogue.store.tables import api_calls, prompts, runs, works
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.codec import to_json
from gesso.core.records.maker import Setting
from gesso.core.records.prompts import Prompt
from gesso.core.records.runs import ID_RULE, Item, Run, RunState, is_id

_STATE = Prepared(select(runs.c.state).where(runs.c.id == bindparam("of_run")))


@dataclass(frozen=True)
class RunSummary:
    """A run in one line.

    Attributes:
        run: the run.
        waiting, working, done, failed: how many of its items are in each state.
        kept: its works that hang in the gallery.
        calls: its calls to the world outside.
        spent_usd: as the ledger counts: a call without a known cost at what was reserved for it.
    """

    run: Run
    waiting: int
    working: int
    done: int
    failed: int
    kept: int
    calls: int
    spent_usd: float

    @property
    def items(self) -> int:
        """How many items it has."""
        return self.waiting + self.working + self.done + self.failed


class RunBook(ItemPages, RoundPages):
    """All runs of the catalogue.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__(database, clock)

    def create(
        self, run_id: str, theme: str, options: Mapping[str, Setting], items: Iterable[Item]
    ) -> Run:
        """Begin a run, or find it begun: the same id with the same order is the same run.

        Capital and small letters make no other id, for a run also names a folder and a lock.

        Args:
            run_id: what `is_id` lets pass.
            theme: "" for a batch of prompts.
            options: what the run is asked to do.
            items: not looked at when the run is there already.

        Raises:
            InputError: the id cannot be one, two items share an id, or a run of that id was
                asked for something else.
        """
        if not is_id(run_id):
            raise InputError(f"{run_id[:100]!r} cannot be the id of a run.", ID_RULE)
        now = self._clock()
        run = Run(run_id, theme, json.loads(_plain(options)), "running", "", now, now)
        with self._database.write() as connection:
            known = _find(connection, _known_as(connection, run_id))
            if known is not None:
                return _same_order(known, run)
            connection.execute(insert(runs), _row(run))
            rows = [item_row(item, run_id, now) for item in items]
            _refuse_twins([row["item"] for row in rows])
            if rows:
                connection.execute(insert(prompts), rows)
        return run

    def begin_item(self, run: str, item: str, prompt: Prompt) -> None:
        """Keep the prompt that an item starts from, and its first round, before any picture.

        Raises:
            UnknownItem: there is no such item.
        """
        values = {"prompt": to_json(prompt), "state": "working", "reason": ""}
        with self._database.write() as connection:
            self._change_in(connection, run, item, values)
            self._start_in(connection, run, item, 1, prompt)

    def known_as(self, run_id: str) -> str:
        """The id of the run that is there under it, whatever its letter case; else itself."""
        with self._database.read() as connection:
            return _known_as(connection, run_id)

    def get(self, run_id: str) -> Run:
        """One run.

        Raises:
            UnknownItem: there is none of that id; near ids are offered.
        """
        with self._database.read() as connection:
            return _find(connection, run_id) or _raise_unknown(connection, run_id)

    def is_cancelled(self, run_id: str) -> bool:
        """Whether the owner cancelled a run; asked before every round, so it reads one word."""
        with self._database.read() as connection:
            return bool(_STATE.first(connection, {"of_run": run_id}) == "cancelled")

    def list(self) -> list[Run]:
        """All runs, newest first."""
        with self._database.read() as connection:
            return _runs(connection)

    def set_state(self, run_id: str, state: RunState, reason: str = "") -> None:
        """Say how a run stands, and why.

        Raises:
            UnknownItem: there is no such run.
        """
        values = {"state": state, "reason": reason, "updated_at": self._clock()}
        with self._database.write() as connection:
            changed = connection.execute(update(runs).where(runs.c.id == run_id).values(values))
            if not changed.rowcount:
                _raise_unknown(connection, run_id)

    def change_options(self, run_id: str, options: Mapping[str, Setting]) -> Run:
        """Put some options of a run in the place of those that it was begun with.

        Raises:
            UnknownItem: there is no such run.
        """
        with self._database.write() as connection:
            run = _find(connection, run_id) or _raise_unknown(connection, run_id)
            told = _plain({**run.options, **options})
            connection.execute(update(runs).where(runs.c.id == run_id).values(options=told))
        return replace(run, options=json.loads(told))

    def cancel(self, run_id: str, reason: str) -> None:
        """Say that a run is cancelled; what waits of it will not be taken up again.

        Raises:
            UnknownItem: there is no such run.
        """
        self.set_state(run_id, "cancelled", reason)
        is_open = prompts.c.state.in_(("waiting", "working"))
        with self._database.write() as connection:
            connection.execute(
                update(prompts).where(prompts.c.run == run_id, is_open).values(reason=reason)
            )

    def summaries(self) -> builtins.list[RunSummary]:
        """Every run in one line, newest first."""
        with self._database.read() as connection:
            counts = _Counts.of(connection)
            return [counts.summary(run) for run in _runs(connection)]

    def page(self, before: Mark | None, limit: int) -> builtins.list[RunSummary]:
        """Runs in one line, newest first; of one moment those with a later id first.

        Args:
            before: begun before this moment, or at it with an earlier id; None for the newest.
            limit: so many at most.
        """
        wanted = begun_before(select(runs), runs.c.created_at, runs.c.id, before).limit(limit)
        with self._database.read() as connection:
            found = [_run(row) for row in connection.execute(wanted).mappings()]
            counts = _Counts.of(connection, [run.id for run in found])
            return [counts.summary(run) for run in found]

    def count(self) -> int:
        """How many there are."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(runs)) or 0

    def summary(self, run_id: str) -> RunSummary:
        """One run in one line.

        Raises:
            UnknownItem: there is no such run.
        """
        with self._database.read() as connection:
            run = _find(connection, run_id) or _raise_unknown(connection, run_id)
            return _Counts.of(connection, [run_id]).summary(run)


@dataclass(frozen=True)
class _Counts:
    """What belongs to runs, by run: items by state, kept works, calls with their cost."""

    items: Mapping[tuple[str, str], int]
    kept: Mapping[str, int]
    calls: Mapping[str, tuple[int, float]]

    @classmethod
    def of(cls, connection: Connection, of: Sequence[str] | None = None) -> _Counts:
        """Count for some runs, or for all of them."""

        def rows(run: ColumnElement[str], *columns: ColumnElement[Any]) -> Select[Any]:
            wanted = select(run, *columns)
            return wanted if of is None else wanted.where(run.in_(of))

        items = rows(prompts.c.run, prompts.c.state, func.count())
        kept = rows(works.c.run, func.count()).where(works.c.standing == "kept")
        calls = rows(api_calls.c.run, func.count(), func.sum(COUNTED_USD))
        return cls(
            items={
                (run, state): count
                for run, state, count in connection.execute(
                    items.group_by(prompts.c.run, prompts.c.state)
                )
            },
            kept={row[0]: row[1] for row in connection.execute(kept.group_by(works.c.run))},
            calls={
                run: (count, spent)
                for run, count, spent in connection.execute(calls.group_by(api_calls.c.run))
            },
        )

    def summary(self, run: Run) -> RunSummary:
        """One run in one line."""
        count, spent = self.calls.get(run.id, (0, 0.0))
        return RunSummary(
            run=run,
            waiting=self.items.get((run.id, "waiting"), 0),
            working=self.items.get((run.id, "working"), 0),
            done=self.items.get((run.id, "done"), 0),
            failed=self.items.get((run.id, "failed"), 0),
            kept=self.kept.get(run.id, 0),
            calls=count,
            spent_usd=spent,
        )


def _known_as(connection: Connection, run_id: str) -> str:
    alike = select(runs.c.id).where(func.lower(runs.c.id) == run_id.lower())
    found = connection.scalars(alike.order_by(runs.c.id != run_id, runs.c.id).limit(1)).first()
    return run_id if found is None else found


def _find(connection: Connection, run_id: str) -> Run | None:
    row = connection.execute(select(runs).where(runs.c.id == run_id)).mappings().one_or_none()
    return _run(row) if row else None


def _runs(connection: Connection) -> list[Run]:
    wanted = select(runs).order_by(runs.c.created_at.desc(), runs.c.id)
    return [_run(row) for row in connection.execute(wanted).mappings()]


def _run(row: RowMapping) -> Run:
    return Run(**(dict(row) | {"options": json.loads(row["options"])}))


def _row(run: Run) -> dict[str, object]:
    return vars(run) | {"options": _plain(run.options)}


def _plain(options: Mapping[str, Setting]) -> str:
    return json.dumps(dict(options), ensure_ascii=False)


# What a run may spend, and where copies of its pictures go, is no part of what it shall be: the
# owner may give it more later, or another folder.
_NO_ORDER = frozenset({"budget_usd", "results", "results_format"})


def _same_order(known: Run, wanted: Run) -> Run:
    names = sorted((known.options.keys() | wanted.options.keys()) - _NO_ORDER)
    other = [name for name in names if known.options.get(name) != wanted.options.get(name)]
    if known.theme != wanted.theme:
        other.insert(0, "theme")
    if not other:
        return known
    raise InputError(
        f"The run '{known.id}' is there already and was asked for something else: "
        f"another {', '.join(other)}.",
        f"Give a new run another id, or go on with that one: gesso runs resume {known.id}",
    )


def _refuse_twins(ids: list[str]) -> None:
    if len(set(ids)) < len(ids):
        twin = next(one for one in ids if ids.count(one) > 1)
        raise InputError(
            f"Two items of the run have the id '{twin}'.", "Give every item an id of its own."
        )


def _raise_unknown(connection: Connection, run_id: str) -> NoReturn:
    known = connection.scalars(select(runs.c.id)).all()
    near = get_close_matches(run_id, known, n=3)
    advice = f"Near it: {', '.join(near)}." if near else "See all with: gesso runs list"
    raise UnknownItem(f"There is no run '{run_id}'.", advice)
