"""Names and origins that are forged, and what a browser sends by itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from gesso.web.server.doors.asgi import is_own

from .conftest import Open, opened

MARK = ("PUT", "/api/works/1/mark")
HERE = "http://localhost:8765"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with opened(tmp_path_factory.mktemp("senders")) as asking:
        yield asking


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Doors that ask for a token, and a browser that is signed in."""
    folder = tmp_path_factory.mktemp("guarded")
    with opened(folder, host="0.0.0.0", token="a-long-word") as asking:
        asking.post("/sign-in", data={"token": "a-long-word"}, headers={"origin": HERE})
        assert asking.get("/health").status_code == 200
        yield asking


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.example:8765",
        "localhost@evil.example",
        "127.0.0.1.evil.example",
        "127.1",
        "0.0.0.0",
        "2130706433",
        "[::ffff:127.0.0.1]:8765",
        "localhost:8765:80",
        "localhost, evil.example",
        "xn--localhost-",
        "lоcalhost".encode().decode("latin-1"),  # the first o is Cyrillic
        "",
        " ",
        "localhost\t.evil",
    ],
)
def test_a_name_that_is_not_its_own_is_refused(client: TestClient, host: str) -> None:
    answer = client.get("/health", headers={b"host": host.encode("latin-1")})

    assert (answer.status_code, answer.json()["type"]) == (421, "urn:gesso:problem:host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8765", "[::1]:9"])
def test_its_own_names_are_heard_under_any_port(client: TestClient, host: str) -> None:
    assert client.get("/health", headers={"host": host}).status_code == 200


def test_a_name_that_the_owner_gave_is_heard(doors: Open) -> None:
    client = doors(hosts=("art.example.org",))

    assert client.get("/health", headers={"host": "Art.Example.org"}).status_code == 200
    assert client.get("/health", headers={"host": "x.art.example.org"}).status_code == 421


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://localhost",
        "http://localhost:3000",
        "https://localhost:8765.evil.example",
        "http://localhost:8765@evil.example",
        "http://127.0.0.1:8765",
        "file://",
        "chrome-extension://abc",
        "http://localhost:8765, https://evil.example",
    ],
)
def test_a_page_from_elsewhere_changes_nothing(client: TestClient, origin: str) -> None:
    headers = {"origin": origin, "host": "localhost:8765"}
    answer = client.request(*MARK, json={"favourite": True}, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:gesso:problem:origin")


def test_a_page_of_its_own_changes_what_it_likes(client: TestClient) -> None:
    answer = client.request(*MARK, json={"favourite": True}, headers={"origin": HERE})

    assert answer.status_code == 404  # there is no such work: the door is behind it


@pytest.mark.parametrize(
    ("origin", "host", "own"),
    [
        ("http://localhost:8765", "localhost:8765", True),
        ("HTTP://LocalHost:8765", "localhost:8765", True),
        ("https://art.example", "art.example", True),
        ("https://art.example:443", "art.example", True),
        ("http://art.example", "art.example:80", True),
        ("http://art.example:8080", "art.example", False),
        ("ftp://art.example", "art.example", False),
        ("art.example", "art.example", False),
    ],
)
def test_an_origin_is_held_against_name_and_port(origin: str, host: str, own: bool) -> None:
    assert is_own(origin.encode(), host.encode()) is own


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": HERE, "sec-fetch-site": "cross-site"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"referer": HERE},
    ],
)
def test_a_cookie_alone_changes_nothing(guarded: TestClient, headers: dict[str, str]) -> None:
    answer = guarded.request(*MARK, json={"favourite": True}, headers=headers)

    assert (answer.status_code, answer.json()["type"]) == (403, "urn:gesso:problem:origin")


@pytest.mark.parametrize(
    "headers", [{"origin": HERE}, {"sec-fetch-site": "same-origin"},
                {"origin": HERE, "sec-fetch-site": "same-origin"}],
)  # fmt: skip
def test_a_cookie_that_a_page_of_its_own_sends_is_good(
    guarded: TestClient, headers: dict[str, str]
) -> None:
    answer = guarded.request(*MARK, json={"favourite": True}, headers=headers)

    assert answer.status_code == 404


def test_nobody_is_signed_in_by_a_page_from_elsewhere(doors: Open) -> None:
    client = doors(host="0.0.0.0", token="a-long-word")
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = client.post("/sign-in", data={"token": "a-long-word"}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers


def test_a_token_in_a_header_needs_no_page(doors: Open) -> None:
    client = doors(host="0.0.0.0", token="a-long-word")
    headers = {"authorization": "Bearer a-long-word"}

    assert client.request(*MARK, json={"favourite": True}, headers=headers).status_code == 404


def test_sockets_are_shut(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/"):
        pass
    assert refused.value.code == 1008
