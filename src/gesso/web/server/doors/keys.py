"""Who asks: a token that was brought along, or the session that one opened."""

from __future__ import annotations

import hmac
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from anyio import to_thread

from gesso.core.catalogue.calls.tokens import TokenScope, TokenShelf, digest_of
from gesso.web.server.doors.asgi import Headers, cookie_of

COOKIE = "gesso_session"
OWN_TOKEN = "web.token"  # noqa: S105 - the name of a setting
"""What the token of the settings is called where it is noted who did something."""
_FRESH_S = 2.0
"""Seconds for which it is taken as known whether a token is good: a revoked one ends this soon."""
_MOST_KNOWN = 1000


@dataclass(frozen=True)
class Grant:
    """Who asks, and what for they may.

    Attributes:
        who: the token's name, "" where none is asked for.
        scope: what it allows.
        digest: of the token.
        is_session: it came as a cookie, which a browser sends by itself.
    """

    who: str
    scope: TokenScope
    digest: str = ""
    is_session: bool = False


ANYBODY = Grant("", "spend")
"""Who asks on the machine itself where there are no tokens."""


class Keys:
    """Knows tokens and sessions; of those that were good a moment ago it takes it as known.

    Args:
        tokens: the shelf, opened at first use.
        own: the token of the settings, which allows everything; None where there is none.
        is_guarded: the studio can be reached by others.
        now: seconds that only grow.
    """

    def __init__(
        self,
        tokens: Callable[[], TokenShelf],
        own: str | None,
        *,
        is_guarded: bool,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens = tokens
        self._own = digest_of(own) if own else ""
        self._is_guarded = is_guarded or bool(own)
        self._now = now
        self._known: OrderedDict[str, tuple[float, Grant]] = OrderedDict()
        self._asked = (0.0, False)
        self._was_asked = False

    async def are_asked_for(self) -> bool:
        """Whether whoever asks has to bring one: always where others reach in, else if one is."""
        if self._is_guarded:
            return True
        until, there_are = self._asked
        if self._was_asked and self._now() < until:
            return there_are
        there_are = await to_thread.run_sync(lambda: self._tokens().has_any())
        self._asked, self._was_asked = (self._now() + _FRESH_S, there_are), True
        return there_are

    async def grant(self, headers: Headers) -> Grant | None:
        """What a request's head brings, None for nothing that is good."""
        kind, _, brought = headers.get(b"authorization", b"").partition(b" ")
        if kind.lower() == b"bearer":
            return await self.of_token(brought.strip().decode("latin-1"))
        session = cookie_of(headers, COOKIE)
        return await self._of_session(session) if session else None

    async def of_token(self, secret: str) -> Grant | None:
        """What a token allows."""
        return await self._of_digest(digest_of(secret))

    async def open_session(self, grant: Grant, lasts: timedelta) -> str:
        """Open a session for who brought a token; returns its secret."""
        return await to_thread.run_sync(lambda: self._tokens().open_session(grant.digest, lasts))

    async def close_session(self, headers: Headers) -> None:
        """End the session of a request, where it has one."""
        session = cookie_of(headers, COOKIE)
        self._known.pop(f"session {digest_of(session)}", None)
        if session:
            await to_thread.run_sync(lambda: self._tokens().close_session(session))

    async def _of_session(self, session: str) -> Grant | None:
        key = f"session {digest_of(session)}"
        known = self._fresh(key)
        if known is not None:
            return known
        opener = await to_thread.run_sync(lambda: self._tokens().opener_of(session))
        found = None if opener is None else await self._of_digest(opener)
        if found is None:
            return None
        return self._keep(key, Grant(found.who, found.scope, found.digest, is_session=True))

    async def _of_digest(self, digest: str) -> Grant | None:
        if self._own and hmac.compare_digest(digest, self._own):
            return Grant(OWN_TOKEN, "spend", digest)
        known = self._fresh(digest)
        if known is not None:
            return known
        return await to_thread.run_sync(lambda: self._looked_up(digest))

    def _looked_up(self, digest: str) -> Grant | None:
        shelf = self._tokens()
        token = shelf.by_digest(digest)
        if token is None:
            return None
        shelf.note_use(token)
        return self._keep(digest, Grant(token.name, token.scope, digest))

    def _fresh(self, key: str) -> Grant | None:
        until, grant = self._known.get(key, (0.0, None))
        return grant if grant is not None and self._now() < until else None

    def _keep(self, key: str, grant: Grant) -> Grant:
        self._known[key] = (self._now() + _FRESH_S, grant)
        self._known.move_to_end(key)
        while len(self._known) > _MOST_KNOWN:
            self._known.popitem(last=False)
        return grant
