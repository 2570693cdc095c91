"""How a search for duplicates is told: while it goes on, and when it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import click
from rich.text import Text

from gesso.cli.commands.collect.told.gauge import Gauge
from gesso.cli.opening import EXIT_INTERRUPTED
from gesso.cli.printing import (
    ACCENT,
    BAD,
    QUIET,
    counted,
    document,
    harmless,
    say,
    span,
    stderr,
    title,
)
from gesso.cli.reporting import EXIT_SOME_FAILED
from gesso.cli.session import Session
from gesso.collect.duplicates.options import DuplicateReport, Progress, Watch, nobody
from gesso.core.records.codec import to_plain
from gesso.studio import Studio

_MOST_TROUBLES = 12
_STEPS = {"measure": "measured", "compare": "compared"}


class SearchGauge(Gauge[Progress]):
    """Shows how a search stands: one line."""

    def _changed(self, before: Progress | None, state: Progress) -> None:
        if before is None or before.step != state.step:
            self._began = time.monotonic()

    def drawn(self) -> Text:
        """One line."""
        if self._now is None:
            return Text("  looking at what is new", style=QUIET)
        return Text.assemble("  ", ("●", ACCENT), "  ", self._line(self._now))

    def _line(self, state: Progress) -> str:
        told = [f"{state.done:,} of {counted(state.total, 'work')} {_STEPS[state.step]}"]
        if state.groups:
            told.append(f"{counted(state.groups, 'group')} so far")
        passed = time.monotonic() - self._began
        if passed > 2 and state.done:
            told.append(
                f"about {span(passed / state.done * max(0, state.total - state.done))} left"
            )
        if self._stop.is_set():
            told.append("stopping")
        return "  ·  ".join(told)


def watched_search(
    session: Session, studio: Studio, go: Callable[[Watch], DuplicateReport]
) -> DuplicateReport:
    """Search, with progress on stderr unless JSON was wished for."""
    if session.as_json:
        return go(nobody)
    gauge = SearchGauge(stderr(), studio.stop)
    with gauge.shown():
        return go(gauge.see)


def tell_search(session: Session, report: DuplicateReport) -> int:
    """Say what a search came to; returns the exit code."""
    code = EXIT_INTERRUPTED if report.is_stopped else EXIT_SOME_FAILED if report.troubles else 0
    if session.as_json:
        told: dict[str, Any] = to_plain(report)
        document(told | {"seconds": round(report.seconds, 3)})
        return code
    title(
        f"{counted(len(report.changed), 'new or changed group')}, {report.groups:,} in all; "
        f"{counted(report.compared, 'work')} compared in {span(report.seconds)}"
    )
    for trouble in report.troubles[:_MOST_TROUBLES]:
        say(Text.assemble((f"  work {trouble.work}: ", BAD), harmless(trouble.reason)))
    if len(report.troubles) > _MOST_TROUBLES:
        say(f"  and {len(report.troubles) - _MOST_TROUBLES:,} more", style=QUIET)
    if report.changed:
        say("See them with: gesso duplicates list", style=QUIET)
    if report.is_stopped:
        click.echo("gesso: The search is stopped; what was compared is kept.", err=True)
        click.echo("       Go on with: gesso duplicates find", err=True)
    return code
