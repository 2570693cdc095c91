"""The shelf of marks: by what a work is recognised in another scan, and who was compared."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, and_, delete, func, insert, or_, select, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.rows import WORK_COLUMNS, work_of
from gesso.core.catalogue.store.tables import marks, works
from gesso.core.records.works import Work

_BATCH = 500


@dataclass(frozen=True)
class MarkRow:
    """The marks of a work as they are kept; their forms belong to whoever measures them.

    Attributes:
        work: its number.
        vector: its embedding.
        words: what to look it up by.
        points: what to hold it against another by.
    """

    work: int
    vector: bytes
    words: bytes
    points: bytes


@dataclass(frozen=True)
class MarkKey:
    """What a work is looked up by.

    Attributes:
        work: its number.
        compared: it was compared with all works that were here then.
        vector, words: as in `MarkRow`.
        dhash, phash: as in a work's fingerprint.
    """

    work: int
    compared: bool
    vector: bytes
    words: bytes
    dhash: str
    phash: str


class MarkShelf:
    """All marks; a work has one set of them, of one maker.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def missing(self, made_by: str, after: int = 0, limit: int = 100) -> list[Work]:
        """Kept works with a picture that have no marks of this maker, by number.

        Args:
            made_by: the measurer with its version.
            after: works above this number only.
            limit: at most so many.
        """
        unmarked = or_(marks.c.work.is_(None), marks.c.made_by != made_by)
        wanted = (
            select(*WORK_COLUMNS)
            .outerjoin(marks, marks.c.work == works.c.id)
            .where(_IS_SEEN, works.c.id > after, unmarked)
            .order_by(works.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [work_of(row) for row in connection.execute(wanted).mappings()]

    def count_missing(self, made_by: str) -> int:
        """How many kept works with a picture have no marks of this maker."""
        unmarked = or_(marks.c.work.is_(None), marks.c.made_by != made_by)
        wanted = (
            select(func.count())
            .select_from(works.outerjoin(marks, marks.c.work == works.c.id))
            .where(_IS_SEEN, unmarked)
        )
        with self._database.read() as connection:
            return connection.scalar(wanted) or 0

    def put(self, made_by: str, rows: Collection[MarkRow]) -> None:
        """Keep marks in place of earlier ones of the same works; they are yet to be compared."""
        if not rows:
            return
        now = self._clock()
        values = [
            {
                "work": row.work,
                "made_by": made_by,
                "compared": False,
                "created_at": now,
                "vector": row.vector,
                "words": row.words,
                "points": row.points,
            }
            for row in rows
        ]
        numbers = [row.work for row in rows]
        with self._database.write() as connection:
            for start in range(0, len(numbers), _BATCH):
                some = numbers[start : start + _BATCH]
                connection.execute(delete(marks).where(marks.c.work.in_(some)))
            connection.execute(insert(marks), values)

    def keys(self, made_by: str) -> Iterator[list[MarkKey]]:
        """What all marked works are looked up by, in lists, by number."""
        after = 0
        while found := self._keys_after(made_by, after):
            yield found
            after = found[-1].work

    def points(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """What these works are held against others by."""
        asked, found = list(numbers), {}
        with self._database.read() as connection:
            for start in range(0, len(asked), _BATCH):
                some = asked[start : start + _BATCH]
                wanted = select(marks.c.work, marks.c.points).where(marks.c.work.in_(some))
                found.update({row[0]: row[1] for row in connection.execute(wanted)})
        return found

    def identical(self, numbers: Iterable[int]) -> list[tuple[int, int, str]]:
        """Of these works, those whose file or pixels another has: (work, other, by what).

        Of many others the first that came is told.
        """
        asked, found = list(numbers), []
        other = works.alias("other")
        alike = (("bytes", "data_sha256"), ("pixels", "pixels_sha256"))
        with self._database.read() as connection:
            for start in range(0, len(asked), _BATCH):
                some = asked[start : start + _BATCH]
                for method, column in alike:
                    wanted = (
                        select(works.c.id, func.min(other.c.id))
                        .join(other, works.c[column] == other.c[column])
                        .where(works.c.id.in_(some), other.c.id != works.c.id)
                        .where(_IS_SEEN, other.c.standing == "kept")
                        .group_by(works.c.id)
                        .order_by(works.c.id)
                    )
                    found += [(row[0], row[1], method) for row in connection.execute(wanted)]
        return found

    def compare_again(self) -> None:
        """Forget who was compared, so that the next search compares all."""
        with self._database.write() as connection:
            connection.execute(update(marks).values(compared=False))

    def _keys_after(self, made_by: str, after: int) -> list[MarkKey]:
        columns = (
            *(marks.c.work, marks.c.compared, marks.c.vector, marks.c.words),
            *(works.c.dhash, works.c.phash),
        )
        wanted = (
            select(*columns)
            .join(works, and_(works.c.id == marks.c.work, _IS_SEEN))
            .where(marks.c.work > after, marks.c.made_by == made_by)
            .order_by(marks.c.work)
            .limit(_BATCH)
        )
        with self._database.read() as connection:
            return [_key(row) for row in connection.execute(wanted).mappings()]


# A take hangs nowhere, and a record has no picture: neither is a duplicate of anything.
_IS_SEEN = and_(works.c.standing == "kept", works.c.thumb_512.is_not(None))


def _key(row: RowMapping) -> MarkKey:
    return MarkKey(
        row["work"],
        row["compared"],
        row["vector"],
        row["words"],
        row["dhash"] or "",
        row["phash"] or "",
    )
