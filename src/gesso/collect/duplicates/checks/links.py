"""What was found out about two works, and what that makes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from gesso.collect.duplicates.checks.laying import Fit, Likeness
from gesso.core.records.judgements import Duplicate, DuplicateGroup, Role

Kind = Literal["copy", "alternate", "detail"]

LEAST_POINTS = 10
LEAST_SCORE, LEAST_FINE, LEAST_AGREEING = 0.7, 0.65, 0.75
"""Of all 96,580 pairs of 440 paintings the highest of two pictures were 0.48, 0.32 and 0.39, the
lowest of one picture 0.88, 0.90 and 0.95."""
_MANY_POINTS, _MOST_COLOUR = 20, 14.0
"""A few points may be the corners of a plain shape: then the colours must go together as well."""
_DETAIL_SHARE, _WHOLE_SHARE = 0.5, 0.85
_COPY_SCORE, _COPY_FINE, _COPY_SHARE, _COPY_SQUEEZE, _COPY_COLOUR = 0.99, 0.96, 0.985, 1.01, 3.0


@dataclass(frozen=True)
class Link:
    """Two works that show one picture.

    Attributes:
        one, other: their numbers.
        kind: what the lesser of them is to the other; a "detail" is `other` of `one`.
        method: what told.
        score: how alike, 0 to 1.
    """

    one: int
    other: int
    kind: Kind
    method: str
    score: float

    @property
    def pair(self) -> tuple[int, int]:
        """The two numbers, the smaller first."""
        return pair(self.one, self.other)

    def member(self, work: int) -> Duplicate:
        """The place of one of the two in a group whose kept one is the other."""
        # Of a detail that is kept, because a person said so, the whole is another scan.
        is_part = self.kind != "detail" or work == self.other
        role: Role = self.kind if is_part else "alternate"
        return Duplicate(work, role, self.method, self.score)


def judged(one: int, other: int, fit: Fit, likeness: Likeness, *, mirrored: bool) -> Link | None:
    """What a local check makes of two works; None for two pictures."""
    is_one = (
        fit.points >= LEAST_POINTS
        and (fit.points >= _MANY_POINTS or likeness.colour <= _MOST_COLOUR)
        and likeness.score >= LEAST_SCORE
        and likeness.fine >= LEAST_FINE
        and likeness.agreeing >= LEAST_AGREEING
        and max(likeness.share, likeness.other_share) >= _DETAIL_SHARE
    )
    if not is_one:
        return None
    score = round(max(0.0, min(1.0, likeness.score)), 4)
    if likeness.share < _DETAIL_SHARE and likeness.other_share >= _WHOLE_SHARE:
        return Link(one, other, "detail", "points", score)
    if likeness.other_share < _DETAIL_SHARE and likeness.share >= _WHOLE_SHARE:
        return Link(other, one, "detail", "points", score)
    kind: Kind = "copy" if _is_copy(likeness) and not mirrored else "alternate"
    return Link(one, other, kind, "points", score)


def links_of(group: DuplicateGroup) -> Iterable[Link]:
    """The links that stand behind a group: each member to the one that is kept."""
    for member in group.members[1:]:
        kind: Kind = "alternate" if member.role == "keep" else member.role
        yield Link(group.kept, member.work, kind, member.method, member.score)


def stronger(one: Link, other: Link) -> Link:
    """The better of two links between the same two works."""
    rank = {"copy": 0, "detail": 1, "alternate": 2}
    return min(one, other, key=lambda link: (rank[link.kind], -link.score))


def pair(one: int, other: int) -> tuple[int, int]:
    """Two numbers, the smaller first."""
    return (one, other) if one < other else (other, one)


def _is_copy(likeness: Likeness) -> bool:
    return (
        likeness.score >= _COPY_SCORE
        and likeness.fine >= _COPY_FINE
        and min(likeness.share, likeness.other_share) >= _COPY_SHARE
        and likeness.squeeze <= _COPY_SQUEEZE
        and likeness.colour <= _COPY_COLOUR
    )
