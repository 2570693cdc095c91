"""`gesso sync`: the studio's pictures and another place in step."""

from __future__ import annotations

import click

from gesso.cli.opening import is_sealed, opened
from gesso.cli.options import shared
from gesso.cli.printing import BAD, counted, document, say, title
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.copies.sync import SyncOptions, SyncReport
from gesso.core.catalogue.copies.sync import sync as sync_stores
from gesso.core.records.codec import to_plain

_MOST_LISTED = 20


@click.command()
@click.argument("target")
@click.option("--push", "only_push", is_flag=True, help="Only send what is missing there.")
@click.option("--pull", "only_pull", is_flag=True, help="Only bring what is missing here.")
@click.option("--delete", is_flag=True, help="Remove what no work names from the target.")
@click.option("--verify", is_flag=True, help="Read everything in the target back.")
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
@click.option("--at-once", type=click.IntRange(1, 64), default=8, show_default=True)
@shared
@pass_session
def sync(
    session: Session,
    *,
    target: str,
    only_push: bool,
    only_pull: bool,
    delete: bool,
    verify: bool,
    dry_run: bool,
    at_once: int,
) -> int:
    """Bring the studio's pictures and TARGET into step, each held against its hash.

    TARGET is a folder, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX. Nothing is deleted unless
    --delete says so. Ends with 0 where everything is where it should be, else with 1.
    """
    options = SyncOptions(
        push=only_push or not only_pull,
        pull=only_pull or not only_push,
        delete=delete,
        verify=verify,
        dry=dry_run,
        at_once=at_once,
    )
    with opened(session, must_exist=True, looks=is_sealed(session)) as studio:
        store = studio.exporting.store(target)
        report = sync_stores(studio.catalogue, store, options, stop=studio.stop)
    if session.as_json:
        document(to_plain(report) | {"dry": dry_run})
    else:
        _show(report, target, dry=dry_run)
    return 0 if report.is_clean else 1


def _show(report: SyncReport, target: str, *, dry: bool) -> None:
    would = "would be " if dry else ""
    done = [
        f"{counted(count, 'file')} {would}{word}"
        for count, word in (
            (report.pushed, "sent"),
            (report.pulled, "brought back"),
            (report.deleted, "removed there"),
            (report.verified, "read back and found whole"),
        )
        if count
    ]
    told = ", ".join(done) or "nothing to do"
    title(f"{target}: {told}")
    moved = f"; {report.bytes / 1e6:,.1f} MB {would or 'were '}carried" if report.bytes else ""
    say(f"  {counted(report.named, 'file')} named by the catalogue{moved}.")
    for key in report.missing[:_MOST_LISTED]:
        say(f"  missing in both places: {key}", style=BAD)
    for problem in report.problems[:_MOST_LISTED]:
        say(f"  {problem}", style=BAD)
    hidden = report.wrong - min(len(report.missing), _MOST_LISTED)
    hidden -= min(len(report.problems), _MOST_LISTED)
    if hidden > 0:
        say(f"  and {hidden:,} more; --json lists a hundred of each.")
