"""`gesso encode`: works into vectors, so that they are found by their looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import ACCENT, QUIET, counted, document, say, stderr
from gesso.cli.session import Session, pass_session
from gesso.core.errors import Interrupted
from gesso.search.embedding.embedding import Embedded, Seen

_SHOWN = 5


@click.command()
@click.option("--encoder", default="", metavar="NAME", help="By this encoder.  [default: search's]")
@click.option("--missing/--all", "only_missing", default=True,
              help="Works without a vector, or all.  [default: missing]")  # fmt: skip
@shared
@pass_session
def encode(session: Session, encoder: str, only_missing: bool) -> int:
    """Make works findable by their looks. What is done stays done, whenever it ends."""
    with opened(session, must_exist=True) as studio:
        space = studio.searching.open(encoder or studio.searching.default)
        with _progress() as seen:
            told = studio.searching.encode(space.name, all_of_them=not only_missing, seen=seen)
        known = space.index.state().count
    if session.as_json:
        document(
            {
                "space": space.index.space.id,
                "done": told.done,
                "failed": [{"work": work, "why": why} for work, why in told.failed],
                "left": told.left,
                "removed": told.removed,
                "embedded": known,
            }
        )
    else:
        _tell(told, space.name, known)
    if told.left:
        raise Interrupted(
            f"{counted(told.left, 'work')} still to come.", "Go on with: gesso encode"
        )
    return 1 if told.failed else 0


def _tell(told: Embedded, name: str, known: int) -> None:
    if told.done or not told.failed:
        say(f"{counted(told.done, 'work')} embedded by '{name}'; {known:,} can be found by it.")
    if told.removed:
        say(f"{counted(told.removed, 'vector')} of works that are gone left.", style=QUIET)
    for work, why in told.failed[:_SHOWN]:
        say(f"Work {work} could not be embedded: {why}")
    if len(told.failed) > _SHOWN:
        say(f"And {len(told.failed) - _SHOWN:,} more; see them with: gesso errors", style=QUIET)


@contextmanager
def _progress() -> Iterator[Seen]:
    """A bar on a terminal, nothing elsewhere."""
    console = stderr()
    if not console.is_terminal:
        yield lambda _done, _all: None
        return
    columns = (
        TextColumn("  embedding"),
        BarColumn(complete_style=ACCENT),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("works", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
