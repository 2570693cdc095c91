"""The book of what was asked to be changed here over the web: who, what, when, from where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import audits

MOST_ROWS = 200_000
"""The newest are kept; at 150 bytes each that is 30 MB."""
_CLEARED_EVERY = 1000
_WIDTHS = {"who": 100, "origin": 64, "operation": 100, "method": 8, "path": 500}


@dataclass(frozen=True)
class Deed:
    """One request that may have changed something.

    Attributes:
        who: the name of the token, "web.token" for the one of the settings, "" for this machine.
        origin: the address that it came from.
        operation: its name in the API, or the path's template.
        method: of HTTP.
        path: without its query, which may hold what nobody should read.
        status: how it was answered.
    """

    who: str
    origin: str
    operation: str
    method: str
    path: str
    status: int


@dataclass(frozen=True)
class NotedDeed:
    """A deed as it was noted: its number, when (UTC), and what."""

    id: int
    at: datetime
    deed: Deed


class AuditBook:
    """The deeds of everybody who asks over the web.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(self, deed: Deed) -> None:
        """Note one deed; of very many the oldest are forgotten."""
        row = {name: _fitting(name, value) for name, value in asdict(deed).items()}
        with self._database.write() as connection:
            done = connection.execute(insert(audits), row | {"at": self._clock()})
            (number,) = done.inserted_primary_key or (0,)
            if number % _CLEARED_EVERY == 0:
                connection.execute(delete(audits).where(audits.c.id <= number - MOST_ROWS))

    def latest(self, limit: int = 100, before: int | None = None) -> list[NotedDeed]:
        """The latest deeds, newest first.

        Args:
            limit: at most so many.
            before: those with lower numbers only.
        """
        wanted = select(audits).order_by(audits.c.id.desc()).limit(limit)
        if before is not None:
            wanted = wanted.where(audits.c.id < before)
        with self._database.read() as connection:
            rows = connection.execute(wanted).mappings().all()
        return [
            NotedDeed(
                row["id"],
                row["at"],
                Deed(
                    row["who"],
                    row["origin"],
                    row["operation"],
                    row["method"],
                    row["path"],
                    row["status"],
                ),
            )
            for row in rows
        ]

    def count(self) -> int:
        """How many are noted."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(audits)) or 0


def _fitting(name: str, value: object) -> object:
    # A path may hold what no database takes, and more than its column does.
    return value.replace("\0", "")[: _WIDTHS[name]] if isinstance(value, str) else value
