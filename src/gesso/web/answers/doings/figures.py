"""Figures as they are told."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from gesso.show.charts.records import Chart, Figures


class Part(BaseModel):
    """Which works are told in figures."""

    model_config = ConfigDict(extra="forbid")

    of: Literal["all", "favourites"] = Field(default="all", description="All works, or these.")
    set: int | None = Field(default=None, ge=1, lt=2**63, description="Or a set, by its number.")


class SeriesTold(BaseModel):
    """One row of numbers."""

    name: str
    values: list[float]


class ChartTold(BaseModel):
    """One chart with all that it shows."""

    name: str
    title: str
    kind: Literal["columns", "rows", "line", "spectrum"]
    unit: Literal["works", "share", "usd", "calls"]
    labels: list[str]
    series: list[SeriesTold]
    colours: list[str] = Field(description="Of the works themselves, by label; empty for none.")
    note: str
    rest: int = Field(description="Works that no label covers.")


class FiguresTold(BaseModel):
    """A catalogue, or a part of it, in figures."""

    of: str
    title: str
    works: int
    charts: list[ChartTold]


def told_of(figures: Figures) -> dict[str, Any]:
    """Figures as plain values."""
    return {
        "of": figures.of,
        "title": figures.title,
        "works": figures.works,
        "charts": [_plain(chart) for chart in figures.charts],
    }


def _plain(chart: Chart) -> dict[str, Any]:
    return {
        **vars(chart),
        "labels": list(chart.labels),
        "series": [{"name": one.name, "values": list(one.values)} for one in chart.series],
        "colours": list(chart.colours),
    }
