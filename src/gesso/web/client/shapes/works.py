"""Shapes of works. Written by tools/client.py."""

from __future__ import annotations

from typing import NotRequired, TypedDict


class BroughtTold(TypedDict):
    """The work that a picture became, or was already."""

    id: int
    title: str
    width: int
    height: int


class HeldTold(TypedDict):
    """A set with its works."""

    set: SetTold
    works: list[int]


class Mark(TypedDict):
    """A person's mark."""

    favourite: bool


class MarkTold(TypedDict):
    """A word beside a place."""

    place: int
    words: str
    is_major: bool


class Move(TypedDict):
    """Where a work of a set goes."""

    before: NotRequired[int | None]


class NewSet(TypedDict):
    """A set that is begun."""

    name: str
    note: NotRequired[str]
    works: NotRequired[list[int]]


class OutlineTold(TypedDict):
    """A wall from far away: enough to know where each work will hang."""

    version: int
    count: int
    chunk: int
    widths: list[float]
    marks: list[MarkTold]


class PageTold(TypedDict):
    """A page of works."""

    works: list[TileTold]
    place: int
    count: int
    next: str | None


class PlaceTold(TypedDict):
    """Where a work hangs."""

    version: int
    place: int | None


class SetChange(TypedDict):
    """What is to be another; what is left out stays."""

    name: NotRequired[str | None]
    note: NotRequired[str | None]
    cover: NotRequired[int | None]


class SetTold(TypedDict):
    """A set."""

    id: int
    name: str
    note: str
    cover: int
    count: int
    version: int
    created_at: str
    changed_at: str
    is_deleted: bool


class SetsTold(TypedDict):
    """All sets, the one that was changed last first."""

    sets: list[SetTold]


class ShareTold(TypedDict):
    """A link."""

    id: int
    note: str
    created_at: str
    expires_at: str
    revoked_at: str | None
    is_open: bool
    url: NotRequired[str | None]


class ShareWish(TypedDict):
    """A link to be made."""

    days: NotRequired[int]
    note: NotRequired[str]


class SharesTold(TypedDict):
    """The links, the newest first."""

    shares: list[ShareTold]


class SomeWorks(TypedDict):
    """Works that go into a set."""

    works: list[int]
    before: NotRequired[int | None]


class TileTold(TypedDict):
    """A work as a list shows it."""

    id: int
    title: str
    line: str
    alt: str
    creator: str
    date: str
    origin: str
    source: str
    standing: str
    width: int
    height: int
    favourite: bool
    thumbhash: str
    small: str
    large: str
    score: float | None
    added_at: str


class TilesTold(TypedDict):
    """Works at places that were asked for."""

    works: list[TileTold]


class WorkTold(TypedDict):
    """A work, as the catalogue holds it."""

    id: int
    title: str
    creator: str
    standing: str
    width: int
    height: int
    favourite: bool
    thumbhash: str
