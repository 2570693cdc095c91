"""The book of acquisitions: each collect run with what was asked and what became of it."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.pages import Mark, begun_before
from gesso.core.catalogue.store.tables import acquisitions
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.finds import Acquisition, AcquisitionState, UnknownLicence


class AcquisitionBook:
    """All collect runs.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def begin(
        self,
        run: str,
        source: str,
        places: tuple[str, ...],
        *,
        limit: int | None = None,
        since: datetime | None = None,
        unknown_licence: UnknownLicence | None = None,
    ) -> Acquisition:
        """Begin a run.

        Raises:
            InputError: there is a run of that id.
        """
        now = self._clock()
        wish = {
            "places": places,
            "limit": limit,
            "since": None if since is None else since.astimezone(UTC).isoformat(),
            "unknown_licence": unknown_licence,
        }
        row = {
            "id": run,
            "source": source,
            "wish": json.dumps(wish, ensure_ascii=False),
            "state": "running",
            "reason": "",
            "listed": False,
            "counts": "{}",
            "began_at": now,
            "updated_at": now,
        }
        with self._database.write() as connection:
            known = select(acquisitions.c.id).where(acquisitions.c.id == run)
            if connection.scalar(known) is not None:
                raise InputError(
                    f"There is a collect run '{run}' already.",
                    f"Go on with it: gesso collect resume {run}",
                )
            connection.execute(insert(acquisitions), row)
        return self.get(run)

    def change(
        self,
        run: str,
        *,
        state: AcquisitionState | None = None,
        reason: str | None = None,
        listed: bool | None = None,
        counts: Mapping[str, int] | None = None,
    ) -> None:
        """Say how a run stands; None leaves a thing as it is.

        Raises:
            UnknownItem: there is no such run.
        """
        now = self._clock()
        values: dict[str, Any] = {"updated_at": now}
        if state is not None:
            values |= {"state": state, "ended_at": None if state == "running" else now}
        if reason is not None:
            values["reason"] = reason
        if listed is not None:
            values["listed"] = listed
        if counts is not None:
            values["counts"] = json.dumps(dict(counts))
        with self._database.write() as connection:
            is_it = acquisitions.c.id == run
            if not connection.execute(update(acquisitions).where(is_it).values(values)).rowcount:
                raise UnknownItem(
                    f"There is no collect run '{run}'.", "List them with: gesso collect status"
                )

    def get(self, run: str) -> Acquisition:
        """One run.

        Raises:
            UnknownItem: there is none of that id; near ids are offered.
        """
        with self._database.read() as connection:
            wanted = select(acquisitions).where(acquisitions.c.id == run)
            row = connection.execute(wanted).mappings().one_or_none()
            if row is not None:
                return _acquisition(row)
            known = list(connection.scalars(select(acquisitions.c.id)))
        near = get_close_matches(run, known, n=1)
        guess = f"Did you mean '{near[0]}'? " if near else ""
        raise UnknownItem(
            f"There is no collect run '{run}'.", f"{guess}List them with: gesso collect status"
        )

    def list(self) -> list[Acquisition]:
        """All runs, the newest first."""
        wanted = select(acquisitions).order_by(
            acquisitions.c.began_at.desc(), acquisitions.c.id.desc()
        )
        with self._database.read() as connection:
            return [_acquisition(row) for row in connection.execute(wanted).mappings()]

    def page(self, before: Mark | None, limit: int) -> builtins.list[Acquisition]:
        """Runs, the newest first; of one moment those with a later id first.

        Args:
            before: begun before this moment, or at it with an earlier id; None for the newest.
            limit: so many at most.
        """
        began, number = acquisitions.c.began_at, acquisitions.c.id
        wanted = begun_before(select(acquisitions), began, number, before).limit(limit)
        with self._database.read() as connection:
            return [_acquisition(row) for row in connection.execute(wanted).mappings()]

    def count(self) -> int:
        """How many there are."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(acquisitions)) or 0


def _acquisition(row: RowMapping) -> Acquisition:
    wish = json.loads(row["wish"])
    since = wish["since"]
    return Acquisition(
        id=row["id"],
        source=row["source"],
        places=tuple(wish["places"]),
        limit=wish["limit"],
        since=None if since is None else datetime.fromisoformat(since),
        state=row["state"],
        reason=row["reason"],
        listed=row["listed"],
        counts=json.loads(row["counts"]),
        began_at=row["began_at"],
        updated_at=row["updated_at"],
        ended_at=row["ended_at"],
        unknown_licence=wish.get("unknown_licence"),
    )
