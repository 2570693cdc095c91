"""`gesso caption`: titles, captions, tags and scores; what is said of a work, and by whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from gesso.cli.commands.collect.naming import numbers_of
from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import (
    BAD,
    QUIET,
    counted,
    document,
    dollars,
    harmless,
    say,
    span,
    stderr,
    table,
    title,
)
from gesso.cli.reporting import EXIT_SOME_FAILED
from gesso.cli.session import Session, pass_session
from gesso.collect.caption.room import CaptionReport, CaptionWish
from gesso.core.records.codec import to_plain
from gesso.core.records.judgements import Score
from gesso.core.records.works import Caption, Work
from gesso.studio import Studio

_MOST_REASONS = 12


class CaptionGroup(click.Group):
    """Captions works, unless the first word is a command of its own."""

    fallback = "works"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command for works in front of everything that is no command."""
        first = next((word for word in args if not word.startswith("-")), "")
        if first not in self.commands and not {"--help", "-h"} & set(args[:1]) and args:
            args = [self.fallback, *args]
        return super().parse_args(ctx, args)


_HELP = """Give works titles, captions, tags and scores: measured, or by an llm that sees them.

\b
  gesso caption --missing
  gesso caption 12 15-20 --llm gemini --budget 1
  gesso caption show 12
  gesso caption set 12 --title "Harbour at dusk" --tag harbour --tag dusk

What a person has said is never overwritten. What can be chosen is told by:
gesso caption works --help
"""
# A paragraph after \b is shown as it stands.


@click.group(cls=CaptionGroup, help=_HELP)
def caption() -> None:
    """Give works titles, captions, tags and scores."""


@caption.command("works")
@click.argument("works", nargs=-1)
@click.option("--missing", is_flag=True, help="All works that this captioner has not captioned.")
@click.option("--all", "everything", is_flag=True, help="All works, also captioned ones again.")
@click.option("--llm", metavar="NAME", help="Who captions: offline, or an llm.")
@click.option("--budget", metavar="USD", help="US dollars that the run may spend; none: no cap.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Works at most.")
@shared
@pass_session
def caption_works(
    session: Session,
    *,
    works: tuple[str, ...],
    missing: bool,
    everything: bool,
    llm: str | None,
    budget: str | None,
    limit: int | None,
) -> int:
    """Caption WORKS, named by their numbers, or all that are --missing."""
    if sum((bool(works), missing, everything)) != 1:
        raise click.UsageError("Name works, or --missing, or --all.")
    wish = CaptionWish(numbers_of(works), again=everything, limit=limit)
    flags = {"caption.llm": llm, "caption.budget_usd": budget}
    with opened(session, flags, must_exist=True) as studio:
        if session.as_json:
            report = studio.caption.caption(wish, run=studio.settings.run_id or "")
        else:
            console = stderr()
            with console.status("looking at works") as status:
                report = studio.caption.caption(
                    wish,
                    run=studio.settings.run_id or "",
                    watch=lambda counts: _show(console, status.update, counts),
                )
        return _tell(session, report)


@caption.command("show")
@click.argument("work")
@shared
@pass_session
def show(session: Session, work: str) -> None:
    """Show what is said of a WORK, by whom, and its scores."""
    (number,) = numbers_of([work])[:1]
    with opened(session, looks=True) as studio:
        found = studio.catalogue.works.get(number)
        captions = studio.catalogue.captions.of(number)
        scores = studio.catalogue.scores.of(number)
        if session.as_json:
            said = {"captions": [to_plain(one) for one in captions]}
            document({"work": number, "title": found.title} | said | _plain(studio, scores))
            return
        _show_work(studio, found, captions, scores)


@caption.command("set")
@click.argument("work")
@click.option("--title", "name", metavar="WORDS", default="", help="What the work is called.")
@click.option("--caption", "text", metavar="WORDS", default="", help="What is to be seen.")
@click.option("--tag", "tags", metavar="WORDS", multiple=True, help="A tag; may come often.")
@click.option("--remove", is_flag=True, help="Take back all that a person said of it.")
@shared
@pass_session
def set_words(
    session: Session, *, work: str, name: str, text: str, tags: tuple[str, ...], remove: bool
) -> None:
    """Say what you see in a WORK; no captioner writes over it."""
    (number,) = numbers_of([work])[:1]
    if remove and (name or text or tags):
        raise click.UsageError("--remove takes back; it says nothing.")
    with opened(session, must_exist=True) as studio:
        if remove:
            studio.catalogue.works.get(number)
            is_gone = studio.caption.unsay(number)
            if session.as_json:
                document({"work": number, "removed": is_gone})
            else:
                say("Taken back." if is_gone else "No person had said anything of it.")
            return
        said = studio.caption.say(number, title=name, text=text, tags=tags)
        if session.as_json:
            document({"work": number, "caption": to_plain(said)})
        else:
            say(f"Work {number} is kept as you say it.")


def _show(console: Console, update: Any, counts: Mapping[str, int]) -> None:
    if console.is_terminal:
        update(", ".join(f"{count:,} {state}" for state, count in counts.items() if count))


def _tell(session: Session, report: CaptionReport) -> int:
    ended = report.ended
    failed = EXIT_SOME_FAILED if report.counts.get("failed") else 0
    code = ended.exit_code if ended is not None else failed
    if session.as_json:
        document(
            {
                "run": report.run,
                "captioner": report.captioner,
                "version": report.version,
                "counts": dict(report.counts),
                "reasons": [
                    {"state": state, "reason": why, "count": count}
                    for state, why, count in report.reasons
                ],
                "spent_usd": round(report.spent_usd, 6),
                "ended": None if ended is None else {"kind": ended.kind, "message": ended.message},
                "seconds": round(report.seconds, 3),
            }
        )
        return code
    done = report.counts.get("captioned", 0)
    rest = [f"{n:,} {state}" for state, n in report.counts.items() if n and state != "captioned"]
    spent = f", {dollars(report.spent_usd)} spent" if report.spent_usd else ""
    told = ", ".join([f"{counted(done, 'work')} captioned by {report.captioner}", *rest])
    title(f"{told}, in {span(report.seconds)}{spent}")
    for state, why, count in report.reasons[:_MOST_REASONS]:
        many = f" ({count:,} works)" if count > 1 else ""
        say(Text.assemble((f"  {state}: ", BAD), f"{harmless(why)}{many}"))
    if ended is not None:
        click.echo(
            f"gesso: The run '{report.run}' ended early. {session.hide(str(ended))}", err=True
        )
        click.echo("       Go on with the same command and --missing.", err=True)
    return code


def _plain(studio: Studio, scores: list[Score]) -> dict[str, Any]:
    shelf = studio.catalogue.scores
    return {
        "scores": [
            {
                "name": score.name,
                "value": score.value,
                "scorer": score.scorer,
                "percentile": round(shelf.percentile(score), 4),
            }
            for score in scores
        ]
    }


def _show_work(studio: Studio, work: Work, captions: list[Caption], scores: list[Score]) -> None:
    title(f"{work.id}: {harmless(work.title) or 'without a title'}")
    if not captions:
        say("Nothing is said of it yet: gesso caption --missing")
    for one in captions:
        fell = one.maker.settings.get("fell_back")
        by = "a person" if one.maker.is_person else f"{one.maker.name} {one.maker.version}".strip()
        say(f"{by}{' (measured words)' if fell else ''}", style=QUIET)
        for line in (one.title, one.text, ", ".join(one.tags)):
            if line:
                say(f"  {line}")
        if fell:
            say(f"  {fell}", style=QUIET)
    if scores:
        say()
        percentile = studio.catalogue.scores.percentile
        rows = [(s.name, f"{s.value:.2f}", f"{100 * percentile(s):.0f}", s.scorer) for s in scores]
        table(("score", "0 to 1", "percentile here", "by"), rows, right=(1, 2))
