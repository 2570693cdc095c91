"""Which versions of what have worked in this studio: the rows of `version_info`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import version_info

_STUDIO = "studio"


@dataclass(frozen=True)
class VersionSeen:
    """One version of one component, and when it first worked here (UTC)."""

    component: str
    version: str
    first_seen: datetime


class VersionBook:
    """The versions that this studio has seen.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def record(self, component: str, version: str) -> None:
        """Keep that this version worked here; a version that is known stays as it is."""
        self.record_all({component: version})

    def record_all(self, versions: dict[str, str]) -> None:
        """Keep many at once, in one transaction, and none when all are known."""
        known = {(seen.component, seen.version) for seen in self.list()}
        if versions.items() <= known:
            return
        now = self._clock()
        with self._database.write() as connection:
            stored = select(version_info.c.component, version_info.c.version)
            known = {(row[0], row[1]) for row in connection.execute(stored)}
            fresh = [
                {"component": component, "version": version, "first_seen": now}
                for component, version in versions.items()
                if (component, version) not in known
            ]
            if fresh:
                connection.execute(insert(version_info), fresh)

    def studio(self) -> str:
        """What tells this studio from every other: given once, kept for ever, copied with it.

        Returns:
            A word of 32 signs; none where a studio that is only looked at was never given one.
        """
        known = [seen.version for seen in self.list() if seen.component == _STUDIO]
        if known or self._database.read_only:
            return known[0] if known else ""
        self.record(_STUDIO, uuid4().hex)
        return self.studio()

    def list(self) -> list[VersionSeen]:
        """All of them, by component, oldest first."""
        wanted = select(version_info).order_by(
            version_info.c.component, version_info.c.first_seen, version_info.c.version
        )
        with self._database.read() as connection:
            return [VersionSeen(**row) for row in connection.execute(wanted).mappings()]
