"""A search for works like a picture on the web: fetched politely, and never from inside."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from tests.stubs.web_stub import NO_ROBOTS, Leading, Page, Seen, WebStub

from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import Hosts, Pace
from gesso.studio.collecting import Collecting

from ..conftest import hill, served

INSIDE = (
    "http://127.0.0.1:{port}/hill.png",
    "http://localhost:{port}/hill.png",
    "http://router.test:{port}/hill.png",
    "http://[::1]:{port}/hill.png",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.1/hill.png",
)


def named(host: str, _port: int) -> list[str]:
    """A resolver: some names lie inside, whatever they look like."""
    inside = {"localhost": "127.0.0.1", "router.test": "192.168.1.1"}
    return [inside.get(host, "93.184.216.34")]


def museum(seen: Seen) -> Page:
    """Holds one hill; one address leads inside, one is a page, one is nothing."""
    port = seen.headers["host"].rpartition(":")[2]
    pages = {
        "/robots.txt": NO_ROBOTS,
        "/hill.png": Page(body=hill(1), headers={"Content-Type": "image/png"}),
        "/inside": Page(302, headers={"Location": f"http://127.0.0.1:{port}/hill.png"}),
        "/page": Page(body=b"<html>a hill</html>", headers={"Content-Type": "text/html"}),
    }
    return pages.get(seen.path, Page(404))


@pytest.fixture(scope="module")
def web() -> Iterator[WebStub]:
    with WebStub(museum) as stub:
        yield stub


@pytest.fixture(scope="module")
def shown(web: WebStub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Three hills behind a server, whose fetcher takes the small web for the real one."""
    guard = Guard(ports=(80, web.port), resolve=named)
    options = FetchOptions(contact="us@gesso.test")
    hosts = Hosts(pace=Pace(1000, 1000))
    fetcher = Fetcher(options, guard=guard, hosts=hosts, network=Leading(web))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Collecting, "fetcher", property(lambda _: fetcher))
        with served(tmp_path_factory.mktemp("like") / "studio") as client:
            for number in range(3):
                sent = client.post(f"/api/works?title=Hill%20{number}", content=hill(number))
                assert sent.status_code == 201
            yield client
    fetcher.close()


def asked(client: httpx2.Client, address: str) -> httpx2.Response:
    return client.post("/search", json={"like": [address], "limit": 3})


def test_works_like_a_picture_on_the_web_are_found(shown: httpx2.Client, web: WebStub) -> None:
    found = asked(shown, web.url("art.test", "/hill.png"))

    assert found.status_code == 200, found.text
    assert found.json()["hits"][0]["title"] == "Hill 1"
    assert web.paths("art.test")[-1] == "/hill.png"


@pytest.mark.parametrize("place", INSIDE)
def test_an_address_inside_is_refused_and_nobody_is_asked(
    shown: httpx2.Client, web: WebStub, place: str
) -> None:
    before = len(web.seen)
    refused = asked(shown, place.format(port=web.port))

    assert refused.status_code == 400
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["title"].endswith(".")
    assert len(web.seen) == before


def test_a_way_that_leads_inside_is_not_gone(shown: httpx2.Client, web: WebStub) -> None:
    refused = asked(shown, web.url("art.test", "/inside"))

    assert refused.status_code == 502
    assert "leads to where we do not go" in refused.json()["title"]
    assert web.paths()[-1] == "/inside"
    assert "127.0.0.1" not in {seen.host for seen in web.seen}


@pytest.mark.parametrize(
    ("path", "says"), [("/page", "a web page instead of a picture"), ("/nothing", "art.test")]
)
def test_what_is_no_picture_is_told(
    shown: httpx2.Client, web: WebStub, path: str, says: str
) -> None:
    answer = asked(shown, web.url("art.test", path))

    assert answer.status_code == 502
    assert says in answer.json()["title"]
