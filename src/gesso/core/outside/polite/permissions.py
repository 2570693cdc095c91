"""What each host's robots.txt says to us, asked once a day."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from gesso.core.errors import Blocked
from gesso.core.outside.polite import robots
from gesso.core.outside.polite.guard import Target
from gesso.core.outside.polite.signs import PRODUCT
from gesso.core.outside.waiting.limits import Clock

# RFC 9309, 2.4: a copy should not be used for longer than a day.
_KEEP_S = 24 * 3600.0
# A host whose robots.txt cannot be had is asked for it again after this long.
_KEEP_UNKNOWN_S = 600.0


@dataclass(frozen=True)
class RobotsReply:
    """How a host answered for its robots.txt.

    Attributes:
        status: the HTTP status after redirects.
        data: the file, at most `robots.MAX_BYTES` of it.
    """

    status: int
    data: bytes = b""


@dataclass(frozen=True)
class _Kept:
    rules: robots.Rules
    until: float
    failed: int = 0


class Permissions:
    """Keeps the robots.txt of every origin. Safe to share between threads.

    Args:
        ask: fetches a robots.txt; what it raises is passed on, and asked anew the next time.
        slow_down: told a host and the seconds between two requests that its file asks for.
        clock: the time.
    """

    def __init__(
        self,
        ask: Callable[[Target], RobotsReply],
        slow_down: Callable[[str, float], None],
        clock: Clock,
    ) -> None:
        self._ask = ask
        self._slow_down = slow_down
        self._clock = clock
        self._lock = threading.Lock()
        self._lines: dict[str, threading.Lock] = {}
        self._kept: dict[str, _Kept] = {}

    def check(self, target: Target) -> None:
        """Return when `target` may be fetched.

        Raises:
            Blocked: its host asks us not to (for ever), or fails to say (for a while).
            OutsideError: what `ask` raises.
        """
        kept = self._rules(target)
        if kept.rules.allows(target.path):
            return
        if kept.failed:
            raise Blocked(
                f"The robots.txt of {target.host} cannot be had (HTTP {kept.failed}), so nothing"
                " there is fetched.",
                provider=target.host,
                status=kept.failed,
                until_s=max(1.0, kept.until - self._clock.now()),
            )
        raise Blocked(
            f"The robots.txt of {target.host} asks robots to leave {target.path[:120]} alone.",
            "It is left alone; ask the site's owner, or fetch it yourself.",
            provider=target.host,
        )

    def _rules(self, target: Target) -> _Kept:
        with self._lock:
            line = self._lines.setdefault(target.origin, threading.Lock())
        with line:
            kept = self._kept.get(target.origin)
            if kept is None or kept.until <= self._clock.now():
                kept = self._kept[target.origin] = self._asked(target)
            return kept

    def _asked(self, target: Target) -> _Kept:
        reply = self._ask(Target(target.scheme, target.host, target.port, "/robots.txt"))
        now = self._clock.now()
        if 200 <= reply.status < 300:
            rules = robots.read(reply.data.decode("utf-8", "replace"), PRODUCT)
            if rules.delay_s:
                self._slow_down(target.host, rules.delay_s)
            return _Kept(rules, now + _KEEP_S)
        # A host that has no such file (RFC 9309, 2.3.1.3), and one that leads round in circles
        # (2.3.1.2), ask for nothing; one that fails (2.3.1.4) may be asking for everything.
        if reply.status < 500:
            return _Kept(robots.EVERYTHING, now + _KEEP_S)
        return _Kept(robots.NOTHING, now + _KEEP_UNKNOWN_S, reply.status)
