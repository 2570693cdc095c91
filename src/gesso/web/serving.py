"""Listening: the application on an address, until it is asked to stop."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable

import uvicorn

from gesso.core.errors import SettingsError
from gesso.core.outside.waiting.brisk import BRISK
from gesso.studio import Studio
from gesso.web.answers.jobs.jobs import Jobs
from gesso.web.app import application
from gesso.web.server.memory import collected_seldom
from gesso.web.server.options import ServerOptions

_BACKLOG = 2048
_GRACE_S = 10
"""Seconds for what is in flight when the server is asked to stop."""


def serve(
    studio: Studio,
    options: ServerOptions,
    *,
    tell: Callable[[str], None],
    stop: threading.Event,
) -> None:
    """Answer until `stop` is set.

    Args:
        studio: open.
        options: how.
        tell: is called once with the address, when it can be asked.
        stop: set it to end; what is in flight is answered.

    Raises:
        SettingsError: the address cannot be listened on, or would be open to strangers.
    """
    jobs = Jobs()
    app = application(studio, options, jobs)
    listening = _claimed(options)
    config = uvicorn.Config(
        app,
        http="h11",  # the other that may be installed takes heads without end
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
        timeout_keep_alive=20,
        proxy_headers=bool(options.proxies),
        forwarded_allow_ips=list(options.proxies),
    )
    server = _Server(config, stop, jobs.let_go)
    # Threads that compare pictures must not hold back the one that answers.
    with listening, BRISK.while_out(), collected_seldom():
        listening.listen(_BACKLOG)  # who asks as soon as the address is told waits a moment
        host, port = listening.getsockname()[:2]
        tell(f"http://{f'[{host}]' if ':' in host else host}:{port}")
        server.run([listening])


class _Server(uvicorn.Server):
    """Ends when the studio is asked to stop; signals are the command line's business."""

    def __init__(
        self, config: uvicorn.Config, stop: threading.Event, let_go: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._stop = stop
        self._let_go = let_go

    def install_signal_handlers(self) -> None:
        """None: the command line has its own."""

    async def on_tick(self, counter: int) -> bool:
        """Whether to end now; asked ten times a second."""
        return self._stop.is_set() or await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End; who listens to events for as long as there are any is let go first."""
        self._let_go()
        await super().shutdown(sockets)


def _claimed(options: ServerOptions) -> socket.socket:
    try:
        return listen(options.host.strip("[]"), options.port)
    except OSError as error:
        is_taken = error.errno == errno.EADDRINUSE
        raise SettingsError(
            f"{options.host}:{options.port} cannot be listened on: {error.strerror or error}.",
            "Another program is there; choose a port with --port, 0 for any that is free."
            if is_taken
            else "Choose an address of this machine with --host.",
        ) from None


def listen(host: str, port: int) -> socket.socket:
    """A socket on an address, not yet listening.

    Raises:
        OSError: there is no such address, or another program is there.
    """
    family, _, _, _, place = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    # Named TCP, so that asyncio sends what is small at once: else each answer waits 40 ms for the
    # acknowledgement of its head.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
    except OSError:
        listening.close()
        raise
    return listening
