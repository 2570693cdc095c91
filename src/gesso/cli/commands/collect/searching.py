"""How a search for duplicates is told: while it goes on, and when it has ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import click
from rich.console import Console
from rich.live import Live
from rich.text import Text

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

_PLAIN_EVERY_S = 10.0
_MOST_TROUBLES = 12
_STEPS = {"measure": "measured", "compare": "compared"}


class SearchGauge:
    """Shows how a search stands: a line on a terminal, a line now and then elsewhere.

    Args:
        console: where.
        stop: set when the owner asked to stop.
    """

    def __init__(self, console: Console, stop: threading.Event) -> None:
        self._console = console
        self._stop = stop
        self._began = self._told_at = time.monotonic()
        self._now: Progress | None = None

    def see(self, progress: Progress) -> None:
        """Take in how the search stands."""
        if self._now is None or self._now.step != progress.step:
            self._began = time.monotonic()
        self._now = progress
        if not self._console.is_terminal and time.monotonic() - self._told_at >= _PLAIN_EVERY_S:
            self._told_at = time.monotonic()
            self._console.print(self._words(progress))

    def drawn(self) -> Text:
        """One line."""
        if self._now is None:
            return Text("  looking at what is new", style=QUIET)
        return Text.assemble("  ", ("●", ACCENT), "  ", self._words(self._now))

    def _words(self, now: Progress) -> str:
        told = [f"{now.done:,} of {counted(now.total, 'work')} {_STEPS[now.step]}"]
        if now.groups:
            told.append(f"{counted(now.groups, 'group')} so far")
        passed = time.monotonic() - self._began
        if passed > 2 and now.done:
            told.append(f"about {span(passed / now.done * max(0, now.total - now.done))} left")
        if self._stop.is_set():
            told.append("stopping")
        return "  ·  ".join(told)


def watched_search(
    session: Session, studio: Studio, go: Callable[[Watch], DuplicateReport]
) -> DuplicateReport:
    """Search, with progress on stderr unless JSON was wished for."""
    if session.as_json:
        return go(nobody)
    gauge, console = SearchGauge(stderr(), studio.stop), stderr()
    if not console.is_terminal:
        return go(gauge.see)
    with Live(get_renderable=gauge.drawn, console=console, refresh_per_second=4, transient=True):
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
