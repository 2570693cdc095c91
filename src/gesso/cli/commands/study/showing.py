"""Studies as a terminal shows them."""

from __future__ import annotations

from collections.abc import Sequence

from gesso.cli.printing import say, table, title
from gesso.core.catalogue.works.findings.studies import StudyRow
from gesso.study.measures.comparing import Match
from gesso.study.records import Study, WhatIf
from gesso.study.tips.wording import told
from gesso.study.tools.what_if.preview import Preview, moved

_COMPARED = ("L_mean", "L_range", "dark25", "light80", "dom", "regions", "hard", "chroma")
_SPARKS = "▁▂▃▄▅▆▇█"


def show_study(study: Study, name: str) -> None:
    """Every reading in a line, then the two tips."""
    title(f"{name}: {study.width} x {study.height} pixels")
    table(
        ("", ""), [(reading.title, reading.note or reading.abstains) for reading in study.readings]
    )
    say()
    if study.silence:
        say(study.silence)
    for number, tip in enumerate(study.tips, 1):
        said_by = "" if tip.source == "measured" else f"  ({tip.source})"
        say(f"{number}. {tip.observation}{said_by}")
        say(f"   Ten minutes: {tip.action}")
        say(f"   {tip.why}")
    if study.note:
        say(f"\nThe tips are worded by measurement. {study.note}")


def show_change(name: str, what_if: WhatIf, shown: Preview) -> None:
    """What moved, most first."""
    where = f" on blocks {', '.join(map(str, what_if.blocks))}" if what_if.blocks else ""
    title(f"{name}: {what_if.name} by {what_if.amount:.0%}".replace("%", " %") + where)
    rows = [(one.metric, told(one.metric, one.before), told(one.metric, one.after))
            for one in moved(shown)]  # fmt: skip
    table(("", "before", "after"), rows, right=(1, 2))


def show_match(match: Match, reference: str, attempt: str) -> None:
    """Agreement, then blocks and figures side by side."""
    laid = "laid on each other" if match.aligned else "laid edge to edge: no alignment was found"
    title(f"{match.agreement:.0%} of the values agree".replace("%", " %"))
    say(f"  {attempt} against {reference}, {laid}.")
    say()
    rows = [
        (f"block {number}", f"{first:.0f} L*", f"{second:.0f} L*", f"{second - first:+.0f}")
        for number, (first, second) in enumerate(match.levels, 1)
    ]
    rows += [
        (name, told(name, before), told(name, after), "")
        for name in _COMPARED
        if name in match.metrics
        for before, after in (match.metrics[name],)
    ]
    table(("", "reference", "attempt", ""), rows, right=(1, 2, 3))


def show_history(name: str, rows: Sequence[tuple[StudyRow, Study]]) -> None:
    """When a work was studied, and how its figures moved."""
    title(f"{name}: {len(rows)} {'study' if len(rows) == 1 else 'studies'}")
    if not rows:
        say("  Study it with --keep to see progress here.")
        return
    figures = []
    for metric in _COMPARED:
        values = [held.metrics[metric] for _, held in rows if metric in held.metrics]
        if values:
            figures.append(
                (metric, told(metric, values[0]), told(metric, values[-1]), spark(values))
            )
    table(("", "first", "now", ""), figures, right=(1, 2))
    say()
    for row, held in rows:
        tips = ", ".join(tip.rule for tip in held.tips)
        say(f"  {row.created_at:%Y-%m-%d %H:%M}  {tips}")


def spark(values: Sequence[float]) -> str:
    """A line of small bars, the lowest value lowest."""
    low, high = min(values), max(values)
    if high == low:
        return _SPARKS[3] * len(values)
    steps = len(_SPARKS) - 1
    return "".join(_SPARKS[round((value - low) / (high - low) * steps)] for value in values)
