"""Pictures that are dropped on a page, or chosen there: they hang, or it is told why not."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2

from ..conftest import served
from .conftest import Page, drawn, refused

_DROP = """([where, files]) => {
  const dataTransfer = new DataTransfer();
  for (const [name, data] of files) {
    const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], name, { type: "image/png" }));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const event = new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer });
    document.querySelector(where).dispatchEvent(event);
  }
}"""


def drop(page: Page, where: str, files: dict[str, bytes]) -> None:
    told = [[name, base64.b64encode(data).decode()] for name, data in files.items()]
    page.evaluate(_DROP, [where, told])


def test_pictures_dropped_on_an_empty_gallery_hang_there(
    open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = open_page()
    with served(tmp_path / "studio") as empty:
        page.goto(f"{empty.base_url}/")
        page.get_by_text("Drop pictures anywhere on this page").wait_for()
        drop(page, "main", {"fen.png": drawn(101), "moor.png": drawn(102)})

        page.locator("g-grid .t", has_text="fen").wait_for()
        assert page.locator("g-grid .w").count() == 2
        page.goto("about:blank")


def test_what_is_dropped_on_a_wall_hangs_and_what_is_refused_is_told(
    page: Page, site: httpx2.Client, faults: list[str]
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/")
    page.evaluate("window.isTheSamePage = true")
    count = site.get("/api/works?limit=1").json()["count"]
    assert not any("bring.js" in url for url in asked), "it comes with the first picture"

    drop(page, "body", {"tarn.png": drawn(103), "words.png": b"words", "beck.png": drawn(104)})

    told = page.get_by_role("status").filter(has_text="did not come in")
    told.wait_for()
    assert "2 pictures came in" in told.inner_text()
    assert "'words.png' is no picture" in told.inner_text()
    page.locator("g-grid .w").first.filter(has_text="beck").wait_for()
    assert f"{count + 2} works" in page.locator(".head .sub").inner_text()
    assert page.evaluate("window.isTheSamePage")
    assert not refused(page)

    drop(page, "body", {"tarn.png": drawn(103)})
    page.get_by_text("1 picture was here already.").wait_for()
    assert site.get("/api/works?limit=1").json()["count"] == count + 2
    faults[:] = [one for one in faults if "415" not in one]  # the refusal, as the browser tells it


def test_a_wall_that_is_scrolled_stays_where_it_is_when_pictures_come_in(page: Page) -> None:
    page.goto("/")
    page.mouse.wheel(0, 900)
    page.wait_for_timeout(300)
    place = "() => [...document.querySelectorAll('g-grid .w')].map((w) => [w.dataset.id,"
    place += " w.getBoundingClientRect().top]).find(([, top]) => top > 60)"
    work, top = page.evaluate(place)

    drop(page, "body", {"force.png": drawn(105)})

    page.get_by_text("1 picture came in.").wait_for()
    page.wait_for_timeout(300)
    now = page.locator(f"g-grid .w[data-id='{work}']").bounding_box()
    assert now is not None
    assert abs(now["y"] - top) < 400, "the row may be another, its works are in the window still"


def test_pictures_are_chosen_on_the_page_of_collecting(page: Page, site: httpx2.Client) -> None:
    page.goto("/collect")
    files = [
        {"name": f"{name}.png", "mimeType": "image/png", "buffer": drawn(number)}
        for name, number in (("ghyll", 106), ("sike", 107))
    ]
    page.get_by_label("Choose one or several").set_input_files(files)
    page.get_by_role("button", name="Bring them in").click()

    page.get_by_role("link", name="See what was brought in").click()
    page.wait_for_url("**/?room=brought")
    titles = [one["title"] for one in site.get("/api/works?room=brought&limit=2").json()["works"]]
    assert titles == ["sike", "ghyll"]


def test_a_picture_dropped_on_the_search_field_is_searched_by(page: Page) -> None:
    page.goto("/")
    drop(page, ".find", {"like.png": drawn(3)})

    page.wait_for_url("**/search/by-picture")
    page.get_by_role("link", name="Hills, plate 4", exact=True).first.wait_for()


def test_who_stops_is_told_how_many_were_left_out_and_may_drop_more_at_once(
    page: Page, site: httpx2.Client
) -> None:
    page.goto("/")
    count = site.get("/api/works?limit=1").json()["count"]
    page.route("**/api/works?name=*", _slowly)
    drop(page, "body", {f"stop {one}.png": drawn(120 + one) for one in range(5)})
    page.get_by_role("button", name="Stop").click()
    drop(page, "body", {"after.png": drawn(130)})

    told = page.get_by_role("status").filter(has_text="left out")
    told.wait_for()
    assert "4 files were left out, as you stopped." in told.inner_text()
    assert "2 pictures came in." in told.inner_text()
    assert site.get("/api/works?limit=1").json()["count"] == count + 2


def _slowly(route: Any) -> None:
    time.sleep(0.4)
    route.continue_()


def test_a_drop_of_nothing_is_passed_over_and_a_picture_of_the_page_is_no_file(page: Page) -> None:
    page.goto("/")
    drop(page, ".find", {})
    page.evaluate("dispatchEvent(new DragEvent('dragstart'))")
    drop(page, "body", {"own.png": drawn(3)})
    page.wait_for_timeout(300)
    assert page.locator(".told").count() == 0
    page.evaluate("dispatchEvent(new DragEvent('dragend'))")
    drop(page, "body", {"own.png": drawn(3)})
    page.get_by_text("1 picture was here already.").wait_for()


def test_what_could_not_be_had_once_is_asked_for_again_and_the_drop_says_so(
    open_page: Callable[..., Page], faults: list[str]
) -> None:
    page = open_page(service_workers="block")
    page.goto("/")
    with page.expect_response("**/telling.js"):
        page.mouse.move(300, 300)
    page.context.set_offline(True)
    drop(page, "body", {"lost.png": drawn(3)})
    page.get_by_text("The studio cannot be reached: nothing was brought in.").wait_for()

    page.context.set_offline(False)
    drop(page, "body", {"found.png": drawn(3)})
    page.get_by_text("1 picture was here already.").wait_for()
    faults[:] = [one for one in faults if "INTERNET_DISCONNECTED" not in one]


def test_works_in_the_making_are_followed_on_a_wall_that_is_renewed(
    page: Page, site: httpx2.Client
) -> None:
    page.goto("/")
    wish = {"theme": "Reed & Tide", "works": 3, "width": 768, "height": 768, "rounds": 2}
    run = site.post("/api/make", json=wish).json()["run"]["id"]
    deadline = time.monotonic() + 20
    while not site.get("/api/works/making").json() and time.monotonic() < deadline:
        time.sleep(0.02)
    drop(page, "body", {"beside.png": drawn(131)})

    page.locator(f".sub:has-text('{_made(site, run)} made')").wait_for()
    assert page.locator(".making").count() == 0


def _made(site: httpx2.Client, run: str) -> int:
    deadline = time.monotonic() + 60
    while site.get(f"/api/runs/{run}").json()["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    count: int = site.get("/api/works?room=made&limit=1").json()["count"]
    return count
