"""Lists of works that have an address of their own: all, favourites, those of a tag, a set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Select, func, select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.rows import WORK_COLUMNS, work_of
from gesso.core.catalogue.store.tables import set_works, works
from gesso.core.records.works import Work

Kind = Literal["all", "favourites", "tag", "set"]


@dataclass(frozen=True)
class Listing:
    """Which works.

    Attributes:
        kind: of the list.
        tag: of a "tag".
        set: the number of a "set".
        name: what a "set" is called, "" where nobody asked.
    """

    kind: Kind = "all"
    tag: str = ""
    set: int = 0
    name: str = ""

    @property
    def title(self) -> str:
        """For a heading."""
        named = {
            "all": "All works",
            "favourites": "Favourites",
            "set": self.name or f"Set {self.set}",
        }
        return named.get(self.kind, f"Tagged {self.tag}")


class Lists:
    """Lists of kept works. Every method may be called from many threads.

    Args:
        catalogue: asked for at first use.
    """

    def __init__(self, catalogue: Callable[[], Catalogue]) -> None:
        self._catalogue = catalogue

    def count(self, listing: Listing) -> int:
        """How many works a list holds."""
        with self._catalogue().database.read() as connection:
            return int(connection.scalar(_narrowed(select(func.count()), listing)) or 0)

    def newest(self, listing: Listing, limit: int) -> list[Work]:
        """The works that came in last, the last one first."""
        order = (works.c.added_at.desc(), works.c.id.desc())
        return self._works(listing, 0, limit, order)

    def page(self, listing: Listing, start: int, limit: int) -> list[Work]:
        """Works in the order in which they came in: what comes in later shifts nothing.

        Args:
            listing: which.
            start: of the first one, from 0.
            limit: so many at most.
        """
        return self._works(listing, start, limit, (works.c.added_at, works.c.id))

    def _works(
        self, listing: Listing, start: int, limit: int, order: tuple[Any, ...]
    ) -> list[Work]:
        # Numbers first: a place deep in the list is found in the index, without reading rows.
        numbers = _narrowed(select(works.c.id), listing).order_by(*order)
        some = numbers.offset(start).limit(limit).subquery()
        wanted = select(*WORK_COLUMNS).where(works.c.id.in_(select(some.c.id))).order_by(*order)
        with self._catalogue().database.read() as connection:
            return [work_of(row) for row in connection.execute(wanted).mappings()]


def _narrowed(wanted: Select[Any], listing: Listing) -> Select[Any]:
    wanted = wanted.select_from(works).where(works.c.standing == "kept")
    if listing.kind == "favourites":
        return wanted.where(works.c.favourite.is_(True))
    if listing.kind == "tag":
        lines = "\n" + func.coalesce(works.c.tags, "") + "\n"
        return wanted.where(lines.contains(f"\n{listing.tag}\n", autoescape=True))
    if listing.kind == "set":
        within = select(set_works.c.work).where(set_works.c.set == listing.set)
        return wanted.where(works.c.id.in_(within))
    return wanted
