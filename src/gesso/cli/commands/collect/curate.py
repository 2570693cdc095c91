"""`gesso curate`: a person labels some works, a head learns from them, the rest is labelled."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

import click
from rich.text import Text

from gesso.cli.commands.collect.naming import numbers_of
from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import (
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
from gesso.cli.session import Session, pass_session
from gesso.collect.curate.asking import NO, YES, Asking
from gesso.collect.curate.heads.training import LabelReport, Report
from gesso.collect.curate.room import ApplyReport
from gesso.core.catalogue.works.findings.classifiers import ClassifierRow
from gesso.core.records.codec import to_plain
from gesso.studio import Studio

_MOST_REASONS = 12

_HELP = """Sort works by your own labels: label some, let it learn, apply it to the rest.

\b
  gesso curate label 12 15-20 mine
  gesso curate label 13 14 mine --no
  gesso curate train mine
  gesso curate apply mine

Labels of more than two kinds are written SET=LABEL: gesso curate label 12 style=Baroque.
Where an encoder reads words: gesso curate words keep painting drawing --any
"""
# A paragraph after \b is shown as it stands.


@click.group(help=_HELP)
def curate() -> None:
    """Sort works by your labels, or by words."""


@curate.command()
@click.argument("works", nargs=-1, required=True, metavar="WORK...")
@click.argument("name", metavar="SET[=LABEL]")
@click.option("--no", "is_no", is_flag=True, help="They are not: the label is no.")
@click.option("--remove", is_flag=True, help="Take your labels back.")
@shared
@pass_session
def label(
    session: Session, works: tuple[str, ...], name: str, *, is_no: bool, remove: bool
) -> None:
    """Label works yourself; no machine writes over it."""
    label_set, equals, said = name.partition("=")
    if is_no and equals:
        raise click.UsageError("--no is for sets of yes and no; name the other label instead.")
    numbers = numbers_of(works)
    with opened(session, must_exist=True) as studio:
        if remove:
            count = studio.curate.unlabel(numbers, label_set)
            if session.as_json:
                document({"set": label_set, "removed": count})
            else:
                say(f"Taken back from {counted(count, 'work')}.")
            return
        kept = said if equals else NO if is_no else YES
        studio.curate.label(numbers, label_set, kept)
        if session.as_json:
            document({"set": label_set, "label": kept, "works": list(numbers)})
        else:
            say(f"{counted(len(numbers), 'work')} labelled '{kept}' in '{label_set}'.")


@curate.command()
@click.argument("name", metavar="SET")
@click.option("--sure", type=click.FloatRange(0, 1, min_open=True, max_open=True), metavar="SHARE",
              help="Share of its answers that must be right.")  # fmt: skip
@click.option("--encoder", metavar="NAME", help="In whose space to learn.")
@shared
@pass_session
def train(session: Session, name: str, *, sure: float | None, encoder: str | None) -> None:
    """Learn a SET from your labels, and say honestly how good it is."""
    flags = {"curate.sure": sure, "curate.encoder": encoder}
    with opened(session, flags, must_exist=True) as studio:
        with nullcontext() if session.as_json else stderr().status("learning"):
            report = studio.curate.train(name)
        space = studio.settings.curate.encoder
    if session.as_json:
        document({"set": name, "encoder": space, "report": to_plain(report)})
        return
    _tell_training(name, space, report)


@curate.command("apply")
@click.argument("name", metavar="SET")
@shared
@pass_session
def apply_set(session: Session, name: str) -> int:
    """Label all works that you have not labelled, by what was learnt of a SET."""
    with opened(session, must_exist=True) as studio:
        with nullcontext() if session.as_json else stderr().status("labelling works") as status:
            report = studio.curate.apply(name, _watch(status))
        return _tell_applying(session, report)


@curate.command()
@click.argument("name", metavar="SET")
@click.argument("labels", nargs=-1, required=True, metavar="WORDS...")
@click.option("--any", "is_any", is_flag=True, help="Yes or no: is it any of these?")
@click.option("--encoder", metavar="NAME", help="In whose space to ask; it must read words.")
@shared
@pass_session
def words(
    session: Session, name: str, labels: tuple[str, ...], *, is_any: bool, encoder: str | None
) -> int:
    """Label works by WORDS alone: which of them it is, or whether it is any."""
    with opened(session, {"curate.words": encoder}, must_exist=True) as studio:
        asking = Asking(labels, is_choice=not is_any)
        with nullcontext() if session.as_json else stderr().status("asking") as status:
            report = studio.curate.ask(name, asking, _watch(status))
        return _tell_applying(session, report)


@curate.command("list")
@shared
@pass_session
def list_sets(session: Session) -> None:
    """Show the sets of labels, and what was learnt of them."""
    with opened(session, looks=True) as studio:
        _list(session, studio)


def _list(session: Session, studio: Studio) -> None:
    rows = studio.curate.sets()
    if session.as_json:
        document({"sets": [_plain(row.name, row) for row in rows]})
        return
    if not rows:
        say("Nothing is labelled yet. Label some works with: gesso curate label 12 13 mine")
        return
    table(
        ("set", "yours", "few-shot", "zero-shot", "labels", "learnt in"),
        [
            (
                row.name,
                row.labelled.get("human", ""),
                row.labelled.get("few-shot", ""),
                row.labelled.get("zero-shot", ""),
                ", ".join(f"{label} {count:,}" for label, count in list(row.counts.items())[:6]),
                ", ".join(f"{one.kind}: {one.space}" for one in row.classifiers),
            )
            for row in rows
        ],
        right=(1, 2, 3),
    )


def _plain(name: str, row: Any) -> dict[str, Any]:
    return {
        "set": name,
        "labelled": dict(row.labelled),
        "counts": dict(row.counts),
        "classifiers": [_plain_classifier(one) for one in row.classifiers],
    }


def _plain_classifier(row: ClassifierRow) -> dict[str, Any]:
    made = None if row.created_at is None else row.created_at.isoformat()
    return {"kind": row.kind, "space": row.space, "version": row.version, "created_at": made}


def _watch(status: Any) -> Any:
    def watch(counts: Mapping[str, int]) -> None:
        if status is not None:
            status.update(", ".join(f"{count:,} {state}" for state, count in counts.items()))

    return watch


def _tell_training(name: str, encoder: str, report: Report) -> None:
    title(f"{name}: learnt from {counted(report.examples, 'work')}, in '{encoder}'")
    low, high = report.forced_interval
    say(
        f"  Asked about works it had not met it is right on {_percent(report.forced)} where it "
        f"must answer ({_percent(low)} to {_percent(high)}, 95 % interval);"
    )
    say(f"  to say the commonest label always would be right on {_percent(report.majority)}.")
    if report.answered:
        low, high = report.right_interval
        say(
            f"  Allowed to be silent, it answers {_percent(report.answered / report.examples)} and "
            f"is right on {_percent(report.right / report.answered)} of those "
            f"({_percent(low)} to {_percent(high)})."
        )
    else:
        say("  Allowed to be silent, it answers nothing yet.")
    say()
    table(
        ("label", "works", "answered", "right", ""),
        [(one.label, one.examples, one.answered, one.right, _needed(one)) for one in report.labels],
        right=(1, 2, 3),
    )


def _needed(label: LabelReport) -> str:
    if label.needs is None:
        return "silent: these works do not tell it apart; label more, or try another encoder"
    if label.needs:
        return f"silent: needs about {label.needs - label.examples} more works of it"
    return "speaks"


def _tell_applying(session: Session, report: ApplyReport) -> int:
    failed = EXIT_SOME_FAILED if report.counts.get("failed") else 0
    code = report.ended.exit_code if report.ended is not None else failed
    if session.as_json:
        document(
            {
                "set": report.label_set,
                "version": report.version,
                "counts": dict(report.counts),
                "reasons": list(report.reasons),
                "calibrated": report.is_calibrated,
                "ended": None if report.ended is None else report.ended.message,
                "seconds": round(report.seconds, 3),
            }
        )
        return code
    told = [f"{count:,} {state}" for state, count in report.counts.items()]
    title(
        f"{report.label_set}: {', '.join(told) or 'no works to label'}, in {span(report.seconds)}"
    )
    if not report.is_calibrated:
        say(
            "  Not calibrated: nobody has labelled eight works of this set, so answers lead by "
            "more than the noise of wording, and no more is known of them.",
            style=QUIET,
        )
    for reason in report.reasons[:_MOST_REASONS]:
        say(Text.assemble(("  failed: ", BAD), harmless(reason)))
    if report.ended is not None:
        click.echo(f"gesso: {report.ended.message}", err=True)
    return code


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
