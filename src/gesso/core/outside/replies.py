"""What a provider answered, and which of our errors a failed answer is."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BadRequest,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Transient,
)

# What a message quotes of a foreign text.
_QUOTE_CHARS = 300
_PASSING = frozenset({408, 409, 425})
# "insufficient_quota" is OpenAI's, and it comes as a 429 that no waiting will mend.
_QUOTA_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached", "quota_exceeded"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")


@dataclass(frozen=True)
class Reply:
    """A whole reply of a provider.

    Attributes:
        provider: who answered.
        status: the HTTP status.
        headers: names in small letters.
        content: the body, unpacked.
    """

    provider: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status < 300

    @property
    def request_id(self) -> str:
        """The provider's own id of the request, "" where it names none."""
        names = ("x-request-id", "request-id", "x-fal-request-id", "x-goog-request-id")
        return next((self.headers[name] for name in names if name in self.headers), "")

    def json(self) -> Any:
        """Read the body as JSON.

        Raises:
            BadOutput: it is empty, a web page, or no JSON.
        """
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:  # also bytes that are no text
            raise BadOutput(
                f"'{self.provider}' answered with {self._what_else()} instead of JSON.",
                provider=self.provider,
                status=self.status,
            ) from error

    def _what_else(self) -> str:
        start = self.content[:200].lstrip()
        if not start:
            return "an empty body"
        kind = self.headers.get("content-type", "")
        if start.startswith(b"<") or kind.startswith("text/html"):
            return "a web page"
        return f"{len(self.content)} bytes ({kind or 'of no stated type'})"


def failure_in(reply: Reply) -> OutsideError:
    """Which of our errors a reply is whose status is not a success."""
    status, who = reply.status, f"'{reply.provider}'"
    said = _said(reply)
    tail = f": {said}" if said else "."
    if status == 402 or (status == 429 and _is_quota(reply)):
        return QuotaSpent(
            f"The account at {who} has nothing left (HTTP {status}){tail}",
            "Add credit there, or choose another provider, then resume the run.",
            provider=reply.provider,
            status=status,
        )
    if status in {401, 403}:
        return AuthError(
            f"{who} refused the key (HTTP {status}){tail}",
            "Look at its key in the settings: `gesso settings` shows where it comes from.",
            provider=reply.provider,
            status=status,
        )
    after_s = retry_after_s(reply.headers)
    if status == 429 or (after_s is not None and _is_passing(status)):
        return RateLimited(
            f"{who} asked to slow down (HTTP {status}){tail}",
            provider=reply.provider,
            status=status,
            after_s=after_s,
        )
    if _is_passing(status):
        return Transient(
            f"{who} failed for the moment (HTTP {status}){tail}",
            provider=reply.provider,
            status=status,
        )
    return BadRequest(
        f"{who} does not take the request (HTTP {status}){tail}",
        "Asking again will not mend it; look at the model's name, the size and the address.",
        provider=reply.provider,
        status=status,
    )


def retry_after_s(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """How many seconds a provider asks us to wait; None where it does not say so clearly.

    Args:
        headers: names in small letters; `retry-after-ms`, `retry-after` (seconds or an HTTP
            date, which is compared with the reply's own `date`).
        now: seconds since 1970 for a reply without a date; None asks the machine.
    """
    in_ms = _number(headers.get("retry-after-ms", ""))
    if in_ms is not None:
        return in_ms / 1000.0
    text = headers.get("retry-after", "")
    in_s = _number(text)
    if in_s is not None:
        return in_s
    until = _instant(text)
    if until is None:
        return None
    here = time.time() if now is None else now
    return _number(str(until - (_instant(headers.get("date", "")) or here)))


def _number(text: str) -> float | None:
    """A finite number above zero; "0" says nothing that our own back-off does not."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number > 0.0 else None


def _instant(text: str) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _is_passing(status: int) -> bool:
    return status in _PASSING or status >= 500


def _is_quota(reply: Reply) -> bool:
    error = _error_object(reply)
    return bool({str(error.get("code")), str(error.get("type"))} & _QUOTA_CODES)


def _said(reply: Reply) -> str:
    """The provider's own words, short and on one line, with the field that they are about."""
    error = _error_object(reply)
    place = error.get("loc")
    path = ".".join(str(part) for part in place) if isinstance(place, list) else ""
    field = error.get("param") or path
    words = error.get("message") or error.get("msg") or error.get("detail") or ""
    text = _CONTROL.sub(" ", f"{field}: {words}" if field and words else str(words)).strip()
    return text if len(text) <= _QUOTE_CHARS else f"{text[:_QUOTE_CHARS]}…"


def _error_object(reply: Reply) -> dict[str, Any]:
    """Where providers put what went wrong: {"error": {...}}, {"detail": [{...}]} or flat."""
    try:
        data = json.loads(reply.content)
    except (ValueError, RecursionError):
        return {}
    if isinstance(data, list) and data:
        data = data[0]
    if not isinstance(data, dict):
        return {}
    inner = data.get("error") or data.get("detail") or data
    if isinstance(inner, list) and inner:
        inner = inner[0]
    return inner if isinstance(inner, dict) else {"message": str(inner)}
