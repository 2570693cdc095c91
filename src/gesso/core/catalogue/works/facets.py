"""The catalogue by its facets: how many works there are of each style, kind, place, decade."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from sqlalchemy import func, select

from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import facet_counts
from gesso.core.records.works import Standing

Facet = Literal["source", "origin", "licence", "kind", "style", "place", "decade"]
FACETS: tuple[Facet, ...] = get_args(Facet)


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet: a decade is its first year ("1660", "-10"); none is empty."""

    value: str
    count: int


class FacetShelf:
    """Counts of works that are kept at hand, so they cost the same at any size.

    Args:
        database: where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(
        self,
        facets: Sequence[Facet] = FACETS,
        *,
        standings: Sequence[Standing] = ("kept", "record"),
        most: int = 50,
    ) -> Mapping[Facet, tuple[FacetValue, ...]]:
        """The values of each facet with their numbers of works, the most frequent first.

        Args:
            facets: which.
            standings: of these works.
            most: values of a facet at most.
        """
        total = func.sum(facet_counts.c["count"]).label("total")
        by_value = (
            select(facet_counts.c.facet, facet_counts.c.value, total)
            .where(facet_counts.c.facet.in_(facets), facet_counts.c.standing.in_(standings))
            .group_by(facet_counts.c.facet, facet_counts.c.value)
            .having(total > 0)
        )
        found: dict[Facet, list[FacetValue]] = {facet: [] for facet in facets}
        with self._database.read() as connection:
            for facet, value, count in connection.execute(by_value):
                found[facet].append(FacetValue(value, int(count)))
        return {
            facet: tuple(sorted(values, key=lambda one: (-one.count, one.value))[:most])
            for facet, values in found.items()
        }
