"""`gesso spend`: what was spent on whom and for what, and what a kept picture cost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import click

from gesso.cli.opening import opened
from gesso.cli.options import Span, shared
from gesso.cli.printing import counted, document, dollars, say, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.calls.spending import WAYS, By, Spending, Spent, spending

_SPAN = Span()


class Since(click.ParamType[datetime]):
    """A moment in the past: a day (2026-11-01, from its beginning, UTC), or a span: 7d, 12h."""

    name = "WHEN"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """The moment, UTC."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            day = datetime.fromisoformat(text)
        except ValueError:
            day = None
        if day is not None:
            return day.replace(tzinfo=UTC) if day.tzinfo is None else day.astimezone(UTC)
        try:
            return datetime.now(UTC) - timedelta(seconds=_SPAN.convert(text, None, None))
        except (click.BadParameter, OverflowError):
            self.fail(f"'{value}' is no time; write a day as 2026-11-01, or 7d or 12h.", param, ctx)


@click.command()
@click.option("--by", type=click.Choice(WAYS), default="provider", show_default=True)
@click.option("--since", type=Since(), help="From then on: 2026-11-01, or 7d, 12h.")
@shared
@pass_session
def spend(session: Session, by: By, since: datetime | None) -> None:
    """Show what was spent, and what a kept picture cost.

    A call whose outcome or price nobody knows counts with what was set aside for it.
    """
    with opened(session, looks=True) as studio:
        found = spending(studio.catalogue.database, by, since)
    if session.as_json:
        document(_plain(found))
    elif not found.rows:
        say("Nothing was spent: no call has left this studio.")
    else:
        _show(found)


def _plain(found: Spending) -> dict[str, Any]:
    return {
        "by": found.by,
        "since": found.since.isoformat() if found.since else None,
        "rows": [_row(row) for row in found.rows],
        "total": _row(found.total),
    }


def _row(row: Spent) -> dict[str, Any]:
    sums = {"usd": row.usd, "assumed": row.assumed, "usd_per_kept": row.usd_per_kept}
    return {**vars(row), **sums}


def _show(found: Spending) -> None:
    when = f" since {found.since:%Y-%m-%d %H:%M} UTC" if found.since else ""
    title(f"{dollars(found.total.usd)} spent{when}")
    rows = [*found.rows, found.total] if len(found.rows) > 1 else found.rows
    table(
        (found.by, "calls", "failed", "known", "set aside", "in all", "kept", "each"),
        [_cells(row, "in all" if row is found.total else _name(row, found.by)) for row in rows],
        right=(1, 2, 3, 4, 5, 6, 7),
    )
    for line in _remarks(found.total):
        say()
        say(f"  {line}")


def _name(row: Spent, by: By) -> str:
    return row.name or f"(no {by})"


def _cells(row: Spent, name: str) -> tuple[object, ...]:
    each = row.usd_per_kept
    return (
        name[:60],
        f"{row.calls:,}",
        row.failed or "",
        dollars(row.known_usd),
        dollars(row.assumed_usd) if row.assumed else "",
        dollars(row.usd),
        row.kept or "",
        "" if each is None else dollars(each),
    )


def _remarks(total: Spent) -> list[str]:
    """What a sum alone would hide."""
    said = []
    kinds = [
        (total.unknown, "got no answer"),
        (total.waiting, "still out"),
        (total.unpriced, "done without a known price"),
    ]
    if total.assumed:
        parts = ", ".join(f"{count:,} {why}" for count, why in kinds if count)
        said.append(
            f"Of {counted(total.assumed, 'call')} the cost is not known ({parts}): what was set "
            f"aside for them counts as spent, {dollars(total.assumed_usd)}."
        )
    if total.failed_usd:
        said.append(f"Calls that failed were billed all the same: {dollars(total.failed_usd)}.")
    return said
