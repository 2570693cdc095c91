"""The shelf of stories: every edit is a version of its own, and none is ever written over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    func,
    insert,
    select,
    tuple_,
    update,
)

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.pages import read_cursor, write_cursor
from gesso.core.catalogue.store.tables import stories, story_versions
from gesso.core.errors import InputError, UnknownItem

_COLUMNS = (
    stories.c.id,
    story_versions.c.version,
    stories.c.version.label("latest"),
    story_versions.c.note,
    story_versions.c.body,
    story_versions.c.created_at,
    stories.c.changed_at,
    stories.c.deleted_at,
)
MOST_ON_A_PAGE = 200


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
        changed_at: of the story's newest version, UTC.
        deleted_at: when the story was deleted, UTC; None for one that is there.
    """

    id: int
    version: int
    latest: int
    note: str
    body: str
    created_at: datetime
    changed_at: datetime
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class StoryPage:
    """Some stories of a list.

    Attributes:
        rows: each in its newest version.
        next: the `after` of the page after this one; None on the last.
    """

    rows: tuple[StoryRow, ...]
    next: str | None


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
            return _keep(connection, StoryRow(number, 1, 1, note, body, now, now))

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
            InputError: somebody else has changed it meanwhile, or it was deleted.
        """
        now = self._clock()
        asked = select(stories.c.version, stories.c.deleted_at).where(stories.c.id == story_id)
        with self._database.write() as connection:
            found = connection.execute(asked).first()
            if found is None:
                raise _unknown(story_id)
            latest, deleted_at = found
            if deleted_at is not None:
                raise InputError(
                    f"Story {story_id} was deleted.",
                    f"Have it back, then change it: gesso story restore {story_id}",
                )
            if latest != of:
                raise InputError(
                    f"Story {story_id} was changed meanwhile: you edited version {of}, "
                    f"and there is a version {latest}.",
                    f"Look at it, then edit that one: gesso story show {story_id}",
                )
            values = {"title": title, "version": of + 1, "changed_at": now}
            connection.execute(update(stories).where(stories.c.id == story_id).values(values))
            return _keep(connection, StoryRow(story_id, of + 1, of + 1, note, body, now, now))

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

    def page(
        self, after: str | None = None, limit: int = 60, *, deleted: bool = False
    ) -> StoryPage:
        """Stories as they are now, the one that was changed last first.

        Stories that come in or change meanwhile shift nothing: none comes twice.

        Args:
            after: the `next` of the page before, None for the first page.
            limit: stories on the page, 1 to `MOST_ON_A_PAGE`.
            deleted: those that were deleted, instead of those that are there.

        Raises:
            InputError: `after` is no mark of this list, or `limit` is out of bounds.
        """
        if not 1 <= limit <= MOST_ON_A_PAGE:
            raise InputError(f"A page of {limit} stories?", f"Ask for 1 to {MOST_ON_A_PAGE}.")
        question = f"stories, deleted: {deleted}"
        wanted = _joined().where(story_versions.c.version == stories.c.version, _standing(deleted))
        if after is not None:
            place = read_cursor(after, question)
            wanted = wanted.where(tuple_(stories.c.changed_at, stories.c.id) < tuple_(*place))
        wanted = wanted.order_by(stories.c.changed_at.desc(), stories.c.id.desc())
        found = self._rows(wanted.limit(limit + 1))
        shown = tuple(found[:limit])
        if len(found) <= limit:
            return StoryPage(shown, None)
        return StoryPage(shown, write_cursor(shown[-1].changed_at, shown[-1].id, question))

    def count(self, *, deleted: bool = False) -> int:
        """How many there are, or how many were deleted."""
        asked = select(func.count()).select_from(stories).where(_standing(deleted))
        with self._database.read() as connection:
            return connection.scalar(asked) or 0

    def delete(self, story_id: int) -> StoryRow:
        """Take a story out of the lists; it and all its versions stay and can be had back.

        One that was deleted already stays as it is.

        Raises:
            UnknownItem: the catalogue has no such story.
        """
        return self._stand(story_id, self._clock())

    def restore(self, story_id: int) -> StoryRow:
        """Have a deleted story back, as it was; one that is there stays as it is.

        Raises:
            UnknownItem: the catalogue has no such story.
        """
        return self._stand(story_id, None)

    def _stand(self, story_id: int, deleted_at: datetime | None) -> StoryRow:
        of_it = update(stories).where(stories.c.id == story_id)
        with self._database.write() as connection:
            if deleted_at is not None:
                # Who deletes twice does not change when it was.
                of_it = of_it.where(stories.c.deleted_at.is_(None))
            connection.execute(of_it.values(deleted_at=deleted_at))
        return self.get(story_id)

    def _rows(self, wanted: Select[tuple[object, ...]]) -> list[StoryRow]:
        with self._database.read() as connection:
            return [_row(row) for row in connection.execute(wanted).mappings()]


def _keep(connection: Connection, row: StoryRow) -> StoryRow:
    values = {"version": row.version, "note": row.note, "body": row.body}
    values |= {"story": row.id, "created_at": row.created_at}
    connection.execute(insert(story_versions), values)
    return row


def _standing(deleted: bool) -> ColumnElement[bool]:
    return stories.c.deleted_at.is_not(None) if deleted else stories.c.deleted_at.is_(None)


def _joined() -> Select[tuple[object, ...]]:
    return select(*_COLUMNS).join(story_versions, story_versions.c.story == stories.c.id)


def _row(row: RowMapping) -> StoryRow:
    return StoryRow(**row)


def _unknown(story_id: int, version: int | None = None) -> UnknownItem:
    said = f"There is no story number {story_id} in the catalogue."
    if version is not None:
        said = f"Story {story_id} has no version {version}, or there is no such story."
    return UnknownItem(said, "See them: gesso story list")
