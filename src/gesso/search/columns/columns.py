"""The columns of a catalogue, in memory, as the catalogue is now."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

import numpy as np
from sqlalchemy import Connection, func, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import outbox
from gesso.search.columns.keeping import Keeping, differs
from gesso.search.columns.loading import GROUPS, layout_of, load
from gesso.search.columns.rows import Ids, Pairs, Rows, Words

# Above this share of changed works everything is read anew: it is the quicker way.
_MOST_CHANGED = 0.1
_FEW = 2000
# What takes less than this to read is read each time.
_LONG_S = 0.3
_SAMPLE = 200
# Every search asks for it, so it is put together once.
_LAST = select(func.max(outbox.c.seq)).where(outbox.c.kind == "work")


@dataclass(frozen=True)
class State:
    """The columns at one moment; it never changes.

    Attributes:
        seq: the catalogue's last change that it knows of.
        groups: those that were asked for so far, by name.
    """

    seq: int
    groups: Mapping[str, Rows | Pairs] = field(default_factory=dict)

    @property
    def core(self) -> Rows:
        """The columns that are always there."""
        return cast("Rows", self.groups["core"])

    def rows(self, name: str) -> Rows:
        """A group of one value a work, of the same works as `core`."""
        return cast("Rows", self.groups[name])

    def pairs(self, name: str) -> Pairs:
        """A group of any number of values a work."""
        return cast("Pairs", self.groups[name])


class Columns:
    """Reads columns when they are first asked for, and then only what has changed.

    May be used from many threads; who holds a state keeps it.

    Args:
        database: of the catalogue.
        keeping: where columns that took long to read are kept for the next process, None for
            nowhere.
    """

    def __init__(self, database: Database, keeping: Keeping | None = None) -> None:
        self._database = database
        self._keeping = keeping
        self._lock = Lock()
        self._state: State | None = None
        self._words: dict[str, dict[str, Words]] = {
            name: {word: Words() for word in group.words} for name, group in GROUPS.items()
        }

    def state(self, *names: str) -> State:
        """The columns as the catalogue is now.

        Args:
            names: groups beside "core" that have to be there.
        """
        with self._lock, self._database.read() as connection:
            latest = self._latest(connection)
            state = self._state or State(latest)
            if state.groups and latest != state.seq:
                state = self._followed(connection, state, latest)
            missing = [name for name in ("core", *names) if name not in state.groups]
            if missing:
                more = {name: self._first(connection, name, state.seq) for name in missing}
                state = State(state.seq, {**state.groups, **more})
            self._state = state
            return state

    def _latest(self, connection: Connection) -> int:
        return connection.scalar(_LAST) or 0

    def _first(self, connection: Connection, name: str, seq: int) -> Rows | Pairs:
        """A group that was not asked for yet: as it was kept, with what changed since, or read."""
        found = self._kept(connection, name, seq)
        if found is not None:
            return found
        started = time.monotonic()
        group = self._read(connection, name)
        if self._keeping is not None and time.monotonic() - started > _LONG_S:
            self._keeping.write(name, layout_of(name), seq, group)
        return group

    def _kept(self, connection: Connection, name: str, seq: int) -> Rows | Pairs | None:
        kept = self._keeping.read(name, layout_of(name)) if self._keeping is not None else None
        if kept is None or self._keeping is None:
            return None
        changed = _changed(connection, kept.seq) if kept.seq <= seq else None
        if changed is None or len(changed) > max(_FEW, _MOST_CHANGED * len(kept.group.ids)):
            return None
        group, some = kept.group, np.setdiff1d(_spread(kept.group.ids), changed)
        before, self._words[name] = self._words[name], dict(group.words)
        if differs(group, self._read(connection, name, some), some):
            self._keeping.forget(name)
            self._words[name] = before
            return None
        if not len(changed):
            return group
        group = _merged(group, changed, self._read(connection, name, changed))
        if len(changed) > _FEW:
            self._keeping.write(name, layout_of(name), seq, group)
        return group

    def _followed(self, connection: Connection, state: State, latest: int) -> State:
        changed = _changed(connection, state.seq)
        if len(changed) > max(_FEW, _MOST_CHANGED * len(state.core)):
            return State(latest, {name: self._read(connection, name) for name in state.groups})
        groups = {
            name: _merged(group, changed, self._read(connection, name, changed))
            for name, group in state.groups.items()
        }
        return State(latest, groups)

    def _read(self, connection: Connection, name: str, only: Ids | None = None) -> Rows | Pairs:
        return load(connection, GROUPS[name], self._words[name], only)


def _changed(connection: Connection, since: int) -> Ids:
    """The works that changed after a change, ascending."""
    is_new = (outbox.c.kind == "work") & (outbox.c.seq > since)
    told = connection.scalars(select(outbox.c.key).where(is_new).order_by(outbox.c.seq))
    return np.unique(np.array([int(key) for key in told], dtype=np.int64))


def _spread(ids: Ids) -> Ids:
    """The works of a few rows from all over."""
    at = np.linspace(0, len(ids) - 1, min(_SAMPLE, len(ids))).astype(np.int64)
    return ids[at]


def _merged(group: Rows | Pairs, changed: Ids, now: Rows | Pairs) -> Rows | Pairs:
    if isinstance(group, Rows):
        return group.without(changed).joined(cast("Rows", now))
    return group.without(changed).joined(cast("Pairs", now))
