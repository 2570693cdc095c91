"""Charts as plain values: what a page draws, and what stands in its table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["columns", "rows", "line", "spectrum"]
Unit = Literal["works", "share", "usd", "calls"]


@dataclass(frozen=True)
class Series:
    """One row of numbers of a chart.

    Attributes:
        name: "made".
        values: one for each label.
    """

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes:
        name: short, for addresses: "styles".
        title: for people.
        kind: how it is drawn: upright columns, lying rows, a line, or a strip of colours.
        unit: of its values.
        labels: what its values belong to.
        series: its values; columns of several series stand on each other.
        colours: the colour of each label as #rrggbb, only where the colour is of the works
            themselves; () else.
        note: what the numbers alone would not tell, one or two sentences.
        rest: works that no label covers: without a style, beyond the most frequent.
    """

    name: str
    title: str
    kind: Kind
    unit: Unit
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    colours: tuple[str, ...] = ()
    note: str = ""
    rest: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to see."""
        return not any(value for series in self.series for value in series.values)


@dataclass(frozen=True)
class Figures:
    """All charts of a whole or a part of the catalogue.

    Attributes:
        of: "all", "favourites", or "set 3".
        title: "All works".
        works: how many it holds.
        charts: of the works, and of what they cost where it is the whole.
    """

    of: str
    title: str
    works: int
    charts: tuple[Chart, ...] = field(default=())
