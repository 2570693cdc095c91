"""Sources on the small web of tests/stubs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.core.outside.conftest import FakeClock
from tests.stubs.web_stub import Leading, WebStub

from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import Hosts, Pace
from gesso.core.outside.polite.wire import WireOptions


@pytest.fixture
def web() -> Iterator[WebStub]:
    with WebStub() as stub:
        yield stub


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def fetcher_for(web: WebStub, clock: FakeClock) -> Iterator[Callable[..., Fetcher]]:
    """Make a fetcher whose web is the small one and whose waits cost no time."""
    made: list[Fetcher] = []

    def make(**options: Any) -> Fetcher:
        guard = Guard(ports=(80, 443, web.port), resolve=lambda *_: ["93.184.216.34"])
        wishes = {"contact": "us@gesso.test", "wire": WireOptions(read_s=2, total_s=5), **options}
        hosts = Hosts(pace=Pace(1000, 1000), clock=clock)
        fetch_options = FetchOptions(**wishes)
        made.append(Fetcher(fetch_options, guard=guard, hosts=hosts, network=Leading(web)))
        return made[-1]

    yield make
    for fetcher in made:
        fetcher.close()


@pytest.fixture
def fetcher(fetcher_for: Callable[..., Fetcher]) -> Fetcher:
    return fetcher_for()
