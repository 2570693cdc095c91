"""Answers to who reads: a head without a body, a tag, and nothing where nothing has changed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import anyio
import httpx2
import pytest

from gesso import Studio
from gesso.core.records.works import Provenance, Rights
from gesso.web.server.doors.asgi import Message, Receive, Scope, Send
from gesso.web.server.doors.reading import Reading

from ...conftest import hill, served


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder = tmp_path_factory.mktemp("read")
    with Studio.open(folder) as studio:
        studio.catalogue.accession.accept_bytes(
            hill(), name="hill", title="Hill", provenance=Provenance("brought", "1"),
            rights=Rights(),
        )  # fmt: skip
    with served(folder) as client:
        yield client


PATHS = (
    "/",
    "/works/1",
    "/settings",
    "/api/works",
    "/api/works/1",
    "/api/works/1/picture",
    "/api/works/1/file",
    "/api/sets",
    "/api/jobs",
    "/openapi.json",
    "/health/live",
    "/metrics",
    "/sw.js",
    "/feeds/all.atom",
    "/iiif/image/3/1/info.json",
)


@pytest.mark.parametrize("path", PATHS)
def test_a_head_is_that_of_the_whole_answer(site: httpx2.Client, path: str) -> None:
    whole, head = site.get(path), site.head(path)

    assert (head.status_code, head.content) == (200, b"")
    changing = {"date", "content-length"} if path in ("/", "/metrics") else {"date"}
    told = {name: value for name, value in head.headers.items() if name not in changing}
    assert told == {name: value for name, value in whole.headers.items() if name not in changing}


def test_the_head_of_a_thumbnail_is_the_same_before_and_after_it_was_sent(
    site: httpx2.Client,
) -> None:
    [tile] = site.get("/api/works").json()["works"]
    thumbnail = tile["small"]

    first = site.head(thumbnail)
    site.get(thumbnail)

    assert first.status_code == site.head(thumbnail).status_code == 200


def test_the_head_of_what_is_not_there_is_its_problem_without_the_words(
    site: httpx2.Client,
) -> None:
    for path, status in (("/api/works/99", 404), ("/nowhere", 404), ("/api/works/x", 422)):
        answer = site.head(path)
        assert (answer.status_code, answer.content) == (status, b"")
        assert answer.headers["content-type"] == "application/problem+json"


def test_the_head_of_a_stream_ends(site: httpx2.Client) -> None:
    job = site.post("/api/state/check").json()["id"]

    answer = site.head(f"/api/jobs/{job}/events", timeout=10)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


def test_a_stream_is_open_before_its_first_event_comes() -> None:
    told: list[str] = []

    async def stream(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        told.append("waits for an event")
        await send({"type": "http.response.body", "body": b"id: 1", "more_body": True})

    async def send(message: Message) -> None:
        told.append(message["type"])

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "headers": []}
    # In a thread of its own: a browser's driver may have a loop running in this one.
    with ThreadPoolExecutor(1) as threads:
        threads.submit(anyio.run, Reading(stream), scope, receive, send).result()

    assert told == ["http.response.start", "waits for an event", "http.response.body"]


@pytest.mark.parametrize(
    "path",
    ["/api/works/1", "/api/sets", "/api/tracks", "/api/works/outline", "/openapi.json",
     "/api/collect", "/api/works/1/picture"],
)  # fmt: skip
def test_what_has_not_changed_is_not_sent_again(site: httpx2.Client, path: str) -> None:
    first = site.get(path)
    tag = first.headers["etag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = site.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b""), known
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert site.get(path, headers={"If-None-Match": tag[:-2] + '"'}).status_code == 200


def test_what_has_changed_has_another_tag(tmp_path: Path) -> None:
    with served(tmp_path) as site:
        number = site.post("/api/sets", json={"name": "Days"}).json()["id"]
        before = {path: site.get(path) for path in ("/api/sets", f"/api/sets/{number}")}
        site.patch(f"/api/sets/{number}", json={"name": "Nights"})

        for path, was in before.items():
            now = site.get(path, headers={"If-None-Match": was.headers["etag"]})
            assert now.status_code == 200
            assert "Nights" in now.text


def test_a_problem_and_what_changes_have_no_tag(site: httpx2.Client) -> None:
    assert "etag" not in site.get("/api/works/99", headers={"If-None-Match": "*"}).headers
    assert "etag" not in site.post("/api/sets", json={"name": "x"}).headers
