"""`gesso tokens`: who may ask this studio over the web, and what they changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from gesso.cli.opening import opened
from gesso.cli.options import Span, shared
from gesso.cli.printing import counted, document, mark, say, table
from gesso.cli.session import Session, pass_session
from gesso.core.catalogue.calls.audits import NotedDeed
from gesso.core.catalogue.calls.tokens import Token, TokenScope
from gesso.core.catalogue.catalogue import utc_now

_HELP = """Make, list or revoke tokens; see what was changed over the web.

Where there is a token it is asked for, on this machine too. What a token allows:

\b
  read    look at everything, search, study
  write   and mark, collect, bring in, remove
  spend   and what may ask a painter or a model that is paid for
"""
# A paragraph after \b is shown as it stands.


@click.group(help=_HELP)
def tokens() -> None:
    """Make, list or revoke tokens; see what was changed over the web."""


@tokens.command("new")
@click.argument("name")
@click.option(
    "--scope", type=click.Choice(["read", "write", "spend"]), default="read", show_default=True
)
@click.option("--expires", metavar="SPAN", type=Span(), help="90d, 12h; else it does not end.")
@shared
@pass_session
def new_token(session: Session, name: str, scope: TokenScope, expires: float | None) -> None:
    """Make a token called NAME; it is shown this once."""
    with opened(session) as studio:
        lasts = None if expires is None else timedelta(seconds=expires)
        token, secret = studio.catalogue.tokens.new(name, scope, lasts)
    if session.as_json:
        document(_plain(token) | {"token": secret})
        return
    say(secret)
    click.echo(
        f"That is '{token.name}', which may {token.scope}{_until(token)}. It is not shown again; "
        "from now on the studio asks for a token.",
        err=True,
    )


@tokens.command("list")
@click.option("--all", "with_over", is_flag=True, help="Those that are over, too.")
@shared
@pass_session
def list_tokens(session: Session, with_over: bool) -> None:
    """List the tokens, the newest first; never what they are."""
    with opened(session, looks=True) as studio:
        found = studio.catalogue.tokens.every()
    now = utc_now()
    shown = [token for token in found if with_over or token.is_good(now)]
    if session.as_json:
        document({"tokens": [_plain(token) for token in shown]})
        return
    if not shown:
        say("There are no tokens; gesso tokens new NAME makes one.")
        return
    table(
        ("no.", "name", "may", "made", "ends", "last used", ""),
        [
            (
                token.id,
                token.name,
                token.scope,
                _day(token.created_at),
                _day(token.expires_at) or "never",
                _day(token.used_at) or "never",
                "" if token.is_good(now) else mark("gone"),
            )
            for token in shown
        ],
        right=(0,),
    )


@tokens.command()
@click.argument("name")
@shared
@pass_session
def revoke(session: Session, name: str) -> None:
    """End the token called NAME (or of that number), and every browser that it signed in."""
    with opened(session, must_exist=True) as studio:
        token = studio.catalogue.tokens.revoke(name)
        left = studio.catalogue.tokens.has_any()
    if session.as_json:
        document(_plain(token))
        return
    say(f"'{token.name}' opens nothing any more; a server that runs knows it within seconds.")
    if not left:
        say("No token is left: only this machine can ask now, unless web.token is set.")


@tokens.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, metavar="N")
@shared
@pass_session
def audit(session: Session, limit: int) -> None:
    """Show what was asked to be changed over the web, the newest first: who, what, from where."""
    with opened(session, looks=True) as studio:
        deeds = studio.catalogue.audits.latest(limit)
        count = studio.catalogue.audits.count()
    if session.as_json:
        document({"count": count, "deeds": [_plain_deed(one) for one in deeds]})
        return
    if not deeds:
        say("Nothing was changed over the web.")
        return
    table(
        ("at (UTC)", "who", "from", "what", "path", "status"),
        [
            (
                f"{one.at:%Y-%m-%d %H:%M:%S}",
                one.deed.who or "anybody here",
                one.deed.origin,
                f"{one.deed.method} {one.deed.operation}",
                one.deed.path[:60],
                one.deed.status,
            )
            for one in deeds
        ],
        right=(5,),
    )
    if count > len(deeds):
        say(f"These are the newest of {counted(count, 'deed')}.")


def _plain(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scope": token.scope,
        "created_at": _moment(token.created_at),
        "expires_at": _moment(token.expires_at),
        "revoked_at": _moment(token.revoked_at),
        "used_at": _moment(token.used_at),
    }


def _plain_deed(one: NotedDeed) -> dict[str, Any]:
    return {"id": one.id, "at": _moment(one.at), **vars(one.deed)}


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _until(token: Token) -> str:
    return f" until {_day(token.expires_at)} UTC" if token.expires_at else ""
