"""Numbers, sums and moments as a person reads them, and runs in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup, escape

_ADDRESS = re.compile(r"/[a-z][a-z0-9/.-]*")
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3600, 86_400


def dollars(amount: float | None) -> str:
    """US dollars: cents, and more places where cents would hide the whole of it."""
    if amount is None:
        return "unknown"
    in_cents = abs(amount - round(amount, 2)) < 1e-9 or amount >= 1
    return f"${amount:,.2f}" if in_cents else f"${amount:.4f}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 work", "6 works"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def span(seconds: float) -> str:
    """A span of time: "4 s", "3 min 20 s", "1 h 5 min", "2 days"."""
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        minutes, rest = divmod(whole, _MINUTE_S)
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    if whole < _DAY_S:
        hours, rest = divmod(whole, _HOUR_S)
        return f"{hours} h {rest // 60} min" if rest >= 60 else f"{hours} h"
    return counted(whole // _DAY_S, "day")


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago: "just now", "40 s ago", "2 days ago"."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 2:
        return "just now"
    coarse = seconds if seconds < _MINUTE_S else seconds - seconds % _MINUTE_S
    return f"{span(coarse)} ago"


def moment(at: datetime) -> str:
    """A moment, UTC: 14 November 2026, 10:57."""
    return f"{at.day} {at:%B %Y}, {at:%H:%M}"


def size(amount: float) -> str:
    """Bytes in powers of ten: 3.4 MB."""
    for unit in ("B", "kB", "MB", "GB"):
        if abs(amount) < 1000:
            return (
                f"{amount:,.0f} {unit}" if unit == "B" or amount >= 100 else f"{amount:.1f} {unit}"
            )
        amount /= 1000
    return f"{amount:,.1f} TB"


_TYPED = re.compile(r"\bgesso [a-z]|(?:^| )--[a-z]")


def for_pages(words: str) -> str:
    """A reason without the sentences that tell what to type: here it is pressed."""
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z])", words)
    return " ".join(one for one in sentences if not _TYPED.search(one))


_LISTED = re.compile(r": [^,.:]*(?:, [^,.:]*){7,}(?=\.)")
"""A colon and more than seven things: what a painter can paint, told with what it could not."""


def briefly(verdict: str) -> str:
    """A verdict without long lists; on the work's own page they are told whole."""
    return _LISTED.sub("", verdict)


def coded(words: str) -> Markup:
    """What stands between backticks as code; all else is escaped."""
    parts = [escape(part) for part in words.split("`")]
    shown = [Markup('<code class="mono">{}</code>').format(one) for one in parts[1::2]]
    parts[1::2] = shown
    return Markup("").join(parts)


def linked(words: str) -> Markup:
    """Where an advice names an address of this server, it leads there; all else is escaped."""
    shown = (
        Markup('<a href="{0}">{0}</a>').format(one) if _ADDRESS.fullmatch(one) else escape(one)
        for one in words.split(" ")
    )
    return Markup(" ").join(shown)


FILTERS = {
    "coded": coded,
    "linked": linked,
    "briefly": briefly,
    "dollars": dollars,
    "span": span,
    "ago": ago,
    "moment": moment,
    "size": size,
    "for_pages": for_pages,
}


def said_of(run: Mapping[str, Any]) -> str:
    """How a run stands, in a sentence or two."""
    job = run["job"] or {}
    ahead = counted(job.get("ahead", 0), "run")
    told = _STATES[run["state"]].format(
        came=_came(run),
        reason=for_pages(run["reason"] or job.get("error", "")),
        line=f"Waits for its turn, {ahead} before it." if job.get("ahead") else "Begins.",
    )
    return told.strip()


_STATES = {
    "queued": "{line}",
    "running": "At work. {came}",
    "stopping": "Stopping. What is in flight comes in first.",
    "paused": "Paused. {reason}",
    "stopped": "Stopped. {reason}",
    "failed": "Failed. {reason}",
    "broken off": "Broken off: the program that worked on it ended. Nothing that was done is lost.",
    "done": "Done. {came}",
    "cancelled": "Cancelled for good. {came}",
}


def _came(run: Mapping[str, Any]) -> str:
    if run["kind"] == "make":
        told = f"{run['kept']:,} of {counted(run['total'], 'work')} kept"
        return f"{told}, {run['failed']:,} failed." if run["failed"] else f"{told}."
    return f"{counted(run['kept'], 'work')} came in, of {counted(run['total'], 'find')}."


_COUNTS = {
    "stored": "new works",
    "thumbed": "as thumbnails",
    "linked": "known pictures",
    "recorded": "records",
    "updated": "records updated",
    "asked": "unchanged at the host",
    "unchanged": "unchanged",
    "held": "with another run",
    "resting": "gone lately",
    "refused": "refused by licence",
    "blocked": "blocked",
    "gone": "gone",
    "failed": "failed tries",
}


def counts_of(run: Mapping[str, Any]) -> list[tuple[str, int]]:
    """What became of a collect run's finds, in the order in which a person asks."""
    counts = run["counts"]
    return [(words, counts[name]) for name, words in _COUNTS.items() if counts.get(name)]
