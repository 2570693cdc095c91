"""What every answer to a reader has: a head without a body where it is asked for, and a tag."""

from __future__ import annotations

from hashlib import sha256

import anyio

from gesso.web.server.doors.asgi import Application, Message, Receive, Scope, Send

_JSON = b"application/json"
_OF_A_BODY = frozenset({b"content-length", b"content-type"})
_UNTIL_CHANGED = b"private, no-cache"


class Reading:
    """Answers HEAD like GET without the body, and tells who has an answer that it still stands.

    JSON without a tag of its own gets one of its bytes. An ASGI middleware.

    Args:
        app: what answers; it need know GET alone.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that reads; others are passed on."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        tagged = _Tagged(scope, send)
        if scope["method"] == "GET":
            await self._app(scope, receive, tagged.send)
            return
        asked = {**scope, "method": "GET"}
        with anyio.CancelScope() as answering:

            async def head(message: Message) -> None:
                await tagged.send(message)
                if message["type"] != "http.response.start" and message.get("more_body", False):
                    # The rest would be read for nobody; of a stream of events there is no end.
                    answering.cancel()

            await self._app(asked, receive, head)
        # Who looks on learns the route from the scope.
        scope.update({name: told for name, told in asked.items() if name != "method"})


class _Tagged:
    """Sends one answer: with a tag, or that what they have still stands, or its head alone."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._send = send
        self._is_head = scope["method"] == "HEAD"
        self._known = b",".join(
            value for name, value in scope["headers"] if name == b"if-none-match"
        )
        self._start: Message | None = None
        self._is_done = False

    async def send(self, message: Message) -> None:
        if self._is_done:
            return
        if message["type"] == "http.response.start" and _may_be_tagged(message):
            self._start = message
            return
        if self._start is not None:
            start, self._start = self._start, None
            if not message.get("more_body", False):
                start, message = self._compared(start, message)
            await self._send(start)
        if self._is_head and message["type"] != "http.response.start":
            message = {"type": "http.response.body", "body": b""}
            self._is_done = True
        await self._send(message)

    def _compared(self, start: Message, message: Message) -> tuple[Message, Message]:
        headers = list(start["headers"])
        told = {name.lower(): value for name, value in headers}
        tag = told.get(b"etag", b"")
        if not tag and told.get(b"content-type", b"").startswith(_JSON):
            tag = b'"%s"' % sha256(message.get("body", b"")).hexdigest()[:24].encode("ascii")
            headers.append((b"etag", tag))
            if b"cache-control" not in told:
                headers.append((b"cache-control", _UNTIL_CHANGED))
        if not tag or not _names(self._known, tag):
            return {**start, "headers": headers}, message
        kept = [pair for pair in headers if pair[0].lower() not in _OF_A_BODY]
        unchanged = {"type": "http.response.start", "status": 304, "headers": kept}
        return unchanged, {"type": "http.response.body", "body": b""}


def _may_be_tagged(start: Message) -> bool:
    """Whether to wait for the body: a stream of events says at once that it is open."""
    told = {name.lower(): value for name, value in start["headers"]}
    is_json = told.get(b"content-type", b"").startswith(_JSON)
    return start["status"] == 200 and (is_json or b"etag" in told)


def _names(known: bytes, tag: bytes) -> bool:
    """Whether If-None-Match names a tag; a weak one is as good here (RFC 9110, 13.1.2)."""
    told = [one.strip().removeprefix(b"W/") for one in known.split(b",")]
    return b"*" in told or tag.removeprefix(b"W/") in told
