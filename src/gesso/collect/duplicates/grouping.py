"""From links between two works to groups: every member was held against the one that is shown.

Links that hang together by others are one candidate for a group, no more: the work to be shown is
chosen, and whoever is not yet linked to it is held against it now. Who does not lie on it is not
in its group, so a chain of likenesses never brings two works together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from gesso.collect.duplicates.checks.links import Link, pair, stronger
from gesso.core.records.judgements import Duplicate, DuplicateGroup

Pair = tuple[int, int]
Ask = Callable[[Sequence[Pair]], Iterable[Link]]
"""Holds pairs of works against each other: the links that it finds."""

Ranking = Callable[[int], tuple[int, ...]]


class Grouping:
    """Makes groups of links.

    Args:
        rank: how much speaks for showing a work, the larger, the more.
        ask: holds pairs against each other that nobody has compared.
        apart: pairs that a person has split, the smaller number first.
    """

    def __init__(self, rank: Ranking, ask: Ask, apart: Iterable[Pair] = ()) -> None:
        self._rank = rank
        self._ask = ask
        self._apart = set(apart)

    def grouped(
        self, links: Iterable[Link], spoken: Iterable[DuplicateGroup] = ()
    ) -> list[list[Duplicate]]:
        """Groups, the one to show first in each; a work is in one at most.

        Args:
            links: what was found.
            spoken: groups in which a person has spoken: they keep their members and their kept
                one, and others may come in beside.
        """
        known = self._known(links)
        held = {member.work: group for group in spoken for member in group.members}
        asked: set[Pair] = set(known)
        groups: list[list[Duplicate]] = []
        waiting = _components(known, held)
        while waiting:
            planned = [(some, self._to_show(some, known, held)) for some in waiting]
            unasked = sorted(
                one
                for some, kept in planned
                for one in _to_be_asked(some, kept, held)
                if one not in asked and one not in self._apart
            )
            asked.update(unasked)
            known |= self._known(self._ask(unasked)) if unasked else {}
            waiting = []
            for some, kept in planned:
                members = self._star(kept, some, known, held)
                groups += [members] if len(members) > 1 else []
                taken = {member.work for member in members}
                waiting += _components(_within(known, some - taken), held, some - taken)
        return groups

    def _known(self, links: Iterable[Link]) -> dict[Pair, Link]:
        known: dict[Pair, Link] = {}
        for link in links:
            if link.pair not in self._apart:
                before = known.get(link.pair)
                known[link.pair] = link if before is None else stronger(before, link)
        return known

    def _to_show(
        self, some: set[int], known: Mapping[Pair, Link], held: Mapping[int, DuplicateGroup]
    ) -> int:
        """What a person keeps; else of what is no detail of another, what ranks highest."""
        spoken = sorted(held[work].kept for work in some if work in held)
        if spoken:
            return spoken[0]
        details = {link.other for link in _within(known, some).values() if link.kind == "detail"}
        return max(some - details or some, key=self._rank)

    def _star(
        self,
        kept: int,
        some: set[int],
        known: Mapping[Pair, Link],
        held: Mapping[int, DuplicateGroup],
    ) -> list[Duplicate]:
        """The members of the group around the one to show."""
        own = held.get(kept)
        members = list(own.members) if own else [Duplicate(kept, "keep", "", 1.0)]
        there = {member.work for member in members}
        linked = [
            known[pair(kept, work)].member(work)
            for work in sorted(some - there)
            if pair(kept, work) in known and work not in held
        ]
        linked.sort(key=lambda member: (-member.score, member.work))
        for member in linked:
            if all(pair(member.work, other.work) not in self._apart for other in members):
                members.append(member)
        if not own and linked:
            best = max(linked, key=lambda member: member.score)
            members[0] = Duplicate(kept, "keep", best.method, 1.0)
        return members


def _to_be_asked(some: set[int], kept: int, held: Mapping[int, DuplicateGroup]) -> Iterable[Pair]:
    return (pair(kept, work) for work in some if work != kept and work not in held)


def _within(known: Mapping[Pair, Link], some: set[int]) -> dict[Pair, Link]:
    return {one: link for one, link in known.items() if one[0] in some and one[1] in some}


def _components(
    known: Mapping[Pair, Link],
    held: Mapping[int, DuplicateGroup],
    among: set[int] | None = None,
) -> list[set[int]]:
    """Works that hang together by links, or because a person put them together."""
    parent: dict[int, int] = {}

    def root(work: int) -> int:
        while parent.setdefault(work, work) != work:
            parent[work] = parent[parent[work]]
            work = parent[work]
        return work

    for one, other in known:
        parent[root(one)] = root(other)
    for work, group in held.items():
        if work in parent and (among is None or among >= {one.work for one in group.members}):
            parent[root(work)] = root(group.kept)
            for member in group.members:
                parent[root(member.work)] = root(group.kept)
    found: dict[int, set[int]] = {}
    for work in list(parent):
        found.setdefault(root(work), set()).add(work)
    return [some for _, some in sorted(found.items()) if len(some) > 1]
