"""A small web on this machine, and a fetcher that takes it for the real one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.stubs.web_stub import WebStub

from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import BreakerOptions, Hosts, Pace
from gesso.core.outside.polite.wire import WireOptions

# Patience is for a machine that has other things to do; only what waits to be given up is quick.
PATIENT = WireOptions(connect_s=60.0, read_s=60.0, total_s=60.0, max_bytes=64 * 1024)
QUICK = WireOptions(connect_s=2.0, read_s=0.5, total_s=1.0, max_bytes=64 * 1024)


@pytest.fixture
def web() -> Iterator[WebStub]:
    with WebStub() as stub:
        yield stub


@pytest.fixture
def fetcher_for(web: WebStub) -> Iterator[Callable[..., Fetcher]]:
    """Make a fetcher for the small web; patient unless a test says otherwise."""
    made: list[Fetcher] = []

    def make(
        pace: Pace | None = None,
        breaker: BreakerOptions | None = None,
        clock: Any = None,
        stop: threading.Event | None = None,
        **options: Any,
    ) -> Fetcher:
        hosts = Hosts(pace=pace or Pace(1000, 1000), breaker=breaker, clock=clock)
        guard = Guard(ports=(80, 443, web.port), allow=("127.0.0.1",), resolve=web.names)
        wishes = FetchOptions(**{"contact": "us@gesso.test", "wire": PATIENT, **options})
        made.append(Fetcher(wishes, guard=guard, hosts=hosts, stop=stop))
        return made[-1]

    yield make
    for fetcher in made:
        fetcher.close()


@pytest.fixture
def fetcher(fetcher_for: Callable[..., Fetcher]) -> Fetcher:
    return fetcher_for()
