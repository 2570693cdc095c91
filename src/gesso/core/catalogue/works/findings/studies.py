"""The shelf of studies: what was read in a work, newest first; a reading is never overwritten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import RowMapping, Select, insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import studies
from gesso.core.catalogue.works.known import refuse_unknown
from gesso.core.errors import UnknownItem


@dataclass(frozen=True)
class StudyRow:
    """A study as it is kept.

    Attributes:
        id: the catalogue's number.
        work: the work that was studied.
        body: the study as JSON, without its sheets, which can be drawn again.
        created_at: UTC.
    """

    id: int
    work: int
    body: str
    created_at: datetime


class StudyShelf:
    """All studies; a work has as many as were made of it with unlike settings.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, work_id: int, settings: str, body: str) -> StudyRow:
        """Keep a study; one of the same work, settings and words is kept once.

        Args:
            work_id: the work that was studied.
            settings: what makes the study what it is, as text.
            body: the study as JSON.

        Raises:
            UnknownItem: the catalogue has no such work.
        """
        digest = sha256(settings.encode()).hexdigest()
        row = {"work": work_id, "settings_sha256": digest, "body": body}
        with self._database.write() as connection:
            refuse_unknown(connection, {work_id})
            alike = (studies.c.work == work_id) & (studies.c.settings_sha256 == digest)
            same = select(studies).where(alike, studies.c.body == body)
            known = connection.execute(same).mappings().first()
            if known is not None:
                return _row(known)
            done = connection.execute(insert(studies), row | {"created_at": self._clock()})
            (number,) = done.inserted_primary_key or (0,)
            kept = connection.execute(select(studies).where(studies.c.id == number)).mappings()
            return _row(kept.one())

    def of(self, work_id: int, limit: int = 100) -> list[StudyRow]:
        """A work's studies, newest first."""
        wanted = select(studies).where(studies.c.work == work_id)
        return self._list(
            wanted.order_by(studies.c.created_at.desc(), studies.c.id.desc()).limit(limit)
        )

    def get(self, study_id: int) -> StudyRow:
        """One study.

        Raises:
            UnknownItem: the catalogue has none of that number.
        """
        found = self._list(select(studies).where(studies.c.id == study_id))
        if not found:
            raise UnknownItem(
                f"There is no study number {study_id} in the catalogue.",
                "Read the picture again with: gesso study",
            )
        return found[0]

    def latest(self, limit: int = 60) -> list[StudyRow]:
        """The newest studies of all works."""
        return self._list(select(studies).order_by(studies.c.id.desc()).limit(limit))

    def _list(self, wanted: Select[tuple[object, ...]]) -> list[StudyRow]:
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(wanted).mappings()]


def _row(row: RowMapping) -> StudyRow:
    return StudyRow(row["id"], row["work"], row["body"], row["created_at"])
