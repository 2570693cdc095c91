"""SSRF: hostile addresses, redirects and name servers against the polite fetcher.

Every address is asked for directly, by a redirect from an honest host, and by two of them; every
address inside is also given by a name server: alone, beside an honest one, and only the second
time that it is asked (rebinding). No connection goes anywhere real: what would be connected to is
written down. Beside it stands the usual way: look the name up once, see that it is global, then
let an HTTP client fetch and follow.

    python benchmarks/ssrf_matrix.py
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpcore2
import httpx2

from gesso.core.errors import GessoError
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import BreakerOptions, Hosts, Pace
from stubs import HOSTILE, INSIDE, Leading, Page, Seen, WebStub

HONEST = "93.184.216.34"
HONEST_6 = "2606:2800:220:1:248:1893:25c8:1946"


@dataclass
class Names:
    """A name server: a plan of answers for each name, the last of them again and again."""

    plans: dict[str, list[list[str]]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)

    def __call__(self, host: str, port: int) -> list[str]:
        with contextlib.suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        with contextlib.suppress(OSError):  # what a machine's resolver makes of odd numbers
            return [socket.inet_ntoa(socket.inet_aton(host))]
        plan = self.plans.get(host, [[HONEST]])
        answer = plan[min(self.asked[host], len(plan) - 1)]
        self.asked[host] += 1
        return answer


class Looking(Leading):
    """Leads to the small web, and writes down the address that a name has at that moment."""

    def __init__(self, web: WebStub, names: Names) -> None:
        super().__init__(web)
        self._names = names

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        return super().connect_tcp(self._names(host, port)[0], port, timeout)


@dataclass(frozen=True)
class Case:
    """What is asked for: an address, the redirects before it, and a name server."""

    way: str
    url: str
    redirects: int = 0
    plan: tuple[tuple[str, ...], ...] = ()


def cases() -> Iterator[Case]:
    for url in HOSTILE:
        for redirects in (0, 1, 2):
            yield Case(f"{redirects} redirects", url, redirects)
    for address in INSIDE:
        yield Case("name", "http://evil.test/", 0, ((address,),))
        yield Case("name and redirect", "http://evil.test/", 1, ((address,),))
        yield Case("name beside an honest one", "http://evil.test/", 0, ((HONEST, address),))
        yield Case("rebinding", "http://evil.test/", 0, ((HONEST,), (address,)))
        yield Case("rebinding later", "http://evil.test/", 0, ((HONEST,), (HONEST,), (address,)))
        yield Case("rebinding in a redirect", "http://evil.test/", 1, ((HONEST,), (address,)))
        yield Case("rebinding to IPv6", "http://evil.test/", 0, ((HONEST_6,), (address,)))


def host(case: Case) -> Callable[[Seen], Page]:
    """An honest host that leads on, and closes each connection so that names are asked again."""

    def answer(seen: Seen) -> Page:
        if seen.path == "/robots.txt":
            return Page(404, headers={"Connection": "close"})
        last = seen.path.rpartition("/")[2]
        left = int(last) if last.isdecimal() else 0
        if seen.host != "honest.test":
            return Page(302, headers={"Location": f"{case.url}again", "Connection": "close"})
        if not left:  # a hostile address that was only a path
            return Page(404, headers={"Connection": "close"})
        onward = case.url if left <= 1 else f"/{left - 1}"
        safe = onward.encode("ascii", "backslashreplace").decode()
        location = "".join(sign for sign in safe if sign not in "\r\n")
        return Page(302, headers={"Location": location, "Connection": "close"})

    return answer


def polite(web: WebStub, url: str, names: Names) -> list[tuple[str, int]]:
    leading = Leading(web)
    hosts = Hosts(pace=Pace(1000, 1000), breaker=BreakerOptions(strikes=10_000))
    guard = Guard(resolve=names)
    options = FetchOptions(contact="bench@gesso.test")
    with Fetcher(options, guard=guard, hosts=hosts, network=leading) as fetcher:
        for _ in range(3):  # again, for names that change their mind
            with contextlib.suppress(GessoError):
                fetcher.get(url)
    return leading.asked


def usual(web: WebStub, url: str, names: Names) -> list[tuple[str, int]]:
    looking = Looking(web, names)
    transport = httpx2.HTTPTransport()
    transport._pool = httpcore2.ConnectionPool(network_backend=looking)
    with httpx2.Client(transport=transport, follow_redirects=True, timeout=2.0) as client:
        for _ in range(3):
            with contextlib.suppress(Exception):
                name = urlsplit(url).hostname or ""
                if all(ipaddress.ip_address(known).is_global for known in names(name, 80)):
                    client.get(url)
    return looking.asked


def inside(asked: list[tuple[str, int]]) -> int:
    """Connections to anything but the honest address on the web's ports."""
    return sum(
        address not in {HONEST, HONEST_6} or port not in {80, 443} for address, port in asked
    )


def measure(
    take: Callable[[WebStub, str, Names], list[tuple[str, int]]], wanted: Iterable[Case]
) -> tuple[Counter[str], Counter[str], int, int]:
    """Cases, cases that came inside, and all connections, inside and honest, by way."""
    tried: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    came_inside = honest = 0
    with WebStub() as web:
        for case in wanted:
            plans = {"evil.test": [list(answer) for answer in case.plan]} if case.plan else {}
            web.hosts["honest.test"] = web.hosts["evil.test"] = host(case)
            start = f"http://honest.test/{case.redirects}" if case.redirects else case.url
            asked = take(web, start, Names(plans))
            tried[case.way] += 1
            reached[case.way] += inside(asked) > 0
            came_inside += inside(asked)
            honest += len(asked) - inside(asked)
    return tried, reached, came_inside, honest


def main() -> None:
    tried, ours, connections, honest = measure(polite, cases())
    _, theirs, their_connections, _ = measure(usual, cases())
    print(
        f"{len(HOSTILE)} hostile addresses, {len(INSIDE)} addresses inside, {tried.total()} cases"
    )
    print(f"{'way':<28}{'cases':>7}{'ours':>7}{'usual':>7}   cases that came inside")
    for way, count in tried.items():
        print(f"{way:<28}{count:>7}{ours[way]:>7}{theirs[way]:>7}")
    print(f"{'all':<28}{tried.total():>7}{ours.total():>7}{theirs.total():>7}")
    print(f"connections inside: ours {connections} (bar 0), usual {their_connections}")
    print(f"honest connections that ours made on the way: {honest}")


if __name__ == "__main__":
    main()
