"""Orders of work in a browser: pictures as they are painted, a server that goes and comes back."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ..conftest import served
from ..doings.conftest import studio_in
from .conftest import Page, refused

PAGES = ("/make", "/collect", "/runs", "/figures", "/state", "/settings")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A studio that paints small pictures in its own process."""
    folder = studio_in(tmp_path_factory.mktemp("making") / "studio")
    with served(folder) as asked:
        asked.post("/make", data={"theme": "Salt & brass", "works": "1", "rounds": "2"})
        yield asked


def said(page: Page) -> Any:
    return page.locator("[data-part=said]")


def test_pictures_are_shown_as_they_are_painted(page: Page) -> None:
    page.goto("/make")
    page.get_by_label("Theme").fill("Lanterns in fog")
    page.get_by_label("Works").fill("3")
    page.get_by_label("Rounds").fill("1")
    page.get_by_role("button", name="Begin").click()
    page.evaluate("window.isTheSamePage = true")

    page.locator(".pair img").nth(3).wait_for()
    page.get_by_text("Done. 3 of 3 works kept.").wait_for()
    page.locator(".item h2 a").nth(2).wait_for()
    assert page.evaluate("window.isTheSamePage"), "nothing was loaded anew"
    assert page.locator(".item").count() == 3
    assert page.evaluate("[...document.images].every((one) => one.naturalWidth || !one.complete)")
    assert not refused(page)


def test_a_run_is_stopped_and_gone_on_with_by_keyboard(page: Page) -> None:
    page.goto("/make")
    page.get_by_label("Theme").fill("Rooms of snow")
    page.get_by_label("Works").fill("8")
    page.get_by_label("Rounds").fill("1")
    page.get_by_role("button", name="Begin").press("Enter")
    page.locator(".item h2 a").first.wait_for()
    page.get_by_role("button", name="Stop").press("Enter")
    page.get_by_role("button", name="Go on").wait_for()
    assert said(page).inner_text().startswith("Paused.")

    page.get_by_role("button", name="Go on").press("Enter")
    page.get_by_text("Done. 8 of 8 works kept.").wait_for(timeout=60_000)


def test_what_an_order_would_cost_follows_its_form(page: Page) -> None:
    page.goto("/make")
    calls = page.locator("#price tbody tr", has_text="Painting").locator("td").first
    assert calls.inner_text() == "6"
    page.get_by_label("Works").fill("5")

    page.locator("#price td", has_text="30").first.wait_for()
    assert calls.inner_text() == "30"


def test_a_page_says_that_the_studio_is_lost_and_finds_it_again(
    open_page: Callable[..., Page], tmp_path: Path, faults: list[str]
) -> None:
    folder = studio_in(tmp_path / "studio")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = open_page()
    with served(folder, port=port) as site:
        wish = {"theme": "Tides", "works": 14, "rounds": 1}
        run = site.post("/api/make", json=wish).json()["run"]["id"]
        page.goto(f"{site.base_url}/runs/{run}")
        page.locator(".item h2 a").first.wait_for()
    # What it stopped with may still be told; after that nobody answers.
    page.get_by_text("Lost the studio.").wait_for()
    kept = page.locator(".pair img").count()
    assert kept >= 2
    with served(folder, port=port):
        page.get_by_role("button", name="Go on").wait_for()
        assert said(page).inner_text().startswith("Paused.")
        assert not page.get_by_text("Lost the studio.").is_visible()
        faults.clear()  # the browser's own, of addresses that did not answer


def test_figures_are_drawn_and_their_library_is_loaded_nowhere_else(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for place in ("/", "/make", "/runs", "/state", "/settings"):
        page.goto(place)
    assert not any("chart" in url for url in asked)
    page.goto("/figures")
    page.locator("canvas").first.wait_for()

    assert page.locator("canvas").count() == page.locator(".plot").count() > 2
    assert page.locator("details[open]").count() == 0
    assert any(url.endswith("chart.js") for url in asked)


@pytest.mark.parametrize(("width", "wall"), [(390, "chalk"), (1440, "grey"), (1440, "nocturne")])
def test_every_page_fits_and_can_be_read(
    open_page: Callable[..., Page], width: int, wall: str
) -> None:
    page = open_page(viewport={"width": width, "height": 844})
    page.goto("/make")
    page.evaluate("(wall) => localStorage.setItem('gesso.wall', wall)", wall)
    run = page.request.get("/api/runs").json()["runs"][0]["id"]
    for place in (*PAGES, f"/runs/{run}"):
        page.goto(place)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{place} is {wide} px wide"
        assert not refused(page), place


def test_a_work_in_the_making_is_followed_on_the_wall_by_events_and_hangs_itself(
    page: Page, site: httpx2.Client
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/api/" in request.url else 0)
    # Large ones, so that the first is still in the making when the page has come.
    wish = {"theme": "Weirs", "works": 40, "rounds": 1, "width": 1536, "height": 1536}
    run = site.post("/api/make", json=wish).json()["run"]["id"]
    hung = page.locator("g-grid .w:not(.making)")
    for _ in range(20):  # a work that is done before the page could ask tells nothing of events
        while not any(one["run"] == run for one in site.get("/api/works/making").json()):
            time.sleep(0.05)  # one run is worked on at a time
        page.goto("/")
        page.evaluate("window.isTheSamePage = true")
        if page.locator(f".making[data-run='{run}'][data-job]").count():
            newest = hung.first.get_attribute("data-id")
            page.wait_for_function(
                "(id) => document.querySelector('g-grid .w[data-id]').dataset.id !== id",
                arg=newest,
            )
        if any(re.search("/api/jobs/[0-9a-f]{16}/events$", url) for url in asked):
            break

    assert any(re.search("/api/jobs/[0-9a-f]{16}/events$", url) for url in asked)
    assert page.evaluate("window.isTheSamePage"), "nothing was loaded anew"
    made = {one["kept"] for one in site.get(f"/api/runs/{run}/items").json()["items"]}
    assert int(hung.first.get_attribute("data-id")) in made
    assert "Load the page" not in page.content()

    site.post(f"/runs/{run}/cancel")
    page.locator(".making").filter(has_text="Making now").wait_for(state="detached")
    page.wait_for_timeout(700)
    asked.clear()
    page.wait_for_timeout(1000)
    assert not asked, "nobody asks for what is over"


def test_the_first_work_of_a_studio_is_seen_in_the_making(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    with served(studio_in(tmp_path / "studio")) as empty:
        wish = {"theme": "Weirs", "works": 1, "rounds": 9, "width": 512, "height": 512}
        run = empty.post("/api/make", json=wish).json()["run"]["id"]
        for _ in range(200):
            if empty.get("/api/works/making").json():
                break
            time.sleep(0.05)
        page.goto(f"{empty.base_url}/")
        page.locator(".is-laid .making").wait_for()
        box = page.locator(".making .im").bounding_box()
        assert box is not None
        assert box["height"] > 100
        empty.post(f"/runs/{run}/cancel")
        page.goto("about:blank")


@pytest.mark.parametrize("place", ["/runs/{run}", "/"])
def test_a_tab_that_nobody_looks_at_lets_go_of_its_stream(
    page: Page, site: httpx2.Client, place: str
) -> None:
    wish = {"theme": "Sluices", "works": 40, "rounds": 1, "width": 1536, "height": 1536}
    run = site.post("/api/make", json=wish).json()["run"]["id"]
    while not any(one["run"] == run for one in site.get("/api/works/making").json()):
        time.sleep(0.05)  # one run is worked on at a time
    with page.expect_request(lambda request: request.url.endswith("/events")) as asked:
        page.goto(place.format(run=run))
    left: list[str] = []
    page.on("requestfailed", lambda request: left.append(request.url))

    page.evaluate(
        """() => {
          Object.defineProperty(document, "hidden", { value: true, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }"""
    )
    for _ in range(100):
        if asked.value.url in left:
            break
        page.wait_for_timeout(50)
    assert asked.value.url in left, "the connection is free for others"

    with page.expect_request(lambda request: request.url.endswith("/events")):
        page.evaluate(
            """() => {
              Object.defineProperty(document, "hidden", { value: false, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }"""
        )
    site.post(f"/runs/{run}/cancel")
    page.goto("about:blank")
