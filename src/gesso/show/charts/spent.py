"""Charts of what was asked of the world outside, and what it cost, by provider."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from sqlalchemy import case, func, select

from gesso.core.catalogue.calls.ledger import COUNTED_USD
from gesso.core.catalogue.store.database import Database
from gesso.core.catalogue.store.tables import api_calls
from gesso.show.charts.records import Chart, Series

DAYS = 90
_MOST_PROVIDERS = 6


def spent(database: Database, now: datetime) -> tuple[Chart, Chart, Chart]:
    """Cost and calls of the last days by provider, and calls by how they ended.

    A call without a known cost counts with what was set aside for it.

    Args:
        database: the catalogue's.
        now: the end of the days, UTC.
    """
    since = (now - timedelta(days=DAYS - 1)).date()
    day = func.date(api_calls.c.started_at)
    failed = func.sum(case((api_calls.c.state == "failed", 1), else_=0))
    asked = (
        select(day, api_calls.c.provider, func.count(), func.sum(COUNTED_USD), failed)
        .where(day >= since)
        .group_by(day, api_calls.c.provider)
    )
    cost: dict[str, dict[str, float]] = defaultdict(dict)
    calls: dict[str, dict[str, float]] = defaultdict(dict)
    ended: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    with database.read() as connection:
        for on, provider, count, usd, lost in connection.execute(asked):
            cost[provider][str(on)] = float(usd or 0.0)
            calls[provider][str(on)] = float(count)
            ended[provider][0] += count - lost
            ended[provider][1] += lost
    days = _days(since, now.date(), {on for told in calls.values() for on in told})
    return (
        _by_day("cost", "Cost over time", "usd", days, cost),
        _by_day("calls", "Calls over time", "calls", days, calls),
        _endings(ended),
    )


def _by_day(
    name: str, title: str, unit: str, days: tuple[str, ...], told: dict[str, dict[str, float]]
) -> Chart:
    ranked = sorted(told, key=lambda provider: -sum(told[provider].values()))
    named, others = ranked[:_MOST_PROVIDERS], ranked[_MOST_PROVIDERS:]
    series = [
        Series(provider, tuple(round(told[provider].get(day, 0.0), 6) for day in days))
        for provider in named
    ]
    if others:
        rest = (sum(told[provider].get(day, 0.0) for provider in others) for day in days)
        series.append(Series("others", tuple(rest)))
    total = sum(sum(one.values) for one in series)
    words = f"${total:,.2f} in all" if unit == "usd" else f"{total:,.0f} in all"
    return Chart(
        name,
        title,
        "columns",
        "usd" if unit == "usd" else "calls",
        days,
        tuple(series),
        note=f"By day, UTC, and by provider, of the last {DAYS} days: {words}." if series else "",
    )


def _endings(ended: dict[str, list[float]]) -> Chart:
    providers = sorted(ended, key=lambda provider: -sum(ended[provider]))
    return Chart(
        "endings",
        "Calls that failed",
        "rows",
        "calls",
        tuple(providers),
        (
            Series("answered", tuple(ended[provider][0] for provider in providers)),
            Series("failed", tuple(ended[provider][1] for provider in providers)),
        ),
        note=f"Of the last {DAYS} days; a call that failed was asked again where that could help.",
    )


def _days(first: date, last: date, seen: set[str]) -> tuple[str, ...]:
    """Every day from the first on which something was asked; none where nothing was."""
    if not seen:
        return ()
    begin = max(first, date.fromisoformat(min(seen)))
    return tuple((begin + timedelta(days=at)).isoformat() for at in range((last - begin).days + 1))
