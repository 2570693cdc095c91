"""The guard at the door: every request passes it before anything is read or routed."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from gesso.web.server.limits import Buckets
from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import problem

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

OPEN = frozenset({"/health/live"})
"""What needs no token."""
COSTLY = ("/search", "/studies/")
"""What takes a core though it only looks, by the beginning of its path."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "font-src 'self'; img-src 'self' data: blob:; media-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    # Nothing goes to other sites; with "no-referrer" a browser sends the forms of these very pages
    # with the origin "null", and they would be refused here.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class Guard:
    """Refuses requests under foreign names, from foreign pages, without a token, or too many.

    Args:
        app: what lies behind the door.
        options: who may enter.
        buckets: how often.
    """

    def __init__(self, app: Application, options: ServerOptions, buckets: Buckets) -> None:
        self._app = app
        self._options = options
        self._buckets = buckets
        self._names = _OWN_NAMES | {name.lower() for name in (*options.hosts, options.host)}
        self._token = options.token.encode("utf-8") if options.token else b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                held = {name for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(pair for pair in _HEADERS if pair[0] not in held),
                ]
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, guarded)

    def _refusal(self, scope: Scope) -> Application | None:
        headers = dict(scope["headers"])
        host = name_of(headers.get(b"host", b"").decode("latin-1"))
        if host not in self._names:
            return problem(
                421,
                "host",
                f"This server is not '{host[:80]}'.",
                "Its names stand in the setting web.hosts.",
            )
        origin = headers.get(b"origin")
        if origin is not None and scope["method"] not in _SAFE and not self._is_own(origin, host):
            return problem(
                403,
                "origin",
                "A page of another site may not change anything here.",
                "Call from the studio's own pages, or without a browser.",
            )
        if not self._may_enter(scope["path"], headers):
            return problem(
                401,
                "token",
                "This studio asks for a token.",
                "Send the header 'Authorization: Bearer TOKEN'.",
                {"WWW-Authenticate": 'Bearer realm="gesso"'},
            )
        return self._slowed(scope)

    def _is_own(self, origin: bytes, host: str) -> bool:
        _, _, place = origin.decode("latin-1").partition("://")
        return name_of(place) == host

    def _may_enter(self, path: str, headers: dict[bytes, bytes]) -> bool:
        if not self._token or path in OPEN:
            return True
        kind, _, brought = headers.get(b"authorization", b"").partition(b" ")
        return kind.lower() == b"bearer" and hmac.compare_digest(brought.strip(), self._token)

    def _slowed(self, scope: Scope) -> Application | None:
        # A wall of small pictures is one look, not sixty calls: only what works is counted.
        if scope["method"] in _SAFE and not scope["path"].startswith(COSTLY):
            return None
        client = scope.get("client")
        wait = self._buckets.take(client[0] if client else "")
        if not wait:
            return None
        return problem(
            429,
            "rate",
            "That was too many calls at once.",
            f"Call again in {wait} s.",
            {"Retry-After": str(wait)},
        )


def name_of(place: str) -> str:
    """The host's name of "name:port", in lower case."""
    place = place.strip().lower()
    if place.startswith("["):
        return place.partition("]")[0] + "]"
    return place.rpartition(":")[0] if place.count(":") == 1 else place


def names(values: Iterable[str]) -> tuple[str, ...]:
    """Hosts as a person writes them, without ports."""
    return tuple(dict.fromkeys(name_of(value) for value in values if value.strip()))
