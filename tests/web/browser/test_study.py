"""The study page in a browser: what its sliders do, and that it counts as the server counts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gesso.web.pages.static import assets

from .conftest import Page, drawn, refused

SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA") or Path(__file__).parents[4] / "shared/data")
AGREEING = Path(__file__).with_name("agreeing.js").read_text("utf-8")
A_TONE, A_SHARE = 1, 0.005
WIDE = {"width": 1440, "height": 1000}


@pytest.fixture
def live(page: Page) -> Page:
    """The page of a work's study, its sliders ready."""
    page.goto("/studies/1")
    page.wait_for_selector("g-study.is-live canvas")
    return page


def headline(page: Page) -> str:
    return str(page.locator("g-study h1").inner_text())


def drawing(page: Page) -> str:
    """The stage, as an address that differs when a pixel does."""
    return str(page.evaluate("document.querySelector('g-study canvas').toDataURL()"))


def test_the_slider_of_values_redraws_here(live: Page) -> None:
    asked: list[str] = []
    live.on("request", lambda request: asked.append(request.url))
    before = drawing(live)

    live.get_by_label("Values").fill("3")

    live.wait_for_function("document.querySelectorAll('.panel .strip tbody tr').length === 3")
    assert headline(live).startswith("Three values")
    assert drawing(live) != before
    assert not [url for url in asked if "/study" in url or "/api" in url]


def test_keys_alone_lead_through_a_study(live: Page) -> None:
    live.keyboard.press("]")
    live.wait_for_function("document.querySelectorAll('.panel .strip tbody tr').length >= 5")
    live.keyboard.press("2")
    assert "Two values" in live.locator(".big .what").inner_text()
    live.locator(".cuts input").focus()
    before = live.locator(".big .what").inner_text()
    for _ in range(40):
        live.keyboard.press("ArrowRight")
    assert live.locator(".big .what").inner_text() != before
    live.locator("h1").click()
    live.keyboard.press("f")
    live.keyboard.press("t")
    assert live.locator(".over circle").count() >= 2
    assert live.locator(".over line").count() == 8


def test_a_threshold_is_dragged_on_the_histogram(live: Page) -> None:
    live.get_by_role("button", name="Two values").click()
    line = live.locator(".histogram .grip").first.bounding_box()
    assert line is not None
    x, y = line["x"] + line["width"] / 2, line["y"] + line["height"] / 2
    before = live.locator(".big .what").inner_text()

    live.mouse.move(x, y)
    live.mouse.down()
    live.mouse.move(x + 60, y, steps=4)
    live.mouse.up()

    assert live.locator(".big .what").inner_text() != before


def test_a_cut_that_is_dragged_is_the_painters_own(live: Page) -> None:
    live.locator(".cuts input").first.focus()
    live.keyboard.press("ArrowLeft")

    assert live.get_by_text("By hand", exact=True).is_visible()
    live.get_by_role("button", name="Natural breaks").click()
    assert live.get_by_text("By hand", exact=True).count() == 0


def test_coherence_asks_the_server_and_stands_in_the_address(live: Page) -> None:
    live.get_by_role("button", name="Shapes", exact=True).click()
    with live.expect_response("**/study") as answered:
        live.get_by_label("Coherence").fill("10")

    assert answered.value.status == 200
    live.wait_for_url("**coherence=0.1**")
    live.reload()
    live.wait_for_selector("g-study.is-live canvas")
    live.get_by_role("button", name="Shapes", exact=True).click()
    assert live.get_by_label("Coherence").input_value() == "10"


def test_a_tip_shows_what_it_would_do_and_how_far(live: Page) -> None:
    before = drawing(live)
    live.get_by_role("button", name="See it").first.click()

    live.wait_for_selector(".tips .by:has-text('With ')")
    assert drawing(live) != before
    live.get_by_role("button", name="Before").click()
    assert live.get_by_role("button", name="Picture", exact=True).get_attribute("aria-pressed")


def test_a_box_drawn_on_the_picture_cuts_the_subject_again(live: Page) -> None:
    paper = live.locator(".marks .paper svg")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box is not None
    with live.expect_response("**/study/subject") as answered:
        live.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.1 * box["height"])
        live.mouse.down()
        live.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.6 * box["height"], steps=5)
        live.mouse.up()

    assert answered.value.json()["figures"]["marked"] is True
    live.wait_for_selector("#subject .note:has-text('corrected by hand')")


def test_a_picture_is_dropped_and_studied(page: Page) -> None:
    page.goto("/studies")
    page.set_input_files("[data-send] input[name=picture]", {
        "name": "hill.png", "mimeType": "image/png", "buffer": drawn(3),
    })  # fmt: skip

    page.wait_for_url("**/studies/pictures/*")
    page.wait_for_selector("g-study.is-live canvas")
    assert "value" in headline(page)


def test_what_is_no_picture_is_told_on_the_page(page: Page, faults: list[str]) -> None:
    page.goto("/studies")
    page.set_input_files("[data-send] input[name=picture]", {
        "name": "no.png", "mimeType": "image/png", "buffer": b"<html>no</html>",
    })  # fmt: skip

    page.wait_for_selector(".said:has-text('HTML page')")
    # A browser writes every refused request into its console.
    faults.clear()


def test_a_study_reads_without_a_script(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/studies/2?levels=4&plan=3")

    assert page.locator(".tips li").count() == 2
    assert page.locator("select[name=plan]").input_value() == "3"
    page.get_by_role("button", name="Look again").click()
    assert "levels=4" in page.url
    page.locator("summary", has_text="Every sheet").click()
    assert page.locator(".all img").count() > 8


@pytest.mark.parametrize("wall", ["chalk", "grey", "nocturne"])
def test_nothing_serious_stands_in_anybodys_way(live: Page, wall: str) -> None:
    live.locator(f".walls [data-wall={wall}]").click()

    assert not refused(live)


def test_the_studio_grey_is_where_a_study_begins(live: Page) -> None:
    assert live.evaluate("document.documentElement.dataset.wall") == "grey"
    live.locator(".walls [data-wall=chalk]").click()
    live.goto("/studies/2")
    assert live.evaluate("document.documentElement.dataset.wall") == "chalk"


def test_a_phone_sees_the_whole_page_in_its_width(open_page: Callable[..., Page]) -> None:
    page = open_page(viewport={"width": 390, "height": 844}, has_touch=True)
    page.goto("/studies/4")
    page.wait_for_selector("g-study.is-live canvas")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def cases(site: httpx2.Client, data: bytes) -> Iterator[dict[str, Any]]:
    key = site.post("/study", content=data).json()["picture"]
    for cut in ("quantile", "even", "natural"):
        for count in (3, 5, 8):
            asked = {"picture": key, "plan": count, "cut": cut}
            told = site.post("/study/value_plan", params=asked).json()["figures"]
            yield {"count": count, "cut": cut, "told": told}


def agree(page: Page, site: httpx2.Client, pictures: Sequence[bytes]) -> None:
    scripts = assets()["study/plan.js"].href.removesuffix("plan.js")
    for data in pictures:
        study = site.post("/study", content=data).json()
        plans = list(cases(site, data))
        dark = next(one for one in study["readings"] if one["tool"] == "notan")["figures"]
        tones = [dark["cut_tone"], 60, 120, 200]
        found = page.evaluate(AGREEING, {
            "scripts": scripts, "study": study, "notans": tones,
            "plans": [{"count": one["count"], "cut": one["cut"]} for one in plans],
        })  # fmt: skip
        for here, there in zip(found["plans"], plans, strict=True):
            told = there["told"]
            assert len(here["cuts"]) == len(told["cut_tones"])
            assert here["cuts"] == pytest.approx(told["cut_tones"], abs=A_TONE)
            shares = [band["share"] for band in told["bands"]]
            assert here["shares"] == pytest.approx(shares, abs=A_SHARE)
        wanted = [dark["dark_by_tone"][tone] for tone in tones]
        assert found["notans"] == pytest.approx(wanted, abs=A_SHARE)
        assert wanted[0] == pytest.approx(dark["dark"], abs=1e-6)


def test_the_page_counts_as_the_server_does(page: Page, site: httpx2.Client) -> None:
    page.goto("/studies")

    agree(page, site, [drawn(number, side=300 + 80 * number) for number in range(6)])


@pytest.mark.soak
def test_the_page_counts_as_the_server_does_on_fifty_pictures(
    page: Page, site: httpx2.Client
) -> None:
    paths = sorted((SAMPLES / "images").glob("*.jpg"))[::8][:50]
    if len(paths) < 50:
        pytest.skip("the sample data is not here: name it by GESSO_SAMPLE_DATA")
    page.goto("/studies")

    agree(page, site, [path.read_bytes() for path in paths])


def test_own_tones_of_pixels_are_the_servers(page: Page, site: httpx2.Client) -> None:
    page.goto("/studies")
    levels = site.post("/study/values", content=drawn(5, side=200)).json()
    href = next(one["href"] for one in levels["sheets"] if one["name"] == "value-tones")
    scripts = assets()["study/plan.js"].href.removesuffix("plan.js")
    off = page.evaluate(
        """async ([scripts, href, data]) => {
          const { mapAt } = await import(`${scripts}stage.js`);
          const { tonesOfPixels } = await import(`${scripts}tones.js`);
          const told = await mapAt(href);
          const bitmap = await createImageBitmap(new Blob([new Uint8Array(data)]));
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
          context.drawImage(bitmap, 0, 0);
          const own = tonesOfPixels(context.getImageData(0, 0, bitmap.width, bitmap.height).data);
          let off = 0;
          own.forEach((tone, at) => { off = Math.max(off, Math.abs(tone - told.data[at])); });
          return off;
        }""",
        [scripts, href, list(drawn(5, side=200))],
    )

    assert off <= A_TONE
