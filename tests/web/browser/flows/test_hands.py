"""The keyboard's hand itself: what a person without a mouse could not do, it does not do either."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from .hands import Keys

BUTTON = "<button id=wanted>Begin</button>"
WRONG = {
    "does not lead": "<button id=wanted tabindex=-1>Begin</button>",
    "nothing marks the focus": f"<style>:focus {{ outline: none }}</style>{BUTTON}",
    "out of sight or covered": "<style>div { position: fixed; inset: 0; background: #fff }</style>"
    f"{BUTTON}<div></div>",
}


@pytest.fixture
def blank(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    yield page
    page.close()


def test_tab_leads_to_a_button_and_enter_presses_it(blank: Any) -> None:
    blank.set_content(f"<input><a href=#there>There</a>{BUTTON}")
    Keys(blank).press(blank.get_by_role("link"))
    Keys(blank).reach(blank.locator("#wanted"))

    assert blank.url.endswith("#there")
    assert blank.evaluate("document.activeElement.id") == "wanted"


@pytest.mark.parametrize("words", list(WRONG))
def test_what_a_keyboard_cannot_use_fails(blank: Any, words: str) -> None:
    blank.set_content(WRONG[words])

    with pytest.raises(AssertionError, match=words):
        Keys(blank).reach(blank.locator("#wanted"))
