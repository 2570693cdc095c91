"""Quick answers: what was asked before and stands unchanged is sent before anything is routed.

A page of works is put together of tiles that are at hand as JSON; a thumbnail lies under the hash
of its bytes. Both go out as they are. Whatever is not at hand, or looks unusual, goes on to the
routes, which leave it here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Generic, TypeVar

from gesso.core.errors import GessoError
from gesso.show.gallery.gallery import Gallery, Page, prepared_json
from gesso.show.gallery.wall import Wall

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Kept = TypeVar("Kept")

LIST = "/api/works"
THUMBS = "/t/"
FOR_EVER = "private, max-age=31536000, immutable"
UNTIL_CHANGED = "private, no-cache"
_LONGEST_QUERY = 600
_LIST_ROUTE = SimpleNamespace(path=LIST, operation_id="works")
_THUMB_ROUTE = SimpleNamespace(path="/t/{name}", operation_id="thumbnail")


@dataclass(frozen=True)
class Asked:
    """What an address asks for, as its route understood it."""

    wall: Wall
    after: str | None
    limit: int


@dataclass(frozen=True)
class Sent:
    """An answer as it goes out."""

    tag: bytes
    headers: list[tuple[bytes, bytes]]
    unchanged: list[tuple[bytes, bytes]]
    body: bytes


class Shelf(Generic[Kept]):
    """Keeps what was used last, up to so many bytes in all."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._size = 0
        self._held: OrderedDict[Any, tuple[Kept, int]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object) -> Kept | None:
        """What is kept under a key."""
        found = self._held.get(key)
        return None if found is None else found[0]

    def put(self, key: object, kept: Kept, size: int) -> None:
        """Keep something, and let go of what was put in first."""
        with self._lock:
            before = self._held.pop(key, None)
            self._size += size - (before[1] if before else 0)
            self._held[key] = kept, size
            while self._size > self._most and len(self._held) > 1:
                _, (_, gone) = self._held.popitem(last=False)
                self._size -= gone


class Quick:
    """What can be sent at once.

    Args:
        gallery: whose pages they are.
        page_bytes, thumb_bytes: that are kept.
    """

    def __init__(
        self, gallery: Gallery, page_bytes: int = 24_000_000, thumb_bytes: int = 64_000_000
    ) -> None:
        self._gallery = gallery
        self._asked: Shelf[Asked] = Shelf(4_000_000)
        self._pages: Shelf[Sent] = Shelf(page_bytes)
        self._thumbs: Shelf[Sent] = Shelf(thumb_bytes)

    # What routes leave here ---------------------------------------------------------------------

    def understood(self, query: bytes, asked: Asked) -> None:
        """Remember what a query asks for."""
        if len(query) <= _LONGEST_QUERY:
            self._asked.put(query, asked, len(query) + 200)

    def page(self, query: bytes, page: Page) -> Sent:
        """A page of works as it goes out, kept."""
        sent = _sent(prepared_json(page), b"application/json", page.tag.encode(), UNTIL_CHANGED)
        if len(query) <= _LONGEST_QUERY:
            self._pages.put((query, self._gallery.state), sent, len(sent.body) + 400)
        return sent

    def thumb(self, name: str, data: bytes, media_type: str) -> Sent:
        """A thumbnail as it goes out, kept."""
        sent = _sent(data, media_type.encode(), name[:32].encode(), FOR_EVER)
        sent.headers.append((b"accept-ranges", b"bytes"))
        self._thumbs.put(name, sent, len(data) + 600)
        return sent

    # What is at hand ----------------------------------------------------------------------------

    def find(self, scope: Scope) -> Sent | None:
        """The answer to a request, where it is at hand."""
        path: str = scope["path"]
        if path == LIST:
            return self._known_page(scope)
        if path.startswith(THUMBS):
            if any(name == b"range" for name, _ in scope["headers"]):
                return None  # parts are cut by the route
            scope["route"] = _THUMB_ROUTE
            return self._thumbs.get(path[len(THUMBS) :])
        return None

    def _known_page(self, scope: Scope) -> Sent | None:
        query: bytes = scope["query_string"]
        scope["route"] = _LIST_ROUTE
        if self._gallery.is_current:
            sent = self._pages.get((query, self._gallery.state))
            if sent is not None:
                return sent
        asked = self._asked.get(query)
        if asked is None:
            return None
        try:
            page = self._gallery.prepared(asked.wall, asked.after, asked.limit)
        except GessoError:
            return None
        return None if page is None else self.page(query, page)


class QuickAnswers:
    """Answers what is at hand, and passes the rest on. An ASGI middleware.

    Args:
        app: what the rest goes to.
        quick: what is at hand.
    """

    def __init__(
        self, app: Callable[[Scope, Receive, Send], Awaitable[None]], quick: Quick
    ) -> None:
        self._app = app
        self._quick = quick

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            sent = self._quick.find(scope)
            if sent is not None:
                await answer(sent, scope, send)
                return
            scope.pop("route", None)
        await self._app(scope, receive, send)


async def answer(sent: Sent, scope: Scope, send: Send) -> None:
    """Send an answer, or say that the one they have is still the one."""
    asked = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
    if sent.tag in asked:
        await send({"type": "http.response.start", "status": 304, "headers": sent.unchanged})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 200, "headers": sent.headers})
    body = b"" if scope["method"] == "HEAD" else sent.body
    await send({"type": "http.response.body", "body": body})


def _sent(body: bytes, media_type: bytes, tag: bytes, cache: str) -> Sent:
    quoted = b'"' + tag + b'"'
    unchanged = [(b"etag", quoted), (b"cache-control", cache.encode())]
    told = [(b"content-type", media_type), (b"content-length", str(len(body)).encode())]
    return Sent(quoted, [*told, *unchanged], unchanged, body)
