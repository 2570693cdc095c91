"""Who may ask, how often, and what every answer bears."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from gesso import Studio
from gesso.core.errors import SettingsError
from gesso.web.server.doors.asgi import name_of
from gesso.web.server.options import ServerOptions, is_loopback
from gesso.web.serving import listen, serve

from .conftest import hill, served


def test_health_is_told_with_what_is_in_the_studio(client: httpx2.Client) -> None:
    told = client.get("/health").json()

    assert told["status"] == "ok"
    assert {"index_size", "metadata_count", "cache_size", "cache_max", "generation"} <= set(told)
    assert client.get("/health/live").json() == {"status": "alive"}
    ends = time.monotonic() + 30
    while (ready := client.get("/health/ready")).status_code == 503 and time.monotonic() < ends:
        assert ready.headers["retry-after"] == "1"
        time.sleep(0.1)
    assert ready.status_code == 200


def test_every_answer_bears_the_policy(client: httpx2.Client) -> None:
    for answer in (client.get("/health"), client.get("/nowhere"), client.post("/study")):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "server" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil"])
def test_a_request_under_another_name_is_refused(client: httpx2.Client, host: str) -> None:
    answer = client.get("/health", headers={"host": host})

    assert answer.status_code in (400, 421)


def test_a_page_of_another_site_may_not_change_anything(client: httpx2.Client) -> None:
    foreign = client.post("/study", content=hill(), headers={"origin": "https://evil.example"})
    nothing = client.post("/study", content=hill(), headers={"origin": "null"})
    own = client.post("/study", content=hill(), headers={"origin": str(client.base_url)})

    assert (foreign.status_code, nothing.status_code, own.status_code) == (403, 403, 200)


def test_forms_of_its_own_pages_say_where_they_come_from(client: httpx2.Client) -> None:
    """Under "no-referrer" browsers send "Origin: null" with a form, which is refused above."""
    answer = client.get("/studies")

    assert answer.headers["referrer-policy"] == "same-origin"


def test_the_description_of_the_api_is_whole(client: httpx2.Client) -> None:
    told = client.get("/openapi.json").json()

    names = [call["operationId"] for path in told["paths"].values() for call in path.values()]
    assert len(names) == len(set(names))
    assert {"study", "study_tool", "study_sheet", "health"} <= set(names)


def test_a_token_is_asked_of_everybody_but_for_liveness(tmp_path: Path) -> None:
    with served(tmp_path, token="a-long-word", guesses_per_minute=0) as asked:
        paths = list(asked.get("/openapi.json", headers=bearer("a-long-word")).json()["paths"])
        for path in ["/openapi.json", "/nowhere", *paths]:
            expected = 200 if path == "/health/live" else 401
            for wrong in ({}, bearer("a-long-wor"), {"authorization": "Basic a-long-word"}):
                assert asked.get(path, headers=wrong).status_code == expected, path
        assert asked.get("/health", headers=bearer("a-long-word")).status_code == 200


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_too_large_a_picture_is_refused_before_and_while_it_comes(tmp_path: Path) -> None:
    with served(tmp_path, max_body_bytes=1000) as asked:
        told = asked.post("/study", content=b"x" * 20_000)
        streamed = asked.post("/study", content=iter([b"x" * 900] * 9))

    assert told.status_code == streamed.status_code == 413


def test_a_body_that_does_not_come_is_given_up(tmp_path: Path) -> None:
    with served(tmp_path, body_s=0.3) as asked:
        place = urlsplit(str(asked.base_url))
        with socket.create_connection((place.hostname, place.port or 0), timeout=10) as raw:
            raw.sendall(b"POST /study HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\nab")
            assert raw.recv(200).startswith(b"HTTP/1.1 408")


def test_who_calls_too_often_is_told_when_to_return(tmp_path: Path) -> None:
    with served(tmp_path, calls_per_minute=6, burst=3) as asked:
        answers = [asked.post("/study") for _ in range(5)]
        health = [asked.get("/health").status_code for _ in range(9)]

    assert [answer.status_code for answer in answers] == [400, 400, 400, 429, 429]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 10
    assert set(health) == {200}


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "art.example"])
def test_others_are_let_in_only_with_a_token(host: str) -> None:
    assert not is_loopback(host)
    with pytest.raises(SettingsError, match="no token"):
        ServerOptions(host=host).check()
    ServerOptions(host=host, token="x").check()
    ServerOptions(host=host).check(has_tokens=True)


@pytest.mark.parametrize(
    ("place", "name"),
    [
        ("localhost:80", "localhost"),
        ("LOCALHOST", "localhost"),
        ("[::1]:80", "[::1]"),
        ("a.b:1", "a.b"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_a_hosts_name_is_read_with_and_without_its_port(place: str, name: str) -> None:
    assert name_of(place) == name


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with served(tmp_path) as asked, Studio.open(tmp_path) as studio:
        options = ServerOptions(port=urlsplit(str(asked.base_url)).port or 0)

        with pytest.raises(SettingsError, match="cannot be listened on"):
            serve(studio, options, tell=lambda _: None, stop=threading.Event())


def test_small_answers_are_sent_at_once() -> None:
    with listen("127.0.0.1", 0) as listening:
        # Asyncio looks at the first, whoever accepts without it inherits the second.
        assert listening.proto == socket.IPPROTO_TCP
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
