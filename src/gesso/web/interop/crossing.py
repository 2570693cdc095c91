"""Addresses as others see them, and which answers pages of other sites may read."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256

from fastapi import Request
from fastapi.responses import Response

from gesso.web.server.doors.guard import grant_of
from gesso.web.server.doors.keys import ANYBODY
from gesso.web.server.options import ServerOptions

_FOR_ALL: Mapping[str, str] = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Link, ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
"""For answers that pages of any site may read."""


def crossing(request: Request, options: ServerOptions) -> Mapping[str, str]:
    """Headers for what anyone may read; none where the guard asks for a token."""
    return for_all(options) if grant_of(request.scope) is ANYBODY else {}


def for_all(options: ServerOptions) -> Mapping[str, str]:
    """Headers for what needs no token, as links that were shared; none where the owner says so."""
    return _FOR_ALL if options.cors else {}


def origin_of(request: Request) -> str:
    """`http://host:port` as the client wrote it; the guard has held the name against its list."""
    return f"{request.url.scheme}://{request.headers.get('host', 'localhost')}"


def tagged(request: Request, data: bytes, media_type: str, headers: Mapping[str, str]) -> Response:
    """An answer with a tag of its bytes; 304 for who has them."""
    tag = f'"{sha256(data).hexdigest()[:24]}"'
    told = {"ETag": tag, "Cache-Control": "no-cache", **headers}
    if tag in request.headers.get("if-none-match", ""):
        return Response(None, 304, told)
    return Response(data, 200, told, media_type)
