"""What a page shows at first it shows for as long as it is open."""

from __future__ import annotations

import httpx2

from ..conftest import Page


def test_the_walls_can_be_chosen_as_long_as_a_page_is_open(page: Page) -> None:
    page.clock.install()
    page.goto("/music")
    assert page.locator(".walls").is_visible()

    page.clock.run_for(10_000)

    assert page.locator(".walls").is_visible()
    assert page.locator(".find kbd").is_visible()


def test_a_grid_whose_script_does_not_come_hangs_by_itself(page: Page, faults: list[str]) -> None:
    page.clock.install()
    page.route("**/grid.js", lambda route: route.abort())
    page.goto("/")
    works = page.locator("g-grid .w img").first
    assert not works.is_visible()

    page.clock.run_for(10_000)

    assert works.is_visible()
    assert page.locator(".walls").is_visible()
    assert not page.locator(".hang").is_visible()
    faults.clear()


def test_a_set_counts_what_is_left_in_it(page: Page, site: httpx2.Client) -> None:
    board = site.post("/api/sets", json={"name": "Two", "works": [1, 2]}).json()["id"]
    page.goto(f"/sets/{board}")
    page.wait_for_selector("g-grid.is-laid .w")
    assert page.locator("[data-count]").inner_text() == "2 works."
    page.locator("g-grid .w .im").first.focus()
    page.keyboard.press("x")

    page.get_by_text("1 work.", exact=True).wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("2 works.", exact=True).wait_for()
