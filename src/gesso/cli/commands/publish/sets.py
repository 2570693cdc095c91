"""`gesso sets`: boards of works under a name, in an order of their own."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from gesso.cli.commands.collect.naming import numbers_of
from gesso.cli.opening import opened
from gesso.cli.options import Number, shared
from gesso.cli.printing import counted, document, say, table, title
from gesso.cli.session import Session, pass_session
from gesso.core.errors import UnknownItem
from gesso.show.abroad.listing import Listing, Lists
from gesso.show.sets import MOST_WORKS, Board, Sets
from gesso.studio import Studio

_SET = click.argument("number", metavar="SET", type=Number())
_WORKS = click.argument("works", metavar="WORK...", nargs=-1, required=True)


@click.group()
def sets() -> None:
    """Make, fill or show sets: works under a name, in an order of their own.

    A set is named by its number, a work by its number or a range of them: 12, or 12-20.
    """


@sets.command("list")
@click.option("--holding", type=Number(), metavar="WORK", help="Only with this work.")
@shared
@pass_session
def list_sets(session: Session, holding: int | None) -> None:
    """List the sets, the one that was changed last first."""
    with opened(session, looks=True) as studio:
        found = _of(studio).all(holding=holding)
    if session.as_json:
        document({"sets": [_plain(board) for board in found]})
        return
    if not found:
        say("There are no sets; gesso sets new NAME makes one.")
        return
    table(
        ("no.", "name", "works", "changed", "note"),
        [
            (
                board.id,
                board.name,
                board.count,
                f"{board.changed_at:%Y-%m-%d %H:%M}",
                board.note.replace("\n", " ")[:60],
            )
            for board in found
        ],
        right=(0, 2),
    )


@sets.command()
@_SET
@shared
@pass_session
def show(session: Session, number: int) -> None:
    """Show the works of a set, in its order."""
    with opened(session, looks=True) as studio:
        board, works = _of(studio).get(number), _of(studio).works(number)
        lists = Lists(lambda: studio.catalogue)
        hung = {work.id: work for work in lists.page(Listing("set", set=number), 0, MOST_WORKS)}
    if session.as_json:
        document({"set": _plain(board), "works": works})
        return
    title(f"{board.name} ({counted(board.count, 'work')})")
    if board.is_deleted:
        say(f"It was deleted; gesso sets restore {number} gives it back.")
    if board.note:
        say(board.note)
    table(
        ("work", "title", "by", ""),
        [
            (
                work,
                hung[work].title if work in hung else "",
                hung[work].creator if work in hung else "",
                "cover" if work == board.cover else "" if work in hung else "does not hang",
            )
            for work in works
        ],
        right=(0,),
    )


@sets.command()
@click.argument("name")
@click.argument("works", metavar="[WORK]...", nargs=-1)
@click.option("--note", default="", metavar="WORDS", help="What is to be said of it.")
@shared
@pass_session
def new(session: Session, name: str, works: tuple[str, ...], note: str) -> None:
    """Begin a set called NAME, with its first works or without."""
    of = numbers_of(works)
    with opened(session, must_exist=True) as studio:
        board = _of(studio).create(name, note, of)
    _tell(session, board, f"Set {board.id} is begun: {board.name}, {counted(board.count, 'work')}.")


@sets.command()
@_SET
@_WORKS
@click.option("--before", type=Number(), metavar="WORK", help="Not at the end.")
@shared
@pass_session
def add(session: Session, number: int, works: tuple[str, ...], before: int | None) -> None:
    """Put works into a set; those that it holds already stay where they are."""
    of = numbers_of(works)
    with opened(session, must_exist=True) as studio:
        board = _of(studio).add(number, of, before)
    _tell(session, board, _holds(board))


@sets.command()
@_SET
@_WORKS
@shared
@pass_session
def remove(session: Session, number: int, works: tuple[str, ...]) -> None:
    """Take works out of a set; they stay in the catalogue."""
    of = numbers_of(works)
    with opened(session, must_exist=True) as studio:
        held = set(_of(studio).works(number))
        strangers = [work for work in of if work not in held]
        if strangers and len(strangers) == len(of):
            _of(studio).get(number)
            raise UnknownItem(
                f"Set {number} holds none of these works.", f"See them: gesso sets show {number}"
            )
        board = _of(studio).remove(number, of)
    _tell(session, board, _holds(board))


@sets.command()
@_SET
@shared
@pass_session
def delete(session: Session, number: int) -> None:
    """Take a set away; its works stay in the catalogue, and `restore` gives it back."""
    with opened(session, must_exist=True) as studio:
        board = _of(studio).delete(number)
    _tell(session, board, f"{board.name} is gone; gesso sets restore {number} gives it back.")


@sets.command()
@_SET
@shared
@pass_session
def restore(session: Session, number: int) -> None:
    """Give a deleted set back, as it was."""
    with opened(session, must_exist=True) as studio:
        board = _of(studio).restore(number)
    _tell(session, board, f"{board.name} is back, with {counted(board.count, 'work')}.")


def _of(studio: Studio) -> Sets:
    return Sets(lambda: studio.catalogue)


def _holds(board: Board) -> str:
    return f"{board.name} holds {counted(board.count, 'work')}."


def _tell(session: Session, board: Board, words: str) -> None:
    if session.as_json:
        document(_plain(board))
    else:
        say(words)


def _plain(board: Board) -> dict[str, Any]:
    """As /api/sets tells it."""
    moments = {"created_at": board.created_at, "changed_at": board.changed_at}
    return asdict(board) | {name: moment.isoformat() for name, moment in moments.items()}
