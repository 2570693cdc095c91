"""The grid where something goes wrong again and again: it asks and lays ever more seldom."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from .conftest import Page
from .test_gallery import hung

# What one that does not rest would do in this time: hundreds.
WHILE_MS = 1500
FEW = 12
TILES = "**/api/works/tiles*"


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    """A page whose requests are all seen: no worker answers them."""
    return open_page(service_workers="block")


def answers(page: Page, address: str, status: int, told: object) -> list[str]:
    """Answer an address so from now on; the addresses that were asked come into the list."""
    asked: list[str] = []

    def answer(route: object) -> None:
        asked.append(route.request.url)  # type: ignore[attr-defined]  # playwright's may be absent
        body = told() if callable(told) else told
        route.fulfill(status=status, json=body)  # type: ignore[attr-defined]  # the same

    page.route(address, answer)
    return asked


def test_tiles_that_never_come_are_not_asked_for_all_the_time(page: Page) -> None:
    hung(page)
    asked = answers(page, "**/api/works/tiles*", 200, {"works": []})
    page.evaluate(
        "() => { const g = document.querySelector('g-grid'); g.source.tiles.delete(3); g.soon(); }"
    )
    page.wait_for_timeout(WHILE_MS)

    assert 1 <= len(asked) <= 3


def empty(page: Page) -> None:
    """Take every tile down, and let none come while it is asked for."""
    answers(page, TILES, 200, {"works": []})
    page.evaluate(
        """() => { const g = document.querySelector('g-grid');
                   g.layer.clear(); g.source.tiles.clear(); g.soon(); }"""
    )


def test_tiles_that_come_later_are_hung_by_themselves(page: Page) -> None:
    hung(page)
    empty(page)
    page.wait_for_timeout(300)
    assert not page.locator(".w .is-here").count()
    page.unroute(TILES)
    page.wait_for_selector(".w .is-here")

    assert page.locator(".w .is-here").count() > 4


def test_a_work_that_comes_late_is_gone_to_when_it_comes(page: Page) -> None:
    hung(page)
    empty(page)
    page.keyboard.press("End")
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement === document.body")
    page.unroute(TILES)

    last = page.evaluate("document.querySelector('g-grid').source.count - 1")
    page.wait_for_selector(f".w:focus-within[data-place='{last}']")


def test_a_server_that_knows_no_version_that_it_tells_is_asked_seldom(
    page: Page, faults: list[str]
) -> None:
    hung(page)
    versions = iter(range(10_000, 20_000))
    outline = json.loads(page.locator("g-grid").get_attribute("data-outline"))
    problem = {"title": "That version is over.", "status": 404}
    shapes = answers(page, "**/api/works/aspects*", 404, problem)
    tiles = answers(page, "**/api/works/tiles*", 404, problem)
    outlines = answers(
        page, "**/api/works/outline*", 200, lambda: outline | {"version": next(versions)}
    )
    page.evaluate(
        "() => { const g = document.querySelector('g-grid'); g.source.tiles.delete(3); g.soon(); }"
    )
    page.wait_for_timeout(WHILE_MS)

    assert 1 <= len(outlines) <= 3
    assert len(shapes) + len(tiles) <= FEW
    faults.clear()  # each 404 is told by the browser


def test_a_width_that_goes_to_and_fro_is_not_followed_all_the_time(page: Page) -> None:
    hung(page)
    laid = page.evaluate(
        """async (while_ms) => {
             const grid = document.querySelector('g-grid'), main = document.querySelector('#main');
             const lay = grid.lay.bind(grid);
             let laid = 0;
             grid.lay = () => { laid += 1; lay(); };
             let turns = 0;
             const turn = () => main.style.setProperty(
               'padding-right', (turns++ % 2) ? '' : '55px');
             const turning = setInterval(turn, 20);
             await new Promise((done) => setTimeout(done, while_ms));
             clearInterval(turning);
             return laid;
           }""",
        WHILE_MS,
    )
    inner = (
        "() => { const g = document.querySelector('g-grid'); return g.width === g.clientWidth; }"
    )
    page.wait_for_function(inner)

    assert 1 <= laid <= FEW


def test_a_place_whose_shape_never_comes_is_not_gone_to_for_ever(page: Page) -> None:
    hung(page)
    goes = page.evaluate(
        """async (while_ms) => {
             const grid = document.querySelector('g-grid');
             let goes = 0;
             const show = grid.show.bind(grid);
             grid.show = (...told) => { goes += 1; show(...told); };
             grid.source.isKnown = () => false;
             grid.source.shape = () => {};
             grid.layer.clear();
             grid.measure();
             const last = () => document.dispatchEvent(new CustomEvent(
               'gesso:act', { detail: { action: 'last' }, cancelable: true }));
             last();
             last();
             await new Promise((done) => setTimeout(done, while_ms));
             return goes;
           }""",
        WHILE_MS,
    )

    assert 1 <= goes <= FEW
