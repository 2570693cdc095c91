"""What an answer means: for the one who asked, and for the door of the host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gesso.core.errors import (
    BadOutput,
    BadRequest,
    Blocked,
    Gone,
    OutsideError,
    RateLimited,
    Transient,
)
from gesso.core.outside.polite.guard import Target
from gesso.core.outside.polite.hosts import Hosts
from gesso.core.outside.polite.signs import is_challenge, is_page
from gesso.core.outside.replies import retry_after_s

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_GONE = frozenset({404, 410})
_KEEPS_OUT = frozenset({401, 402, 403, 407, 451})
_PASSING = frozenset({408, 409, 425})
_LEFT_IN_PEACE = "It is left in peace; look at it in a browser, or ask the site's owner."


@dataclass(frozen=True)
class Visit:
    """An answer of a host.

    Attributes:
        target: what was asked.
        wants_picture: a web page is no answer.
        status: the HTTP status.
        headers: names in small letters.
        data: the whole body of a success, the start of a failure's.
        wish: how it asks not to be taken, "" where it does not.
    """

    target: Target
    wants_picture: bool
    status: int
    headers: Mapping[str, str]
    data: bytes = b""
    wish: str = ""

    @property
    def is_success(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status < 300

    @property
    def is_page(self) -> bool:
        """Whether it is a web page."""
        return is_page(self.headers.get("content-type", ""), self.data)


def verdict(visit: Visit, hosts: Hosts) -> OutsideError | None:
    """Which of our errors an answer is, None for a good one; the host's door hears of it."""
    host, status = visit.target.host, visit.status
    after_s = retry_after_s(visit.headers, hosts.clock.wall())
    if status == 429 or (status >= 500 and after_s is not None):
        return _wants_quiet(visit, hosts, after_s)
    if _keeps_robots_out(visit):
        return _challenged(visit, hosts, after_s)
    if status in _KEEPS_OUT:
        return _kept_out(visit, hosts)
    if status >= 500 or status in _PASSING:
        hosts.struck(host, f"it failed again and again (HTTP {status}).")
        return Transient(
            f"{host} failed for the moment (HTTP {status}).", provider=host, status=status
        )
    hosts.answered(host)
    if status in _GONE:
        return Gone(f"{_shown(visit)} is there no more.", provider=host, status=status)
    return _content(visit)


def _content(visit: Visit) -> OutsideError | None:
    host, status = visit.target.host, visit.status
    if visit.wish:
        return Blocked(
            f"{_shown(visit)} asks not to be taken ({visit.wish}).",
            "It is left alone; ask the site's owner, or fetch it yourself.",
            provider=host,
            status=status,
        )
    if status in REDIRECTS or status == 304:
        return None
    if not visit.is_success:
        return BadRequest(
            f"{host} does not take the request for {_shown(visit)} (HTTP {status}).",
            "Asking again will not mend it; look at the address.",
            provider=host,
            status=status,
        )
    if visit.wants_picture and not visit.data:
        return BadOutput(f"{_shown(visit)} is empty.", provider=host, status=status)
    if visit.wants_picture and visit.is_page:
        return Blocked(
            f"{host} sent a web page instead of a picture.",
            _LEFT_IN_PEACE,
            provider=host,
            status=status,
        )
    return None


def _keeps_robots_out(visit: Visit) -> bool:
    """A page instead of the answer, by which a host keeps programs out."""
    if visit.status in {403, 503}:
        return visit.is_page or is_challenge(visit.headers, b"")
    if visit.is_success:
        is_answer = not visit.is_page or not visit.wants_picture
        return is_challenge(visit.headers, b"" if is_answer else visit.data)
    return False


def _wants_quiet(visit: Visit, hosts: Hosts, after_s: float | None) -> RateLimited:
    host, status = visit.target.host, visit.status
    pause = hosts.said_no(host, f"it asked for quiet (HTTP {status}).", after_s)
    return RateLimited(
        f"{host} asked for quiet (HTTP {status}); it is left alone for {pause.left_s:.0f} s.",
        provider=host,
        status=status,
        after_s=pause.left_s,
    )


def _challenged(visit: Visit, hosts: Hosts, after_s: float | None) -> Blocked:
    host, status = visit.target.host, visit.status
    pause = hosts.said_no(host, f"it keeps programs out for now (HTTP {status}).", after_s)
    return Blocked(
        f"{host} answered with a page that keeps programs out (HTTP {status}).",
        _LEFT_IN_PEACE,
        provider=host,
        status=status,
        until_s=pause.left_s,
    )


def _kept_out(visit: Visit, hosts: Hosts) -> Blocked:
    host, status = visit.target.host, visit.status
    # One thing that may not be had says little of its host; several in a row do.
    pause = hosts.struck(host, f"it refused again and again (HTTP {status}).")
    return Blocked(
        f"{host} does not let us have {_shown(visit)} (HTTP {status}).",
        _LEFT_IN_PEACE,
        provider=host,
        status=status,
        until_s=pause.left_s or None,
    )


def _shown(visit: Visit) -> str:
    return f"{visit.target.host}{visit.target.path.partition('?')[0][:120]}"
