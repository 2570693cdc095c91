"""The guard at the door: every request passes it before anything is read or routed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from typing import NamedTuple

from anyio import to_thread
from fastapi.responses import HTMLResponse, Response

from gesso.web.server.doors.asgi import (
    SAFE,
    Application,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    address_of,
    is_own,
    name_of,
    template_of,
)
from gesso.web.server.doors.bodies import Body, BodyLimits
from gesso.web.server.doors.buckets import Buckets, Flow
from gesso.web.server.doors.keys import ANYBODY, Grant, Keys
from gesso.web.server.doors.scopes import allows, is_open, needed, unnumbered
from gesso.web.server.options import ServerOptions
from gesso.web.server.problems import Halt, Problem, note, noted, told

COSTLY = ("/search", "/studies/", "/metrics", "/health/deep")
"""What takes a core though it only looks, by the beginning of its path."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "font-src 'self'; img-src 'self' data: blob:; media-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
VERSION = "1"
"""Of the API; what a later one changes will not change under /api/v1."""
_HEADERS = [
    (b"content-security-policy", POLICY.encode("ascii")),
    (b"x-content-type-options", b"nosniff"),
    # Nothing goes to other sites; with "no-referrer" a browser sends the forms of these very pages
    # with the origin "null", and they would be refused here.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"x-gesso-api", VERSION.encode("ascii")),
]
_NAMES = frozenset(name for name, _ in _HEADERS)
_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
_FORWARDED = (b"x-forwarded-for", b"forwarded", b"x-real-ip")
_AGAIN_S = 1
_GRANT = "gesso.grant"
_ASKING: ContextVar[Grant] = ContextVar("asking", default=ANYBODY)


class Passed(NamedTuple):
    """A request that was answered, as those who look on are told of it.

    Attributes:
        method: of HTTP.
        path: without its query.
        template: of the route that answered, "" for none.
        operation: its name in the API, "" for pages and for none.
        status: of the answer; 0 where none was sent.
        seconds: from its head to the end of the answer.
        received, sent: bytes of the bodies.
        who: the token's name, "" for none.
        address: where it came from.
        problem: the kind of what was wrong, "" for nothing.
        changes: it may have changed something.
    """

    method: str
    path: str
    template: str
    operation: str
    status: int
    seconds: float
    received: int
    sent: int
    who: str
    address: str
    problem: str
    changes: bool


Onlooker = Callable[[Passed], None]
"""Is told of every request once it is answered; returns at once, and raises nothing."""


class Refused(Exception):
    """A request that goes no further."""

    def __init__(self, halt: Halt) -> None:
        super().__init__(halt.title)
        self.halt = halt


class Guard:
    """Refuses requests under foreign names, from foreign pages, without a token, or too many.

    Args:
        app: what lies behind the door.
        options: who may enter.
        keys: knows tokens.
        buckets: how often.
        draw: a problem as a page; for who brings no token, one that asks for it.
        onlookers: are told of every request.
    """

    def __init__(
        self,
        app: Application,
        options: ServerOptions,
        keys: Keys,
        buckets: Buckets,
        *,
        draw: Callable[[Problem, str], str],
        onlookers: Sequence[Onlooker] = (),
    ) -> None:
        self._app = app
        self._options = options
        self._keys = keys
        self._buckets = buckets
        self._draw = draw
        self._onlookers = tuple(onlookers)
        self._names = _OWN_NAMES | {name.lower() for name in (*options.hosts, options.host)}
        self._flow = Flow(options.calls_per_minute, options.burst)
        self._guesses = guesses_of(options)
        self._limits = BodyLimits(
            options.max_body_bytes, min(options.max_json_bytes, options.max_body_bytes),
            options.body_s,
        )  # fmt: skip
        self._here = 0
        self._sending: Counter[str] = Counter()

    @property
    def app(self) -> Application:
        """What lies behind the door."""
        return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it here."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["path"] = unnumbered(scope["path"])
        headers: Headers = dict(scope["headers"])
        answer = _Answer(scope, Body(receive, headers, self._limits), send)
        address, is_sent = address_of(scope), scope["method"] not in SAFE
        self._here += 1
        if is_sent:
            self._sending[address] += 1
        try:
            await self._let_in(scope, headers, address)
            await answer.of(self._app)
        except Refused as refused:
            await answer.of(self._told(refused.halt, scope, headers))
        finally:
            self._here -= 1
            if is_sent:
                self._sending[address] -= 1
                if not self._sending[address]:
                    del self._sending[address]
            passed = answer.passed()
            for onlooker in self._onlookers:
                onlooker(passed)

    async def _let_in(self, scope: Scope, headers: Headers, address: str) -> None:
        self._check_names(scope["method"], headers)
        if self._here > self._options.at_once or (
            self._sending[address] > self._options.at_once_each
        ):
            raise _refused(
                503,
                "busy",
                "Too many requests are being answered.",
                f"Call again in {_AGAIN_S} s.",
                {"Retry-After": str(_AGAIN_S)},
            )
        path: str = scope["path"]
        grant = scope[_GRANT] = await self._grant(path, headers, address)
        _ASKING.set(grant)
        wanted = needed(scope["method"], path, tips_cost=self._options.tips_cost)
        if not is_open(path) and not allows(grant.scope, wanted):
            raise _refused(
                403,
                "scope",
                f"The token '{grant.who}' may {grant.scope}; this takes one that may {wanted}.",
                f"Make one: gesso tokens new NAME --scope {wanted}",
            )
        if grant.is_session and scope["method"] not in SAFE:
            _check_sender(headers)
        await self._slow_down(scope["method"], path, address, grant)

    def _check_names(self, method: str, headers: Headers) -> None:
        place = headers.get(b"host", b"")
        host = name_of(place.decode("latin-1"))
        if host not in self._names:
            raise _refused(
                421,
                "host",
                f"This server is not '{host[:80]}'.",
                "Its names stand in the setting web.hosts.",
            )
        origin = headers.get(b"origin")
        if origin is not None and method not in SAFE and not is_own(origin, place):
            raise _refused(
                403,
                "origin",
                "A page of another site may not change anything here.",
                "Call from the studio's own pages, or without a browser.",
            )

    async def _grant(self, path: str, headers: Headers, address: str) -> Grant:
        found = await self._keys.grant(headers)
        if found is not None:
            return found
        if b"authorization" in headers:
            await self._count_guess(address)
        elif is_open(path):
            return Grant("", "read")
        elif not await self._keys.are_asked_for():
            if not any(name in headers for name in _FORWARDED):
                return ANYBODY
            raise _without_token("This came through a proxy, and no token guards the studio.")
        if is_open(path):
            return Grant("", "read")
        raise _without_token("This studio asks for a token.")

    async def _count_guess(self, address: str) -> None:
        wait = await to_thread.run_sync(
            lambda: self._buckets.take([f"guess {address}"], self._guesses)
        )
        if wait:
            raise _too_many("Too many tokens were tried that are none.", wait)

    async def _slow_down(self, method: str, path: str, address: str, grant: Grant) -> None:
        # A wall of small pictures is one look, not sixty calls: only what works is counted.
        if not self._flow.per_minute or (method in SAFE and not path.startswith(COSTLY)):
            return
        keys = [f"address {address}", *([f"token {grant.digest}"] if grant.digest else [])]
        wait = await to_thread.run_sync(lambda: self._buckets.take(keys, self._flow))
        if wait:
            raise _too_many("That was too many calls at once.", wait)

    def _told(self, halt: Halt, scope: Scope, headers: Headers) -> Response:
        note(scope, halt.problem)
        if not headers.get(b"accept", b"").startswith(b"text/html"):
            return told(halt.problem, halt.headers)
        page = self._draw(halt.problem, scope["path"])
        return HTMLResponse(page, halt.status, halt.headers)


class _Answer:
    """Sends an answer with the headers of the house, and remembers what was sent."""

    def __init__(self, scope: Scope, body: Body, send: Send) -> None:
        self._scope = scope
        self._body = body
        self._send = send
        self._began = time.perf_counter()
        self._status = 0
        self._sent = 0

    async def of(self, app: Application) -> None:
        """Let an application answer; a body that was ended is told instead of what it says."""
        if self._body.fault is None:
            try:
                await app(self._scope, self._body.receive, self._pass_on)
            except Exception:
                if self._body.fault is None:
                    raise
        if self._body.fault is not None and not self._status:
            note(self._scope, self._body.fault)
            # The rest of the body is not waited for.
            answer = told(self._body.fault, {"Connection": "close"})
            await answer(self._scope, self._body.receive, self._sent_on)

    def passed(self) -> Passed:
        scope = self._scope
        grant: Grant | None = scope.get(_GRANT)
        method, path, template = scope["method"], scope["path"], template_of(scope)
        return Passed(
            method=method,
            path=template if "{token}" in template or path.startswith("/shared/") else path,
            template=template,
            operation=getattr(scope.get("route"), "operation_id", None) or "",
            status=self._status,
            seconds=time.perf_counter() - self._began,
            received=self._body.size,
            sent=self._sent,
            who=grant.who if grant else "",
            address=address_of(scope),
            problem=noted(scope),
            changes=grant is not None and needed(method, path) != "read",
        )

    async def _pass_on(self, message: Message) -> None:
        if self._body.fault is None or self._status:
            await self._sent_on(message)

    async def _sent_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            told = list(message["headers"])
            held = {name for name, _ in told}
            message["headers"] = told + (
                _HEADERS
                if held.isdisjoint(_NAMES)
                else [pair for pair in _HEADERS if pair[0] not in held]
            )
        else:
            self._sent += len(message.get("body", b""))
        await self._send(message)


def guesses_of(options: ServerOptions) -> Flow:
    """How often an address may bring a token that is none."""
    return Flow(options.guesses_per_minute, max(1, options.guesses_per_minute))


def grant_of(scope: Scope) -> Grant:
    """Who asks; for routes that tell it."""
    found: Grant = scope.get(_GRANT, ANYBODY)
    return found


def asking() -> Grant:
    """Who asks for what is answered now; for what every page shows of it."""
    return _ASKING.get()


def _check_sender(headers: Headers) -> None:
    """Of what a browser sends by itself it has to be known that a page of ours sent it."""
    site = headers.get(b"sec-fetch-site", b"")
    if b"origin" not in headers and site != b"same-origin":
        raise _refused(
            403,
            "origin",
            "It is not told which page sent this.",
            "Call from the studio's own pages, or with a token instead of a cookie.",
        )
    if site not in (b"", b"same-origin", b"none"):
        raise _refused(403, "origin", "A page of another site may not change anything here.")


def _refused(
    status: int, kind: str, title: str, detail: str = "", headers: dict[str, str] | None = None
) -> Refused:
    return Refused(Halt(status, kind, title, detail, headers))


def _without_token(title: str) -> Refused:
    advice = "Sign in at /sign-in, or send the header 'Authorization: Bearer TOKEN'."
    return _refused(401, "token", title, advice, {"WWW-Authenticate": 'Bearer realm="gesso"'})


def _too_many(title: str, wait: int) -> Refused:
    return _refused(429, "rate", title, f"Call again in {wait} s.", {"Retry-After": str(wait)})
