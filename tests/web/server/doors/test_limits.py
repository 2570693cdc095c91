"""How often, how much, how slowly, how many at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from gesso import Studio
from gesso.web.server.doors.buckets import Buckets, Flow

from ...conftest import hill, served
from .conftest import Open, bearer

SLOW = Flow(60, 3)


class Clock:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_fills_again_with_time() -> None:
    clock = Clock()
    buckets = Buckets(None, clock)

    assert [buckets.take(["a"], SLOW) for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take(["b"], SLOW) == 0
    clock.now += 1
    assert [buckets.take(["a"], SLOW), buckets.take(["a"], SLOW)] == [0, 1]
    clock.now += 100
    assert [buckets.take(["a"], SLOW) for _ in range(4)] == [0, 0, 0, 1]


def test_who_waits_as_long_as_told_is_let_in() -> None:
    clock = Clock()
    buckets = Buckets(None, clock)
    flow = Flow(7, 2)
    for _ in range(20):
        wait = buckets.take(["a"], flow)
        if wait:
            clock.now += wait - 1.001
            assert buckets.take(["a"], flow) > 0
            clock.now += 1.001
            assert buckets.take(["a"], flow) == 0


def test_a_full_bucket_of_one_key_takes_nothing_from_the_others() -> None:
    buckets = Buckets(None, Clock())
    for _ in range(3):
        buckets.take(["token"], SLOW)

    assert buckets.take(["address", "token"], SLOW) == 1
    assert [buckets.take(["address"], SLOW) for _ in range(4)] == [0, 0, 0, 1]


def test_what_was_called_outlasts_the_end_of_the_server(tmp_path: Path) -> None:
    clock = Clock()
    first = Buckets(tmp_path / "calls.db", clock)
    assert [first.take(["a"], SLOW) for _ in range(3)] == [0, 0, 0]
    first.close()

    again = Buckets(tmp_path / "calls.db", clock)
    assert again.take(["a"], SLOW) == 1
    again.close()


def test_a_clock_that_was_set_back_shuts_nobody_out(tmp_path: Path) -> None:
    clock = Clock()
    buckets = Buckets(None, clock)
    for _ in range(3):
        buckets.take(["a"], SLOW)
    clock.now -= 86_400

    assert buckets.take(["a"], SLOW) <= 3


def test_a_file_that_cannot_be_used_stops_no_call(tmp_path: Path) -> None:
    (tmp_path / "calls.db").mkdir()
    buckets = Buckets(tmp_path / "calls.db", Clock())

    assert [buckets.take(["a"], SLOW) for _ in range(4)] == [0, 0, 0, 1]


def test_many_keys_are_forgotten_once_their_buckets_are_full(tmp_path: Path) -> None:
    clock = Clock()
    buckets = Buckets(tmp_path / "calls.db", clock)
    for number in range(1200):
        buckets.take([f"address {number}"], Flow(6000, 2))
        clock.now += 0.1
    buckets.close()

    assert (tmp_path / "calls.db").stat().st_size < 100_000


def test_an_address_and_a_token_have_a_bucket_each(folder: Path, doors: Open) -> None:
    with Studio.open(folder) as studio:
        one = bearer(studio.catalogue.tokens.new("one", "read")[1])
        other = bearer(studio.catalogue.tokens.new("other", "read")[1])
    options = {"calls_per_minute": 2, "burst": 2, "host": "0.0.0.0"}
    here, there = doors("10.0.0.1", **options), doors("10.0.0.2", **options)

    def ask(client: httpx2.Client, token: dict[str, str]) -> int:
        return int(client.post("/search", json={"words": "x"}, headers=token).status_code)

    assert [ask(here, one), ask(here, one), ask(here, one)] == [200, 200, 429]
    assert ask(there, one) == 429  # the token's bucket is empty wherever it is used
    assert ask(here, other) == 429  # so is the address's, whatever it brings
    assert ask(there, other) == 200


def test_retry_after_is_true_and_outlasts_a_restart(tmp_path: Path) -> None:
    """Two at once and one a minute after: the third may come a minute after the first."""
    options = {"calls_per_minute": 1, "burst": 2}
    with served(tmp_path, **options) as asked:
        before = time.time()
        codes = [asked.post("/study").status_code]
        after = time.time()
        codes += [asked.post("/study").status_code for _ in range(2)]
    with served(tmp_path, **options) as asked:
        sent = time.time()
        told = asked.post("/study")
        wait = int(told.headers["retry-after"])

    assert codes == [400, 400, 429]
    assert told.status_code == 429
    assert before + 60 - time.time() - 1 <= wait <= after + 60 - sent + 1


def test_who_guesses_tokens_is_slowed_and_who_knows_one_is_not(doors: Open) -> None:
    client = doors(host="0.0.0.0", token="a-long-word", guesses_per_minute=2)

    codes = [client.get("/health", headers=bearer(f"x{n}")).status_code for n in range(4)]
    signed = client.post("/sign-in", data={"token": "x"}, headers={"sec-fetch-site": "same-origin"})

    assert codes == [401] * 2 + [429] * 2
    assert signed.status_code == 429
    assert 1 <= int(signed.headers["retry-after"]) <= 30
    assert client.get("/health", headers=bearer("a-long-word")).status_code == 200


def test_any_body_is_capped_also_where_it_is_json(doors: Open) -> None:
    client = doors(max_body_bytes=5000, max_json_bytes=2000)

    told = client.post("/search/batch", json={"queries": [{"words": "x" * 3000}]})
    sent = client.post(
        "/search/batch", content=iter([b'{"queries":'] + [b" " * 500] * 9),
        headers={"content-type": "application/json"},
    )  # fmt: skip
    form = client.put("/api/works/1/mark", content=b"x" * 20_000)

    assert [told.status_code, sent.status_code, form.status_code] == [413, 413, 413]
    assert told.json()["title"] == "A request of more than 2000 bytes is not taken."
    assert client.post("/search", json={"words": "x"}).status_code == 200


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with served(tmp_path_factory.mktemp("slow"), body_s=0.5, at_once=8, at_once_each=4) as asked:
        yield asked


def begun(client: httpx2.Client, path: str, kind: str) -> socket.socket:
    place = urlsplit(str(client.base_url))
    raw = socket.create_connection((place.hostname, place.port or 0), timeout=20)
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {kind}\r\n"
    raw.sendall(f"{head}Content-Length: 50\r\n\r\n".encode() + b"{")
    return raw


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/study", "image/png"),
        ("/study", "multipart/form-data; boundary=x"),
        ("/search", "application/json"),
        ("/search/batch", "application/json"),
        ("/sign-in", "application/x-www-form-urlencoded"),
    ],
)
def test_a_body_that_drips_is_given_up_wherever_it_is_read(
    slow: httpx2.Client, path: str, kind: str
) -> None:
    began = time.monotonic()
    with begun(slow, path, kind) as raw:
        for _ in range(20):
            time.sleep(0.05)
            try:
                raw.sendall(b" ")
            except OSError:
                break
        assert raw.recv(100).startswith(b"HTTP/1.1 408")
    assert time.monotonic() - began < 15


def test_a_body_whose_length_is_told_in_two_ways_ends_the_connection(slow: httpx2.Client) -> None:
    place = urlsplit(str(slow.base_url))
    hidden = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with socket.create_connection((place.hostname, place.port or 0), timeout=20) as raw:
        raw.sendall(
            b"POST /api/sets HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 60\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden
        )
        told = b""
        while part := raw.recv(65536):
            told += part

    assert told.startswith(b"HTTP/1.1 400")
    assert b"told in two ways" in told
    assert told.count(b"HTTP/1.1") == 1


def test_too_many_that_send_at_once_are_told_to_return(slow: httpx2.Client) -> None:
    for _ in range(20):  # who sends nothing is let go after half a second
        held = [begun(slow, "/study", "image/png") for _ in range(4)]
        try:
            time.sleep(0.1)
            answer = slow.post("/study", content=hill())
            assert slow.get("/health").status_code == 200
        finally:
            for raw in held:
                raw.close()
        if answer.status_code == 503:
            break
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    ends = time.monotonic() + 60
    while (answer := slow.post("/study", content=hill())).status_code == 503:
        assert time.monotonic() < ends
        time.sleep(0.1)
    assert answer.status_code == 200


def test_who_hangs_up_leaves_nothing_behind(slow: httpx2.Client) -> None:
    before = threading.active_count()
    for _ in range(30):
        begun(slow, "/study", "image/png").close()

    ends = time.monotonic() + 60
    while (answer := slow.post("/study", content=hill())).status_code == 503:
        assert time.monotonic() < ends
        time.sleep(0.1)
    assert answer.status_code == 200
    assert threading.active_count() < before + 20
