"""The columns of a catalogue, in memory, as the catalogue is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import cast

import numpy as np
from sqlalchemy import Connection, func, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import outbox
from gesso.search.columns.loading import GROUPS, load
from gesso.search.columns.rows import Ids, Pairs, Rows, Words

# Above this share of changed works everything is read anew: it is the quicker way.
_MOST_CHANGED = 0.1
_FEW = 2000


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
    """

    def __init__(self, database: Database) -> None:
        self._database = database
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
                more = {name: self._read(connection, name) for name in missing}
                state = State(state.seq, {**state.groups, **more})
            self._state = state
            return state

    def _latest(self, connection: Connection) -> int:
        last = select(func.max(outbox.c.seq)).where(outbox.c.kind == "work")
        return connection.scalar(last) or 0

    def _followed(self, connection: Connection, state: State, latest: int) -> State:
        is_new = (outbox.c.kind == "work") & (outbox.c.seq > state.seq)
        told = connection.scalars(select(outbox.c.key).where(is_new).order_by(outbox.c.seq))
        changed = np.unique(np.array([int(key) for key in told], dtype=np.int64))
        if len(changed) > max(_FEW, _MOST_CHANGED * len(state.core)):
            return State(latest, {name: self._read(connection, name) for name in state.groups})
        groups = {
            name: _merged(group, changed, self._read(connection, name, changed))
            for name, group in state.groups.items()
        }
        return State(latest, groups)

    def _read(self, connection: Connection, name: str, only: Ids | None = None) -> Rows | Pairs:
        return load(connection, GROUPS[name], self._words[name], only)


def _merged(group: Rows | Pairs, changed: Ids, now: Rows | Pairs) -> Rows | Pairs:
    if isinstance(group, Rows):
        return group.without(changed).joined(cast("Rows", now))
    return group.without(changed).joined(cast("Pairs", now))
