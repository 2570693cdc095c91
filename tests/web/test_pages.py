"""Pages that work without JavaScript, and what they are drawn with."""

from __future__ import annotations

import gzip
import posixpath
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.records.works import Provenance, Rights
from gesso.web.pages.static import assets
from gesso.web.pages.walls.gallery import PAGE

from .conftest import HEIGHT, WIDTH, hill, served

WORKS = PAGE + 5
_ADDRESS = re.compile(r'(?:href|src)="([^"]*)"')


@pytest.fixture(scope="module")
def hung(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A gallery of more works than a page holds; one has a title that would be markup."""
    folder = tmp_path_factory.mktemp("nocturnes")
    with Studio.open(folder) as studio:
        for number in range(WORKS - 1):
            rng = np.random.default_rng(number)
            noise = rng.integers(0, 255, (12, 10 + number % 9, 3), dtype=np.uint8)
            _bring(studio, f"noise {number}", cv2.imencode(".png", noise)[1].tobytes())
        _bring(studio, "<b>hill & dale", hill())
    with served(folder) as asked:
        yield asked


def _bring(studio: Studio, title: str, data: bytes) -> None:
    studio.catalogue.accession.accept_bytes(
        data, name=title, title=title, provenance=Provenance("brought", title), rights=Rights()
    )


def works_of(page: str) -> list[int]:
    return [int(number) for number in re.findall(r'data-id="(\d+)"', page)]


def test_pages_can_be_turned_without_a_script(hung: httpx2.Client) -> None:
    first = hung.get("/").text
    more = re.search(r'rel="next" href="([^"]+)"', first)
    assert more
    second = hung.get(more[1].replace("&amp;", "&")).text

    shown = works_of(first) + works_of(second)
    assert len(shown) == len(set(shown)) == WORKS
    assert 'rel="next"' not in second
    assert f"{WORKS} works" in first


def test_words_from_outside_are_words(hung: httpx2.Client) -> None:
    page = hung.get("/").text

    assert "<b>hill" not in page
    assert "&lt;b&gt;hill &amp; dale" in page


def test_every_address_on_every_page_answers(hung: httpx2.Client) -> None:
    work = works_of(hung.get("/").text)[0]
    for place in ("/", f"/works/{work}", "/studies", f"/studies/{work}"):
        page = hung.get(place)
        assert page.status_code == 200, place
        for address in set(_ADDRESS.findall(page.text)):
            if address.endswith(("/favourite", "/studies")) or address.startswith("/search?"):
                continue  # a form's, or a question that works without vectors do not answer
            if address.startswith("/"):
                assert hung.get(address.replace("&amp;", "&")).status_code == 200, address
            else:
                own = address.removeprefix(str(hung.base_url).rstrip("/"))
                assert "://" not in own, f"nothing comes from outside: {address}"


def test_no_page_needs_what_the_policy_forbids(hung: httpx2.Client) -> None:
    work = works_of(hung.get("/").text)[0]
    for place in ("/", f"/works/{work}", f"/studies/{work}"):
        page = hung.get(place).text
        assert not re.search(r"\sstyle=|<style|\son\w+=|javascript:", page), place
        # What is said for other programs is no script, whatever its element is called.
        assert not re.search(r"<script(?![^>]*(\ssrc=|/(ld\+)?json))", page), place


def test_a_mark_is_set_by_a_form_and_by_the_api(hung: httpx2.Client) -> None:
    work = works_of(hung.get("/").text)[3]

    answer = hung.post(f"/works/{work}/favourite", data={"mark": "true"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/works/{work}")
    assert works_of(hung.get("/?room=favourites").text) == [work]
    unmarked = hung.put(f"/api/works/{work}/mark", json={"favourite": False}).json()

    assert unmarked["favourite"] is False
    assert works_of(hung.get("/?room=favourites").text) == []


def test_a_small_copy_is_sent_once(hung: httpx2.Client) -> None:
    work = works_of(hung.get("/").text)[0]
    for place in (f"/api/works/{work}/thumbnail?side=256", f"/api/works/{work}/picture?side=64"):
        first = hung.get(place)
        again = hung.get(place, headers={"if-none-match": first.headers["etag"]})

        assert first.headers["content-type"] == "image/jpeg"
        assert (again.status_code, again.content) == (304, b"")


def test_the_api_turns_pages_as_the_gallery_does(hung: httpx2.Client) -> None:
    first = hung.get("/api/works", params={"limit": 40}).json()
    second = hung.get("/api/works", params={"limit": 40, "after": first["next"]}).json()

    shown = [work["id"] for work in first["works"] + second["works"]]
    assert shown == works_of(hung.get("/").text) + shown[PAGE:]
    assert second["next"] is None
    assert "blob" not in first["works"][0]


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("/works/999999", 404),
        ("/works/0", 422),
        ("/works/x", 422),
        (f"/works/{2**70}", 422),
        ("/?room=attic", 422),
        ("/?after=forged", 400),
        ("/api/works?after=" + "A" * 399, 400),
        ("/api/works?limit=9999", 422),
        ("/api/works/1/thumbnail?side=3", 422),
        ("/static/x/../../app.py", 404),
        ("/static/000000000000/gesso.css", 404),
        ("/studies/999999", 404),
    ],
)
def test_forged_addresses_are_refused(hung: httpx2.Client, place: str, status: int) -> None:
    answer = hung.get(place)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_empty_studio_says_how_to_begin(client: httpx2.Client) -> None:
    page = client.get("/").text

    assert "Nothing hangs here yet." in page
    assert "gesso demo" in page
    assert all(f'<a href="/{way}">' in page for way in ("make", "collect"))
    assert "Newest first" not in page, "nothing is there to be put in an order"


def test_a_picture_can_be_studied_by_a_form(client: httpx2.Client) -> None:
    files = {"picture": ("hill.png", hill(), "image/png")}
    page = client.post("/studies", files=files, follow_redirects=True)

    assert page.status_code == 200
    assert "Two things to try" in page.text
    assert page.text.count("Ten minutes.") == 2
    copy = re.search(r'src="(/study/pictures/[0-9a-f]{64}.jpg)\?side=1600"', page.text)
    assert copy
    shown = cv2.imdecode(np.frombuffer(client.get(copy[1]).content, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape[:2] == (HEIGHT, WIDTH)


def test_a_sent_picture_is_looked_at_again_without_being_sent_again(client: httpx2.Client) -> None:
    sent = client.post("/studies", files={"picture": ("hill.png", hill(), "image/png")})
    place = sent.headers["location"]

    usual, fewer = client.get(place).text, client.get(f"{place}?levels=4&plan=3").text

    assert sent.status_code == 303
    assert "<option selected>5</option>" in usual
    assert "<option selected>4</option>" in fewer


def test_a_picture_that_is_not_kept_says_what_to_do(client: httpx2.Client) -> None:
    answer = client.get(f"/studies/pictures/{'0' * 64}", headers={"Accept": "text/html"})

    assert answer.status_code == 404
    assert "Send it again." in answer.text


def test_a_study_shows_its_palette_and_what_each_block_is(client: httpx2.Client) -> None:
    files = {"picture": ("hill.png", hill(), "image/png")}
    page = client.post("/studies", files=files, follow_redirects=True).text
    told = client.post("/study", content=hill()).json()

    figures = {reading["tool"]: reading["figures"] for reading in told["readings"]}
    for colour in figures["colours"]["palette"]:
        assert f'fill="{colour["hex"]}"' in page
        assert colour["name"] in page
    for level in figures["blocks"]["levels"]:
        assert f'<b class="num">{level["block"]}</b> {level["role"]}' in page


def test_a_study_is_kept_with_the_wishes_of_its_page(hung: httpx2.Client) -> None:
    page = hung.get(f"/studies/{WORKS}?intent=nocturne&levels=4").text
    action = re.search(r'class="keep" method="post" action="([^"]+)"', page)
    assert action is not None

    again = hung.post(unescape(action[1]))

    kept = hung.get(f"/api/works/{WORKS}/studies").json()["studies"][-1]
    assert (kept["intent"], kept["settings"]["levels"]) == ("nocturne", 4)
    assert again.headers["location"] == f"/studies/{WORKS}?levels=4&intent=nocturne#progress"


def test_a_change_can_be_tried_without_a_script(hung: httpx2.Client) -> None:
    page = hung.get(f"/studies/{WORKS}?change=lower-key&amount=0.5").text

    assert '<option value="lower-key" selected>The key lowered</option>' in page
    assert "With the key lowered by 50 %" in page


def test_styles_scripts_and_fonts_never_change_under_their_address(client: httpx2.Client) -> None:
    for asset in assets().values():
        answer = client.get(asset.href)
        assert answer.status_code == 200
        assert answer.content == asset.data
        assert "immutable" in answer.headers["cache-control"]


def test_the_first_view_is_light(hung: httpx2.Client) -> None:
    named = re.findall(r'(?:href|src)="/static/[0-9a-f]+/([^"]+\.(?:css|js))"', hung.get("/").text)
    waiting, code = list(named), {}
    while waiting:
        name = waiting.pop()
        code[name] = assets()[name].data
        for place in re.findall(rb'(?:from|import) ?"(\.[^"]+)"', code[name]):
            at = posixpath.normpath(posixpath.join(posixpath.dirname(name), place.decode()))
            waiting += [at] if at not in code else []
    fonts = [len(asset.data) for name, asset in assets().items() if name.endswith(".woff2")]

    assert sum(len(gzip.compress(data)) for data in code.values()) <= 60_000, sorted(code)
    assert sum(fonts) < 170_000


def test_a_browser_is_told_of_a_problem_on_a_page(client: httpx2.Client) -> None:
    page = client.get("/works/999999", headers={"accept": "text/html,application/xhtml+xml"})

    assert page.status_code == 404
    assert page.headers["content-type"].startswith("text/html")
    assert "work number 999999" in page.text
    assert "Back to the works" in page.text


def test_what_is_not_there_leads_to_what_can_be_pressed_not_typed(hung: httpx2.Client) -> None:
    for path, room in (
        ("/works/999999", "/search"),
        ("/studies/999999", "/studies"),
        ("/stories/999", "/stories"),
        ("/music/999", "/music"),
        ("/sets/999", "/sets"),
        ("/runs/nothing", "/runs"),
        ("/nothing", "/"),
    ):
        answer = hung.get(path, headers={"accept": "text/html"})
        main = answer.text.partition("<main")[2].partition("</main>")[0]

        assert answer.status_code == 404
        assert f'<a href="{room}">' in main
        assert "gesso " not in main
        assert "<p></p>" not in main
    assert "gesso search" in hung.get("/api/works/999999").json()["detail"]
    wrong = hung.get("/works/abc", headers={"accept": "text/html"})
    assert wrong.status_code == 422
    assert "openapi" not in wrong.text


def test_a_title_turns_round_nothing_but_itself(hung: httpx2.Client) -> None:
    title = "night\u202eand\u2067day"
    number = hung.post(f"/api/works?title={quote(title)}", content=hill(77)).json()["id"]

    assert hung.get(f"/api/works/{number}").json()["title"] == title
    for path in ("/", f"/works/{number}", f"/studies/{number}"):
        page = hung.get(path).text
        assert "nightandday" in page, path
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", page)
