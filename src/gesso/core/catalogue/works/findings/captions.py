"""The shelf of captions: what persons, models and measurements say about works."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, RowMapping, delete, exists, insert, select, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.rows import tag_lines
from gesso.core.catalogue.store.tables import captions, works
from gesso.core.catalogue.works.known import refuse_unknown
from gesso.core.records.codec import from_json, to_json
from gesso.core.records.maker import Maker
from gesso.core.records.works import Caption, Standing

_LONGEST_MAKER = 100
_LONGEST_VERSION = 255


class CaptionShelf:
    """All captions; a work may have one of each maker and version.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def put(self, work_id: int, caption: Caption) -> None:
        """Keep a caption, in place of an earlier one of the same maker and version.

        Raises:
            UnknownItem: the catalogue has no such work.
        """
        self.put_many([(work_id, caption)])

    def put_many(self, found: Iterable[tuple[int, Caption]]) -> None:
        """Keep many captions in one transaction; the words of each work can be searched at once.

        Raises:
            UnknownItem: the catalogue has no such work; then none is kept.
        """
        with self._database.write() as connection:
            self.put_in(connection, found)

    def put_in(self, connection: Connection, found: Iterable[tuple[int, Caption]]) -> None:
        """Keep captions in a transaction that is open: with their scores.

        Raises:
            UnknownItem: the catalogue has no such work.
        """
        now, found = self._clock(), list(found)
        refuse_unknown(connection, {work_id for work_id, _ in found})
        for work_id, caption in found:
            row = _row(work_id, caption)
            connection.execute(delete(captions).where(_is_of(row)))
            connection.execute(insert(captions), row | {"created_at": now})
            _speak(connection, work_id)

    def of(self, work_id: int) -> list[Caption]:
        """A work's captions, the best first: a person's, then a model's, then offline ones.

        Of one kind the newest comes first.
        """
        with self._database.read() as connection:
            return _of(connection, work_id)

    def of_in(self, connection: Connection, work_id: int) -> list[Caption]:
        """The same, as it stands in a transaction that is open."""
        return _of(connection, work_id)

    def best(self, work_id: int) -> Caption | None:
        """The caption to show, None where there is none: see `settled`."""
        return settled(self.of(work_id))

    def remove(self, work_id: int, maker: str, version: str = "") -> bool:
        """Take a caption away; whether there was one."""
        key = {"work": work_id, "maker": maker, "version": version}
        with self._database.write() as connection:
            removed = connection.execute(delete(captions).where(_is_of(key))).rowcount
            _speak(connection, work_id)
            return bool(removed)

    def missing(
        self,
        maker: str,
        version: str = "",
        *,
        after: int = 0,
        limit: int = 100,
        standing: Standing | None = "kept",
    ) -> list[int]:
        """Numbers of works that this maker and version has not captioned, in order.

        Args:
            maker: its name.
            version: its version.
            after: only numbers above this one: the last of the batch before.
            limit: at most so many.
            standing: of these works only, None for any.
        """
        has = exists().where(
            (captions.c.work == works.c.id)
            & (captions.c.maker == maker)
            & (captions.c.version == version)
        )
        wanted = select(works.c.id).where(works.c.id > after, ~has)
        if standing is not None:
            wanted = wanted.where(works.c.standing == standing)
        with self._database.read() as connection:
            return list(connection.scalars(wanted.order_by(works.c.id).limit(limit)))


def settled(found: Sequence[Caption]) -> Caption | None:
    """One caption of many: title, text and tags are each of the best that says any.

    So a person who only tags a work leaves it the words that it has; where a person has tagged,
    no other tags count. The maker is that of the text, or of the first where nobody wrote one.

    Args:
        found: the best first, as `CaptionShelf.of` returns them.
    """
    if not found:
        return None
    worded = next((one for one in found if one.text), found[0])
    return Caption(
        title=next((one.title for one in found if one.title), ""),
        text=worded.text,
        tags=next((one.tags for one in found if one.tags), ()),
        maker=worded.maker,
    )


def _row(work_id: int, caption: Caption) -> dict[str, object]:
    return {
        "work": work_id,
        "title": caption.title,
        "text": caption.text,
        "tags": tag_lines(caption.tags),
        "maker": caption.maker.name[:_LONGEST_MAKER],
        "version": caption.maker.version[:_LONGEST_VERSION],
        "made_by": to_json(caption.maker),
    }


def _is_of(row: dict[str, object]) -> ColumnElement[bool]:
    return (
        (captions.c.work == row["work"])
        & (captions.c.maker == row["maker"])
        & (captions.c.version == row["version"])
    )


def _of(connection: Connection, work_id: int) -> list[Caption]:
    wanted = select(captions).where(captions.c.work == work_id).order_by(captions.c.id.desc())
    found = [_caption(row) for row in connection.execute(wanted).mappings()]
    return sorted(found, key=lambda caption: (not caption.maker.is_person, caption.maker.offline))


def _caption(row: RowMapping) -> Caption:
    maker = from_json(Maker, row["made_by"])
    return Caption(row["title"], row["text"], tuple(row["tags"].splitlines()), maker)


def _speak(connection: Connection, work_id: int) -> None:
    """Let the words of the best caption be those that are searched."""
    best = settled(_of(connection, work_id))
    told = "" if best is None else "\n".join(filter(None, (best.title, best.text, *best.tags)))
    is_other = (works.c.id == work_id) & (works.c.caption != told)
    connection.execute(update(works).where(is_other).values(caption=told))
