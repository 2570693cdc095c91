"""`gesso runs`: list, show, resume or cancel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import document, dollars, mark, say, table, title
from gesso.cli.reporting import tell, watch
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.runs.book import RunSummary
from gesso.core.records.codec import to_plain
from gesso.core.records.maker import Setting
from gesso.core.records.runs import Item
from gesso.studio import Studio


@click.group()
def runs() -> None:
    """List, show, resume or cancel runs."""


@runs.command("list")
@shared
@pass_session
def list_runs(session: Session) -> None:
    """List the runs, the newest first."""
    with opened(session, looks=True) as studio:
        found = [_plain_summary(studio, summary) for summary in studio.catalogue.runs.summaries()]
    if session.as_json:
        document({"runs": found})
        return
    if not found:
        say("There are no runs yet.")
        return
    table(
        ("run", "state", "done", "failed", "waiting", "spent", "begun", "theme"),
        [
            (
                row["id"],
                mark(_told_state(row)),
                row["done"],
                row["failed"] or "",
                row["waiting"] or "",
                dollars(row["spent_usd"]),
                row["created_at"][:16].replace("T", " "),
                row["theme"][:40],
            )
            for row in found
        ],
        right=(2, 3, 4, 5),
    )


@runs.command()
@click.argument("run_id", metavar="ID")
@shared
@pass_session
def show(session: Session, run_id: str) -> None:
    """Show a run with its items and rounds."""
    with opened(session, looks=True) as studio:
        summary = _plain_summary(studio, studio.catalogue.runs.summary(run_id))
        items = [_plain_item(studio, item) for item in studio.catalogue.runs.items(run_id)]
    if session.as_json:
        document(summary | {"item_list": items})
        return
    title(f"{summary['theme'] or run_id}  ·  {_told_state(summary)}")
    if summary["reason"]:
        say(f"  {summary['reason']}")
        say()
    table(
        ("item", "state", "title", "scores by round", "kept", ""),
        [
            (
                item["id"],
                mark(item["state"]),
                item["title"],
                "  ".join("–" if score is None else f"{score:.2f}" for score in item["scores"]),
                item["kept"] or "",
                item["reason"],
            )
            for item in items
        ],
        right=(4,),
    )


@runs.command()
@click.argument("run_id", metavar="ID")
@click.option("--painter", metavar="NAME", help="Only the one that it was begun with.")
@click.option("--llm", metavar="NAME", help="Only the one that it was begun with.")
@click.option("--budget", metavar="USD", help="In all, or none; else as it was begun.")
@click.option("--failed", is_flag=True, help="Try the items that failed once more, too.")
@shared
@pass_session
def resume(  # noqa: PLR0917 - click hands every option over as an argument
    session: Session,
    run_id: str,
    painter: str | None,
    llm: str | None,
    budget: str | None,
    failed: bool,
) -> int:
    """Go on with a run that was stopped.

    Nothing that was finished is done again; at most the calls that were in flight are repeated.
    """
    with opened(session, looks=True) as studio:
        begun = studio.catalogue.runs.get(run_id).options
    flags = {
        "make.painter": painter or begun.get("painter"),
        "make.llm": llm or begun.get("llm"),
        "make.budget_usd": budget or _cap(begun),
    }
    with opened(session, flags, must_exist=True) as studio:
        report = watch(
            session,
            studio,
            lambda listen: studio.make.resume(
                run_id,
                failed=failed,
                budget_usd=studio.settings.make.budget_usd,
                listen=listen,
            ),
        )
        return tell(session, studio, report, results=report.results)


@runs.command()
@click.argument("run_id", metavar="ID")
@shared
@pass_session
def cancel(session: Session, run_id: str) -> None:
    """Stop a run for good; what it has kept stays."""
    with opened(session, must_exist=True) as studio:
        run = studio.make.cancel(run_id)
    if session.as_json:
        document(to_plain(run))
    else:
        say(f"The run '{run.id}' is cancelled; what it has kept stays.")


def _cap(begun: Mapping[str, Setting]) -> Setting:
    """What a run may spend, as a wish: a run of an older gesso keeps none."""
    cap = begun.get("budget_usd")
    return "none" if cap is None and "budget_usd" in begun else cap


def _plain_summary(studio: Studio, summary: RunSummary) -> dict[str, Any]:
    return {
        **to_plain(summary.run),
        "items": summary.items,
        "waiting": summary.waiting + summary.working,
        "done": summary.done,
        "failed": summary.failed,
        "kept": summary.kept,
        "calls": summary.calls,
        "spent_usd": summary.spent_usd,
        "at_work": studio.make.is_at_work(summary.run.id),
    }


def _told_state(row: Mapping[str, Any]) -> str:
    """A run that says "running" with nobody at work was killed, and waits to be resumed."""
    broken = row["state"] == "running" and not row["at_work"]
    return "broken off" if broken else str(row["state"])


def _plain_item(studio: Studio, item: Item) -> dict[str, Any]:
    best = [played.better for played in studio.catalogue.runs.rounds(item.run, item.id)]
    return {
        "id": item.id,
        "state": item.state,
        "title": item.prompt.title if item.prompt else "",
        "concept": item.concept.words if item.concept else "",
        "scores": [take.evaluation.score if take and take.evaluation else None for take in best],
        "kept": item.kept,
        "reason": item.reason,
    }
