"""`gesso mcp`: an agent on this machine looks into the studio, over stdin and stdout."""

from __future__ import annotations

import click

from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.session import Session, pass_session
from gesso.web.agents.agent import AGENTS
from gesso.web.agents.looking import Looking


@click.command()
@shared
@pass_session
def mcp(session: Session) -> None:
    """Let an agent search, look and study, over the Model Context Protocol.

    It is started by the agent's program, which speaks to it over stdin and stdout; nothing can be
    changed through it. Others reach the same under /mcp of `gesso serve`, with a token.
    """
    factory = AGENTS.open("mcp")
    with opened(session, looks=True) as studio:
        costs_nothing = studio.settings.study.words == "measured"
        factory(Looking(studio, studies=costs_nothing)).over_stdio()
