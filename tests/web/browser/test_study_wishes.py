"""Wishes on the study page in a browser: what is asked for, everything on the page follows."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest

from .conftest import Page

SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => list.getEntries().forEach((entry) => shifts.push(entry.value)))
  .observe({ type: "layout-shift", buffered: true });
"""
A_SHIFT = 0.02


@pytest.fixture
def live(page: Page) -> Page:
    """The page of a work's study, its sliders ready."""
    return opened(page, "/studies/1")


def opened(page: Page, address: str) -> Page:
    page.goto(address)
    page.wait_for_selector("g-study.is-live canvas")
    return page


def drawing(page: Page) -> str:
    return str(page.evaluate("document.querySelector('g-study canvas').toDataURL()"))


def sheets(page: Page) -> list[str]:
    return list(page.locator(".all img").evaluate_all("all => all.map((one) => one.src)"))


def test_what_a_picture_is_meant_as_changes_its_advice(live: Page) -> None:
    before = live.locator(".tips").inner_text()
    with live.expect_response("**/study") as answered:
        live.get_by_label("Meant as").select_option("abstract")

    told = answered.value.json()["tips"]
    live.wait_for_url("**intent=abstract**")
    live.wait_for_function(
        "words => document.querySelector('.tips, .advice').innerText.includes(words)",
        arg=told[0]["observation"],
    )
    assert answered.value.request.post_data_json["intent"] == "abstract"
    assert live.get_by_label("Meant as").input_value() == "abstract"
    live.get_by_label("Meant as").select_option("none")
    live.wait_for_function("words => document.querySelector('.tips').innerText === words",
                           arg=before)  # fmt: skip


def test_the_study_that_is_kept_is_the_one_on_the_page(
    open_page: Callable[..., Page], site: httpx2.Client
) -> None:
    page = opened(open_page(), "/studies/7?intent=nocturne")
    page.get_by_role("button", name="Shapes", exact=True).click()
    page.get_by_label("Values").fill("4")
    page.wait_for_url("**levels=4**")
    page.get_by_role("button", name="Keep this study").click()
    page.wait_for_url("**#progress")

    kept = site.get("/api/works/7/studies").json()["studies"][-1]
    assert (kept["intent"], kept["settings"]["levels"]) == ("nocturne", 4)
    assert "intent=nocturne" in page.url
    assert "levels=4" in page.url


def test_other_values_of_the_plan_are_in_the_address_and_are_kept(
    live: Page, site: httpx2.Client
) -> None:
    live.get_by_label("Values").fill("3")
    live.wait_for_url("**plan=3**")

    assert "plan=3" in str(live.locator("form.keep").get_attribute("action"))


def test_every_part_of_the_page_follows_other_shapes(live: Page) -> None:
    before = sheets(live)
    live.get_by_role("button", name="Shapes", exact=True).click()
    with live.expect_response("**/study") as answered:
        live.get_by_label("Values").fill("6")

    told = answered.value.json()
    levels = next(one for one in told["readings"] if one["tool"] == "blocks")["figures"]["levels"]
    live.wait_for_selector(f".all img[src*='{told['id']}']", state="attached")
    assert live.locator(".all .chips li").count() == len(levels)
    assert live.locator(".panel .strip tbody tr").count() == len(levels)
    after = sheets(live)
    assert not set(before) & set(after)
    assert all(told["id"] in address for address in after)
    hints = next(one for one in told["readings"] if one["tool"] == "hints")["note"]
    assert live.locator("#composition .by").inner_text() == hints
    assert told["id"] in str(live.get_by_role("link", name="One page").get_attribute("href"))


def test_any_change_by_any_amount_is_shown_on_the_stage(live: Page) -> None:
    plan = drawing(live)
    live.get_by_label("Change").select_option("lower-key")
    live.wait_for_selector(".ifs .by:has-text('by 80 %')")
    much = drawing(live)
    live.get_by_label("Amount").fill("20")
    live.wait_for_selector(".ifs .by:has-text('by 20 %')")
    little = drawing(live)

    assert len({plan, much, little}) == 3
    assert live.locator(".big .what").inner_text() == "With the key lowered"
    live.locator(".ifs").get_by_role("button", name="Before").click()
    assert drawing(live) not in (much, little)


def test_a_change_whose_sheet_was_lost_on_the_way_is_told_and_can_be_asked_for_again(
    live: Page, faults: list[str]
) -> None:
    live.route("**/sheets/**", lambda route: route.abort())
    live.get_by_label("Change").select_option("lower-key")
    live.get_by_text("The studio cannot be reached. Is it still running?").wait_for()

    live.unroute("**/sheets/**")
    live.locator(".ifs").get_by_role("button", name="After").click()
    live.wait_for_selector(".ifs .by:has-text('by 80 %')")
    assert live.locator(".big .what").inner_text() == "With the key lowered"
    faults[:] = [one for one in faults if "ERR_FAILED" not in one]


def test_blocks_are_merged_by_their_numbers(live: Page) -> None:
    live.get_by_label("Change").select_option("merge-blocks")
    live.wait_for_selector(".ifs .by:has-text('on blocks')")
    with live.expect_response("**/study/what_if") as answered:
        live.get_by_role("group", name="Blocks to merge").get_by_role("button").first.click()

    assert answered.value.status == 200


def test_drawing_stands_before_numbers_that_do_the_same(live: Page) -> None:
    assert not live.get_by_label("Box around it", exact=True).is_visible()
    live.get_by_text("By numbers").click()
    assert live.get_by_label("Box around it", exact=True).is_visible()
    assert live.get_by_text("Drop another picture anywhere").is_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_jumps_when_the_sliders_come(open_page: Callable[..., Page], width: int) -> None:
    for number in (1, 2):
        page = open_page(viewport={"width": width, "height": 900})
        page.add_init_script(SHIFTS)
        opened(page, f"/studies/{number}")
        page.wait_for_selector(".panel .strip")

        assert sum(page.evaluate("shifts")) < A_SHIFT
