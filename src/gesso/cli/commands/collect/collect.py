"""`gesso collect`: bring art in from where it lives, look at such runs, go on with one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from gesso.cli.commands.collect.told.runs import tell, tell_preview, told_state, watched
from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import QUIET, document, mark, say, table, title
from gesso.cli.session import Session, pass_session
from gesso.collect.sources.source import SOURCES, Wish
from gesso.core.records.codec import to_plain
from gesso.core.records.finds import Acquisition, UnknownLicence
from gesso.studio import Studio


class Sources(click.Group):
    """A group in which every source is a command; a name of a third party's counts as one."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The sources, then what looks after runs."""
        return [*SOURCES.names(), *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """A command of that name; what is none may still be a source."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or (ctx.resilient_parsing and cmd_name not in SOURCES.names()):
            return own
        return _command_of(cmd_name)


_HELP = """Bring art in from where it lives, with its rights, each picture once.

\b
  gesso collect folder ~/Pictures/art
  gesso collect met sunflowers --limit 20

What is here and unchanged costs nothing; what was interrupted goes on with resume.
"""
# A paragraph after \b is shown as it stands.


@click.group(cls=Sources, help=_HELP)
def collect() -> None:
    """Bring art in from where it lives."""


@collect.command()
@click.argument("run_id", metavar="[RUN]", required=False)
@shared
@pass_session
def status(session: Session, run_id: str | None) -> None:
    """Show the collect runs, or one with what went wrong in it."""
    with opened(session, looks=True) as studio:
        if run_id is None:
            _tell_all(session, studio)
        else:
            _tell_one(session, studio, studio.catalogue.acquisitions.get(run_id))


@collect.command()
@click.argument("run_id", metavar="RUN")
@shared
@pass_session
def resume(session: Session, run_id: str) -> int:
    """Go on with a run that stopped, failed or was killed."""
    with opened(session, must_exist=True) as studio:
        report = watched(session, studio, lambda watch: studio.collect.resume(run_id, watch))
        return tell(session, studio, report)


@collect.command("sources")
@shared
@pass_session
def sources(session: Session) -> None:
    """Show where art can be brought in from."""
    rows = [(name, SOURCES.entry(name)) for name in SOURCES.names()]
    if session.as_json:
        document({"sources": [{"name": name, "summary": row.summary} for name, row in rows]})
        return
    table(("source", "what it brings"), [(name, row.summary) for name, row in rows])


def _command_of(source: str) -> click.Command:
    """The command that collects from one source."""

    @click.command(source, help=_help(source))
    @click.argument("places", nargs=-1)
    @click.option("--limit", type=click.IntRange(1), metavar="N", help="Finds at most.")
    @click.option(
        "--since",
        type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
        metavar="DATE",
        help="Only what its source calls changed since then (UTC).",
    )
    @click.option("--dry-run", is_flag=True, help="Say what would be done; fetch nothing.")
    @click.option("--watch", is_flag=True, help="Look at a folder again and again, until Ctrl-C.")
    @click.option("--run-id", metavar="ID", help="Name the run.")
    @click.option(
        "--unknown-licence",
        type=click.Choice(["link", "keep", "skip"]),
        help="Of pictures whose licence is unknown.  [default: link]",
    )
    @shared
    @pass_session
    def gather(
        session: Session,
        *,
        places: tuple[str, ...],
        limit: int | None,
        since: datetime | None,
        dry_run: bool,
        watch: bool,
        run_id: str | None,
        unknown_licence: UnknownLicence | None,
    ) -> int:
        at = since.replace(tzinfo=UTC) if since else None
        wish = Wish(places, limit, at, unknown_licence)
        SOURCES.open(source)  # a name that is none makes no studio
        flags = {"run_id": run_id}
        if dry_run and watch:
            raise click.UsageError("--dry-run looks once; it cannot --watch.")
        with opened(session, flags) as studio:
            if dry_run:
                tell_preview(session, source, studio.collecting.preview(source, wish))
                return 0
            studio.collecting.check(source, wish)  # nor does a place that is none
            report = watched(
                session,
                studio,
                lambda seen: studio.collect.collect(
                    source, wish, run=run_id or "", watch=seen, keeps_watching=watch
                ),
            )
            return tell(session, studio, report)

    return gather


def _help(source: str) -> str:
    known = source in SOURCES.names()
    summary = SOURCES.entry(source).summary if known else "a source of somebody else's"
    return f"Collect from {summary}."


def _tell_all(session: Session, studio: Studio) -> None:
    found = [_plain(studio, run) for run in studio.catalogue.acquisitions.list()]
    if session.as_json:
        document({"runs": found})
        return
    if not found:
        say("Nothing was collected yet. See where from with: gesso collect sources")
        return
    table(
        ("run", "state", "works", "failed", "waiting", "begun", "places"),
        [
            (
                row["id"],
                mark(told_state(row)),
                sum(row["counts"].get(name, 0) for name in ("stored", "thumbed", "recorded")),
                row["counts"].get("failed", 0) or "",
                row["waiting"] or "",
                row["began_at"][:16].replace("T", " "),
                " ".join(row["places"])[:40],
            )
            for row in found
        ],
        right=(2, 3, 4),
    )


def _tell_one(session: Session, studio: Studio, run: Acquisition) -> None:
    plain = _plain(studio, run)
    reasons = studio.catalogue.finds.reasons(run.id)
    if session.as_json:
        told = [{"state": state, "reason": why, "count": n} for state, why, n in reasons]
        document(plain | {"reasons": told})
        return
    title(f"{run.id}: {told_state(plain)}")
    if run.reason:
        say(run.reason)
    table(("what", "how many"), sorted(plain["counts"].items()), right=(1,))
    if reasons:
        say()
        table(("state", "finds", "why"), [(state, n, why) for state, why, n in reasons], right=(1,))
    if plain["waiting"]:
        say(f"{plain['waiting']:,} wait. Go on with: gesso collect resume {run.id}", style=QUIET)


def _plain(studio: Studio, run: Acquisition) -> dict[str, Any]:
    told: dict[str, Any] = to_plain(run)
    waiting = studio.catalogue.finds.waiting(run.id)
    return told | {"waiting": waiting, "at_work": studio.catalogue.claims.is_held(run.id)}
