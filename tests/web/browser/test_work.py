"""A work's page in a browser: zooming, comparing, marking and sharing, most of it by keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.pixels.picture import Picture
from gesso.core.records.judgements import Comparison, Evaluation, Measure
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Item
from gesso.core.records.works import Provenance, Rights

from ..conftest import served
from .conftest import drawn, refused

Page = Any
MAKER = Maker("measured", "1", offline=True)
LARGE, SMALL, LOST, KEPT = 1, 2, 3, 4


def judged(score: float) -> Evaluation:
    return Evaluation(
        (), (Measure("contrast", 40.0, 44.0, 0.1),), 0.1, score, "Light from is too high.", MAKER
    )


def make_a_pair(studio: Studio) -> None:
    """One round of two pictures, of which the second was kept."""
    rows = ("a pier", "the sea", "still", "dusk", "grey", "low", "people")
    prompt = Prompt("Pier", *rows, "A pier.", "It ends in nothing.", "Pier, Nothing", (), (), MAKER)
    runs = studio.catalogue.runs
    runs.create("run-1", "pier", {}, [Item("run-1", "item-1", 0)])
    runs.start_round("run-1", "item-1", 1, prompt)
    for slot in (0, 1):
        pixels = cv2.imdecode(np.frombuffer(drawn(slot + 50, (3, 2)), np.uint8), cv2.IMREAD_COLOR)
        assert pixels is not None
        work = studio.catalogue.accession.accept_painting(
            Picture(np.ascontiguousarray(pixels[:, :, ::-1]).astype(np.uint8)),
            title="Pier", creator="procedural", rights=Rights(),
            provenance=Provenance(
                "made", "procedural", f"run-1/item-1/1/{slot}", "run-1", "algorithmicMedia"
            ),
            recipe=Recipe(
                prompt, Maker("procedural", "2"), 7, 360, 240, "algorithmicMedia", slot=slot,
                run="run-1", item="item-1", evaluation=judged(0.6 + slot / 4),
            ),
            standing="kept" if slot else "take",
        )  # fmt: skip
        runs.set_evaluation("run-1", "item-1", 1, slot, work.id, 7, judged(0.6 + slot / 4))
    runs.set_comparison("run-1", "item-1", 1, Comparison(1, True, "Calmer.", MAKER))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """Works: a large one, a small one, and a pair of which the second hangs."""
    folder = tmp_path_factory.mktemp("works") / "piers"
    with Studio.open(folder) as studio:
        small = cv2.imdecode(np.frombuffer(drawn(3, (4, 3)), np.uint8), cv2.IMREAD_COLOR)
        assert small is not None
        large = cv2.resize(small, (3200, 2400), interpolation=cv2.INTER_CUBIC)
        for name, data in (
            ("Large hills", bytes(cv2.imencode(".jpg", large)[1])),
            ("Small hills", drawn(4, (4, 3))),
        ):
            studio.catalogue.accession.accept_bytes(
                data, name=name, title=name, provenance=Provenance("brought", name), rights=Rights()
            )
        make_a_pair(studio)
    with served(Path(folder)) as asked:
        yield asked


def test_a_large_picture_is_zoomed_into_by_tiles_and_closed_by_keys(page: Page) -> None:
    tiles: list[str] = []
    page.on("request", lambda request: tiles.append(request.url))
    page.goto(f"/works/{LARGE}")
    page.keyboard.press("z")
    page.locator(".viewer canvas").first.wait_for()
    page.keyboard.press("1")
    page.wait_for_function("() => document.querySelector('.told').textContent === '100 %'")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("Escape")

    page.locator("dialog").wait_for(state="detached")
    assert page.url.endswith(f"/works/{LARGE}")
    sizes = {match[1] for url in tiles if (match := re.search(r"/(\d+,\d+)/0/default", url))}
    assert "512,512" in sizes


def test_a_small_picture_is_zoomed_without_the_library_for_tiles(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"/works/{SMALL}")
    page.locator(".zoomable").click()
    page.locator(".viewer .stage img").wait_for()
    page.keyboard.press("+")
    before = page.locator(".told").inner_text()
    page.keyboard.press("+")

    assert page.locator(".told").inner_text() != before
    assert not any("openseadragon" in url for url in asked)
    page.get_by_role("button", name="Close").click()
    page.locator("dialog").wait_for(state="detached")


def test_a_round_is_compared_beside_wiped_and_in_turn(page: Page) -> None:
    page.goto(f"/works/{KEPT}")
    page.keyboard.press("c")
    page.wait_for_url(re.compile(rf"/compare\?a={KEPT}&b={LOST}"))
    pairing = page.locator("g-compare")
    assert "is-two" in pairing.get_attribute("class")

    page.keyboard.press("w")
    page.locator(".wiper input").fill("25")
    assert "inset(0px 0px 0px 25%)" in page.locator("figure + figure .pane").get_attribute("style")
    page.keyboard.press("b")
    page.keyboard.press(" ")
    assert page.locator("figure[data-off] figcaption a").get_attribute("href") == f"/works/{KEPT}"
    page.keyboard.press("Escape")
    page.wait_for_url(re.compile(rf"/works/{KEPT}$"))


def test_both_pictures_move_as_one(page: Page) -> None:
    page.goto(f"/compare?a={KEPT}&b=values")
    page.locator("g-compare.is-live").wait_for()
    page.mouse.move(400, 350)
    page.mouse.wheel(0, -400)

    scales = page.locator(".pane img").evaluate_all(
        "all => all.map((one) => one.getBoundingClientRect().width)"
    )
    boxes = page.locator(".pane").evaluate_all("all => all.map((one) => one.clientWidth)")
    assert scales[0] == pytest.approx(scales[1], rel=0.01)
    assert scales[0] > boxes[0] * 0.9


def test_a_mark_is_set_in_place_and_the_next_work_is_a_key_away(page: Page) -> None:
    page.goto(f"/works/{KEPT}")
    with page.expect_response("**/mark"):
        page.keyboard.press("f")
    assert page.locator(".acts [aria-pressed=true]").count() == 1

    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile(rf"/works/{SMALL}$"))
    page.keyboard.press("ArrowLeft")
    page.wait_for_url(re.compile(rf"/works/{KEPT}$"))


def test_what_is_near_a_work_comes_when_it_is_nearly_seen(page: Page) -> None:
    page.goto(f"/works/{KEPT}")
    page.locator("#record").scroll_into_view_if_needed()

    page.locator(".alike img").first.wait_for()
    assert page.locator(".alike a").count() >= 1


def test_a_link_is_made_and_shows_the_work_to_others(
    page: Page, open_page: Callable[..., Page]
) -> None:
    page.goto(f"/works/{SMALL}")
    page.get_by_label("Whom it is for").fill("Ada")
    page.get_by_role("button", name="Make a link").click()
    address = page.locator(".given a").get_attribute("href")

    other = open_page()
    other.goto(address)
    other.locator(".zoomable").click()
    other.locator(".viewer .stage img").wait_for()
    assert other.locator("h1").inner_text() == "Small hills"
    assert other.locator("form").count() == 0


def test_the_page_says_all_without_a_script(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"/works/{KEPT}")

    for heading in (
        "Why it looks like this",
        "Prompt",
        "One round",
        "Judgement",
        "Values",
        "Record",
    ):
        assert page.get_by_role("heading", name=heading).count() == 1
    page.get_by_role("link", name="Compare rounds").click()
    assert page.locator("figure img").count() == 2


@pytest.mark.parametrize("wall", ["chalk", "grey", "nocturne"])
@pytest.mark.parametrize("path", [f"/works/{KEPT}", f"/compare?a={KEPT}&b={LOST}"])
def test_nothing_serious_is_in_the_way_of_anybody(page: Page, path: str, wall: str) -> None:
    page.add_init_script(f"localStorage.setItem('gesso.wall', '{wall}')")
    page.goto(path)

    assert refused(page) == []


def test_a_phone_shows_the_whole_width_and_nothing_beyond_it(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    for path in (f"/works/{KEPT}", f"/works/{LARGE}", f"/compare?a={KEPT}&b=values"):
        page.goto(path)
        beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, path


@pytest.mark.parametrize("height", [900, 560])
def test_the_picture_stays_in_the_window_however_long_its_label_is(
    open_page: Callable[..., Page], height: int
) -> None:
    page = open_page(viewport={"width": 1440, "height": height})
    for work in (KEPT, LARGE):
        page.goto(f"/works/{work}")
        page.evaluate("document.querySelector('.label').style.minHeight = '4000px'")
        page.evaluate("scrollTo(0, 2500)")
        box = page.locator(".hung img").bounding_box()
        tools = page.locator(".hangs .tools").bounding_box()
        assert box is not None
        assert tools is not None
        assert box["y"] >= 60, "below the head of the page"
        assert tools["y"] + tools["height"] <= height
