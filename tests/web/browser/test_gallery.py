"""The gallery in a browser."""

from __future__ import annotations

import pytest

from .conftest import WORKS, Page, refused


def test_the_gallery_hangs_its_works(page: Page) -> None:
    page.goto("/")
    page.wait_for_selector(".w img")

    last = page.locator(".w").last
    assert last.get_attribute("aria-setsize") == str(WORKS)
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
