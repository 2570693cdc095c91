"""The shelf of stories: every edit is a version of its own, and none is ever written over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import stories, story_versions
from gesso.core.errors import InputError, UnknownItem

_COLUMNS = (
    stories.c.id,
    story_versions.c.version,
    stories.c.version.label("latest"),
    story_versions.c.note,
    story_versions.c.body,
    story_versions.c.created_at,
)


@dataclass(frozen=True)
class StoryRow:
    """A version of a story as it is kept.

    Attributes:
        id: the story's number.
        version: which one this is, from 1.
        latest: the story's newest.
        note: what was changed in it.
        body: the story as JSON.
        created_at: of this version, UTC.
    """

    id: int
    version: int
    latest: int
    note: str
    body: str
    created_at: datetime


class StoryShelf:
    """All stories.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def add(self, title: str, body: str, note: str = "") -> StoryRow:
        """Keep a new story as its first version.

        Args:
            title: what it is called, for lists.
            body: the story as JSON.
            note: what is to be said of this version.
        """
        now = self._clock()
        row = {"title": title, "version": 1, "created_at": now, "changed_at": now}
        with self._database.write() as connection:
            done = connection.execute(insert(stories), row)
            (number,) = done.inserted_primary_key or (0,)
            return _keep(connection, StoryRow(number, 1, 1, note, body, now))

    def change(self, story_id: int, of: int, title: str, body: str, note: str = "") -> StoryRow:
        """Keep an edit as the next version.

        Args:
            story_id: which story.
            of: the version that was edited; it has to be the newest still.
            title: what it is called now.
            body: the story as JSON.
            note: what was changed.

        Raises:
            UnknownItem: the catalogue has no such story.
            InputError: somebody else has changed it meanwhile.
        """
        now = self._clock()
        with self._database.write() as connection:
            latest = connection.scalar(select(stories.c.version).where(stories.c.id == story_id))
            if latest is None:
                raise _unknown(story_id)
            if latest != of:
                raise InputError(
                    f"Story {story_id} was changed meanwhile: you edited version {of}, "
                    f"and there is a version {latest}.",
                    f"Look at it, then edit that one: gesso story show {story_id}",
                )
            values = {"title": title, "version": of + 1, "changed_at": now}
            connection.execute(update(stories).where(stories.c.id == story_id).values(values))
            return _keep(connection, StoryRow(story_id, of + 1, of + 1, note, body, now))

    def get(self, story_id: int, version: int | None = None) -> StoryRow:
        """One version of a story.

        Args:
            story_id: which story.
            version: None for the newest.

        Raises:
            UnknownItem: the catalogue has no such story, or it no such version.
        """
        wanted = stories.c.version if version is None else version
        found = self._rows(
            _joined().where(stories.c.id == story_id, story_versions.c.version == wanted)
        )
        if not found:
            raise _unknown(story_id, version)
        return found[0]

    def versions(self, story_id: int) -> list[StoryRow]:
        """All versions of a story, newest first.

        Raises:
            UnknownItem: the catalogue has no such story.
        """
        found = self._rows(
            _joined().where(stories.c.id == story_id).order_by(story_versions.c.version.desc())
        )
        if not found:
            raise _unknown(story_id)
        return found

    def latest(self, limit: int = 60, offset: int = 0) -> list[StoryRow]:
        """Stories as they are now, the one that was changed last first."""
        wanted = _joined().where(story_versions.c.version == stories.c.version)
        wanted = wanted.order_by(stories.c.changed_at.desc(), stories.c.id.desc())
        return self._rows(wanted.limit(limit).offset(offset))

    def count(self) -> int:
        """How many there are."""
        with self._database.read() as connection:
            return connection.scalar(select(func.count()).select_from(stories)) or 0

    def _rows(self, wanted: Select[tuple[object, ...]]) -> list[StoryRow]:
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(wanted).mappings()]


def _keep(connection: Connection, row: StoryRow) -> StoryRow:
    values = {"version": row.version, "note": row.note, "body": row.body}
    values |= {"story": row.id, "created_at": row.created_at}
    connection.execute(insert(story_versions), values)
    return row


def _joined() -> Select[tuple[object, ...]]:
    return select(*_COLUMNS).join(story_versions, story_versions.c.story == stories.c.id)


def _row(row: RowMapping) -> StoryRow:
    return StoryRow(**row)


def _unknown(story_id: int, version: int | None = None) -> UnknownItem:
    said = f"There is no story number {story_id} in the catalogue."
    if version is not None:
        said = f"Story {story_id} has no version {version}, or there is no such story."
    return UnknownItem(said, "See them: gesso story list")
