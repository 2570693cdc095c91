"""What people see: calm tables on a terminal, plain lines elsewhere, JSON where wished for."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

ACCENT = "#b9915a"
GOOD = "green"
BAD = "red"
QUIET = "dim"

# Control characters but the line's end, and the marks that turn the direction of writing.
_STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Telling(Console):
    """A console whose reader may leave: the command then ends quietly, as `app` says."""

    def on_broken_pipe(self) -> None:
        """Hand the broken pipe on; rich itself would end the process with 1."""
        raise BrokenPipeError


class Progressing(Console):
    """A console whose reader may leave without anything ending: progress goes on unseen."""

    def on_broken_pipe(self) -> None:
        """Write no more."""
        self.quiet = True


def stdout() -> Console:
    """A console on stdout as it is now."""
    return _console(stderr=False)


def stderr() -> Console:
    """A console on stderr as it is now; progress goes there, so that stdout stays clean."""
    return _console(stderr=True)


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    # A terminal that cannot show a sign gets a "?", never a traceback.
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")
    kind = Progressing if stderr else Telling
    return kind(file=stream, highlight=False, markup=False, soft_wrap=not stream.isatty())


def document(content: Any) -> None:
    """Write one JSON document to stdout."""
    print(json.dumps(content, ensure_ascii=False, indent=2))  # noqa: T201 - it is the face


def say(words: str | Text = "", *, style: str = "") -> None:
    """Write a line to stdout."""
    stdout().print(harmless(words) if isinstance(words, str) else words, style=style or None)


def harmless(text: str) -> str:
    """Text in which nothing steers a terminal or turns its reading round; marks stand instead.

    Titles, captions and names come from elsewhere, and so may what is in them.
    """
    return _STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def title(words: str) -> None:
    """Write a heading to stdout."""
    console = stdout()
    if console.is_terminal:
        console.print()
        console.print(Text(f"  {words}", style=f"bold {ACCENT}"))
        console.print()
    else:
        console.print(words)


def table(
    headings: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()
) -> None:
    """Write rows under headings: a table on a terminal, aligned plain lines elsewhere.

    Args:
        headings: one for each column.
        rows: cells; `Text` keeps its style on a terminal, None is empty.
        right: the columns that are aligned to the right.
    """
    cells = [[_cell(value) for value in row] for row in rows]
    console = stdout()
    if console.is_terminal:
        console.print(_drawn(headings, cells, right))
        return
    plain = [[str(cell) for cell in row] for row in cells]
    for line in _aligned([list(headings), *plain], right):
        console.print(line)


def _drawn(headings: Sequence[str], rows: list[list[Text]], right: Sequence[int]) -> Table:
    drawn = Table(box=None, header_style=QUIET, pad_edge=False, padding=(0, 3, 0, 0))
    drawn.add_column("", width=1)
    for at, heading in enumerate(headings):
        drawn.add_column(heading, justify="right" if at in right else "left", overflow="fold")
    for row in rows:
        drawn.add_row("", *row)
    return drawn


def _aligned(rows: list[list[str]], right: Sequence[int]) -> Iterable[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _cell(value: object) -> Text:
    if isinstance(value, Text):
        return value
    return Text("" if value is None else harmless(str(value)))


def mark(outcome: str) -> Text:
    """An outcome in its colour: yes and no, done and failed, identical and gone."""
    good = {"yes", "done", "kept", "identical", "ok"}
    bad = {"no", "failed", "gone", "cancelled"}
    return Text(outcome, style=GOOD if outcome in good else BAD if outcome in bad else ACCENT)


def span(seconds: float) -> str:
    """A span of time as a person says it: "0.4 s", "42 s", "3 min 20 s", "1 h 5 min"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest and minutes < 10 else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def dollars(amount: float) -> str:
    """US dollars: cents, and more places where cents would hide the whole of it."""
    in_cents = abs(amount - round(amount, 2)) < 1e-9 or amount >= 1
    return f"${amount:.2f}" if in_cents else f"${amount:.4f}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 work", "6 works"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
