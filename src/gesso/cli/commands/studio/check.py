"""`gesso check`: verifies that the studio is whole, and says what it read for that."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from rich.text import Text

from gesso.cli.opening import opened
from gesso.cli.options import Share, shared
from gesso.cli.printing import BAD, counted, document, say, span, title
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.check import CheckReport
from gesso.core.catalogue.check import check as check_catalogue
from gesso.core.catalogue.copies.repairing import Repair
from gesso.core.catalogue.copies.repairing import repair as mend
from gesso.core.records.codec import to_plain
from gesso.show.charts.checks import note_check


@click.command()
@click.option("--read-data", is_flag=True, help="Read every picture, not only its size.")
@click.option("--subset", type=Share(), help="Read only this share of the pictures: 5%.")
@click.option("--max-seconds", type=click.FloatRange(0, min_open=True), metavar="S")
@click.option("--repair", is_flag=True, help="First make lost thumbnails again.")
@shared
@pass_session
def check(
    session: Session,
    read_data: bool,
    subset: float | None,
    max_seconds: float | None,
    repair: bool,
) -> int:
    """Verify that everything the catalogue names is there and whole.

    Ends with 0 where all is well, else with 1. --subset implies --read-data. --repair makes
    thumbnails again from their originals, which are only read; nothing else is changed.
    """
    with opened(session, looks=not repair, must_exist=repair) as studio:
        mended = mend(studio.catalogue, read_data=read_data) if repair else None
        report = check_catalogue(
            studio.catalogue,
            read_data=read_data or subset is not None,
            subset=subset,
            max_seconds=max_seconds,
        )
        note_check(studio.folder, report, datetime.now(UTC))
    if session.as_json:
        document(to_plain(report) | ({"repair": to_plain(mended)} if mended else {}))
    else:
        if mended is not None:
            _show_repair(mended)
        _show(report, reads=read_data or subset is not None)
    return 0 if report.is_clean else 1


def _show_repair(mended: Repair) -> None:
    say(f"The thumbnails of {counted(len(mended.works), 'work')} were made again.")
    if mended.lost:
        many = counted(len(mended.lost), "work")
        say(f"Those of {many} could not be: the originals are missing, damaged or not kept here.")


def _show(report: CheckReport, *, reads: bool) -> None:
    whole = "Everything looked at is whole." if report.is_clean else ""
    title(whole or f"{counted(len(report.problems), 'problem')} found.")
    say(f"  {_looked_at(report, reads=reads)}")
    if report.orphans or report.leftovers:
        say(
            f"  {counted(len(report.orphans), 'file')} that no work names and "
            f"{counted(report.leftovers, 'piece')} of broken-off writes lie beside; "
            "they harm nobody."
        )
    for problem in report.problems:
        say()
        say(Text.assemble((f"  {problem.kind}: ", BAD), problem.what))
        say(f"    {problem.advice}")


def _looked_at(report: CheckReport, *, reads: bool) -> str:
    read = f"{counted(report.files_read, 'file')} read, {report.bytes_read / 1e6:,.1f} MB"
    if not reads:
        read = "no file was read (--read-data reads them)"
    elif not report.files_read:
        has_files = bool(report.blobs or report.thumbnails)
        read = "no file was drawn to be read" if has_files else "there was no file to read"
    stopped = "" if report.complete else "; the time was up before the end"
    return (
        f"{counted(report.works, 'work')}: {counted(report.blobs, 'original')} and "
        f"{counted(report.thumbnails, 'thumbnail')} are there with the right size; {read}; "
        f"{span(report.seconds)}{stopped}."
    )
