"""Closer to a work, and where things are done: zooming, making, collecting, studying, a token."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2

from ...conftest import served
from .hands import Hand, Keys


def test_a_picture_is_zoomed_into_left_and_wiped_over(hand: Hand) -> None:
    page = hand.page
    hand.open("/works/3")
    hand.press(page.get_by_role("link", name="Zoom", exact=True), shortcut="z")
    page.locator(".viewer .stage img").wait_for()
    told = page.locator(".viewer .told")
    page.wait_for_function("() => document.querySelector('.viewer .told').textContent")
    before = told.inner_text()
    hand.press(page.get_by_role("button", name="Zoom in"))
    assert told.inner_text() != before
    hand.leave(page.get_by_role("button", name="Close"))
    page.locator("dialog").wait_for(state="detached")

    hand.press(page.get_by_role("list", name="This picture").get_by_role("link", name="Values"))
    page.wait_for_url(re.compile("/compare"))
    hand.press(page.get_by_role("button", name="Wipe"))
    hand.step(page.get_by_label("Wipe", exact=True), 10)
    cut = page.locator("figure + figure .pane").get_attribute("style")
    share = float(re.findall(r"([\d.]+)%", cut)[0])
    assert 50 < share < 60
    hand.press(page.get_by_role("button", name="Side by side"))
    hand.press(page.get_by_role("link", name="Back to the work"), shortcut="Escape")
    page.wait_for_url(re.compile("/works/3$"))


def test_a_theme_is_reckoned_painted_watched_and_looked_at(hand: Hand) -> None:
    page = hand.page
    hand.open("/")
    hand.press(page.get_by_role("link", name="Make", exact=True))
    page.wait_for_url("**/make")
    hand.write(page.get_by_label("Theme"), "Tides and brass")
    hand.write(page.get_by_label("Works"), "1")
    hand.write(page.get_by_label("Rounds"), "1")
    page.locator("#price tbody tr", has_text="Painting").locator("td", has_text="2").wait_for()
    hand.press(page.get_by_role("button", name="Begin"))

    page.get_by_text("Done. 1 of 1 work kept.").wait_for()
    work = page.locator(".item h2 a")
    work.wait_for()
    hand.press(work)
    page.wait_for_url(re.compile(r"/works/\d+$"))
    assert page.get_by_role("heading", name="Why it looks like this").is_visible()


def test_a_folder_is_looked_at_before_it_is_brought_in(
    hand: Hand, art: Path, site: httpx2.Client
) -> None:
    page = hand.page
    before = site.get("/api/works", params={"room": "collected"}).json()["count"]
    hand.open("/collect")
    hand.press(page.get_by_role("link", name="Folders", exact=True))
    page.wait_for_url(re.compile("source=folder"))
    hand.write(page.get_by_label(re.compile("one a line")), str(art))
    hand.press(page.get_by_role("button", name="Only look"))
    page.get_by_role("heading", name="What would come").wait_for()
    assert "3 finds" in page.locator(".sum").inner_text()
    assert site.get("/api/works", params={"room": "collected"}).json()["count"] == before

    hand.press(page.get_by_role("button", name="Bring in"))
    page.wait_for_url(re.compile("/runs/"))
    page.get_by_text(re.compile("^Done")).wait_for()
    pictures = page.locator(".strip a")
    if pictures.count():
        hand.press(pictures.first)
        page.wait_for_url(re.compile(r"/works/\d+$"))


def test_a_study_is_cut_squinted_at_and_kept(hand: Hand, site: httpx2.Client) -> None:
    page = hand.page
    hand.open("/works/2")
    hand.press(page.get_by_role("link", name="Study", exact=True).last)
    page.wait_for_selector("g-study.is-live canvas")
    hand.step(page.get_by_role("slider", name="Values"), -2)
    page.wait_for_function("() => document.querySelectorAll('.panel .strip tbody tr').length <= 3")
    hand.step(page.get_by_role("slider", name="Squint"), 4)
    page.get_by_text(re.compile("squinting")).wait_for()
    hand.press(page.get_by_role("button", name="Two values"), shortcut="2")
    assert "Two values" in page.locator(".big .what").inner_text()

    hand.press(page.get_by_role("button", name="Keep this study"))
    page.locator("ol.kept li").first.wait_for()
    page.wait_for_url(re.compile("/studies/2"))


def test_a_work_is_told_which_music_fits_it(hand: Hand) -> None:
    page = hand.page
    hand.open("/works/4/music")
    sound = page.locator("li.sound").first
    sound.locator(".play").wait_for()
    hand.press(sound.get_by_role("button", name=re.compile("^Play")))
    page.wait_for_function(
        "() => [...document.querySelectorAll('audio')].some((one) => !one.paused)"
    )
    hand.press(sound.get_by_role("button", name=re.compile("^Pause")))
    hand.press(page.get_by_role("button", name="It fits", exact=True).first)
    page.get_by_role("button", name="Take my word back").first.wait_for()
    hand.press(page.get_by_role("button", name="Take my word back").first)
    page.get_by_role("button", name="It fits", exact=True).nth(1).wait_for()


def test_a_story_is_told_and_a_scene_of_it_comes_earlier(hand: Hand, site: httpx2.Client) -> None:
    page = hand.page
    hand.open("/stories/new")
    hand.write(page.get_by_label("Works by their numbers"), "4, 9, 2")
    hand.choose(page.get_by_role("combobox", name="Order", exact=True), "Your own")
    hand.press(page.get_by_role("button", name="Put it together"))
    page.wait_for_url(re.compile(r"/stories/\d+$"))
    number = page.url.rpartition("/")[2]
    scenes = site.get(f"/api/stories/{number}").json()["scenes"]
    before = [scene["work"] for scene in scenes]

    hand.press(page.get_by_role("button", name=re.compile("one earlier")).nth(1))
    page.locator(f".scenes > :first-child[data-work='{before[1]}']").wait_for()
    told = site.get(f"/api/stories/{number}").json()["scenes"]
    assert [scene["work"] for scene in told] == [before[1], before[0], before[2]]


def test_somebody_signs_in_with_a_token_and_out_again(
    hand: Hand, tmp_path: Path, faults: list[str]
) -> None:
    page = hand.page
    with served(tmp_path, token="a-long-word") as site:
        hand.open(f"{site.base_url}/make")
        if isinstance(hand, Keys):
            page.wait_for_function("() => document.activeElement.type === 'password'")
        hand.write(page.get_by_label("Token"), "not-this-one")
        hand.press(page.get_by_role("button", name="Sign in"))
        page.get_by_role("alert").wait_for()
        hand.write(page.get_by_label("Token"), "a-long-word")
        hand.press(page.get_by_role("button", name="Sign in"))
        page.get_by_role("heading", name="Make", exact=True).wait_for()

        hand.press(page.get_by_role("button", name="Sign out"))
        page.get_by_role("button", name="Sign out").wait_for(state="detached")
        page.get_by_label("Token").wait_for()
        faults[:] = [fault for fault in faults if "401" not in fault]
