"""Two pictures to be held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gesso.core.errors import UnknownItem
from gesso.core.records.works import Work
from gesso.show.closeup.closeups import Closeup
from gesso.web.pages.works.telling import Teller

_SIDE = 2048


@dataclass(frozen=True)
class Side:
    """One of two pictures.

    Attributes:
        label: under it.
        note: what was said of it, "" for nothing.
        picture: its address.
        width: of the work, pixels.
        height: of the work, pixels.
        page: where more is told of it.
        alt: what is to be seen.
    """

    label: str
    note: str
    picture: str
    width: int
    height: int
    page: str
    alt: str


@dataclass(frozen=True)
class Other:
    """Another picture that the first one can be compared with.

    Attributes:
        address: of that comparison.
        label: of the picture.
        thumbnail: its address.
        is_shown: it is the one that is shown.
    """

    address: str
    label: str
    thumbnail: str
    is_shown: bool


@dataclass(frozen=True)
class Pair:
    """Two pictures, and what else the first one can be compared with."""

    work: Work
    first: Side
    second: Side
    swapped: str
    others: tuple[Other, ...]


class Comparing:
    """Puts pairs together.

    Args:
        teller: who knows the works.
    """

    def __init__(self, teller: Teller) -> None:
        self._teller = teller

    def pair(self, first: int, second: int | None) -> Pair:
        """A work beside another one, or beside its own values.

        Args:
            first: the work's number.
            second: the other's number; None for the values of the first.

        Raises:
            UnknownItem: there is no such work, or no picture of it here.
        """
        shown = self._teller.closeups.closeup(first)
        work = _with_picture(shown.work)
        if second is None:
            other, swapped = _values(work), ""
        else:
            beside = self._teller.closeups.closeup(second)
            other = _side(_with_picture(beside.work), beside)
            swapped = f"/compare?a={second}&b={first}"
        return Pair(work, _side(work, shown), other, swapped, _others(shown, second))


def _with_picture(work: Work) -> Work:
    if not work.thumbnails:
        raise UnknownItem(f"Work {work.id} is a record without a picture.")
    return work


def _side(work: Work, shown: Closeup) -> Side:
    place = next(
        (
            (f"Round {one.number}, picture {take.slot + 1}", take.evaluation)
            for one in shown.rounds
            for take in one.takes
            if take.work == work.id
        ),
        ("", None),
    )
    verdict = f"{place[1].score:.2f}  {place[1].verdict}" if place[1] else ""
    return Side(
        label=work.title,
        note=". ".join(words for words in (place[0], verdict) if words),
        picture=f"/iiif/image/3/{work.id}/full/!{_SIDE},{_SIDE}/0/default.jpg",
        width=work.width,
        height=work.height,
        page=f"/works/{work.id}",
        alt=work.caption or work.title,
    )


def _values(work: Work) -> Side:
    return Side(
        label="In five values",
        note="",
        picture=f"/works/{work.id}/values.png",
        width=work.width,
        height=work.height,
        page=f"/studies/{work.id}",
        alt=f"The values of {work.title}",
    )


def _others(shown: Closeup, second: int | None) -> tuple[Other, ...]:
    number = shown.work.id
    takes: Sequence[tuple[int, str]] = [
        (take.work, f"Round {one.number}, picture {take.slot + 1}")
        for one in shown.rounds
        for take in one.takes
        if take.work != number
    ]
    values = Other(
        f"/compare?a={number}&b=values", "Its values", f"/works/{number}/values.png", second is None
    )
    return (
        *(
            Other(
                f"/compare?a={number}&b={take}",
                label,
                f"/api/works/{take}/thumbnail?side=256",
                take == second,
            )
            for take, label in takes
        ),
        values,
    )
