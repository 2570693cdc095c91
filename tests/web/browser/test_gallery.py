"""The gallery in a browser: hung, walked, turned, left and come back to."""

from __future__ import annotations

import re
from collections.abc import Callable

import httpx2
import pytest

from .conftest import WORKS, Page, refused

WALLS = ("chalk", "grey", "nocturne")


def hung(page: Page, address: str = "/") -> None:
    """Go somewhere and wait until the grid has laid its works out."""
    page.goto(address)
    page.wait_for_selector("g-grid.is-laid .w .is-here")


def boxes(page: Page) -> list[dict[str, float]]:
    """Where the tiles of the window are, by their places."""
    found: list[dict[str, float]] = page.evaluate(
        """() => [...document.querySelectorAll("g-grid .w")].map((tile) => {
             const { left, top, width, height } = tile.firstElementChild.getBoundingClientRect();
             return { place: Number(tile.dataset.place), left, top, width, height };
           })"""
    )
    return found


def focused(page: Page) -> int | None:
    """The place of the work that has the focus."""
    found: str | None = page.evaluate("document.activeElement.closest('.w')?.dataset.place ?? null")
    return None if found is None else int(found)


def walk(page: Page, *keys: str) -> int | None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(40)
    return focused(page)


def ready_for_keys(page: Page) -> None:
    """Keys come once somebody is here."""
    page.mouse.move(300, 300)
    page.wait_for_function(
        "() => performance.getEntriesByType('resource').some((one) => one.name.endsWith('keys.js'))"
    )
    page.wait_for_timeout(50)


@pytest.mark.parametrize("wall", WALLS)
def test_the_gallery_hangs_its_works_on_every_wall(page: Page, wall: str) -> None:
    hung(page)
    page.click(f"button[data-wall={wall}]")

    assert page.locator(".w").last.get_attribute("aria-setsize") == str(WORKS)
    assert page.evaluate("document.querySelectorAll('g-grid *').length") <= 600
    assert not refused(page)


@pytest.mark.parametrize(
    "wrong",
    [
        "document.head.append(Object.assign(document.createElement('script'), {text: '1'}))",
        "document.body.setAttribute('style', 'color: red')",
        "setTimeout(() => nowhere())",
    ],
)
def test_what_goes_wrong_on_a_page_is_heard(page: Page, faults: list[str], wrong: str) -> None:
    page.goto("/")
    page.evaluate(f"() => {{ {wrong} }}")
    page.wait_for_timeout(50)

    assert faults
    faults.clear()


@pytest.mark.parametrize("hanging", ["wall", "salon", "index"])
@pytest.mark.parametrize("width", [390, 1440, 3840])
def test_rows_are_full_and_crop_nothing(
    open_page: Callable[..., Page], hanging: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    hung(page)
    page.evaluate("(hang) => document.querySelector(`[data-hang=${hang}]`).click()", hanging)
    page.wait_for_selector(f"g-grid.is-{hanging} .w img")
    inner = page.evaluate("document.querySelector('g-grid').getBoundingClientRect().width")
    tiles, ratios = (
        boxes(page),
        {
            int(place): ratio
            for place, ratio in page.evaluate(
                """() => [...document.querySelectorAll("g-grid .w")].filter((tile) => tile.tile)
                     .map((tile) => [tile.dataset.place, tile.tile.width / tile.tile.height])"""
            )
        },
    )

    for tile in tiles:
        if tile["place"] in ratios:
            shown = tile["width"] / tile["height"]
            assert shown == pytest.approx(ratios[int(tile["place"])], rel=0.01)
    rows: dict[int, list[dict[str, float]]] = {}
    for tile in tiles:
        rows.setdefault(round(tile["top"]), []).append(tile)
    for top in sorted(rows)[:-1]:
        ends = max(tile["left"] + tile["width"] for tile in rows[top])
        begins = min(tile["left"] for tile in rows[top])
        assert ends - begins == pytest.approx(inner, abs=1.5)


def test_without_a_script_the_same_works_hang_and_pages_can_be_turned(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/?order=oldest")

    assert page.locator(".w img").count() == WORKS
    page.click("nav.spec a >> nth=3", position={"x": 1, "y": 1})
    assert "colours=" in page.url
    assert page.locator(".chosen").is_visible()


def test_arrows_walk_the_wall(page: Page) -> None:
    hung(page)
    ready_for_keys(page)

    assert walk(page, "ArrowRight") == 0
    assert walk(page, "ArrowRight", "ArrowRight") == 2
    assert walk(page, "ArrowLeft") == 1
    first = {tile["place"]: tile["top"] for tile in boxes(page)}
    below = walk(page, "ArrowDown")
    assert below is not None
    assert first[below] > first[1]
    assert walk(page, "ArrowUp") == 1
    assert walk(page, "End") == WORKS - 1
    assert page.text_content("#said") == f"{WORKS} of {WORKS}"
    assert walk(page, "Home") == 0
    further = walk(page, "PageDown")
    assert further is not None
    assert further > 4
    assert walk(page, "PageUp") == 0


def test_keys_mark_open_and_turn_rooms(page: Page, site: httpx2.Client) -> None:
    hung(page)
    ready_for_keys(page)
    walk(page, "ArrowRight", "ArrowRight")
    before = boxes(page)
    walk(page, "f")
    page.wait_for_selector(".heart[aria-pressed=true]")

    assert boxes(page) == before, "nothing moves"
    marked = site.get("/api/works", params={"room": "favourites"}).json()["works"]
    assert len(marked) == 1
    page.keyboard.press("5")
    page.wait_for_url(re.compile("room=favourites"))
    hung(page, page.url)
    assert page.locator(".w").count() == 1
    ready_for_keys(page)
    walk(page, "ArrowRight")
    page.wait_for_function("() => document.activeElement.closest('.w')")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/works/{marked[0]['id']}"))


def test_the_overlay_of_keys_holds_the_focus_and_gives_it_back(page: Page) -> None:
    hung(page)
    ready_for_keys(page)
    place = walk(page, "ArrowRight", "ArrowRight")
    page.keyboard.press("?")
    page.wait_for_selector("dialog.keys[open]")
    told = page.text_content("dialog.keys")

    assert not refused(page)
    for words in ("Next work", "Favourite", "Put into a set", "Search", "These keys"):
        assert words in told
    for _ in range(5):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body"
                             " || document.activeElement.closest('dialog') !== null")  # fmt: skip
    page.keyboard.press("Escape")
    assert not page.locator("dialog.keys[open]").count()
    assert focused(page) == place


def test_back_returns_to_the_same_place_and_focus(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 700, "height": 500})
    hung(page)
    ready_for_keys(page)
    walk(page, "End")
    place = walk(page, "ArrowUp", "ArrowUp")
    page.wait_for_timeout(200)
    before = page.evaluate("scrollY")
    assert before > 500
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/works/\d+$"))
    page.go_back()
    page.wait_for_selector("g-grid.is-laid .w .is-here")
    page.wait_for_function("() => document.activeElement.closest('.w')")

    assert page.evaluate("scrollY") == pytest.approx(before, abs=2)
    assert focused(page) == place


def test_a_work_goes_into_a_set_by_key_and_out_again(page: Page, site: httpx2.Client) -> None:
    hung(page)
    ready_for_keys(page)
    walk(page, "ArrowRight")
    page.keyboard.press("s")
    page.wait_for_selector("dialog.chooser[open]")
    page.fill("dialog.chooser input[name=name]", "Evening")
    page.keyboard.press("Enter")
    page.wait_for_selector("dialog.chooser input[type=checkbox]")
    [made] = site.get("/api/sets").json()["sets"]

    assert (made["name"], made["count"]) == ("Evening", 1)
    assert not refused(page)
    page.click("dialog.chooser >> text=Evening")
    page.wait_for_function("() => document.querySelector('.chooser .count').textContent === '0'")
    assert site.get(f"/api/sets/{made['id']}").json()["works"] == []
    site.delete(f"/api/sets/{made['id']}")


def test_a_colour_of_the_spectrum_is_chosen_by_key(page: Page) -> None:
    hung(page)
    band = page.locator("nav.spec a").nth(4)
    words = band.get_attribute("aria-label")
    band.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("colours="))

    assert words is not None
    assert words.partition(",")[0] in page.text_content(".chosen")
    assert not refused(page)


def test_a_picture_that_cannot_be_had_leaves_its_tile_with_the_reason(
    page: Page, faults: list[str]
) -> None:
    told = {"content_type": "application/problem+json", "body": '{"title": "It is missing."}'}
    page.route("**/t/*", lambda route: route.fulfill(status=410, **told))
    page.goto("/")
    page.wait_for_selector(".is-lost .lost")

    assert page.locator(".lost").first.text_content() == "It is missing."
    assert all("410" in fault for fault in faults)
    faults.clear()


def test_a_mark_waits_where_there_is_no_network(
    page: Page, site: httpx2.Client, faults: list[str]
) -> None:
    hung(page, "/?order=oldest")
    work = int(page.locator(".w").first.get_attribute("data-id"))
    ready_for_keys(page)
    walk(page, "ArrowRight")
    page.context.set_offline(True)
    walk(page, "f")
    page.wait_for_selector(".told")
    assert "Kept here" in page.text_content(".told")
    assert not site.get(f"/api/works/{work}").json()["favourite"]
    page.context.set_offline(False)
    page.wait_for_function("() => localStorage.getItem('gesso.marks') === '{}'")

    assert site.get(f"/api/works/{work}").json()["favourite"]
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in faults)
    faults.clear()


def test_a_mark_of_one_tab_is_seen_in_the_others(page: Page, site: httpx2.Client) -> None:
    hung(page, "/?order=oldest")
    other = page.context.new_page()
    other.goto("/works/7")
    other.get_by_role("button", name="Favourite").click()

    page.wait_for_selector(".w[data-id='7'] .heart[aria-pressed=true]")
    page.locator(".w[data-id='7'] .heart").click()
    other.wait_for_selector(".act[aria-pressed=false] >> text=Favourite")
    assert not site.get("/api/works/7").json()["favourite"]


def test_a_wall_of_a_page_has_no_rail(page: Page) -> None:
    hung(page)

    assert not page.locator(".scrub").count()


def test_what_was_seen_can_be_seen_without_the_studio(page: Page, faults: list[str]) -> None:
    hung(page)
    page.wait_for_function(
        "() => navigator.serviceWorker.ready.then((one) => one.active.state === 'activated')",
        timeout=60_000,
    )
    page.reload()
    page.wait_for_selector("g-grid.is-laid .w .is-here")
    page.wait_for_timeout(200)
    page.context.set_offline(True)
    page.reload()
    page.wait_for_selector("g-grid.is-laid .w .is-here")

    assert page.locator("h1").is_visible()
    faults.clear()  # what could not be asked for anew is told there


def test_who_scrolls_away_from_a_work_stays_at_it_and_does_not_see_it(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(viewport={"width": 700, "height": 500})
    hung(page)
    page.keyboard.press("Home")
    page.wait_for_function("() => document.activeElement.closest('.w')")
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_selector(".w.is-away", state="attached")
    assert page.evaluate("document.activeElement.closest('.w').matches('.is-away')")
    assert page.locator(".w.is-away").evaluate("(tile) => getComputedStyle(tile).opacity") == "0"

    page.evaluate("scrollTo(0, 0)")

    page.wait_for_function("() => !document.querySelector('.is-away')")
    assert page.evaluate("document.activeElement.closest('.w').dataset.place") == "0"


def test_a_stretch_of_the_spectrum_is_chosen_by_drawing_over_it(page: Page) -> None:
    hung(page)
    bands = page.locator("nav.spec a")
    first, last = (bands.nth(at).get_attribute("data-first") for at in (2, 6))
    start, end = bands.nth(2).bounding_box(), bands.nth(6).bounding_box()
    page.mouse.move(start["x"] + 1, start["y"] + 7)
    page.wait_for_function("() => document.querySelector('.spec').isAwake")
    page.wait_for_timeout(100)
    page.mouse.down()
    page.mouse.move(end["x"] + end["width"] / 2, end["y"] + 7, steps=4)
    assert page.locator("nav.spec a.is-chosen").count() == 5
    page.mouse.up()
    page.wait_for_url(re.compile("colours="))

    assert f"colours={first}-{last}" in page.url


def test_a_stretch_of_the_spectrum_is_chosen_by_keys(page: Page) -> None:
    hung(page)
    bands = page.locator("nav.spec a")
    first, last = (bands.nth(at).get_attribute("data-first") for at in (3, 5))
    bands.nth(3).focus()
    page.wait_for_timeout(200)
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("colours="))

    assert f"colours={first}-{last}" in page.url


def test_works_of_one_source_are_chosen_from_a_list(page: Page) -> None:
    hung(page)
    page.select_option(".sources select", "painted over")
    page.wait_for_url(re.compile("source=painted"))

    assert "from painted over" in page.text_content(".chosen")
    assert page.locator(".w").count() == WORKS // 5
    assert not refused(page)
