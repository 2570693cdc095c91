"""The shapes of ASGI that the doors work on, and a look into a request's head."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = dict[bytes, bytes]

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


def address_of(scope: Scope) -> str:
    """Where a request comes from, "" where that is not known."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def template_of(scope: Scope) -> str:
    """The path of the route that answered, as it is written in the code; "" for none."""
    return str(getattr(scope.get("route"), "path", ""))


def cookie_of(headers: Headers, name: str) -> str:
    """A cookie's value, "" where there is none."""
    try:
        held = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return ""
    return held[name].value if name in held else ""


def name_of(place: str) -> str:
    """The host's name of "name:port", in lower case."""
    place = place.strip().lower()
    if place.startswith("["):
        return place.partition("]")[0] + "]"
    return place.rpartition(":")[0] if place.count(":") == 1 else place


def names(values: Iterable[str]) -> tuple[str, ...]:
    """Hosts as a person writes them, without ports."""
    return tuple(dict.fromkeys(name_of(value) for value in values if value.strip()))


def is_own(origin: bytes, host: bytes) -> bool:
    """Whether a page of this origin was given out under this very name and port.

    Another port of the same machine is another site: a program there is not this one.
    """
    scheme, _, place = origin.decode("latin-1").strip().lower().partition("://")
    usual = {"http": ":80", "https": ":443"}.get(scheme)
    if usual is None:
        return False
    asked = host.decode("latin-1").strip().lower()
    return place.removesuffix(usual) == asked.removesuffix(usual)
