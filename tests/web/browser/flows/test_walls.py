"""From the wall to a work and back: marking, colours, the end, sets, searching."""

from __future__ import annotations

import re

import httpx2
import pytest

from ..conftest import WORKS, Page
from .hands import Hand, Keys


def hung(page: Page) -> None:
    """The grid has laid its works out."""
    page.wait_for_selector("g-grid.is-laid .w .is-here")


def tile(page: Page, place: int) -> Page:
    return page.locator(f".w[data-place='{place}'] .im")


def walked(hand: Hand, place: int) -> None:
    """The keyboard stands on a work of the wall."""
    if isinstance(hand, Keys):
        hand.reach(tile(hand.page, 0))
        for _ in range(place):
            hand.page.keyboard.press("ArrowRight")
        hand.reach(tile(hand.page, place))


def test_a_work_is_opened_marked_and_left_to_the_same_place(
    hand: Hand, site: httpx2.Client
) -> None:
    page = hand.page
    hand.open("/?order=oldest")
    hung(page)
    walked(hand, 17)
    if not isinstance(hand, Keys):  # far tiles hang when they are scrolled to
        page.mouse.move(700, 500)
        page.mouse.wheel(0, 600)
    tile(page, 17).scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    before = page.evaluate("scrollY")

    hand.press(tile(page, 17), shortcut="Enter")
    page.wait_for_url(re.compile(r"/works/18\?order=oldest$"))
    with page.expect_response("**/mark"):
        hand.press(page.get_by_role("button", name="Favourite"), shortcut="f")
    if isinstance(hand, Keys):
        page.keyboard.press("Escape")
    else:
        page.go_back()
    page.wait_for_url(re.compile(r"/\?order=oldest"))
    hung(page)

    assert page.evaluate("scrollY") == pytest.approx(before, abs=2)
    if isinstance(hand, Keys):
        page.wait_for_function("() => document.activeElement.closest('.w')?.dataset.place === '17'")
    assert site.get("/api/works/18").json()["favourite"] is True
    with page.expect_response("**/mark"):
        heart = page.locator(".w[data-place='17'] .heart")
        page.locator(".w[data-place='17']").hover() if not isinstance(hand, Keys) else None
        hand.press(heart, shortcut="f")
    assert site.get("/api/works/18").json()["favourite"] is False


def test_a_colour_of_the_spectrum_is_chosen_and_given_up(hand: Hand) -> None:
    page = hand.page
    hand.open("/")
    hung(page)
    band = page.locator("nav.spec a").nth(6)
    words = band.get_attribute("aria-label").partition(",")[0]
    hand.press(band)
    page.wait_for_url(re.compile("colours="))
    hung(page)

    count = int(page.locator(".w").last.get_attribute("aria-setsize"))
    assert 0 < count < WORKS
    assert words in page.text_content(".chosen")
    hand.press(page.get_by_role("link", name="All colours"))
    page.wait_for_url(lambda url: "colours=" not in url)
    hung(page)
    assert page.locator(".w").last.get_attribute("aria-setsize") == str(WORKS)


def test_the_end_of_an_index_is_jumped_to(hand: Hand) -> None:
    page = hand.page
    hand.open("/?order=oldest")
    hung(page)
    hand.press(page.get_by_role("button", name="Wall", exact=True))
    hand.press(page.get_by_role("button", name="Index"))
    page.wait_for_selector("g-grid.is-index .w .is-here")
    if isinstance(hand, Keys):
        page.keyboard.press("End")
        page.wait_for_function(
            f"() => document.activeElement.closest('.w')?.dataset.place === '{WORKS - 1}'"
        )
    else:
        page.mouse.move(600, 400)
        page.mouse.wheel(0, 20_000)

    tile(page, WORKS - 1).wait_for()
    page.wait_for_function(
        """(place) => {
             const last = document.querySelector(`.w[data-place='${place}'] .im`);
             const { top, bottom } = last.getBoundingClientRect();
             return top >= 0 && bottom <= innerHeight + 1;
           }""",
        arg=WORKS - 1,
    )
    hand.press(page.get_by_role("button", name="Wall", exact=True))


def test_a_work_is_put_into_a_new_set_and_found_there(hand: Hand, site: httpx2.Client) -> None:
    page = hand.page
    hand.open("/works/5")
    hand.press(page.get_by_role("link", name="Add to a set"), shortcut="s")
    if isinstance(hand, Keys):
        page.wait_for_selector("dialog.chooser[open]")
    hand.write(page.get_by_label(re.compile("A new set")), "Evening")
    hand.press(page.get_by_role("button", name="Begin"))
    page.get_by_text("Evening").first.wait_for()
    page.wait_for_function(
        "async () => (await (await fetch('/api/sets')).json()).sets.length === 1"
    )
    if page.locator("dialog.chooser[open]").count():
        hand.leave(page.get_by_role("button", name="Done"))
    hand.press(page.get_by_role("link", name="Sets", exact=True))
    page.wait_for_url("**/sets")
    hand.press(page.get_by_role("link", name=re.compile("Evening")))
    hung(page)

    assert re.match(r"/works/5\?set=\d+$", page.locator(".w .im").get_attribute("href"))
    hand.press(page.get_by_role("button", name="Delete this set"))
    page.get_by_text("This set was deleted.").wait_for()
    assert site.get("/api/sets").json()["sets"] == []


def test_words_a_facet_and_what_is_similar_are_searched_for(hand: Hand) -> None:
    page = hand.page
    hand.open("/")
    hung(page)
    hand.write(page.get_by_role("searchbox", name="Search words"), "hills plate")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/search"))
    hung(page)
    whole = page.locator(".sub").inner_text()
    hand.press(page.locator("nav.facets a").first)
    page.wait_for_url(re.compile("%3A"))
    hung(page)
    assert page.locator(".sub").inner_text() != whole

    hand.press(page.locator(".w .im").first)
    page.wait_for_url(re.compile(r"/works/\d+$"))
    number = page.url.rpartition("/")[2]
    hand.press(page.get_by_role("link", name="Find similar"))
    page.wait_for_url(re.compile("like=work"))
    hung(page)
    near = [link.get_attribute("href") for link in page.locator(".w .im").all()]
    assert len(near) >= 5
    assert f"/works/{number}" not in near
