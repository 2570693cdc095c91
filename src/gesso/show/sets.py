"""Sets: boards of works under a name, in the order that a person gave them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from gesso.core.catalogue.catalogue import Catalogue, utc_now
from gesso.core.catalogue.store.tables import set_works, sets, works
from gesso.core.errors import InputError, UnknownItem

MOST_NAME, MOST_NOTE = 200, 2_000
MOST_WORKS = 10_000
MOST_AT_ONCE = 1_000
_ROOM = 2**20
"""Between two works of a set, so that many can be moved in between."""
_MOST_IN_LIST = 400


@dataclass(frozen=True)
class Board:
    """A set.

    Attributes:
        id: the catalogue's number.
        name: what it is called.
        note: what is to be said of it.
        cover: the work that stands for it: the one that was chosen, else its first; 0 for none.
        count: how many works it holds.
        version: grows with every change to it or its works.
        created_at, changed_at: UTC.
        is_deleted: it can still be had back.
    """

    id: int
    name: str
    note: str
    cover: int
    count: int
    version: int
    created_at: datetime
    changed_at: datetime
    is_deleted: bool


class Sets:
    """All sets. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
        clock: tells the time, UTC.
    """

    def __init__(
        self, catalogue: Callable[[], Catalogue], clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._catalogue = catalogue
        self._clock = clock

    # Looking -----------------------------------------------------------------------------------

    def all(self, *, holding: int | None = None) -> list[Board]:
        """The sets that are there, the one that was changed last first.

        Args:
            holding: only those that hold this work.
        """
        asked = select(sets.c.id).where(sets.c.deleted_at.is_(None))
        if holding is not None:
            asked = asked.where(
                sets.c.id.in_(select(set_works.c.set).where(set_works.c.work == holding))
            )
        asked = asked.order_by(sets.c.changed_at.desc(), sets.c.id.desc())
        with self._catalogue().database.read() as connection:
            numbers = [row[0] for row in connection.execute(asked)]
            found = _boards(connection, numbers)
        return [found[number] for number in numbers]

    def get(self, number: int) -> Board:
        """One set, a deleted one too.

        Raises:
            UnknownItem: there is none of that number.
        """
        with self._catalogue().database.read() as connection:
            return _board(connection, number)

    def works(self, number: int) -> list[int]:
        """The numbers of its works, in order."""
        asked = select(set_works.c.work).where(set_works.c.set == number)
        asked = asked.order_by(set_works.c.position, set_works.c.work)
        with self._catalogue().database.read() as connection:
            return [row[0] for row in connection.execute(asked)]

    def version(self, number: int) -> int:
        """How often it was changed; -1 for one that is not there."""
        asked = select(sets.c.version).where(sets.c.id == number, sets.c.deleted_at.is_(None))
        with self._catalogue().database.read() as connection:
            found = connection.scalar(asked)
        return -1 if found is None else int(found)

    # Changing ----------------------------------------------------------------------------------

    def create(self, name: str, note: str = "", of: Iterable[int] = ()) -> Board:
        """Begin a set.

        Args:
            name: what it is called.
            note: what is to be said of it.
            of: its first works.

        Raises:
            InputError: it has no name, or one that is too long.
            UnknownItem: one of the works is not there; then nothing is begun.
        """
        now = self._clock()
        row = {"name": _name(name), "note": _note(note), "version": 1}
        with self._catalogue().database.write() as connection:
            done = connection.execute(insert(sets), row | {"created_at": now, "changed_at": now})
            (number,) = done.inserted_primary_key or (0,)
            self._put(connection, number, list(of))
            return _board(connection, number)

    def change(
        self,
        number: int,
        *,
        name: str | None = None,
        note: str | None = None,
        cover: int | None = None,
    ) -> Board:
        """Call it something else, say something else of it, or choose its cover.

        Args:
            number: which set.
            name: None to leave it.
            note: None to leave it.
            cover: one of its works, 0 for its first, None to leave it.

        Raises:
            UnknownItem: there is no such set, or it does not hold the cover.
            InputError: the name is none.
        """
        values: dict[str, Any] = {}
        if name is not None:
            values["name"] = _name(name)
        if note is not None:
            values["note"] = _note(note)
        with self._catalogue().database.write() as connection:
            if cover:
                _refuse_strangers(connection, number, [cover])
            if cover is not None:
                values["cover"] = cover or None
            self._touch(connection, number, values)
            return _board(connection, number)

    def delete(self, number: int) -> Board:
        """Take a set away; `restore` gives it back as it was. Its works stay in the catalogue.

        Raises:
            UnknownItem: there is no such set.
        """
        with self._catalogue().database.write() as connection:
            self._touch(connection, number, {"deleted_at": self._clock()})
            return _board(connection, number)

    def restore(self, number: int) -> Board:
        """Give a deleted set back.

        Raises:
            UnknownItem: there is no such set.
        """
        with self._catalogue().database.write() as connection:
            self._touch(connection, number, {"deleted_at": None}, deleted=True)
            return _board(connection, number)

    def add(self, number: int, of: Sequence[int], before: int | None = None) -> Board:
        """Put works into a set; those that it holds already stay where they are.

        Args:
            number: which set.
            of: which works.
            before: the work of the set before which they go, None for the end.

        Raises:
            UnknownItem: there is no such set or work.
            InputError: it would hold too many.
        """
        with self._catalogue().database.write() as connection:
            self._touch(connection, number, {})
            held = set(_held(connection, number))
            if before is not None:
                _refuse_strangers(connection, number, [before])
            self._put(connection, number, [one for one in of if one not in held], before)
            return _board(connection, number)

    def remove(self, number: int, of: Sequence[int]) -> Board:
        """Take works out of a set; those that it does not hold are passed over.

        Raises:
            UnknownItem: there is no such set.
        """
        with self._catalogue().database.write() as connection:
            self._touch(connection, number, {})
            for start in range(0, len(of), _MOST_IN_LIST):
                some = list(of[start : start + _MOST_IN_LIST])
                is_one = (set_works.c.set == number) & set_works.c.work.in_(some)
                connection.execute(delete(set_works).where(is_one))
                is_cover = (sets.c.id == number) & sets.c.cover.in_(some)
                connection.execute(update(sets).where(is_cover).values(cover=None))
            return _board(connection, number)

    def move(self, number: int, work: int, before: int | None) -> Board:
        """Hang a work of a set elsewhere in it.

        Args:
            number: which set.
            work: which work.
            before: the work before which it goes, None for the end.

        Raises:
            UnknownItem: there is no such set, or it does not hold these works.
        """
        with self._catalogue().database.write() as connection:
            self._touch(connection, number, {})
            _refuse_strangers(connection, number, [work])
            if before != work:
                [place] = _places(connection, number, 1, before, beside=work)
                is_it = (set_works.c.set == number) & (set_works.c.work == work)
                connection.execute(update(set_works).where(is_it).values(position=place))
            return _board(connection, number)

    def _put(
        self, connection: Connection, number: int, of: list[int], before: int | None = None
    ) -> None:
        fresh = list(dict.fromkeys(of))
        if not fresh:
            return
        if len(fresh) > MOST_AT_ONCE:
            raise InputError(
                f"{len(fresh)} works at once are too many.", f"Add at most {MOST_AT_ONCE} at once."
            )
        if len(_held(connection, number)) + len(fresh) > MOST_WORKS:
            raise InputError(
                f"A set holds at most {MOST_WORKS:,} works.", "Begin another set for the rest."
            )
        _refuse_unknown(connection, fresh)
        now = self._clock()
        places = _places(connection, number, len(fresh), before)
        rows = [
            {"set": number, "work": work, "position": place, "added_at": now}
            for work, place in zip(fresh, places, strict=True)
        ]
        connection.execute(insert(set_works), rows)

    def _touch(
        self, connection: Connection, number: int, values: dict[str, Any], *, deleted: bool = False
    ) -> None:
        stands = sets.c.deleted_at.is_not(None) if deleted else sets.c.deleted_at.is_(None)
        told = {"version": sets.c.version + 1, "changed_at": self._clock(), **values}
        done = connection.execute(update(sets).where(sets.c.id == number, stands).values(told))
        if not done.rowcount:
            raise _unknown(number)


def _places(
    connection: Connection, number: int, count: int, before: int | None, beside: int = 0
) -> list[int]:
    """Positions for some works in a row; where there is no room, the set is spread out first."""
    others = select(set_works.c.position).where(
        set_works.c.set == number, set_works.c.work != beside
    )
    if before is None:
        last = connection.scalar(others.order_by(set_works.c.position.desc()).limit(1)) or 0
        return [last + _ROOM * (at + 1) for at in range(count)]
    _refuse_strangers(connection, number, [before])
    for _ in range(2):
        is_it = (set_works.c.set == number) & (set_works.c.work == before)
        end = connection.scalar(select(set_works.c.position).where(is_it)) or 0
        below = others.where(set_works.c.position < end).order_by(set_works.c.position.desc())
        begin = connection.scalar(below.limit(1))
        begin = end - _ROOM * (count + 1) if begin is None else begin
        if end - begin > count:
            return [begin + (end - begin) * (at + 1) // (count + 1) for at in range(count)]
        _spread(connection, number, max(_ROOM, count + 1))
    raise AssertionError("a set that was spread out has room")


def _spread(connection: Connection, number: int, room: int) -> None:
    for at, work in enumerate(_held(connection, number)):
        is_it = (set_works.c.set == number) & (set_works.c.work == work)
        connection.execute(update(set_works).where(is_it).values(position=(at + 1) * room))


def _held(connection: Connection, number: int) -> list[int]:
    asked = select(set_works.c.work).where(set_works.c.set == number)
    ordered = asked.order_by(set_works.c.position, set_works.c.work)
    return [row[0] for row in connection.execute(ordered)]


def _board(connection: Connection, number: int) -> Board:
    found = _boards(connection, [number])
    if number not in found:
        raise _unknown(number)
    return found[number]


def _boards(connection: Connection, numbers: Sequence[int]) -> dict[int, Board]:
    found: dict[int, Board] = {}
    for start in range(0, len(numbers), _MOST_IN_LIST):
        some = numbers[start : start + _MOST_IN_LIST]
        counts = {
            row[0]: row[1]
            for row in connection.execute(
                select(set_works.c.set, func.count())
                .where(set_works.c.set.in_(some))
                .group_by(set_works.c.set)
            )
        }
        for row in connection.execute(select(sets).where(sets.c.id.in_(some))).mappings():
            number = row["id"]
            found[number] = Board(
                number,
                row["name"],
                row["note"],
                row["cover"] or _first(connection, number),
                counts.get(number, 0),
                row["version"],
                row["created_at"],
                row["changed_at"],
                row["deleted_at"] is not None,
            )
    return found


def _first(connection: Connection, number: int) -> int:
    asked = select(set_works.c.work).where(set_works.c.set == number)
    return connection.scalar(asked.order_by(set_works.c.position, set_works.c.work).limit(1)) or 0


def _refuse_unknown(connection: Connection, numbers: Sequence[int]) -> None:
    known: set[int] = set()
    for start in range(0, len(numbers), _MOST_IN_LIST):
        some = numbers[start : start + _MOST_IN_LIST]
        known |= {
            row[0] for row in connection.execute(select(works.c.id).where(works.c.id.in_(some)))
        }
    for number in numbers:
        if number not in known:
            raise UnknownItem(
                f"There is no work number {number} in the catalogue.", "Search tells numbers."
            )


def _refuse_strangers(connection: Connection, number: int, of: Sequence[int]) -> None:
    asked = select(set_works.c.work).where(set_works.c.set == number, set_works.c.work.in_(of))
    held = {row[0] for row in connection.execute(asked)}
    for work in of:
        if work not in held:
            told = f"Set {number} does not hold work {work}."
            raise UnknownItem(told, "Put it in first, or name one that it holds.")


def _name(told: str) -> str:
    name = _plain(told)
    if not name:
        raise InputError("A set needs a name.", "Give it a word or two.")
    if len(name) > MOST_NAME:
        raise InputError(
            f"A name of {len(name)} characters is too long.", f"Use at most {MOST_NAME}."
        )
    return name


def _note(told: str) -> str:
    if len(told) > MOST_NOTE:
        raise InputError(
            f"A note of {len(told)} characters is too long.", f"Use at most {MOST_NOTE}."
        )
    return "\n".join(_plain(line) for line in told.splitlines()).strip()


def _plain(told: str) -> str:
    """Words on one line, without signs that steer terminals or turn the direction of writing."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in told)
    return " ".join(kept.split())


def _unknown(number: int) -> UnknownItem:
    return UnknownItem(f"There is no set number {number}.", "See them: /sets")
