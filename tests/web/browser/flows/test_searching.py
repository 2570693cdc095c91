"""A search by swatches, by a dropped picture, and what a reader of screens is told of it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import httpx2

from ..conftest import Page, drawn, refused
from .hands import Hand, Keys

_DROP = """(data) => {
  const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
  const held = new DataTransfer();
  held.items.add(new File([bytes], "lake.png", { type: "image/png" }));
  for (const kind of ["dragover", "drop"]) {
    document.body.dispatchEvent(new DragEvent(kind, {
      dataTransfer: held, bubbles: true, cancelable: true,
    }));
  }
}"""


def hung(page: Page) -> None:
    page.wait_for_selector("g-grid.is-laid .w .is-here")


def test_a_touch_on_a_swatch_searches_and_another_one_takes_it_back(
    hand: Hand, site: httpx2.Client
) -> None:
    page = hand.page
    hand.open("/search")
    swatch = page.get_by_role("checkbox", name="blue", exact=True)
    _touch(hand, swatch)
    page.wait_for_url(re.compile(r"/search\?colour=blue$"))
    hung(page)
    assert page.locator(".w .line").first.inner_text().count("about blue") == 1
    assert not refused(page)

    _touch(hand, page.get_by_role("checkbox", name="blue", exact=True))
    page.wait_for_url(re.compile(r"/search\??$"))


def _touch(hand: Hand, swatch: Page) -> None:
    if isinstance(hand, Keys):
        swatch.focus()
        hand.page.keyboard.press("Space")
    else:
        swatch.click()


def test_a_picture_that_is_dropped_anywhere_is_searched_for_with_what_stands_in_the_fields(
    open_page: Callable[..., Page], site: httpx2.Client
) -> None:
    page = open_page()
    page.goto("/search")
    page.get_by_role("textbox", name="Conditions").fill("number:3..8")

    page.evaluate(_DROP, base64.b64encode(drawn(5)).decode())

    page.wait_for_url(re.compile("/search/by-picture"))
    hung(page)
    hrefs = [link.get_attribute("href") for link in page.locator(".w .im").all()]
    assert hrefs
    assert {int(href.rpartition("/")[2]) for href in hrefs} <= set(range(3, 9))
    assert page.get_by_role("textbox", name="Conditions").input_value() == "number:3..8"


def test_a_narrow_page_of_a_search_is_no_wider_than_its_window(
    open_page: Callable[..., Page], site: httpx2.Client, faults: list[str]
) -> None:
    page = open_page(viewport={"width": 390, "height": 800})
    for address in ("/search", "/search?words=hills", "/search?words=stile:x&colour=gold"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, address
    faults.clear()  # the last of them could not be searched for, which the console tells
