"""`gesso duplicates`: works that show one picture: find them, look at them, have the last word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.text import Text

from gesso.cli.commands.collect.hanging import hang
from gesso.cli.commands.collect.told.searches import tell_search, watched_search
from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import ACCENT, QUIET, counted, document, say, table
from gesso.cli.session import Session, pass_session
from gesso.collect.duplicates.choosing import RULE
from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.records.judgements import DuplicateGroup
from gesso.core.records.works import Work

_ROLES = {"keep": ACCENT, "copy": "", "alternate": "", "detail": QUIET}


class WorkNumber(click.ParamType[int]):
    """A work as people write it: 12, or work:12."""

    name = "WORK"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Its number."""
        digits = str(value).strip().removeprefix("work:")
        if not digits.isascii() or not digits.isdecimal() or len(digits) > 18:
            self.fail(f"'{value}' is no work; write its number, as 12 or work:12.", param, ctx)
        return int(digits)


_HELP = """Works that show one picture: copies, other scans, details.

\b
  gesso duplicates find
  gesso duplicates list --sheet duplicates.png
  gesso duplicates keep 12

Nothing is ever deleted. What you say of a group is kept, whatever is found later.
"""
# A paragraph after \b is shown as it stands.


@click.group(help=_HELP)
def duplicates() -> None:
    """Works that show one picture."""


@duplicates.command()
@click.option("--again", is_flag=True, help="Compare all works again, not only the new ones.")
@shared
@pass_session
def find(session: Session, again: bool) -> int:
    """Compare what is new with all that is here."""
    with opened(session, must_exist=True) as studio:
        report = watched_search(
            session,
            studio,
            lambda watch: studio.collecting.duplicates.find(again=again, watch=watch),
        )
    return tell_search(session, report)


@duplicates.command("list")
@click.argument("work", type=WorkNumber(), required=False)
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, metavar="N",
              help="Groups at most.")  # fmt: skip
@click.option("--after", type=click.IntRange(0), default=0, metavar="GROUP",
              help="Groups above this number only.")  # fmt: skip
@click.option("--sheet", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.png",
              help="Also draw the groups side by side.")  # fmt: skip
@shared
@pass_session
def list_groups(
    session: Session, *, work: int | None, limit: int, after: int, sheet: Path | None
) -> None:
    """Show the groups, or that of WORK.

    The first of each is the one to show.
    """
    with opened(session, looks=True) as studio:
        shelf = studio.catalogue.duplicates
        if work is None:
            groups = shelf.groups(after, limit)
            total = shelf.count()
        else:
            studio.catalogue.works.get(work)
            found = shelf.group_of(work)
            groups = [found] if found else []
            total = len(groups)
        told = [_told(studio.catalogue, group) for group in groups]
        if sheet is not None and groups:
            hang(studio.catalogue, groups, sheet)
    if session.as_json:
        more = groups[-1].id if work is None and len(groups) == limit else None
        document({"groups": told, "total": total, "next": more, "rule": RULE})
        return
    _show(told, work)
    if groups:
        say(f"\nWhich is to be shown: {RULE}.", style=QUIET)
    if work is None and len(groups) == limit and total > limit:
        say(f"\nThe next: gesso duplicates list --after {groups[-1].id}", style=QUIET)
    if sheet is not None and groups:
        say(f"\nThe sheet is {sheet}.")


@duplicates.command()
@click.argument("work", type=WorkNumber())
@shared
@pass_session
def keep(session: Session, work: int) -> None:
    """Say which one is to be shown.

    WORK is the one of its group to show from now on; no later search changes that.
    """
    with opened(session, must_exist=True) as studio:
        group = studio.catalogue.duplicates.keep(work)
        told = _told(studio.catalogue, group)
    if session.as_json:
        document(told)
    else:
        _show([told], None)


@duplicates.command()
@click.argument("works", type=WorkNumber(), nargs=-1, required=True)
@shared
@pass_session
def split(session: Session, works: tuple[int, ...]) -> None:
    """Say what is a picture of its own.

    WORKS leave their groups, and are never put together with those works again.
    """
    with opened(session, must_exist=True) as studio:
        studio.catalogue.duplicates.split(works)
    if session.as_json:
        document({"split": list(works)})
    else:
        called = ", ".join(str(work) for work in works)
        say(f"{counted(len(works), 'work')} split off: {called}.")


def _told(catalogue: Catalogue, group: DuplicateGroup) -> dict[str, Any]:
    members = [
        _plain(catalogue.works.get(member.work))
        | {
            "role": member.role,
            "method": member.method,
            "score": member.score,
            "by_person": member.by_person,
        }
        for member in group.members
    ]
    return {"id": group.id, "kept": group.kept, "members": members}


def _plain(work: Work) -> dict[str, Any]:
    return {
        "work": work.id,
        "title": work.title,
        "creator": work.creator,
        "width": work.width,
        "height": work.height,
        "licence": work.rights.licence,
        "source": work.provenance.source,
        "has_original": work.has_original,
    }


def _show(groups: list[dict[str, Any]], work: int | None) -> None:
    if not groups:
        say(
            f"Work {work} is in no group of duplicates."
            if work is not None
            else "No duplicates are known. Look for them with: gesso duplicates find"
        )
        return
    rows = [
        (
            group["id"] if not at else "",
            member["work"],
            Text(f"{member['role']}{' (you)' if _is_word(member) else ''}", _ROLES[member["role"]]),
            f"{member['score']:.2f}" if at else "",
            member["method"] if at else "",
            f"{member['width']} x {member['height']}{'' if member['has_original'] else ' (link)'}",
            member["title"][:44],
            member["creator"][:24],
        )
        for group in groups
        for at, member in enumerate(group["members"])
    ]
    headings = ("group", "work", "role", "alike", "by", "size", "title", "creator")
    table(headings, rows, right=(0, 1, 3))


def _is_word(member: dict[str, Any]) -> bool:
    """A person has said that it is the one to show."""
    return bool(member["by_person"] and member["role"] == "keep")
