"""`gesso serve`: the studio over HTTP."""

from __future__ import annotations

import click

from gesso.cli.opening import opened
from gesso.cli.options import shared
from gesso.cli.printing import document, say
from gesso.cli.session import Session, pass_session
from gesso.core.runner.limits import usable_cores
from gesso.settings import Settings
from gesso.web.server.doors.asgi import names
from gesso.web.server.options import ServerOptions
from gesso.web.serving import serve as answer


@click.command()
@click.option("--host", metavar="ADDRESS", help="To listen on; others than this machine's own "
              "need a token.")  # fmt: skip
@click.option("--port", type=click.IntRange(0, 65535), help="0 for any that is free.")
@shared
@pass_session
def serve(session: Session, host: str | None, port: int | None) -> None:
    """Open the gallery to a browser, and answer programs.

    Only this machine can ask, unless --host says otherwise; then every request needs a token: see
    `gesso tokens`. Ctrl-C ends it; what is in flight is answered.
    """
    with opened(session, {"web.host": host, "web.port": port}, serves=True) as studio:
        answer(
            studio,
            _options(studio.settings),
            tell=lambda url: _tell(session, url),
            stop=studio.stop,
        )


def _tell(session: Session, url: str) -> None:
    if session.as_json:
        document({"url": url})
    else:
        say(f"gesso answers at {url}; Ctrl-C ends it.")


def _options(settings: Settings) -> ServerOptions:
    web = settings.web
    return ServerOptions(
        host=web.host,
        port=web.port,
        token=web.token.get_secret_value() if web.token else None,
        hosts=names(web.hosts),
        proxies=tuple(web.proxies),
        session_days=web.session_days,
        max_body_bytes=round(web.megabytes * 1e6),
        calls_per_minute=web.calls_per_minute,
        burst=web.burst,
        workers=web.workers or usable_cores(),
        tips_cost=settings.study.words != "measured",
        cors=web.cors,
        access_log=web.access_log,
    )
