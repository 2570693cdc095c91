"""The shelf of duplicates: groups of works that show one picture; a person's word stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import duplicates, not_duplicates
from gesso.core.errors import UnknownItem
from gesso.core.records.judgements import Role, Twin, TwinGroup

_ROLES = ("keep", "alt", "detail")


class TwinShelf:
    """All groups of duplicates; a work is in one at most.

    Args:
        database: where they are kept.
        clock: tells the time, UTC.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def groups(self) -> list[TwinGroup]:
        """All groups, by number."""
        with self._database.read() as connection:
            return _groups(connection)

    def group_of(self, work_id: int) -> TwinGroup | None:
        """The group that a work is in, None for a work that has no duplicate."""
        return next(
            (
                group
                for group in self.groups()
                if any(twin.work == work_id for twin in group.members)
            ),
            None,
        )

    def regroup(self, found: Iterable[Sequence[Twin]]) -> list[TwinGroup]:
        """Put what a machine found in place of all that machines found before.

        A group in which a person has spoken keeps its members and the one to keep; what is found
        to belong to it comes in beside. Works that a person has split are never put together
        again: the one that is less alike is left out.

        Args:
            found: the members of each group, at least two, of which one is the one to keep.

        Returns:
            All groups as they stand now.
        """
        with self._database.write() as connection:
            spoken = {
                twin.work: twin
                for group in _groups(connection)
                if any(twin.by_person for twin in group.members)
                for twin in group.members
            }
            of_person = {
                twin.work: group.members
                for group in _groups(connection)
                if any(twin.by_person for twin in group.members)
                for twin in group.members
            }
            apart = _apart(connection)
            groups = _joined([list(group) for group in found], of_person)
            self._replace(connection, [_settled(group, spoken, apart) for group in groups])
            return _groups(connection)

    def keep(self, work_id: int) -> TwinGroup:
        """A person's word that this work of its group is the one to show.

        Raises:
            UnknownItem: the work is in no group.
        """
        with self._database.write() as connection:
            group = _group_of(connection, work_id)
            members = [
                replace(
                    twin,
                    role="keep" if twin.work == work_id else _other_role(twin),
                    by_person=True,
                )
                for twin in group.members
            ]
            self._write(connection, group.id, members)
            return _group_of(connection, work_id)

    def split(self, work_id: int) -> None:
        """A person's word that this work is none of its group: it is never put there again.

        Raises:
            UnknownItem: the work is in no group.
        """
        with self._database.write() as connection:
            group = _group_of(connection, work_id)
            others = [twin for twin in group.members if twin.work != work_id]
            pairs = {_pair(work_id, twin.work) for twin in others} - _apart(connection)
            now = self._clock()
            if pairs:
                rows = [{"first": a, "second": b, "created_at": now} for a, b in sorted(pairs)]
                connection.execute(insert(not_duplicates), rows)
            self._write(connection, group.id, others)

    def split_pairs(self) -> set[tuple[int, int]]:
        """Pairs of works that a person has said are two pictures, the smaller number first."""
        with self._database.read() as connection:
            return _apart(connection)

    def _replace(self, connection: Connection, groups: Iterable[Sequence[Twin]]) -> None:
        connection.execute(delete(duplicates))
        for members in groups:
            self._insert(connection, members)

    def _write(self, connection: Connection, group_id: int, members: Sequence[Twin]) -> None:
        connection.execute(delete(duplicates).where(duplicates.c.group_id == group_id))
        self._insert(connection, members)

    def _insert(self, connection: Connection, members: Sequence[Twin]) -> None:
        if len(members) < 2:
            return  # a group of one is none
        if not any(twin.role == "keep" for twin in members):
            members = [replace(members[0], role="keep"), *members[1:]]
        number, now = min(twin.work for twin in members), self._clock()
        rows = [
            {
                "work": twin.work,
                "group_id": number,
                "role": twin.role,
                "method": twin.method,
                "score": twin.score,
                "by_person": twin.by_person,
                "created_at": now,
            }
            for twin in members
        ]
        connection.execute(insert(duplicates), rows)


def _joined(
    found: list[list[Twin]], of_person: dict[int, tuple[Twin, ...]]
) -> Iterable[list[Twin]]:
    """Groups by union: what shares a work, found now or put together by a person, is one group."""
    parent: dict[int, int] = {}

    def root(work: int) -> int:
        while parent.setdefault(work, work) != work:
            parent[work] = parent[parent[work]]
            work = parent[work]
        return work

    known: dict[int, Twin] = {}
    for group in [*found, *map(list, of_person.values())]:
        for twin in group:
            known.setdefault(twin.work, twin)
            parent[root(twin.work)] = root(group[0].work)
    joined: dict[int, list[Twin]] = defaultdict(list)
    for work, twin in known.items():
        joined[root(work)].append(twin)
    return joined.values()


def _settled(group: list[Twin], spoken: dict[int, Twin], apart: set[tuple[int, int]]) -> list[Twin]:
    """A group as a person's words leave it, the one to keep first."""
    kept: list[Twin] = []
    for twin in sorted((spoken.get(twin.work, twin) for twin in group), key=_standing):
        if all(_pair(twin.work, other.work) not in apart for other in kept):
            kept.append(replace(twin, role="alt") if kept and twin.role == "keep" else twin)
    return kept


def _standing(twin: Twin) -> tuple[bool, bool, int, float, int]:
    """What a person keeps, then what a person has spoken of, then the machine's own order."""
    is_kept = twin.by_person and twin.role == "keep"
    return (not is_kept, not twin.by_person, _ROLES.index(twin.role), -twin.score, twin.work)


def _groups(connection: Connection) -> list[TwinGroup]:
    return _read(connection.execute(select(duplicates)).mappings())


def _group_of(connection: Connection, work_id: int) -> TwinGroup:
    its = select(duplicates.c.group_id).where(duplicates.c.work == work_id).scalar_subquery()
    rows = connection.execute(select(duplicates).where(duplicates.c.group_id == its)).mappings()
    groups = _read(rows)
    if not groups:
        raise UnknownItem(
            f"Work {work_id} is in no group of duplicates.",
            "See the groups with: gesso duplicates list",
        )
    return groups[0]


def _read(rows: Iterable[RowMapping]) -> list[TwinGroup]:
    members: dict[int, list[Twin]] = defaultdict(list)
    for row in rows:
        members[row["group_id"]].append(
            Twin(row["work"], row["role"], row["method"], row["score"], row["by_person"])
        )
    return [
        TwinGroup(
            number,
            tuple(sorted(twins, key=lambda t: (_ROLES.index(t.role), -t.score, t.work))),
        )
        for number, twins in sorted(members.items())
    ]


def _apart(connection: Connection) -> set[tuple[int, int]]:
    wanted = select(not_duplicates.c.first, not_duplicates.c.second)
    return {(row[0], row[1]) for row in connection.execute(wanted)}


def _pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _other_role(twin: Twin) -> Role:
    return "detail" if twin.role == "detail" else "alt"
