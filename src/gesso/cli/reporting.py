"""How a run ended: for people, as JSON, and as an exit code."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click
from rich.text import Text

from gesso.cli.printing import BAD, QUIET, counted, document, dollars, say, span, stderr, table
from gesso.cli.printing import title as heading
from gesso.cli.progress import Board
from gesso.cli.session import Session
from gesso.core.errors import GessoError, Interrupted
from gesso.core.records.codec import to_plain
from gesso.make.hanging.folder import Hanging
from gesso.studio import Studio

if TYPE_CHECKING:
    from gesso.core.records.recipes import Recipe
    from gesso.core.records.works import Work
    from gesso.make.batch import BadEntry
    from gesso.make.run.events import Event, Listener
    from gesso.make.run.run import RunReport

log = logging.getLogger(__name__)

EXIT_SOME_FAILED = 1
MOST_LISTED = 40

Going: TypeAlias = "Callable[[Listener], RunReport]"


def watch(session: Session, studio: Studio, go: Going, also: Sequence[Listener] = ()) -> RunReport:
    """Go through a run, with its progress on stderr unless JSON was wished for.

    Args:
        session: this call.
        studio: the open studio.
        go: starts the run with the listener it is handed.
        also: further listeners.
    """
    asked = studio.settings.make

    def name_of(run: str, item: str) -> str:
        with suppress(GessoError):  # a name is no reason to disturb a run
            found = studio.catalogue.runs.item(run, item)
            return found.prompt.title if found.prompt else ""
        return ""

    board = Board(stderr(), asked.rounds, asked.budget_usd, studio.stop, name_of)
    heard = (_note, *also) if session.as_json else (_note, board.hear, *also)

    def listen(event: Event) -> None:
        for listener in heard:
            listener(event)

    if session.as_json:
        return go(listen)
    with board.shown():
        return go(listen)


def _note(event: Event) -> None:
    """Keep what happens to items and runs in the studio's log."""
    if event.kind not in {"painting", "painted", "item", "evaluated"}:
        level = logging.WARNING if event.kind in {"failed", "waiting", "aside"} else logging.INFO
        told = f"{event.kind}: {event.line}" if event.line else event.kind
        log.log(level, told, extra={"run": event.run, "item": event.item})


def tell(
    session: Session,
    studio: Studio,
    report: RunReport,
    *,
    bad: Sequence[BadEntry] = (),
    results: Path | None = None,
) -> int:
    """Show how a run ended, and return the exit code for it."""
    code = exit_code(studio, report, bad)
    if session.as_json:
        document(plain_report(studio, report, bad, results) | {"exit_code": code})
        return code
    heading(_headline(report))
    if report.kept and len(report.items) <= MOST_LISTED:
        table(("", "title", "score", "round", "seed"), _rows(studio, report), right=(0, 2, 3, 4))
        _tell_lacks(studio, report)
    _tell_failures(report)
    _tell_places(report, results)
    _tell_rest(report)
    return code


def exit_code(studio: Studio, report: RunReport, bad: Sequence[BadEntry] = ()) -> int:
    """What the process says of a run: docs/exit-codes.md."""
    if report.waiting and studio.stop.is_set():
        return Interrupted.exit_code
    if report.waiting:
        troubles = studio.catalogue.troubles.list(report.run.id, recovered=False, limit=1)
        return _code_of(troubles[0].trouble.kind if troubles else "")
    return EXIT_SOME_FAILED if report.failed or bad else 0


def plain_report(
    studio: Studio, report: RunReport, bad: Sequence[BadEntry], results: Path | None
) -> dict[str, Any]:
    """A run's end as plain values, for --json."""
    return {
        "run": to_plain(report.run),
        "items": [
            {"id": item.id, "state": item.state, "kept": item.kept, "reason": item.reason}
            for item in report.items
        ],
        "kept": _plain_kept(studio, report, results),
        "failed": report.failed,
        "waiting": report.waiting,
        "spent_usd": report.spent_usd,
        "seconds": round(report.seconds, 3),
        "folder": str(report.folder) if report.folder else None,
        "results": str(results) if results else None,
        "bad_entries": [to_plain(entry) for entry in bad],
    }


def _plain_kept(studio: Studio, report: RunReport, results: Path | None) -> list[dict[str, Any]]:
    items = {item.kept: item for item in report.items}
    recipes = studio.catalogue.works.recipes([work.id for work in report.kept])
    hanging = Hanging(report.folder, studio.catalogue.data) if report.folder else None
    told = []
    for work in report.kept:
        item, recipe = items[work.id], recipes[work.id]
        place = None
        # A copy that hangs under a name that a person can read.
        if results is not None:
            place = results / item.id / f"iteration_{recipe.round if recipe else 1}.png"
        elif hanging is not None:
            place = hanging.place_of(item.position, work)
        hung = place if place is not None and place.exists() else None
        told.append(plain_work(studio, work, recipe, hung))
    return told


def plain_work(
    studio: Studio, work: Work, recipe: Recipe | None, hung: Path | None
) -> dict[str, Any]:
    """A made work in the few values that a script wants.

    Args:
        studio: that keeps it.
        work: its record.
        recipe: how it was made.
        hung: a copy for people, which is told as its path; None for the file in the store.
    """
    found = recipe.evaluation if recipe else None
    path = hung or studio.catalogue.path_of(work)
    return {
        "work": work.id,
        "title": work.title,
        "score": found.score if found else None,
        "round": recipe.round if recipe else None,
        "seed": recipe.seed if recipe else None,
        "lacks": list(recipe.omits) if recipe else [],
        "width": work.width,
        "height": work.height,
        "path": str(path) if path else None,
    }


def tell_bad(bad: Sequence[BadEntry]) -> None:
    """Name the entries of a prompts file that were not run."""
    if not bad:
        return
    click.echo(f"{counted(len(bad), 'entry', 'entries')} could not be used:", err=True)
    for entry in bad[:MOST_LISTED]:
        name = f" ({entry.id})" if entry.id else ""
        click.echo(f"  {entry.path}{name}: {entry.message}", err=True)
    if len(bad) > MOST_LISTED:
        click.echo(f"  and {len(bad) - MOST_LISTED:,} more; --json lists them all.", err=True)


def _headline(report: RunReport) -> str:
    theme = report.run.theme or report.run.id
    told = [counted(len(report.kept), "work") + " kept"]
    told += [f"{report.failed} failed"] if report.failed else []
    left = "not made" if report.run.state == "cancelled" else "waiting"
    told += [f"{report.waiting} {left}"] if report.waiting else []
    money = f", {dollars(report.spent_usd)} spent" if report.spent_usd else ""
    return f"{theme}: {', '.join(told)}, in {span(report.seconds)}{money}"


def _rows(studio: Studio, report: RunReport) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    positions = {item.kept: item.position + 1 for item in report.items}
    recipes = studio.catalogue.works.recipes([work.id for work in report.kept])
    for work in report.kept:
        told: Mapping[str, Any] = plain_work(studio, work, recipes[work.id], None)
        score = "" if told["score"] is None else f"{told['score']:.2f}"
        seed = Text(str(told["seed"]), style=QUIET)
        rows.append((positions.get(work.id), work.title, score, told["round"], seed))
    return rows


def _tell_lacks(studio: Studio, report: RunReport) -> None:
    """Say what was asked for and is not to be seen, so that nobody has to find out by looking."""
    repertoire = ""
    recipes = studio.catalogue.works.recipes([work.id for work in report.kept])
    for work in report.kept:
        recipe = recipes[work.id]
        if recipe is not None and recipe.omits:
            say(Text(f"  {work.title} shows no {' and no '.join(recipe.omits[:4])}.", style=QUIET))
            repertoire = recipe.repertoire
    if repertoire:
        say(Text(f"  {repertoire[0].upper()}{repertoire[1:]}.", style=QUIET))


def _tell_failures(report: RunReport) -> None:
    failed = [item for item in report.items if item.state == "failed"]
    for item in failed[:MOST_LISTED]:
        say(Text.assemble((f"  {item.id} failed: ", BAD), item.reason))
    if failed and report.run.state != "cancelled":
        say(f"  Try what failed once more: gesso runs resume {report.run.id} --failed")


def _tell_places(report: RunReport, results: Path | None) -> None:
    if report.folder:
        say()
        say(f"  The pictures hang in {report.folder}")
    if results:
        say(f"  The results of each prompt are in {results}")


def _tell_rest(report: RunReport) -> None:
    if not report.waiting:
        return
    again = f"Go on with: gesso runs resume {report.run.id}"
    if report.run.state == "cancelled":
        click.echo(f"gesso: The run '{report.run.id}' was cancelled.", err=True)
        click.echo("       What it has kept stays; for the rest, start a new one.", err=True)
        return
    reason = report.run.reason.replace(again, "").strip()
    state = f"The run '{report.run.id}' is {report.run.state}."
    click.echo(f"gesso: {' '.join(filter(None, (state, reason)))}", err=True)
    click.echo(f"       {again}", err=True)


def _code_of(kind: str) -> int:
    """The exit code of the error class whose `kind` was written down."""
    classes: list[type[GessoError]] = [GessoError]
    for known in classes:
        classes.extend(known.__subclasses__())
    return next((known.exit_code for known in classes if known.kind == kind), EXIT_SOME_FAILED)
