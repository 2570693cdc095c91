"""Every main page on every wall, wide and narrow; and of a studio that has nothing, or one work."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.records.works import Provenance, Rights

from ..conftest import served
from ..test_music import tune
from .conftest import Page, drawn, refused

PAGES = (
    "/",
    "/?room=favourites",
    "/search?words=hills",
    "/search",
    "/works/7",
    "/compare?a=7&b=values",
    "/works/7/music",
    "/studies",
    "/studies/7",
    "/make",
    "/collect",
    "/sets",
    "/sets/1",
    "/sets/1/arrange",
    "/sets/add?work=7",
    "/stories",
    "/stories/new",
    "/music",
    "/music/1",
    "/figures",
    "/runs",
    "/state",
    "/settings",
    "/sign-in",
    "/no-such-page",
)
MAIN = ("/", "/search?words=hills", "/works/7", "/studies/7", "/make", "/sets/1", "/music/1")
WALLS = ("chalk", "grey", "nocturne")
WIDTHS = (390, 1440)
ALONE = tuple(page for page in PAGES if "7" not in page and "/1" not in page)
_OVERFLOW = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((one) => one.getBoundingClientRect().right > wide + 1)
    .map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)
    .slice(-5);
}"""
_MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  const lasts = (told) => told.split(",").some((part) => parseFloat(part) > 0);
  return (style.transitionProperty !== "none" && lasts(style.transitionDuration))
    || (style.animationName !== "none" && lasts(style.animationDuration));
}).map((one) => `${one.tagName}.${one.className}`)"""
_PRINTED = """() => [...document.querySelectorAll(".top, .foot")]
  .filter((one) => getComputedStyle(one).display !== "none").map((one) => one.className)"""


@pytest.fixture(scope="module")
def site(exhibition: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """The exhibition with a track and a set."""
    folder = tmp_path_factory.mktemp("every") / "exhibition"
    shutil.copytree(exhibition, folder)
    with Studio.open(folder) as studio:
        facts = TrackFacts(title="Slow", artist="N. N.", licence="CC0-1.0")
        studio.catalogue.tracks.accept(tune(70, high=False), facts=facts)
    with served(folder) as asked:
        asked.post("/api/sets", json={"name": "Evening", "works": [3, 7, 5]})
        asked.put("/api/works/7/mark", json={"favourite": True})
        yield asked


def shown(page: Page, address: str, faults: list[str]) -> None:
    """Go to a page and wait until its scripts have done what they do."""
    page.goto(address, wait_until="load")
    if page.locator("g-grid").count():
        page.wait_for_selector("g-grid.is-laid")
    if page.locator("g-study").count():
        page.wait_for_selector("g-study.is-live canvas")
    if address == "/no-such-page":
        # A browser writes every page that is not there into its console.
        faults[:] = [fault for fault in faults if "404" not in fault]


def looked_at(page: Page, address: str) -> list[str]:
    """What is wrong with a page as it stands, one line each."""
    wrong = [f"{address}: {line}" for line in refused(page)]
    wrong += [f"{address} is too wide: {one}" for one in page.evaluate(_OVERFLOW)]
    wrong += [f"{address} moves: {one}" for one in page.evaluate(_MOVING)]
    return wrong


def seen_on(
    open_page: Callable[..., Page], wall: str, width: int, pages: tuple[str, ...], faults: list[str]
) -> list[str]:
    """What is wrong with pages on a wall, all of it at once."""
    page = open_page(viewport={"width": width, "height": 844 if width < 720 else 900})
    page.add_init_script(
        f"for (const key of ['gesso.wall', 'gesso.wall.study']) localStorage.setItem(key, '{wall}')"
    )
    wrong = []
    for address in pages:
        shown(page, address, faults)
        wrong += looked_at(page, address)
        wrong += [f"{address}: {fault}" for fault in faults]
        faults.clear()
    return wrong


@pytest.mark.parametrize(("wall", "width"), [("chalk", 390), ("grey", 1440), ("nocturne", 390)])
def test_main_pages_can_be_read_by_everybody_and_fit(
    open_page: Callable[..., Page], wall: str, width: int, faults: list[str]
) -> None:
    assert seen_on(open_page, wall, width, MAIN, faults) == []


@pytest.mark.soak
@pytest.mark.parametrize("wall", WALLS)
@pytest.mark.parametrize("width", [320, *WIDTHS, 3840])
def test_every_page_can_be_read_by_everybody_and_fits(
    open_page: Callable[..., Page], wall: str, width: int, faults: list[str]
) -> None:
    assert seen_on(open_page, wall, width, PAGES, faults) == []


def test_no_page_is_sent_with_a_style_or_a_script_of_its_own(site: httpx2.Client) -> None:
    for address in PAGES:
        told = site.get(address)
        assert told.status_code == (404 if address == "/no-such-page" else 200), address
        body = re.sub(r"<pre>.*?</pre>", "", told.text, flags=re.DOTALL)
        assert not re.search(r"<[^>]+\sstyle=", body), address
        assert "<style" not in body, address
        assert not re.search(r"<[^>]+\son[a-z]+=", body), address
        for script in re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", body):
            assert "json" in script, address
        assert not re.findall(r"(?:src|href)=\"(?:https?:)?//(?!127\.0\.0\.1)", _drawn_with(body))
        policy = told.headers["content-security-policy"]
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy or "default-src 'self'" in policy


def _drawn_with(body: str) -> str:
    """What a browser fetches for a page: neither its links nor what is said of it."""
    parts = r"<(?:script|img|link rel=\"(?:stylesheet|preload|modulepreload|icon))[^>]*>"
    return " ".join(re.findall(parts, body))


def test_on_paper_the_ways_around_are_left_out(page: Page) -> None:
    page.emulate_media(media="print")
    for address in ("/", "/works/7", "/studies/7", "/figures"):
        page.goto(address)
        assert page.evaluate(_PRINTED) == [], address
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
            "rgb(255, 255, 255)"
        )


@pytest.mark.parametrize("works", [0, 1])
def test_a_studio_with_nothing_and_with_one_work_has_all_its_pages(
    open_page: Callable[..., Page], tmp_path: Path, works: int, faults: list[str]
) -> None:
    with Studio.open(tmp_path / "bare") as studio:
        for number in range(works):
            studio.catalogue.accession.accept_bytes(
                drawn(number),
                name="only.png",
                title="The only one",
                provenance=Provenance("brought", "only"),
                rights=Rights(),
            )
    with served(tmp_path / "bare") as site:
        page = open_page(viewport={"width": 390, "height": 844})
        pages = ALONE + (("/works/1", "/studies/1", "/works/1/music") if works else ())
        wrong = []
        for address in pages:
            shown(page, f"{site.base_url}{address}", faults)
            faults[:] = [fault for fault in faults if "404" not in fault]
            wrong += [f"{address} is too wide: {one}" for one in page.evaluate(_OVERFLOW)]
            wrong += [f"{address}: {fault}" for fault in faults]
            faults.clear()
            assert page.locator("h1").first.inner_text().strip(), address
            said = page.locator("main").inner_text()
            assert not re.search(r"undefined|NaN|\{\{|None[,.)]|: None", said), address
        assert wrong == []
