"""What each request takes: to look, to change, to spend."""

from __future__ import annotations

import re

from gesso.core.catalogue.calls.tokens import TokenScope
from gesso.web.server.doors.asgi import SAFE

RANK: dict[TokenScope, int] = {"read": 0, "write": 1, "spend": 2}

OPEN = frozenset({"/health/live", "/sign-in", "/sw.js"})
"""What needs no token: the worker of the pages holds the names of their styles and scripts."""
_OPEN_BELOW = ("/static/", "/shared/")
"""Nor what lies here: what the sign-in page is drawn with, and links that bring their own."""
_LOOKS = re.compile(
    r"/(study|study/[^/]+|studies|studies/compare|search|search/batch|search/by-picture|mcp|mcp/"
    r"|sign-out)"
)
"""What is sent with POST because it brings a picture or a long question, and changes nothing."""
_ASKS_MODELS = re.compile(
    r"/(study|studies|studies/(?!compare$)[^/]+|studies/pictures/[^/]+|studies/[^/]+/keep"
    r"|api/works/[^/]+/studies)"
)
"""What words its tips by a model, where the owner has chosen one.

Numbers are not spelled out: "/studies/12.0" is read as 12 further in.
"""
_TELLS_WHAT_IS_KEPT = re.compile(r"/(studies|api/works/[^/]+/studies)")
"""What of these only shows a form, or studies that are kept, when it is asked with GET."""
_SPENDS = re.compile(
    r"/((api/)?(make|paint|refine|evaluate|caption|curate)(/.*)?|(api/)?runs/[^/]+/resume)"
)
"""What may ask a painter or a model that is paid for."""


def is_open(path: str) -> bool:
    """Whether anybody may ask for a path."""
    return path in OPEN or path.startswith(_OPEN_BELOW)


def looks(method: str, path: str) -> bool:
    """Whether a request changes nothing."""
    return method in SAFE or _LOOKS.fullmatch(path) is not None


def needed(method: str, path: str, *, tips_cost: bool = False) -> TokenScope:
    """What a request takes.

    Args:
        method: of HTTP.
        path: without its query.
        tips_cost: a model words the tips of a study, so that to study may cost money.
    """
    if tips_cost and _ASKS_MODELS.fullmatch(path) is not None:
        only_tells = method in SAFE and _TELLS_WHAT_IS_KEPT.fullmatch(path) is not None
        return "read" if only_tells else "spend"
    if looks(method, path):
        return "read"
    return "spend" if _SPENDS.fullmatch(path) is not None else "write"


def allows(held: TokenScope, wanted: TokenScope) -> bool:
    """Whether a scope reaches."""
    return RANK[held] >= RANK[wanted]


def unnumbered(path: str) -> str:
    """A path without the version: /api/v1/works is /api/works, /api/v1/study is /study.

    There is one version, so both name the same; programs use the numbered ones, which stay.
    """
    if not path.startswith("/api/v1/"):
        return path
    rest = path.removeprefix("/api/v1")
    first = rest[1:].partition("/")[0]
    return rest if first in _AT_THE_ROOT else f"/api{rest}"


_AT_THE_ROOT = frozenset({"study", "search", "health", "openapi.json", "metrics", "t"})
