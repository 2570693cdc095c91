"""`gesso search --like https://…`: a picture of the web, through the real fetcher."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.stubs.web_stub import NO_ROBOTS, Leading, Page, Seen, WebStub

from gesso.core.outside.polite.fetcher import Fetcher, FetchOptions
from gesso.core.outside.polite.guard import Guard
from gesso.core.outside.polite.hosts import Hosts, Pace
from gesso.studio.collecting import Collecting


def plain(colour: tuple[int, int, int]) -> bytes:
    """A PNG of one colour and a light band."""
    picture = np.full((96, 128, 3), colour, np.uint8)
    picture[60:70] = 220
    return bytes(cv2.imencode(".png", picture)[1])


@pytest.fixture
def web() -> Iterator[WebStub]:
    def answer(seen: Seen) -> Page:
        return NO_ROBOTS if seen.path == "/robots.txt" else Page(body=plain((40, 30, 180)))

    with WebStub(answer) as stub:
        yield stub


@pytest.fixture
def hung(gesso, tmp_path: Path) -> None:
    folder = tmp_path / "art"
    folder.mkdir()
    for title, colour in {"red": (38, 30, 179), "blue": (190, 90, 20)}.items():
        (folder / f"{title}.png").write_bytes(plain(colour))
    assert gesso("collect", "folder", folder).code == 0
    assert gesso("encode").code == 0


def test_a_picture_on_the_web_finds_works_like_it(
    gesso, hung, web: WebStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    guard = Guard(ports=(80, web.port), resolve=lambda *_: ["93.184.216.34"])
    options = FetchOptions(contact="us@gesso.test")
    with Fetcher(
        options, guard=guard, hosts=Hosts(pace=Pace(1000, 1000)), network=Leading(web)
    ) as fetcher:
        monkeypatch.setattr(Collecting, "fetcher", property(lambda _: fetcher))
        said = gesso("search", "--like", web.url("art.test", "/red.png"), "--json")

    assert said.code == 0, said.err
    assert said.document["hits"][0]["title"] == "red"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_an_address_of_this_machine_is_refused_as_the_studio_stands(
    gesso, hung, web: WebStub, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    monkeypatch.setenv("GESSO_COLLECT__CONTACT", "us@example.org")
    said = gesso("search", "--like", f"http://{host}:{web.port}/red.png")
    plainly = gesso("search", "--like", f"http://{host}/red.png")

    assert (said.code, plainly.code) == (2, 2)
    assert "Traceback" not in said.err + plainly.err
    assert host.strip("[]") in plainly.err
    assert web.seen == []
