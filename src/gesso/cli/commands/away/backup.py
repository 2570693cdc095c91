"""`gesso backup` and `gesso restore`: a whole studio into a folder, and back out of it."""

from __future__ import annotations

from pathlib import Path
from threading import Event as Signal

import click

from gesso.cli.opening import is_sealed, opened, stopping
from gesso.cli.options import shared
from gesso.cli.printing import BAD, counted, document, say, title
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.catalogue.check import check
from gesso.core.catalogue.copies.backup import BackupOptions, BackupReport, back_up
from gesso.core.catalogue.copies.restore import RestoreReport, verify
from gesso.core.catalogue.copies.restore import restore as restore_studio
from gesso.core.records.codec import to_plain
from gesso.settings import find_folder, load

_MOST_LISTED = 20
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.argument("dest", type=_FOLDER)
@click.option(
    "--keep", type=click.IntRange(1, 1000), default=3, show_default=True, help="Generations."
)
@click.option("--link", is_flag=True, help="Share the pictures' files, on one and the same disk.")
@click.option("--verify", "only_verify", is_flag=True, help="Only read the newest one back.")
@shared
@pass_session
def backup(session: Session, *, dest: Path, keep: int, link: bool, only_verify: bool) -> int:
    """Back the studio up into the folder DEST, while others may write, and verify it.

    A later backup into the same folder copies only what is new. Keys and seals are left out.
    Ends with 1 where a file of the studio is missing or damaged.
    """
    if only_verify:
        return _verified(session, dest)
    # A disk that fails is often mounted for reading alone, and then a copy is wanted most.
    with opened(session, must_exist=True, looks=is_sealed(session)) as studio:
        report = back_up(
            studio.catalogue, dest, BackupOptions(keep=keep, link=link), stop=studio.stop
        )
    if session.as_json:
        document(to_plain(report))
    else:
        _show_backup(report)
    return 1 if report.problems else 0


@click.command()
@click.argument("src", type=_FOLDER)
@click.option("--generation", type=click.IntRange(1), metavar="N", help="An earlier one.")
@click.option("--partly", is_flag=True, help="Go on where pictures are damaged or missing.")
@shared
@pass_session
def restore(session: Session, *, src: Path, generation: int | None, partly: bool) -> int:
    """Make a studio of the newest backup in the folder SRC.

    The studio's folder (--studio) must be empty or new. Everything is held against its hash, and
    the studio is checked at the end. Where GESSO_CATALOGUE__URL names a server, the catalogue goes
    into its database, which must be empty.
    """
    folder = find_folder(session.folder)
    url = _server(folder)
    stop = Signal()
    with stopping(stop):
        report = restore_studio(
            src, folder, generation=generation, partly=partly, url=url, stop=stop
        )
    with Catalogue.open(folder, create=False, options=CatalogueOptions(url=url)) as catalogue:
        checked = check(catalogue)
    if session.as_json:
        document(to_plain(report) | {"clean": checked.is_clean})
    else:
        _show_restored(report)
        if not url and _server(folder):
            say("  Its gesso.toml names a server: take [catalogue] url out to use this copy.")
    return 0 if checked.is_clean and not report.problems else 1


def _server(folder: Path) -> str:
    """The URL of the server that the settings name, "" for none."""
    url = load(folder).catalogue.url
    return url.get_secret_value() if url else ""


def _verified(session: Session, dest: Path) -> int:
    report = verify(dest)
    if session.as_json:
        document(to_plain(report))
    else:
        number, made_at = report.manifest.number, report.manifest.made_at
        whole = "is whole" if not report.problems else "is damaged"
        title(f"Backup {number} of {made_at} in {dest} {whole}")
        say(f"  {counted(report.blobs, 'file')} read back, {report.bytes / 1e6:,.1f} MB.")
        _tell_problems(report.problems)
    return 1 if report.problems else 0


def _show_backup(report: BackupReport) -> None:
    manifest = report.manifest
    title(f"Backup {manifest.number} is in {report.folder}")
    works, runs = manifest.counts.get("works", 0), manifest.counts.get("runs", 0)
    say(f"  {counted(works, 'work')}, {counted(runs, 'run')}, verified on the disk.")
    say(
        f"  {counted(report.copied, 'file')} copied, {report.bytes / 1e6:,.1f} MB; "
        f"{counted(report.there, 'file')} were there already."
    )
    say(f"  Back again with: gesso restore {report.folder} --studio NEW-FOLDER")
    _tell_problems(report.problems)


def _show_restored(report: RestoreReport) -> None:
    manifest = report.manifest
    title(f"Backup {manifest.number} of {manifest.made_at} is restored in {report.folder}")
    say(
        f"  {counted(manifest.counts.get('works', 0), 'work')}, "
        f"{counted(report.blobs, 'file')}, {report.bytes / 1e6:,.1f} MB, every byte held "
        "against its hash."
    )
    _tell_problems(report.problems)


def _tell_problems(problems: tuple[str, ...]) -> None:
    for problem in problems[:_MOST_LISTED]:
        say(f"  {problem}", style=BAD)
    if len(problems) > _MOST_LISTED:
        say(f"  and {len(problems) - _MOST_LISTED:,} more; --json lists them all.")
