"""Titles that run from the right, or on and on: their beginning is what is seen of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx2
import pytest

from gesso import Studio
from gesso.core.records.works import Provenance, Rights

from ...conftest import served
from ..conftest import Page, drawn

_SEEN = """title => {
  const box = title.getBoundingClientRect(), range = document.createRange();
  range.setStart(title.firstChild, 0);
  range.setEnd(title.firstChild, 1);
  const { left, right } = range.getBoundingClientRect();
  return left >= box.left - 1 && right <= box.right + 1;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A studio of one upright work, whose title is wider than it."""
    folder = tmp_path_factory.mktemp("written") / "studio"
    with Studio.open(folder) as studio:
        studio.catalogue.accession.accept_bytes(
            drawn(3, (1, 3)),
            name="hill.png",
            title="\u0634\u0631\u0648\u0642 " * 12,
            provenance=Provenance("brought", "drawn", "hill"),
            rights=Rights("CC0-1.0"),
        )
    with served(folder) as asked:
        yield asked


def test_a_title_from_the_right_is_cut_off_at_its_end(page: Page) -> None:
    page.goto("/")

    assert page.locator(".w .t").first.evaluate(_SEEN)


def test_a_long_title_leaves_a_phone_its_width(
    open_page: Callable[..., Page], site: httpx2.Client
) -> None:
    board = site.post("/api/sets", json={"name": "One", "works": [1]}).json()["id"]
    page = open_page(viewport={"width": 320, "height": 640})
    page.goto(f"/sets/{board}/arrange")

    assert page.evaluate("document.documentElement.scrollWidth") <= 320
