"""The doors of one studio, put together: keys, counts, notes and the guard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from gesso.core.catalogue.store.folder import holds_studio
from gesso.studio import Studio
from gesso.web.server.doors.asgi import Application
from gesso.web.server.doors.buckets import Buckets
from gesso.web.server.doors.guard import Guard
from gesso.web.server.doors.keys import Keys
from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import Problem
from gesso.web.server.watching.figures import Requests
from gesso.web.server.watching.noting import Noting

_ACCESS_LOG = "access.jsonl"
_COUNTS = "calls.db"


class Doors:
    """Who may ask this studio, and what is noted of it.

    Args:
        studio: open.
        options: how the server is run.

    Attributes:
        keys: knows tokens and sessions.
        buckets: how often one may call.
        requests: what was answered, counted.

    Raises:
        SettingsError: the studio would be open to strangers.
    """

    def __init__(self, studio: Studio, options: ServerOptions) -> None:
        is_there = bool(studio.settings.catalogue.url) or holds_studio(studio.folder)
        options.check(
            has_tokens=not options.token and options.is_guarded and is_there
            and studio.catalogue.tokens.has_any()
        )  # fmt: skip
        self._studio = studio
        self._options = options
        self._warming: asyncio.Task[None] | None = None
        self.keys = Keys(
            lambda: studio.catalogue.tokens, options.token, is_guarded=options.is_guarded
        )
        kept = not studio.read_only
        self.buckets = Buckets(studio.folder / _COUNTS if kept else None)
        self.requests = Requests()
        self._noting = Noting(
            studio.folder / "logs" / _ACCESS_LOG if kept and options.access_log else None,
            (lambda: studio.catalogue.audits) if kept else None,
        )

    def guard(self, app: Application, draw: Callable[[Problem, str], str]) -> Guard:
        """An application with the guard before it.

        Args:
            app: what lies behind the door.
            draw: a problem at a path as a page.
        """
        onlookers = (self.requests.look_on, self._noting.look_on)
        return Guard(app, self._options, self.keys, self.buckets, draw=draw, onlookers=onlookers)

    async def open(self) -> None:
        """Begin to note, and have a worker ready for the first picture."""
        await self._noting.start()
        self._warming = asyncio.create_task(asyncio.to_thread(self._studio.darkroom.warm))

    async def close(self) -> None:
        """Note what waits, and let go of the files."""
        if self._warming is not None:
            await self._warming
        await self._noting.stop()
        await asyncio.to_thread(self.buckets.close)
