"""No address, redirect or name server leads inside; benchmarks/ssrf_matrix.py has the whole."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from tests.stubs.hostile_urls import HOSTILE, INSIDE
from tests.stubs.web_stub import Leading, Page, WebStub

from gesso.core.errors import Blocked, GessoError, InputError
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard, Resolve
from gesso.core.outside.polite.hosts import BreakerOptions, Hosts, Pace

HONEST = "93.184.216.34"


@pytest.fixture(scope="module")
def web() -> Iterator[WebStub]:
    with WebStub() as stub:
        yield stub


def fetched(web: WebStub, url: str, resolve: Resolve, times: int = 1) -> list[tuple[str, int]]:
    """Where connections were made while `url` was fetched."""
    leading = Leading(web)
    hosts = Hosts(pace=Pace(1000, 1000), breaker=BreakerOptions(strikes=1000))
    options = FetchOptions(contact="us@gesso.test")
    with Fetcher(options, guard=Guard(resolve=resolve), hosts=hosts, network=leading) as fetcher:
        for _ in range(times):
            with contextlib.suppress(GessoError):
                fetcher.get(url)
    return leading.asked


def leading_to(location: str) -> Page:
    safe = location.encode("ascii", "backslashreplace").decode().replace("\r\n", "")
    return Page(302, headers={"Location": safe, "Connection": "close"})


@pytest.mark.parametrize("url", HOSTILE[::3])
def test_a_redirect_to_a_hostile_address_connects_nowhere_else(web: WebStub, url: str) -> None:
    web.hosts["honest.test"] = lambda seen: Page(404) if seen.path != "/" else leading_to(url)
    asked = fetched(web, "http://honest.test/", lambda *_: [HONEST])

    assert asked
    assert set(asked) == {(HONEST, 80)}


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_changes_its_mind_connects_to_nothing_inside(
    web: WebStub, address: str
) -> None:
    for plan in ([address], [HONEST, address], [HONEST, HONEST, address]):
        answers = iter(plan + [address] * 20)
        web.hosts["evil.test"] = lambda _: leading_to("http://evil.test/again")
        asked = fetched(web, "http://evil.test/", lambda _host, _port, a=answers: [next(a)], 2)  # type: ignore[misc]

        assert {host for host, _ in asked} <= {HONEST}
        assert len(asked) == plan.count(HONEST)


@pytest.mark.parametrize("address", INSIDE[::4])
def test_one_address_inside_among_honest_ones_is_enough(web: WebStub, address: str) -> None:
    assert fetched(web, "http://evil.test/", lambda *_: [HONEST, address]) == []


def test_what_is_refused_is_said(web: WebStub) -> None:
    guard = Guard(resolve=lambda *_: ["10.0.0.1"])
    options = FetchOptions(contact="us@gesso.test")
    with Fetcher(options, guard=guard, network=Leading(web)) as fetcher:
        with pytest.raises(InputError, match="inside this network"):
            fetcher.get("http://evil.test/")
        with pytest.raises(InputError, match="port"):
            fetcher.get("http://evil.test:22/")

    answers = iter([HONEST, "10.0.0.1"])
    web.hosts["evil.test"] = lambda _: leading_to("http://evil2.test/")
    guard = Guard(resolve=lambda *_: [next(answers)])
    with (
        Fetcher(options, guard=guard, network=Leading(web)) as fetcher,
        pytest.raises(Blocked, match=r"evil\.test leads to where we do not go.*10\.0\.0\.1"),
    ):
        fetcher.get("http://evil.test/", accept="json")
