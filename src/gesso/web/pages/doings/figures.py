"""/figures: the catalogue in charts, each of which is a table, too."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from gesso.show.charts.records import Chart, Figures
from gesso.web.answers.doings.figures import Part
from gesso.web.answers.house import House
from gesso.web.pages.doings.words import dollars
from gesso.web.pages.drawing import Stripe, draw

_UNITS = {"works": "Works", "calls": "Calls", "usd": "US dollars", "share": "Share"}
_MOST_ROWS = 24


def figure_pages(house: House) -> APIRouter:
    """The routes."""
    charts, gallery, desk = house.charts, house.gallery, house.desk
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @routes.get("/figures")
    async def figures(part: Annotated[Part, Query()]) -> HTMLResponse:
        def look() -> tuple[Figures, list[tuple[int, str]]]:
            found = charts.figures(part.of == "favourites", part.set or 0)
            return found, [(board.id, board.name) for board in gallery.sets.all()]

        found, boards = await desk.run(look)
        shown = [chart for chart in found.charts if not chart.is_empty]
        return HTMLResponse(
            draw(
                "doings/figures.html",
                here="figures",
                name=house.name,
                figures=found,
                charts=shown,
                boards=boards,
                units=_UNITS,
                rows={chart.name: rows_of(chart) for chart in shown},
                strip=next((strip_of(one) for one in shown if one.kind == "spectrum"), []),
            )
        )

    return routes


def rows_of(chart: Chart) -> list[tuple[str, str, list[tuple[str, float]]]]:
    """The rows of a chart's table: label, colour, and of each value its words and itself.

    Of a strip of colours, which has many, the widest.
    """
    found = [
        (
            label,
            chart.colours[at] if chart.colours else "",
            [(_told(chart, one.values[at]), one.values[at]) for one in chart.series],
        )
        for at, label in enumerate(chart.labels)
    ]
    if chart.kind == "spectrum":
        return sorted(found, key=lambda row: -row[2][0][1])[:_MOST_ROWS]
    return found


def strip_of(chart: Chart) -> list[Stripe]:
    """The colours of a strip side by side, 100 wide."""
    found, left = [], 0.0
    total = sum(chart.series[0].values) or 1.0
    for words, colour, share in zip(
        chart.labels, chart.colours, chart.series[0].values, strict=True
    ):
        width = 100 * share / total
        found.append(Stripe(round(left, 3), round(width, 3), colour, f"{words} {width:.1f} %"))
        left += width
    return found


def _told(chart: Chart, value: float) -> str:
    if chart.unit == "usd":
        return dollars(value) if value else ""
    if chart.unit == "share":
        return f"{100 * value:.1f} %"
    return f"{value:,.0f}" if value else ""
