"""Secrets out of sentences: what is logged, stored or shown passes here first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

MASK = "•••"

# Shorter ones would also strike ordinary words out.
_SHORTEST_SECRET = 6
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)
_SECRET_OPTION = re.compile(r"(?:^|[_.])(?:key|token|secret|password|passwd)$", re.IGNORECASE)
_SHAPES = (
    # user:password@ in an address, with a scheme or without; passwords hold slashes, too
    re.compile(r"(?<=://)[^\s:@/]*:[^\s@]+(?=@)|(?<![\w/.])[^\s:@/'\"]+:[^\s@]+(?=@[\w\[])"),
    # ?key=..., &access_token=..., "api_key": "..."
    re.compile(
        r"(?i)(?:(?:api|access|auth|secret)[_-]?(?:key|token)|(?<=[?&])(?:key|token|sig|signature))"
        r"[\"']?\s*[=:]\s*[\"']?(?P<secret>[^\s\"'&,}]{6,})"
    ),
    # Authorization schemes, among them fal's "Key id:secret"
    re.compile(r"(?i)\b(?:bearer|basic)\s+(?P<secret>[\w.~+/=-]{8,})"),
    re.compile(r"(?i)\bkey\s+(?P<secret>[\w-]{6,}:[\w-]{6,})"),
    # keys that wear their maker's prefix: OpenAI, Google
    re.compile(r"\b(?:sk|pk|rk)-[\w-]{12,}|\bAIza[\w-]{20,}"),
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Replace `secrets`, and whatever has the shape of one, by a mask."""
    for secret in sorted(_spelt(secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    for shape in _SHAPES:
        text = shape.sub(_mask, text)
    return text


def _spelt(secrets: Iterable[str]) -> set[str]:
    """Secrets as they stand, as Python quotes them, and each word of one with blanks in it."""
    found = set(secrets)
    return found | {repr(one)[1:-1] for one in found} | {w for one in found for w in one.split()}


def is_secret_name(name: str) -> bool:
    """Whether an option of that name holds a secret: "api_key", "token"."""
    return _SECRET_OPTION.search(name) is not None


def is_secret_header(name: str) -> bool:
    """Whether a header of that name carries a secret."""
    return _SECRET_HEADER.search(name) is not None


def secrets_in(headers: Mapping[str, str]) -> frozenset[str]:
    """The secrets that headers carry: whole values, and the parts behind a scheme's name."""
    found: set[str] = set()
    for name, value in headers.items():
        if is_secret_header(name):
            found |= {value, value.rpartition(" ")[2], *value.rpartition(" ")[2].split(":")}
    return frozenset(found)


def _mask(match: re.Match[str]) -> str:
    secret = match.groupdict().get("secret") or match[0]
    return match[0].replace(secret, MASK)
