"""How a collect run is told: while it goes on, and when it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import click
from rich.console import Group, RenderableType
from rich.text import Text

from gesso.cli.commands.collect.told.gauge import Gauge
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
    table,
    title,
)
from gesso.cli.reporting import EXIT_SOME_FAILED
from gesso.cli.session import Session
from gesso.collect.acquisition.options import CollectReport, Preview, Tally, Watch, nobody
from gesso.core.errors import BudgetSpent, Interrupted, OutsideError
from gesso.core.records.codec import to_plain
from gesso.core.records.finds import FindState
from gesso.studio import Studio

_MOST_REASONS = 12
_CAME = ("stored", "thumbed", "linked", "recorded", "updated", "asked", "unchanged")
_STOOD_OUT: tuple[FindState, ...] = ("blocked", "gone", "failed")
_WORDS = {
    "stored": "new",
    "thumbed": "as thumbnails",
    "linked": "known pictures",
    "recorded": "records",
    "updated": "records updated",
    "asked": "unchanged at the host",
    "unchanged": "unchanged",
    "held": "with another run",
    "resting": "gone lately",
    "refused": "refused by the licence gate",
    "blocked": "blocked",
    "gone": "gone",
    "failed": "failed tries",
}


class RunGauge(Gauge[Tally]):
    """Shows how a collect run stands: two lines, what came of it so far and how fast."""

    _first: Mapping[str, int] = MappingProxyType({})

    def _changed(self, before: Tally | None, state: Tally) -> None:
        if before is None:
            self._first = dict(state.counts)

    def _line(self, state: Tally) -> str:
        return f"{self._what(state)}  ·  {self._pace(state)}"

    def drawn(self) -> RenderableType:
        """Two lines."""
        if self._now is None:
            return Text("  looking at what there is", style=QUIET)
        return Group(
            Text.assemble("  ", ("●", ACCENT), "  ", self._what(self._now)),
            Text(f"     {self._pace(self._now)}", style=QUIET),
        )

    def _what(self, tally: Tally) -> str:
        counts = tally.counts
        found = counted(counts.get("offered", 0), "find")
        told = [found if tally.listed else f"{found} so far"]
        told += [f"{counts[name]:,} {word}" for name, word in _WORDS.items() if counts.get(name)]
        return ", ".join(told)

    def _pace(self, tally: Tally) -> str:
        seconds = max(time.monotonic() - self._began, 1e-6)
        since = {name: n - self._first.get(name, 0) for name, n in tally.counts.items()}
        works = sum(since.get(name, 0) for name in ("stored", "thumbed", "linked", "recorded"))
        told = [f"{works / seconds:,.1f} works a second"]
        if since.get("bytes"):
            told.append(f"{since['bytes'] / 1e6 / seconds:,.1f} MB a second")
        told.append(span(seconds))
        if tally.waits_s:
            told.append(f"the next try is in {span(tally.waits_s)}")
        if self._stop.is_set():
            told.append("stopping")
        return "  ·  ".join(told)


def watched(
    session: Session, studio: Studio, go: Callable[[Watch], CollectReport]
) -> CollectReport:
    """Go through a run, with its progress on stderr unless JSON was wished for."""
    if session.as_json:
        return go(nobody)
    gauge = RunGauge(stderr(), studio.stop)
    with gauge.shown():
        return go(gauge.see)


def tell(session: Session, studio: Studio, report: CollectReport) -> int:
    """Say what a run came to; returns the exit code."""
    run, code = report.acquisition, _code(studio, report)
    if session.as_json:
        plain = to_plain(run) | {
            "waiting": report.waiting,
            "reasons": [
                {"state": state, "reason": why, "count": n} for state, why, n in report.reasons
            ],
            "complaints": list(report.complaints),
            "seconds": round(report.seconds, 3),
        }
        document(plain)
        return code
    states = studio.catalogue.finds.counts(run.id)
    title(_headline(report, states))
    _tell_reasons(report, sum(states.get(state, 0) for state in _STOOD_OUT))
    if run.state == "stopped":
        click.echo(f"gesso: The run '{run.id}' is stopped. {run.reason}", err=True)
        click.echo(f"       Go on with: gesso collect resume {run.id}", err=True)
    return code


def tell_preview(session: Session, source: str, preview: Preview) -> None:
    """Say what a run would do."""
    counts = preview.counts
    if session.as_json:
        document(
            {
                "source": source,
                "counts": dict(counts),
                "examples": [to_plain(find) for find in preview.examples],
                "complaints": list(preview.complaints),
            }
        )
        return
    title(f"{source}: {counted(counts.get('offered', 0), 'find')}; nothing was fetched")
    if preview.examples:
        rows = [
            (find.facts.title or find.identifier, find.facts.creator, find.rights.licence or "?")
            for find in preview.examples
        ]
        table(("the first", "by", "licence"), [[harmless(cell)[:60] for cell in r] for r in rows])
        say()
    told = {
        "queued": "would be fetched",
        "records": "are records without a picture",
        "unchanged": "are here and unchanged",
        "refused": "would be refused by the licence gate",
        "held": "are with another run",
        "resting": "were gone lately",
    }
    for name, words in told.items():
        if counts.get(name):
            say(f"  {counts[name]:,} {words}")
    if counts.get("linked"):
        say(f"  {counts['linked']:,} would be kept as a link and a thumbnail alone")
    if counts.get("bytes"):
        say(f"  about {counts['bytes'] / 1e6:,.1f} MB, as far as the source tells")
    _tell_complaints(preview.complaints)


def told_state(row: Mapping[str, Any]) -> str:
    """A run that says "running" with nobody at work was killed, and waits to be resumed."""
    is_broken = row["state"] == "running" and not row["at_work"]
    return "broken off" if is_broken else str(row["state"])


def _headline(report: CollectReport, states: Mapping[FindState, int]) -> str:
    run = report.acquisition
    told = [
        f"{run.counts[name]:,} {_worded(name, run.counts)}"
        for name in _CAME
        if run.counts.get(name)
    ]
    told += [f"{states[state]:,} {state}" for state in _STOOD_OUT if states.get(state)]
    if not told:
        told = ["nothing new" if run.counts.get("offered") else "nothing was found there"]
    size = run.counts.get("bytes", 0)
    fetched = f", {size / 1e6:,.1f} MB" if size else ""
    return f"{run.source}: {', '.join(told)}, in {span(report.seconds)}{fetched}"


def _worded(name: str, counts: Mapping[str, int]) -> str:
    return _WORDS[name].removesuffix("s") if counts[name] == 1 else _WORDS[name]


def _tell_reasons(report: CollectReport, stood_out: int) -> None:
    told = report.reasons[:_MOST_REASONS]
    for state, why, count in told:
        many = f" ({count:,} finds)" if count > 1 else ""
        say(Text.assemble((f"  {state}: ", BAD), f"{harmless(why)}{many}"))
    rest = stood_out - sum(count for _, _, count in told)
    if rest > 0:
        say(f"  and {rest:,} more: gesso collect status {report.acquisition.id}", style=QUIET)
    _tell_complaints(report.complaints)


def _tell_complaints(complaints: tuple[str, ...]) -> None:
    for line in complaints[:_MOST_REASONS]:
        say(Text.assemble(("  passed over: ", ACCENT), harmless(line)))
    if len(complaints) > _MOST_REASONS:
        say(f"  and {len(complaints) - _MOST_REASONS:,} more", style=QUIET)


def _code(studio: Studio, report: CollectReport) -> int:
    if report.acquisition.state == "stopped":
        if studio.stop.is_set():
            return Interrupted.exit_code
        return OutsideError.exit_code if report.is_waiting else BudgetSpent.exit_code
    has_failed = any(state == "failed" for state, _, _ in report.reasons)
    return EXIT_SOME_FAILED if has_failed else 0
