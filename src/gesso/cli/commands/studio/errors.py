"""`gesso errors`: what went wrong, what recovered by itself, and what is old enough to go."""

from __future__ import annotations

import click

from gesso.cli.opening import opened
from gesso.cli.options import Span, shared
from gesso.cli.printing import counted, document, mark, say, table
from gesso.cli.session import Session, pass_session
from gesso.core.records.codec import to_plain

_DAY_S = 86_400


@click.group()
def errors() -> None:
    """Show what went wrong and what recovered by itself; prune what is old."""


@errors.command("list")
@click.option("--run", "run_id", metavar="ID", help="Of this run only.")
@click.option("--kind", metavar="KIND", help="Of this kind only: rate-limited, storage, …")
@click.option("--left", is_flag=True, help="Only what did not recover by itself.")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, metavar="N")
@shared
@pass_session
def list_errors(
    session: Session, run_id: str | None, kind: str | None, left: bool, limit: int
) -> None:
    """List errors, the newest first."""
    with opened(session, looks=True) as studio:
        found = studio.catalogue.troubles.list(
            run_id, kind=kind, recovered=False if left else None, limit=limit
        )
    if session.as_json:
        rows = [{"id": row.id, "at": row.at.isoformat(), **to_plain(row.trouble)} for row in found]
        document({"errors": rows})
        return
    if not found:
        say("There are no such errors.")
        return
    table(
        ("at (UTC)", "kind", "what was done", "run / item", "message"),
        [
            (
                f"{row.at:%Y-%m-%d %H:%M:%S}",
                row.trouble.kind,
                f"{row.trouble.action}, recovered" if row.trouble.recovered else row.trouble.action,
                " / ".join(name for name in (row.trouble.run, row.trouble.item) if name),
                row.trouble.message,
            )
            for row in found
        ],
    )


@errors.command()
@click.option("--run", "run_id", metavar="ID", help="Of this run only.")
@shared
@pass_session
def summary(session: Session, run_id: str | None) -> None:
    """Count errors by kind: what recovered by itself, and what did not."""
    with opened(session, looks=True) as studio:
        found = studio.catalogue.troubles.summary(run_id)
    if session.as_json:
        kinds = [{**to_plain(row), "left": row.left} for row in found]
        document({"kinds": kinds})
        return
    if not found:
        say("There are no errors.")
        return
    table(
        ("kind", "all", "recovered", "left", "the last one"),
        [(row.kind, row.count, row.recovered, row.left, row.last_message) for row in found],
        right=(1, 2, 3),
    )
    left = sum(row.left for row in found)
    say()
    say(
        mark("no" if left else "ok")
        if left == 0
        else f"  {counted(left, 'error')} did not recover."
    )


@errors.command()
@click.option("--older-than", type=Span(), required=True, help="Such as 90d.")
@shared
@pass_session
def prune(session: Session, older_than: float) -> None:
    """Forget errors that are older than a span of time."""
    with opened(session, must_exist=True) as studio:
        gone = studio.catalogue.troubles.prune(older_than / _DAY_S)
    if session.as_json:
        document({"pruned": gone})
    else:
        say(f"{counted(gone, 'error')} forgotten.")
