"""The polite fetcher: one GET of something on the web, by the rules that its host sets."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import TracebackType
from typing import Any, Literal, Self

import httpcore2

from gesso._version import __version__
from gesso.core.errors import (
    BadOutput,
    Blocked,
    BudgetSpent,
    InputError,
    Interrupted,
    OutsideError,
    RateLimited,
    SettingsError,
    Transient,
)
from gesso.core.outside.polite import robots
from gesso.core.outside.polite.fetched import Fetched
from gesso.core.outside.polite.guard import Guard, Target
from gesso.core.outside.polite.hosts import Hosts, Pause
from gesso.core.outside.polite.permissions import Permissions, RobotsReply
from gesso.core.outside.polite.signs import PRODUCT, unwanted
from gesso.core.outside.polite.verdicts import REDIRECTS, Visit, verdict
from gesso.core.outside.polite.wire import Answering, Wire, WireOptions

Accept = Literal["picture", "json", "any"]

_ACCEPT = {
    "picture": "image/avif,image/webp,image/png,image/jpeg,image/gif,image/*;q=0.8",
    "json": "application/json,application/ld+json,*/*;q=0.1",
    "any": "*/*",
}
# RFC 9309, 2.3.1.2: at least five redirects are followed to a robots.txt.
_ROBOTS_REDIRECTS = 5
# What is read of a failed reply: enough to see whose page it is.
_START_BYTES = 65536
_CONTACT = re.compile(r"[^\s@()<>]+@[^\s@()<>]+\.[^\s@()<>]+|https?://[^\s()<>]+\.[^\s()<>]+")
_NO_HEADER = re.compile(r"[^\x20-\x7e]")


@dataclass(frozen=True)
class FetchOptions:
    """How the web is asked.

    Attributes:
        contact: an address of the owner, by mail or on the web, that every host is told, so that
            it can complain before it blocks.
        needs_contact: nothing is fetched without one.
        redirects: how many are followed.
        run_bytes: of bodies, over the fetcher's life; None for no cap.
        patience_s: how long a list waits, all in all, for a host that wants quiet.
        list_tries: how often a part of a list is asked for before the list is given up.
        wire: how long and how much one reply may take.

    Raises:
        ValueError: `contact` is neither a mail address nor one on the web.
    """

    contact: str = ""
    needs_contact: bool = True
    redirects: int = 3
    run_bytes: int | None = None
    patience_s: float = 1800.0
    list_tries: int = 8
    wire: WireOptions = field(default=WireOptions())

    def __post_init__(self) -> None:
        if self.contact and not (self.contact.isascii() and _CONTACT.fullmatch(self.contact)):
            raise ValueError(f"{self.contact!r} is neither a mail address nor one on the web")


class Fetcher:
    """Fetches from hosts that are not ours. May be used from many threads; a context manager.

    Every host is told who asks, is asked at its own pace over one connection, and is left alone
    while it wants quiet: then a fetch fails at once, with how long it lasts, so that whoever asks
    can go on with other hosts. robots.txt, `X-Robots-Tag` and `TDM-Reservation` are heeded for
    pictures and pages; an API is asked by its own terms.

    Args:
        options: how the web is asked.
        guard: which addresses may be asked.
        hosts: the doors of the hosts, which processes may share.
        stop: set when the owner wants to stop; nothing new is sent then.
        network: how connections are made.
    """

    def __init__(
        self,
        options: FetchOptions | None = None,
        *,
        guard: Guard | None = None,
        hosts: Hosts | None = None,
        stop: threading.Event | None = None,
        network: httpcore2.NetworkBackend | None = None,
    ) -> None:
        self.options = options or FetchOptions()
        self.hosts = hosts or Hosts()
        self._guard = guard or Guard()
        self._stop = stop or threading.Event()
        self._wire = Wire(self._guard, self.options.wire, network)
        self._permissions = Permissions(self._robots, self.hosts.slow_down, self.hosts.clock)
        self._lock = threading.Lock()
        self._bytes = 0

    @property
    def user_agent(self) -> str:
        """Who we say we are.

        Raises:
            SettingsError: no contact is set, so the web is not asked at all.
        """
        if self.options.contact:
            return f"{PRODUCT}/{__version__} (+{self.options.contact})"
        if self.options.needs_contact:
            raise SettingsError(
                "Nothing is fetched from the web without a contact that its hosts can write to.",
                "Set one in the settings, a mail address or a page of yours: "
                '[collect] contact = "you@example.org"',
            )
        return f"{PRODUCT}/{__version__}"

    @property
    def bytes_fetched(self) -> int:
        """Bytes of bodies so far, as they came over the wire."""
        with self._lock:
            return self._bytes

    def get(
        self,
        url: str,
        *,
        accept: Accept = "picture",
        validator: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> Fetched | None:
        """Fetch one thing, once.

        Args:
            url: http or https, from wherever: it is checked.
            accept: "picture" refuses web pages; "json" is an API, whose own terms hold instead
                of robots.txt; "any" takes what comes.
            validator: of an earlier fetch.
            headers: on top of ours, for the first host alone.

        Returns:
            What came; None where it is still what `validator` stood for.

        Raises:
            InputError: the address is not one that is asked.
            SettingsError: no contact is set.
            Blocked: the host, its robots.txt or a challenge says no; `until_s` says until when.
            RateLimited: the host wants quiet for `after_s`.
            Gone: 404 or 410.
            BudgetSpent: the run's bytes are used up.
            OutsideError: by its kind.
            Interrupted: the owner stopped.
        """
        sent = self._headers(accept, validator, headers)
        target = first = self._guard.target(url)
        for _ in range(self.options.redirects + 1):
            try:
                visit = self._visit(target, sent, accept)
            except InputError as error:
                if target is first:
                    raise
                raise _leads_inside(first, error) from error
            if visit.status not in REDIRECTS:
                return self._received(visit)
            onward = self._onward(visit)
            if onward.origin != target.origin:
                sent = self._headers(accept, validator, None)
            target = onward
        raise BadOutput(
            f"{target.host} leads on and on: {self.options.redirects} redirects were followed.",
            provider=target.host,
        )

    def json(self, url: str, *, headers: Mapping[str, str] | None = None) -> Any:
        """A part of a list from an API; waits while its host wants quiet, and tries again.

        Raises:
            BadOutput: it is no JSON.
            OutsideError: and all that `get` raises: it cannot be had, however patiently.
        """
        waited_s = 0.0
        for turn in range(1, self.options.list_tries + 1):
            try:
                fetched = self.get(url, accept="json", headers=headers)
            except (RateLimited, Transient, Blocked) as error:
                rest_s = _rest_s(error, turn)
                waited_s += rest_s or 0.0
                is_last = turn == self.options.list_tries or waited_s > self.options.patience_s
                if rest_s is None or is_last:
                    raise
                self.rest(rest_s)
            else:
                if fetched is None:
                    raise BadOutput(f"{url[:200]} says that nothing changed, unasked.")
                return fetched.json()
        raise AssertionError("the last try returns or raises")

    def rest(self, seconds: float) -> None:
        """Let time pass, as an API asked.

        Raises:
            Interrupted: the owner stopped.
        """
        self.hosts.clock.wait(seconds, self._stop)
        if self._stop.is_set():
            raise Interrupted("Stopped while a host wanted quiet.")

    def pause(self, url: str) -> Pause:
        """Whether the host of `url` is left alone now: for those who choose what to fetch next.

        Raises:
            InputError: the address is not one that is asked.
        """
        return self.hosts.pause(self._guard.target(url).host)

    def close(self) -> None:
        """Let go of the connections and of the shared file."""
        self._wire.close()
        self.hosts.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # One request ---------------------------------------------------------------------------

    def _visit(self, target: Target, sent: Mapping[str, str], accept: Accept) -> Visit:
        """Ask one host once, if it lets us; its answer, if that is no failure."""
        if accept != "json":
            self._permissions.check(target)

        def take(answering: Answering) -> Visit:
            wish = "" if accept == "json" else unwanted(answering.headers)
            data = b"" if wish else self._body(answering)  # unwanted bytes are not even taken
            is_for_picture = accept == "picture"
            return Visit(target, is_for_picture, answering.status, answering.headers, data, wish)

        visit, failure = self._exchange(target, sent, take)
        if failure is not None:
            raise failure
        return visit

    def _body(self, answering: Answering) -> bytes:
        if answering.status in REDIRECTS or answering.status == 304:
            return b""
        if 200 <= answering.status < 300:
            return answering.read(self.options.wire.max_bytes)
        return answering.start(_START_BYTES)

    def _exchange(
        self, target: Target, sent: Mapping[str, str], take: Callable[[Answering], Visit]
    ) -> tuple[Visit, OutsideError | None]:
        """Send one request at its host's terms; what came, and the failure that it is.

        What the host wishes is kept before its place is free: whoever waits for it asks by that.
        """
        self._keep_out_while_paused(target.host)
        with self.hosts.place(target.host, self._stop):
            self._await_turn(target.host)
            try:
                with self._wire.ask(target, sent, self._count) as answering:
                    visit = take(answering)
                return visit, verdict(visit, self.hosts)
            except Transient as error:
                self.hosts.struck(target.host, error.message)
                raise

    def _keep_out_while_paused(self, host: str) -> None:
        pause = self.hosts.pause(host)
        if pause.left_s > 0.0:
            raise RateLimited(
                f"{host} is left alone for {pause.left_s:.0f} s: {pause.reason}",
                provider=host,
                status=None,
                after_s=pause.left_s,
            )

    def _await_turn(self, host: str) -> None:
        while True:
            if self._stop.is_set():
                raise Interrupted(f"Stopped before {host} was asked.")
            self._keep_out_while_paused(host)
            wait_s = self.hosts.enter(host)
            if wait_s <= 0.0:
                return
            self.hosts.clock.wait(wait_s, self._stop)

    def _headers(
        self, accept: Accept, validator: str, more: Mapping[str, str] | None
    ) -> dict[str, str]:
        packing = "identity" if accept == "picture" else "gzip, identity;q=0.5"
        sent = {
            "User-Agent": self.user_agent,
            "Accept": _ACCEPT[accept],
            "Accept-Encoding": packing,
            **(more or {}),
        }
        if validator and not _NO_HEADER.search(validator):
            is_tag = validator.startswith(('"', 'W/"'))
            sent["If-None-Match" if is_tag else "If-Modified-Since"] = validator
        return sent

    def _onward(self, visit: Visit) -> Target:
        location = visit.headers.get("location", "")
        try:
            return self._guard.follow(visit.target, location)
        except InputError as error:
            raise _leads_inside(visit.target, error) from error

    def _received(self, visit: Visit) -> Fetched | None:
        if visit.status == 304:
            return None
        headers = visit.headers
        return Fetched(
            visit.data,
            headers.get("content-type", "").partition(";")[0].strip().lower(),
            headers.get("etag", "") or headers.get("last-modified", ""),
            str(visit.target),
            headers,
        )

    def _count(self, arrived: int) -> None:
        with self._lock:
            self._bytes += arrived
            cap, used = self.options.run_bytes, self._bytes
        if cap is not None and used > cap:
            raise BudgetSpent(
                f"The run's {cap / 2**20:g} MiB from the web are used up.",
                "What came is kept; raise the cap, or go on in a later run.",
            )

    def _robots(self, target: Target) -> RobotsReply:
        """A host's robots.txt, wherever it leads."""
        sent = self._headers("any", "", None)
        try:
            for _ in range(_ROBOTS_REDIRECTS + 1):
                visit, failure = self._exchange(target, sent, partial(_robots_visit, target))
                if isinstance(failure, RateLimited):
                    raise failure
                if visit.status not in REDIRECTS:
                    return RobotsReply(visit.status, visit.data)
                target = self._onward(visit)
        except (Blocked, BadOutput):  # it leads inwards, or is no text: as if there were none
            pass
        return RobotsReply(404)


def _robots_visit(target: Target, answering: Answering) -> Visit:
    data = answering.first(robots.MAX_BYTES)
    return Visit(target, False, answering.status, answering.headers, data)


def _leads_inside(target: Target, error: InputError) -> Blocked:
    return Blocked(
        f"{target.host} leads to where we do not go: {error.message}", provider=target.host
    )


def _rest_s(error: RateLimited | Transient | Blocked, turn: int) -> float | None:
    """How long a list waits after a failure; None where waiting will not help."""
    if isinstance(error, RateLimited):
        return error.after_s or 0.0
    if isinstance(error, Blocked):
        return error.until_s
    return min(60.0, 2.0**turn)
