"""Stories in a browser: scenes moved by keys and by hand, a film followed while it is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from .conftest import Page, refused

SMALL = {"width": 128, "height": 96, "fps": 12, "hold": 1, "has_credits": False, "music": "none"}


@pytest.fixture
def story(site: httpx2.Client) -> str:
    """The address of a new story of four works, in their order."""
    wish = {"works": [1, 2, 3, 4], "order": "manual", "title": "Four hills", **SMALL}
    return f"/stories/{site.post('/api/stories', json=wish).json()['id']}"


def order(page: Page) -> list[int]:
    shown: list[int] = page.eval_on_selector_all(
        ".scene", "all => all.map((one) => Number(one.dataset.work))"
    )
    return shown


def kept(site: httpx2.Client, story: str) -> tuple[int, list[int]]:
    """Its version, and its works in order."""
    told = site.get(f"/api{story}").json()
    return told["version"], [scene["work"] for scene in told["scenes"]]


def saved(page: Page, version: int) -> None:
    page.wait_for_function("(wanted) => document.querySelector('main').dataset.version === wanted",
                           arg=str(version))  # fmt: skip


def test_scenes_are_moved_by_keys_and_many_moves_are_one_version(
    page: Page, site: httpx2.Client, story: str
) -> None:
    page.goto(story)
    page.locator("#scene-1 .grip").focus()
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowDown")
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Alt+ArrowDown")

    assert order(page) == [2, 3, 1, 4]
    assert page.locator("[data-heard]").inner_text() == "Hills, plate 1: scene 3 of 4"
    saved(page, 2)
    assert kept(site, story) == (2, [2, 3, 1, 4])
    assert order(page) == [2, 3, 1, 4]
    assert page.evaluate("document.activeElement.closest('.scene').dataset.work") == "1"
    assert page.locator("#scene-1 [data-place]").inner_text() == "3"
    assert not refused(page)


def test_scenes_are_dragged_by_their_handles(
    open_page: Callable[..., Page], site: httpx2.Client, story: str
) -> None:
    page: Any = open_page(viewport={"width": 1440, "height": 1900})
    page.goto(story)
    grip = page.locator("#scene-4 .grip").bounding_box()
    goal = page.locator("#scene-2").bounding_box()
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(goal["x"] + 100, goal["y"] + 60, steps=6)
    page.mouse.move(goal["x"] + 100, goal["y"] + 4, steps=4)
    page.mouse.up()

    saved(page, 2)
    assert kept(site, story) == (2, [1, 4, 2, 3])
    assert order(page) == [1, 4, 2, 3]

    grip = page.locator("#scene-1 .grip").bounding_box()
    page.mouse.move(grip["x"] + 10, grip["y"] + 10)
    page.mouse.down()
    page.mouse.move(grip["x"] + 10, grip["y"] + 400, steps=8)
    assert order(page) != [1, 4, 2, 3]
    page.keyboard.press("Escape")
    page.mouse.up()
    assert order(page) == [1, 4, 2, 3]


def test_a_move_is_kept_by_who_leaves_at_once(page: Page, site: httpx2.Client, story: str) -> None:
    page.goto(story)
    page.locator("#scene-4 .grip").press("Alt+Home")
    page.goto("/stories")

    for _ in range(100):
        if kept(site, story)[0] == 2:
            break
        page.wait_for_timeout(50)
    assert kept(site, story) == (2, [4, 1, 2, 3])


def test_words_are_changed_without_loading_the_page_anew(
    page: Page, site: httpx2.Client, story: str
) -> None:
    page.goto(story)
    page.evaluate("window.isTheSamePage = true")
    scene = page.locator("#scene-2")
    scene.get_by_text("Change it").click()
    scene.get_by_label("What is said of it").fill("Evening.")
    scene.get_by_role("button", name="Keep").click()

    scene.locator(".prose", has_text="Evening.").wait_for()
    saved(page, 2)
    page.get_by_role("button", name="Hills, plate 2 one earlier").click()
    saved(page, 3)
    assert order(page)[:2] == [2, 1]
    assert page.evaluate("document.activeElement.closest('.scene').id") == "scene-2"
    assert page.evaluate("window.isTheSamePage")
    assert page.locator("details[open]").count() == 0


def test_a_film_is_followed_stopped_and_seen(page: Page, site: httpx2.Client, story: str) -> None:
    site.patch(f"/api{story}", json={"fps": 60, "hold": 20, "width": 640, "height": 360})
    page.goto(story)
    page.evaluate("window.isTheSamePage = true")
    page.get_by_role("button", name="Film it").click()
    page.wait_for_function("() => document.querySelector('[data-bar]')?.value > 0")
    assert "frames" in page.locator("[data-said]").inner_text()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("nothing of it was kept").wait_for()

    site.patch(f"/api{story}", json={"fps": 12, "hold": 1, "width": 128, "height": 96})
    page.reload()
    page.get_by_role("button", name="Film it").click()
    page.locator("video").wait_for()
    page.wait_for_function("() => document.querySelector('video').duration > 6")
    page.evaluate("document.querySelector('video').currentTime = 4")
    page.wait_for_function(
        "() => document.querySelector('.now').getAttribute('visibility') === 'visible'"
    )
    assert page.locator("track[kind=captions]").count() == 1
    assert not refused(page)


@pytest.mark.parametrize("scripted", [True, False])
def test_a_story_is_deleted_and_had_back_at_once(
    open_page: Callable[..., Page], site: httpx2.Client, story: str, *, scripted: bool
) -> None:
    page = open_page(java_script_enabled=scripted)
    page.goto(story)
    page.get_by_role("button", name="Delete this story").click()
    back = page.get_by_role("button", name="Have it back")
    back.wait_for()
    assert page.get_by_text("This story was deleted.").is_visible()
    assert page.get_by_role("button", name="Take out").count() == 0
    assert site.get(f"/api{story}").json()["is_deleted"]
    if scripted:
        box = back.bounding_box()
        assert 0 <= box["y"] < page.viewport_size["height"], "it stands where it is seen"
        assert page.evaluate("document.activeElement.textContent") == "Have it back"
        assert not refused(page)

    back.click()
    page.get_by_role("button", name="Delete this story").wait_for()
    assert kept(site, story) == (1, [1, 2, 3, 4])
    assert not site.get(f"/api{story}").json()["is_deleted"]


def test_a_story_is_put_together_and_changed_without_a_script(
    open_page: Callable[..., Page], site: httpx2.Client
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/stories/new")
    page.get_by_label("Works by their numbers").fill("5, 6, 7")
    page.get_by_label("Order").select_option("manual")
    page.get_by_label("Title", exact=True).fill("Three")
    page.get_by_label("Soundtrack").select_option("none")
    page.get_by_role("button", name="Put it together").click()
    assert page.locator("h1").inner_text() == "Three"
    page.get_by_role("button", name="Hills, plate 7 one earlier").click()
    assert order(page) == [5, 7, 6]
    page.get_by_role("button", name="Take Hills, plate 5 out").click()
    assert order(page) == [7, 6]
    assert page.locator(".grip:visible").count() == 0
    page.get_by_role("button", name="Have version 1 again").click()
    assert order(page) == [5, 6, 7]


@pytest.mark.parametrize(("width", "wall"), [(390, "chalk"), (1440, "grey"), (1440, "nocturne")])
def test_every_page_of_stories_fits_and_can_be_read(
    open_page: Callable[..., Page], story: str, width: int, wall: str
) -> None:
    page: Any = open_page(viewport={"width": width, "height": 844})
    page.goto("/stories")
    page.evaluate("(wall) => localStorage.setItem('gesso.wall', wall)", wall)
    for place in ("/stories", "/stories/new", story):
        page.goto(place)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{place} is {wide} px wide"
        assert not refused(page), place
