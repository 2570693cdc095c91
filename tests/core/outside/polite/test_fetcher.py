from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any

import pytest
from tests.stubs.web_stub import Page, Seen, WebStub

from gesso.core.errors import (
    BadOutput,
    BadRequest,
    Blocked,
    BudgetSpent,
    Gone,
    InputError,
    Interrupted,
    RateLimited,
    SettingsError,
    Transient,
)
from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import BreakerOptions, Pace

from ..conftest import FakeClock
from .conftest import PATIENT, QUICK

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
STALL = 30.0
"""Seconds a host stalls: who waits for all of them did not give up."""
PICTURE = Page(body=PNG, headers={"Content-Type": "image/png"})
Make = Callable[..., Fetcher]


def always(page: Page) -> Callable[[Seen], Page]:
    """A host without a robots.txt that answers everything alike."""
    return lambda seen: Page(404) if seen.path == "/robots.txt" else page


def test_a_host_is_told_who_asks(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["a.test"] = always(PICTURE)

    fetched = fetcher.get(web.url("a.test", "/x.png"))

    assert fetched is not None
    assert (fetched.data, fetched.media_type) == (PNG, "image/png")
    assert fetched.url == web.url("a.test", "/x.png")
    sent = web.seen[-1].headers
    assert sent["user-agent"].startswith("gesso/")
    assert sent["user-agent"].endswith("(+us@gesso.test)")
    assert sent["host"] == f"a.test:{web.port}"
    assert "cookie" not in sent
    assert "referer" not in sent
    assert fetcher.bytes_fetched == len(PNG)


def test_nothing_is_fetched_without_a_contact(web: WebStub, fetcher_for: Make) -> None:
    with pytest.raises(SettingsError, match="contact"):
        fetcher_for(contact="").get(web.url("a.test"))
    assert web.seen == []


@pytest.mark.parametrize("contact", ["me", "a@b", "a b@c.org", "x@y.org\r\nX: y", "ö@y.org"])
def test_a_contact_can_be_written_to(contact: str) -> None:
    with pytest.raises(ValueError, match="neither a mail"):
        FetchOptions(contact=contact)


# Wishes of the host ------------------------------------------------------------------------


def test_robots_txt_is_heeded_and_asked_for_once_a_day(
    web: WebStub, fetcher_for: Make, clock: FakeClock
) -> None:
    def host(seen: Seen) -> Page:
        rules = b"User-agent: *\nDisallow: /private/"
        return Page(body=rules) if seen.path == "/robots.txt" else PICTURE

    web.hosts["a.test"] = host
    fetcher = fetcher_for(clock=clock)

    for _ in range(3):
        assert fetcher.get(web.url("a.test", "/x.png"))
    with pytest.raises(Blocked, match="robots") as caught:
        fetcher.get(web.url("a.test", "/private/x.png"))
    assert caught.value.until_s is None
    assert web.paths() == ["/x.png"] * 3
    assert len(web.seen) == 4

    clock.time += 24 * 3600 + 1
    fetcher.get(web.url("a.test", "/x.png"))
    assert len(web.seen) == 6


def test_an_api_is_asked_by_its_own_terms(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["a.test"] = lambda _: Page(body=b'{"a": 1}', headers={"X-Robots-Tag": "noindex"})

    assert fetcher.json(web.url("a.test", "/api")) == {"a": 1}
    assert web.paths() == ["/api"]
    assert len(web.seen) == 1


@pytest.mark.parametrize(
    ("robots", "fetched"),
    [
        (Page(404), True),
        (Page(403), True),
        (Page(401), True),
        (Page(302, headers={"Location": "/elsewhere.txt"}), True),
        (Page(302, headers={"Location": "http://127.0.0.2/"}), True),
        (Page(500), False),
        (Page(503), False),
        (Page(429), False),
        (Page(reset=True), False),
        (Page(stall_s=STALL), False),
        (Page(body=b"User-agent: *\nDisallow: /", cut=10), False),
        (Page(body=b"User-agent: *\nDisallow: /x\n" + b"#" * 600_000), False),
        (Page(body=b"#" * 600_000 + b"\nUser-agent: *\nDisallow: /x"), True),
        (Page(body=gzip.compress(b"User-agent: *\nDisallow: /"),
              headers={"Content-Encoding": "gzip"}), False),
    ],
)  # fmt: skip
def test_a_robots_txt_that_cannot_be_had(
    web: WebStub, fetcher_for: Make, robots: Page, *, fetched: bool
) -> None:
    fetcher = fetcher_for(wire=QUICK if robots.stall_s else PATIENT)

    def host(seen: Seen) -> Page:
        if seen.path == "/robots.txt":
            return robots
        return Page(404) if seen.path == "/elsewhere.txt" else PICTURE

    web.hosts["a.test"] = host
    if fetched:
        assert fetcher.get(web.url("a.test", "/x.png"))
        return
    with pytest.raises((Blocked, RateLimited, Transient)):
        fetcher.get(web.url("a.test", "/x.png"))
    assert web.paths() == []


def test_a_crawl_delay_is_kept(web: WebStub, fetcher_for: Make, clock: FakeClock) -> None:
    def host(seen: Seen) -> Page:
        rules = b"User-agent: *\nCrawl-delay: 7"
        return Page(body=rules) if seen.path == "/robots.txt" else PICTURE

    web.hosts["a.test"] = host
    fetcher = fetcher_for(clock=clock)
    for _ in range(3):
        fetcher.get(web.url("a.test", "/x.png"))

    assert sum(clock.waits) >= 14


@pytest.mark.parametrize("header", ["X-Robots-Tag", "TDM-Reservation"])
def test_a_picture_that_asks_not_to_be_taken_is_left(
    web: WebStub, fetcher: Fetcher, header: str
) -> None:
    said = {"X-Robots-Tag": "noimageai", "TDM-Reservation": "1"}[header]
    web.hosts["a.test"] = always(Page(body=PNG, headers={header: said}))

    with pytest.raises(Blocked, match=header) as caught:
        fetcher.get(web.url("a.test", "/x.png"))
    assert caught.value.until_s is None
    assert fetcher.bytes_fetched == 0


# Failures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "error"),
    [
        (Page(404), Gone),
        (Page(410), Gone),
        (Page(401), Blocked),
        (Page(403, b'{"message": "no"}'), Blocked),
        (Page(451), Blocked),
        (Page(400), BadRequest),
        (Page(500), Transient),
        (Page(408), Transient),
        (Page(429), RateLimited),
        (Page(503, headers={"Retry-After": "2"}), RateLimited),
        (Page(200, b""), BadOutput),
        (Page(200, PNG, {"Content-Encoding": "br"}), BadOutput),
        (Page(200, PNG, {"Content-Encoding": "gzip"}), BadOutput),
        (Page(200, PNG, {"Content-Length": "500"}, cut=60), Transient),
        (Page(200, b"5\r\nabc", {"Transfer-Encoding": "chunked"}, cut=6), Transient),
        (Page(200, gzip.compress(PNG)[:20], {"Content-Encoding": "gzip"}), Transient),
        (Page(200, PNG, stall_s=STALL), Transient),
        (Page(200, PNG * 9, drip_s=0.05), Transient),
        (Page(reset=True), Transient),
        (Page(200, b"x" * 70_000), BadOutput),
        (Page(200, gzip.compress(b"0" * 10**8), {"Content-Encoding": "gzip"}), BadOutput),
        (Page(302, headers={"Location": "/x.png"}), BadOutput),
        (Page(302), BadOutput),
        (Page(200, b"<!doctype html><p>Sign in", {"Content-Type": "text/html"}), Blocked),
        (Page(200, b"<html><p>Sign in", {"Content-Type": "image/jpeg"}), Blocked),
    ],
)  # fmt: skip
def test_a_failure_is_one_of_our_errors(
    web: WebStub, fetcher_for: Make, page: Page, error: type[Exception]
) -> None:
    web.hosts["a.test"] = always(page)
    fetcher = fetcher_for(wire=QUICK if page.stall_s or page.drip_s else PATIENT)
    before = time.monotonic()

    with pytest.raises(error) as caught:
        fetcher.get(web.url("a.test", "/x.png"))

    assert type(caught.value) is error
    assert "a.test" in str(caught.value)
    assert time.monotonic() - before < STALL


def test_a_host_that_fails_is_no_matter_to_another(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["b.test"] = always(PICTURE)
    for page in (Page(reset=True), Page(503), CHALLENGES[0], Page(200, PNG, cut=6)):
        web.hosts["a.test"] = always(page)
        with pytest.raises((Transient, RateLimited, Blocked)):
            fetcher.get(web.url("a.test", "/x.png"))
        assert fetcher.get(web.url("b.test", "/x.png"))


def test_a_gzip_bomb_is_not_unpacked(web: WebStub, fetcher: Fetcher) -> None:
    bomb = gzip.compress(b"0" * 10**7)
    web.hosts["a.test"] = always(Page(200, bomb * 20, {"Content-Encoding": "gzip"}))

    with pytest.raises(BadOutput, match="MiB"):
        fetcher.get(web.url("a.test", "/x.png"), accept="any")


def test_headers_that_drip_end_with_the_time_for_the_whole() -> None:
    closing = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not closing.wait(0.1):
                connection.sendall(b"X-More: y\r\n")

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=drip, args=(server,), daemon=True).start()
        guard = Guard(ports=(port,), allow=("127.0.0.1",))
        before = time.monotonic()
        with (
            Fetcher(FetchOptions(contact="us@gesso.test", wire=QUICK), guard=guard) as fetcher,
            pytest.raises(Transient, match="no whole reply"),
        ):
            fetcher.get(f"http://127.0.0.1:{port}/", accept="json")
        assert 0.9 < time.monotonic() - before < STALL
        closing.set()


def test_one_picture_that_may_not_be_had_does_not_pause_its_host(
    web: WebStub, fetcher: Fetcher
) -> None:
    web.hosts["a.test"] = lambda seen: Page(403) if "no" in seen.path else always(PICTURE)(seen)

    for _ in range(10):
        with pytest.raises(Blocked) as caught:
            fetcher.get(web.url("a.test", "/no.png"))
        assert caught.value.until_s is None
        assert fetcher.get(web.url("a.test", "/yes.png"))


def test_refusals_in_a_row_pause_the_host(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["a.test"] = always(Page(403))
    untils = []
    for _ in range(5):
        with pytest.raises(Blocked) as caught:
            fetcher.get(web.url("a.test", "/no.png"))
        untils.append(caught.value.until_s)

    assert untils[:4] == [None] * 4
    assert untils[4] == pytest.approx(30, abs=1)


CHALLENGES = (
    Page(403, b"<html>no", {"Content-Type": "text/html"}),
    Page(403, b"", {"cf-mitigated": "challenge"}),
    Page(503, b"<html>Just a moment...", {"Content-Type": "text/html"}),
    Page(200, b"<html><script src=/_Incapsula_Resource></script>", {"Content-Type": "text/html"}),
)


@pytest.mark.parametrize("page", CHALLENGES)
def test_a_challenge_pauses_its_host_and_no_other(
    web: WebStub, fetcher_for: Make, clock: FakeClock, page: Page
) -> None:
    web.hosts["a.test"] = always(page)
    web.hosts["b.test"] = always(PICTURE)
    fetcher = fetcher_for(clock=clock)

    with pytest.raises(Blocked) as caught:
        fetcher.get(web.url("a.test", "/x.png"))
    assert caught.value.until_s == pytest.approx(30)

    asked = len(web.seen)
    with pytest.raises(RateLimited) as paused:
        fetcher.get(web.url("a.test", "/y.png"))
    assert paused.value.after_s == pytest.approx(30)
    assert len(web.seen) == asked
    assert fetcher.pause(web.url("a.test")).left_s == pytest.approx(30)
    assert fetcher.get(web.url("b.test", "/x.png"))

    web.hosts["a.test"] = always(PICTURE)
    clock.time += 30
    assert fetcher.get(web.url("a.test", "/y.png"))


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_never_undercut(
    web: WebStub, fetcher_for: Make, clock: FakeClock, form: str
) -> None:
    said = "90" if form == "seconds" else formatdate(clock.wall() + 90, usegmt=True)
    headers = {"Retry-After": said, "Date": formatdate(clock.wall(), usegmt=True)}
    web.hosts["a.test"] = always(Page(429, headers=headers))
    fetcher = fetcher_for(clock=clock)

    with pytest.raises(RateLimited) as caught:
        fetcher.get(web.url("a.test", "/x.png"))
    assert caught.value.after_s == pytest.approx(90, abs=1.5)
    asked = len(web.seen)
    clock.time += 88
    with pytest.raises(RateLimited):
        fetcher.get(web.url("a.test", "/x.png"))
    assert len(web.seen) == asked


def test_stalls_in_a_row_pause_the_host(web: WebStub, fetcher_for: Make) -> None:
    web.hosts["a.test"] = lambda _: Page(reset=True)
    fetcher = fetcher_for(breaker=BreakerOptions(strikes=2))

    for _ in range(2):
        with pytest.raises(Transient):
            fetcher.get(web.url("a.test", "/x"), accept="json")
    with pytest.raises(RateLimited, match="left alone"):
        fetcher.get(web.url("a.test", "/x"), accept="json")


# Redirects ---------------------------------------------------------------------------------


def test_a_redirect_is_followed_under_the_rules_of_its_host(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["a.test"] = always(Page(301, headers={"Location": web.url("b.test", "/y.png")}))
    web.hosts["b.test"] = lambda seen: (
        Page(body=b"User-agent: *\nDisallow: /no") if seen.path == "/robots.txt" else PICTURE
    )

    fetched = fetcher.get(web.url("a.test", "/x"), headers={"X-Mine": "1"})
    assert fetched is not None
    assert fetched.url == web.url("b.test", "/y.png")
    assert "x-mine" not in web.seen[-1].headers

    web.hosts["a.test"] = always(Page(301, headers={"Location": web.url("b.test", "/no.png")}))
    with pytest.raises(Blocked, match="robots"):
        fetcher.get(web.url("a.test", "/z"))


@pytest.mark.parametrize(
    "location",
    ["http://127.0.0.2/", "http://[::1]/", "http://inside.test:22/", "file:///etc/passwd",
     "http://u:p@a.test/", "http://0x7f.1/"],
)  # fmt: skip
def test_a_redirect_inwards_is_blocked(web: WebStub, fetcher: Fetcher, location: str) -> None:
    web.hosts["a.test"] = always(Page(302, headers={"Location": location}))

    with pytest.raises(Blocked, match="leads to where we do not go"):
        fetcher.get(web.url("a.test", "/x.png"))
    assert web.paths() == ["/x.png"]


def test_three_redirects_are_followed_and_no_fourth(web: WebStub, fetcher: Fetcher) -> None:
    def host(seen: Seen) -> Page:
        left = int(seen.path.rpartition("/")[2])
        return Page(302, headers={"Location": f"/{left - 1}"}) if left else Page(body=b"{}")

    web.hosts["a.test"] = host
    assert fetcher.json(web.url("a.test", "/3")) == {}
    with pytest.raises(BadOutput, match="redirects"):
        fetcher.json(web.url("a.test", "/4"))


# Conditional, budgets, rest -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ({"ETag": '"v1"', "Last-Modified": "Tue"}, ("if-none-match", '"v1"')),
        ({"ETag": 'W/"v1"'}, ("if-none-match", 'W/"v1"')),
        ({"Last-Modified": formatdate(0, usegmt=True)},
         ("if-modified-since", formatdate(0, usegmt=True))),
    ],
)  # fmt: skip
def test_the_second_fetch_of_an_unchanged_picture_moves_no_bytes(
    web: WebStub, fetcher: Fetcher, given: dict[str, str], asked: tuple[str, str]
) -> None:
    def host(seen: Seen) -> Page:
        if seen.headers.get(asked[0]) == asked[1]:
            return Page(304, headers=given)
        return always(Page(body=PNG, headers=given))(seen)

    web.hosts["a.test"] = host
    first = fetcher.get(web.url("a.test", "/x.png"))
    assert first is not None

    assert fetcher.get(web.url("a.test", "/x.png"), validator=first.validator) is None
    assert fetcher.bytes_fetched == len(PNG)


def test_a_validator_cannot_smuggle_a_header(web: WebStub, fetcher: Fetcher) -> None:
    web.hosts["a.test"] = always(PICTURE)
    fetcher.get(web.url("a.test", "/x.png"), validator='"x"\r\nX-Evil: 1')

    assert "x-evil" not in web.seen[-1].headers


def test_the_runs_bytes_are_capped(web: WebStub, fetcher_for: Make) -> None:
    web.hosts["a.test"] = always(PICTURE)
    fetcher = fetcher_for(run_bytes=2 * len(PNG))
    fetcher.get(web.url("a.test", "/1.png"))
    fetcher.get(web.url("a.test", "/2.png"))

    with pytest.raises(BudgetSpent, match="MiB"):
        fetcher.get(web.url("a.test", "/3.png"))


def test_a_list_waits_for_its_host_and_goes_on(
    web: WebStub, fetcher_for: Make, clock: FakeClock
) -> None:
    pages = iter([Page(429, headers={"Retry-After": "40"}), CHALLENGES[0], Page(500),
                  Page(body=b"[1]")])  # fmt: skip
    web.hosts["a.test"] = lambda _: next(pages)

    assert fetcher_for(clock=clock).json(web.url("a.test", "/list")) == [1]
    assert sum(clock.waits) >= 40 + 30


def test_a_list_is_given_up_in_the_end(web: WebStub, fetcher_for: Make, clock: FakeClock) -> None:
    web.hosts["a.test"] = lambda _: Page(429)
    with pytest.raises(RateLimited):
        fetcher_for(clock=clock, patience_s=100).json(web.url("a.test", "/list"))
    assert sum(clock.waits) < 100

    web.hosts["b.test"] = lambda _: Page(200, b"nonsense")
    with pytest.raises(BadOutput, match=r"b\.test.*JSON"):
        fetcher_for(clock=clock).json(web.url("b.test", "/list"))


def test_one_connection_at_a_time_goes_to_a_host(web: WebStub, fetcher: Fetcher) -> None:
    inside, most = 0, 0
    lock = threading.Lock()

    def host(seen: Seen) -> Page:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1
        return Page(body=b"{}")

    web.hosts["a.test"] = host
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda n: fetcher.json(web.url("a.test", f"/{n}")), range(16)))

    assert most == 1


def test_who_waits_for_a_host_hears_what_it_wishes_before_asking(
    web: WebStub, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = fetcher.hosts.said_no

    def slowly(*wish: Any) -> Any:
        time.sleep(0.1)  # others wait for the host's place meanwhile
        return keep(*wish)

    monkeypatch.setattr(fetcher.hosts, "said_no", slowly)
    web.hosts["a.test"] = always(Page(429, headers={"Retry-After": "60"}))

    def ask(number: int) -> None:
        with pytest.raises(RateLimited):
            fetcher.get(web.url("a.test", f"/{number}.png"))

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(ask, range(6)))

    assert len(web.paths("a.test")) == 1


def test_the_owner_can_stop_while_a_host_is_waited_for(web: WebStub, fetcher_for: Make) -> None:
    web.hosts["a.test"] = always(PICTURE)
    stop = threading.Event()
    fetcher = fetcher_for(pace=Pace(0.01, 2), stop=stop)
    fetcher.get(web.url("a.test", "/1.png"))
    threading.Timer(0.1, stop.set).start()

    with pytest.raises(Interrupted):
        fetcher.get(web.url("a.test", "/2.png"))


def test_an_address_inside_is_refused_before_the_contact_is_told(fetcher: Fetcher) -> None:
    with pytest.raises(InputError, match="inside this network"):
        fetcher.get("http://169.254.169.254/latest/meta-data/")
