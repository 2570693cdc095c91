"""The shelf of duplicates: groups of works that show one picture; a person's word stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations

from sqlalchemy import Connection, RowMapping, delete, func, insert, or_, select, update

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import duplicates, marks, not_duplicates, works
from gesso.core.catalogue.works.known import refuse_unknown
from gesso.core.errors import UnknownItem
from gesso.core.records.judgements import Duplicate, DuplicateGroup

_ROLES = ("keep", "copy", "alternate", "detail")
_BATCH = 400


class DuplicateShelf:
    """All groups of duplicates; a work is in one at most.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def groups(self, after: int = 0, limit: int | None = None) -> list[DuplicateGroup]:
        """Groups by number.

        Args:
            after: groups above this number only.
            limit: at most so many, None for all.
        """
        numbers = select(duplicates.c.group_id).where(duplicates.c.group_id > after).distinct()
        if limit is not None:
            numbers = numbers.order_by(duplicates.c.group_id).limit(limit)
        wanted = select(duplicates).where(duplicates.c.group_id.in_(numbers))
        with self._database.read() as connection:
            return _read(connection.execute(wanted).mappings())

    def count(self) -> int:
        """How many groups there are."""
        wanted = select(func.count(duplicates.c.group_id.distinct()))
        with self._database.read() as connection:
            return connection.scalar(wanted) or 0

    def group_of(self, work_id: int) -> DuplicateGroup | None:
        """The group that a work is in, None for a work that has no duplicate."""
        found = self.groups_of({work_id})
        return found[0] if found else None

    def groups_of(self, numbers: Iterable[int]) -> list[DuplicateGroup]:
        """The groups that any of these works is in, by number."""
        with self._database.read() as connection:
            return _groups_of(connection, numbers)

    def put(
        self,
        found: Iterable[Sequence[Duplicate]],
        *,
        considered: Iterable[int] = (),
        compared: Sequence[int] = (),
    ) -> list[DuplicateGroup]:
        """Keep groups that a machine found, in place of what machines found of their works before.

        Groups of other works stay as they are. A group in which a person has spoken keeps its
        members and the one to keep; what is found to belong to it comes in beside. Works that a
        person has split are never put together again: the one that is less alike is left out.

        Args:
            found: the members of each group, at least two, of which one is the one to keep; no
                work twice.
            considered: works beside these that were looked at and belong to no group now.
            compared: the works that were compared with all, noted in the same transaction.

        Returns:
            The groups of these works as they stand now.
        """
        groups = [list(group) for group in found]
        numbers = {one.work for group in groups for one in group} | set(considered)
        with self._database.write() as connection:
            standing = _groups_of(connection, numbers)
            apart = _apart_of(connection, numbers | _members(standing))
            for group in standing:
                self._clear(connection, group.id)
            for members in _settled(groups, standing, numbers, apart):
                self._insert(connection, members)
            _note_compared(connection, compared)
            return _groups_of(connection, numbers)

    def keep(self, work_id: int) -> DuplicateGroup:
        """A person's word that this work of its group is the one to show.

        Raises:
            UnknownItem: the work is in no group, or there is no such work.
        """
        with self._database.write() as connection:
            group = _group_of(connection, work_id)
            self._clear(connection, group.id)
            self._insert(
                connection,
                [
                    replace(_with_role(one, is_kept=one.work == work_id), by_person=True)
                    for one in group.members
                ],
            )
            return _group_of(connection, work_id)

    def split(self, numbers: Sequence[int]) -> None:
        """A person's word that each of these works is none of its group: never put there again.

        Works of one group that are split in one go are kept apart from each other as well.

        Raises:
            UnknownItem: one of them is in no group, or there is no such work; then all stays.
        """
        with self._database.write() as connection:
            groups = {group.id: group for group in (_group_of(connection, n) for n in numbers)}
            for group in groups.values():
                leaving = {one.work for one in group.members} & set(numbers)
                pairs = combinations(sorted(one.work for one in group.members), 2)
                self._keep_apart(connection, [p for p in pairs if leaving & set(p)])
                self._clear(connection, group.id)
                rest = [one for one in group.members if one.work not in leaving]
                self._insert(connection, rest)

    def leave_out_takes(self) -> None:
        """Take works out of their groups that have become takes, and hang nowhere any more."""
        is_take = select(works.c.id).where(works.c.standing != "kept")
        gone = select(duplicates.c.work).where(duplicates.c.work.in_(is_take))
        with self._database.read() as connection:
            if connection.scalar(gone.limit(1)) is None:
                return
        with self._database.write() as connection:
            takes = set(connection.scalars(gone))
            for group in _groups_of(connection, takes):
                self._clear(connection, group.id)
                self._insert(connection, [one for one in group.members if one.work not in takes])

    def split_pairs(self) -> set[tuple[int, int]]:
        """Pairs of works that a person has said are two pictures, the smaller number first."""
        wanted = select(not_duplicates.c.first, not_duplicates.c.second)
        with self._database.read() as connection:
            return {(row[0], row[1]) for row in connection.execute(wanted)}

    def _keep_apart(self, connection: Connection, pairs: Sequence[tuple[int, int]]) -> None:
        fresh = set(pairs) - _apart_of(connection, {work for pair in pairs for work in pair})
        now = self._clock()
        rows = [{"first": a, "second": b, "created_at": now} for a, b in sorted(fresh)]
        if rows:
            connection.execute(insert(not_duplicates), rows)

    def _clear(self, connection: Connection, group_id: int) -> None:
        connection.execute(delete(duplicates).where(duplicates.c.group_id == group_id))

    def _insert(self, connection: Connection, members: Sequence[Duplicate]) -> None:
        if len(members) < 2:
            return  # a group of one is none
        if not any(one.role == "keep" for one in members):
            first, *others = sorted(members, key=_order)
            members = [_with_role(first, is_kept=True), *others]
        number, now = min(one.work for one in members), self._clock()
        rows = [
            {
                "work": one.work,
                "group_id": number,
                "role": one.role,
                "method": one.method,
                "score": one.score,
                "by_person": one.by_person,
                "created_at": now,
            }
            for one in members
        ]
        connection.execute(insert(duplicates), rows)


def _settled(
    found: list[list[Duplicate]],
    standing: Sequence[DuplicateGroup],
    considered: set[int],
    apart: set[tuple[int, int]],
) -> list[list[Duplicate]]:
    """Groups as a person's words leave them; what is found joins them, never the other way."""
    spoken = [group for group in standing if any(one.by_person for one in group.members)]
    placed = _members(spoken)
    groups: dict[int, list[Duplicate]] = {group.id: list(group.members) for group in spoken}
    home = {one.work: group.id for group in spoken for one in group.members}
    fresh: list[list[Duplicate]] = []
    for members in found:
        others = [one for one in sorted(members, key=_order) if one.work not in placed]
        homes = [home[one.work] for one in sorted(members, key=_order) if one.work in home]
        target = groups[homes[0]] if homes else []
        for one in others:
            if all(_pair(one.work, other.work) not in apart for other in target):
                target.append(_with_role(one, is_kept=not target))
                placed.add(one.work)
        if not homes:
            fresh.append(target)
    gone = placed | considered
    left = [[one for one in group.members if one.work not in gone] for group in standing]
    return [*groups.values(), *fresh, *left]


def _with_role(one: Duplicate, *, is_kept: bool) -> Duplicate:
    if is_kept:
        return replace(one, role="keep")
    return replace(one, role="alternate") if one.role == "keep" else one


def _order(one: Duplicate) -> tuple[int, float, int]:
    return (_ROLES.index(one.role), -one.score, one.work)


def _members(groups: Iterable[DuplicateGroup]) -> set[int]:
    return {one.work for group in groups for one in group.members}


def _note_compared(connection: Connection, numbers: Sequence[int]) -> None:
    for start in range(0, len(numbers), _BATCH):
        some = numbers[start : start + _BATCH]
        connection.execute(update(marks).where(marks.c.work.in_(some)).values(compared=True))


def _groups_of(connection: Connection, numbers: Iterable[int]) -> list[DuplicateGroup]:
    asked, found = sorted(set(numbers)), {}
    for start in range(0, len(asked), _BATCH):
        some = asked[start : start + _BATCH]
        its = select(duplicates.c.group_id).where(duplicates.c.work.in_(some))
        rows = connection.execute(select(duplicates).where(duplicates.c.group_id.in_(its)))
        found.update({group.id: group for group in _read(rows.mappings())})
    return [found[number] for number in sorted(found)]


def _group_of(connection: Connection, work_id: int) -> DuplicateGroup:
    groups = _groups_of(connection, {work_id})
    if not groups:
        refuse_unknown(connection, {work_id})
        raise UnknownItem(
            f"Work {work_id} is in no group of duplicates.",
            "See the groups with: gesso duplicates list",
        )
    return groups[0]


def _read(rows: Iterable[RowMapping]) -> list[DuplicateGroup]:
    members: dict[int, list[Duplicate]] = defaultdict(list)
    for row in rows:
        members[row["group_id"]].append(
            Duplicate(row["work"], row["role"], row["method"], row["score"], row["by_person"])
        )
    return [
        DuplicateGroup(number, tuple(sorted(ones, key=_order)))
        for number, ones in sorted(members.items())
    ]


def _apart_of(connection: Connection, numbers: Iterable[int]) -> set[tuple[int, int]]:
    asked, found = sorted(set(numbers)), set()
    for start in range(0, len(asked), _BATCH):
        some = asked[start : start + _BATCH]
        wanted = select(not_duplicates.c.first, not_duplicates.c.second).where(
            or_(not_duplicates.c.first.in_(some), not_duplicates.c.second.in_(some))
        )
        found.update({(row[0], row[1]) for row in connection.execute(wanted)})
    return found


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)
