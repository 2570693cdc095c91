"""Titles in letters that run from the right: their beginning is what is seen of them."""

from __future__ import annotations

from collections.abc import Iterator

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
