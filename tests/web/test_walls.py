"""Walls and sets over HTTP: pages, outlines, thumbnails, what is sent once, what is refused."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import cv2
import httpx2
import numpy as np
import pytest

from gesso import Studio
from gesso.core.records.works import Provenance, Rights

from .conftest import hill, served

WORKS = 9


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("walls") / "studio"
    with Studio.open(folder) as opened:
        for number in range(WORKS):
            picture = np.full((30, 20 + 5 * number, 3), (20 * number, 90, 250 - 20 * number))
            opened.catalogue.accession.accept_bytes(
                bytes(cv2.imencode(".png", picture.astype(np.uint8))[1].tobytes()),
                name=f"{number}.png",
                title=f"Work <{number}>",
                provenance=Provenance("brought", "drawn", str(number)),
                rights=Rights(),
            )
    return folder


@pytest.fixture(scope="module")
def asked(studio: Path) -> Iterator[httpx2.Client]:
    with served(studio) as client:
        yield client


def numbers(answer: httpx2.Response) -> list[int]:
    return [work["id"] for work in answer.json()["works"]]


def test_a_page_is_the_same_whether_it_was_at_hand_or_not(asked: httpx2.Client) -> None:
    address = "/api/works?order=oldest&limit=4"
    first, again = asked.get(address), asked.get(address)
    unchanged = asked.get(address, headers={"if-none-match": first.headers["etag"]})

    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"]
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    for name in ("content-security-policy", "x-content-type-options"):
        assert name in again.headers
        assert name in unchanged.headers
    assert asked.head(address).status_code == 200


def test_a_page_at_hand_is_asked_for_anew_once_something_has_changed(asked: httpx2.Client) -> None:
    address = "/api/works?limit=3"
    first = asked.get(address)
    work = first.json()["works"][1]
    assert asked.get(address).json()["works"][1]["favourite"] is work["favourite"] is False
    asked.put(f"/api/works/{work['id']}/mark", json={"favourite": True})
    second = asked.get(address, headers={"if-none-match": first.headers["etag"]})

    assert second.status_code == 200
    assert second.json()["works"][1]["favourite"] is True
    asked.put(f"/api/works/{work['id']}/mark", json={"favourite": False})


def test_an_outline_its_aspects_and_its_tiles_agree(asked: httpx2.Client) -> None:
    outline = asked.get("/api/works/outline?order=oldest").json()
    stretch = {"order": "oldest", "version": outline["version"], "start": 2, "count": 4}
    aspects = asked.get("/api/works/aspects", params=stretch).content
    tiles = asked.get("/api/works/tiles", params=stretch).json()["works"]
    page = asked.get("/api/works?order=oldest").json()

    assert outline["count"] == page["count"] == WORKS
    assert tiles == page["works"][2:6]
    told = [1000 * tile["width"] / tile["height"] for tile in tiles]
    assert struct.unpack("<4H", aspects) == pytest.approx(told, abs=1)
    assert sum(outline["widths"]) == pytest.approx(
        sum(work["width"] / work["height"] for work in page["works"]), abs=0.01
    )
    place = asked.get("/api/works/place", params={"order": "oldest", "work": tiles[1]["id"]})
    assert place.json() == {"version": outline["version"], "place": 3}


def test_a_thumbnail_lies_for_ever_under_the_hash_of_its_bytes(asked: httpx2.Client) -> None:
    address = asked.get("/api/works").json()["works"][0]["large"]
    assert re.fullmatch(r"/t/[0-9a-f]{64}", address)
    for _ in range(2):
        answer = asked.get(address)
        assert answer.headers["content-type"] == "image/jpeg"
        assert "immutable" in answer.headers["cache-control"]
        again = asked.get(address, headers={"if-none-match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_an_original_is_not_given_as_a_thumbnail(asked: httpx2.Client, studio: Path) -> None:
    files = {path.name for path in (studio / "blobs").rglob("*") if path.is_file()}
    given = {name for name in files if asked.get(f"/t/{name}").status_code == 200}
    shown = {
        work[size].rpartition("/")[2]
        for work in asked.get("/api/works").json()["works"]
        for size in ("small", "large")
    }

    assert given == shown
    assert files - given


def test_thumbnails_ask_for_a_token_too(studio: Path, asked: httpx2.Client) -> None:
    address = asked.get("/api/works").json()["works"][0]["large"]
    with served(studio, token="a-long-word") as guarded:
        word = {"authorization": "Bearer a-long-word"}
        for _ in range(2):
            assert guarded.get(address, headers=word).status_code == 200
            assert guarded.get("/api/works", headers=word).status_code == 200
            assert guarded.get(address).status_code == 401
            assert guarded.get("/api/works").status_code == 401


@pytest.mark.parametrize(
    ("place", "status"),
    [
        ("/api/works?colours=97", 400),
        ("/api/works?colours=9-5", 400),
        ("/api/works?seed=-1", 422),
        ("/api/works?set=77", 404),
        ("/api/works/outline?order=none", 422),
        ("/api/works/tiles?version=1", 404),
        ("/api/works/aspects?version=1&count=999999999", 422),
        ("/api/works/place?work=0", 422),
        ("/t/" + "0" * 64, 404),
        ("/t/../../gesso.db", 404),
        ("/t/x", 404),
        ("/sets/77", 404),
        ("/sets/0", 422),
        ("/sets/add?work=99999", 404),
        ("/api/sets/77", 404),
    ],
)
def test_what_is_not_there_is_refused(asked: httpx2.Client, place: str, status: int) -> None:
    for _ in range(2):
        answer = asked.get(place)
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_shuffled_wall_has_its_seed_in_its_address(asked: httpx2.Client) -> None:
    answer = asked.get("/?order=shuffled")

    assert answer.status_code == 303
    assert re.search(r"seed=\d+", answer.headers["location"])
    one, other = (asked.get(answer.headers["location"]).text for _ in range(2))
    assert re.findall(r'data-id="(\d+)"', one) == re.findall(r'data-id="(\d+)"', other)


def test_sets_are_made_filled_and_had_back_by_programs(asked: httpx2.Client) -> None:
    works = numbers(asked.get("/api/works"))
    made = asked.post("/api/sets", json={"name": "Evening", "works": works[:2]})
    assert made.status_code == 201
    number = made.json()["id"]
    asked.post(f"/api/sets/{number}/works", json={"works": [works[3]], "before": works[1]})
    first = asked.get(f"/api/sets/{number}")

    assert first.json()["works"] == [works[0], works[3], works[1]]
    assert numbers(asked.get(f"/api/works?set={number}")) == first.json()["works"]
    asked.put(f"/api/sets/{number}/works/{works[1]}", json={"before": works[0]})
    assert asked.get(f"/api/sets/{number}").json()["works"] == [works[1], works[0], works[3]]
    assert asked.get(f"/api/sets/{number}").headers["etag"] != first.headers["etag"]
    asked.delete(f"/api/sets/{number}/works/{works[0]}")
    asked.patch(f"/api/sets/{number}", json={"name": "Late", "cover": works[3]})
    told = asked.delete(f"/api/sets/{number}").json()
    assert (told["name"], told["cover"], told["is_deleted"]) == ("Late", works[3], True)
    assert asked.get("/api/sets").json()["sets"] == []
    asked.post(f"/api/sets/{number}/restore")
    [back] = asked.get("/api/sets", params={"holding": works[3]}).json()["sets"]
    assert (back["count"], back["is_deleted"]) == (2, False)
    asked.delete(f"/api/sets/{number}")


def test_sets_are_made_filled_and_had_back_by_forms(asked: httpx2.Client) -> None:
    work, other = numbers(asked.get("/api/works"))[:2]
    made = asked.post("/sets", data={"name": "<b>Evening", "work": str(work)})
    place = made.headers["location"]
    assert made.status_code == 303
    asked.post(f"{place}/works", data={"work": str(other)})
    page = asked.get(place).text

    assert "&lt;b&gt;Evening" in page
    assert "<b>Evening" not in page
    assert re.findall(r'data-id="(\d+)"', page) == [str(work), str(other)]
    asked.post(f"{place}/move", data={"work": str(other), "where": "first"})
    asked.post(f"{place}/cover", data={"work": str(work)})
    arranged = asked.get(f"{place}/arrange").text
    assert re.findall(r'id="work-(\d+)"', arranged) == [str(other), str(work)]
    assert f'value="{work}"><button class="plain" aria-pressed="true">' in arranged
    asked.post(f"{place}/works/remove", data={"work": str(other)})
    chosen = asked.get(f"/sets/add?work={work}").text
    assert 'aria-pressed="true">&lt;b&gt;Evening' in chosen
    asked.post(f"{place}/delete")
    assert "This set was deleted" in asked.get(place).text
    asked.post(f"{place}/restore")
    assert "Evening" in asked.get("/sets").text
    asked.post(f"{place}/delete")


def test_a_set_is_shared_by_a_form_and_the_link_is_taken_back(asked: httpx2.Client) -> None:
    works = numbers(asked.get("/api/works"))[:3]
    board = asked.post("/api/sets", json={"name": "Shown", "works": works}).json()["id"]

    told = asked.post(f"/sets/{board}/shares", data={"days": "7", "note": "Anna"}).text
    link = re.search(r'href="[^"]+(/shared/[^"]+)"', told)
    assert link
    assert all(f"/works/{work}" in asked.get(link[1]).text for work in works)
    page = asked.get(f"/sets/{board}").text
    assert link[1] not in page, "told once"
    assert "Anna" in page
    revoke = re.search(rf'action="(/sets/{board}/shares/\d+/revoke)"', page)
    assert revoke
    asked.post(revoke[1])
    assert asked.get(link[1]).status_code in (404, 410)
    assert asked.post(f"/sets/{board}/shares", data={"days": "0"}).status_code == 400


@pytest.mark.parametrize("place", ["/sets/{}/shares", "/works/1/shares"])
@pytest.mark.parametrize("days", [0, -(10**12), 367, 10**12])
def test_a_link_for_days_that_cannot_be_is_refused(
    asked: httpx2.Client, place: str, days: int
) -> None:
    board = asked.post("/api/sets", json={"name": "Lent", "works": [1]}).json()["id"]
    answer = asked.post(place.format(board), data={"days": days})

    assert answer.status_code == 400
    assert answer.json()["title"] == f"A link cannot last {days:,} days."


@pytest.mark.parametrize(
    "body", [{"name": ""}, {"name": "x" * 201}, {"name": "a", "works": [0]}, {"nome": "a"}, {}]
)
def test_a_set_that_cannot_be_is_refused(asked: httpx2.Client, body: dict[str, object]) -> None:
    answer = asked.post("/api/sets", json=body)

    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_worker_names_what_pages_are_drawn_with(asked: httpx2.Client) -> None:
    answer = asked.get("/sw.js")

    assert answer.headers["content-type"].startswith("text/javascript")
    assert "no-cache" in answer.headers["cache-control"]
    for href in re.findall(r'"(/static/[^"]+)"', answer.text):
        assert asked.get(href).status_code == 200


def turned(asked: httpx2.Client, place: str) -> list[str]:
    """Where one is led by turning on from the page of a work, until there is no more."""
    found = [place]
    while onward := re.search(r'rel="next" href="(/works/[^"]+)"', asked.get(found[-1]).text):
        found.append(unescape(onward[1]))
        assert len(found) <= WORKS
    return found


@pytest.mark.parametrize("query", ["order=oldest", "order=shuffled&seed=7", "room=brought"])
def test_a_work_is_turned_on_from_as_it_hung(asked: httpx2.Client, query: str) -> None:
    hung = numbers(asked.get(f"/api/works?{query}"))
    first = re.search(r'<a class="im" href="([^"]+)"', asked.get(f"/?{query}").text)

    assert first
    assert turned(asked, unescape(first[1])) == [f"/works/{work}?{query}" for work in hung]


def test_a_work_of_a_set_leads_to_the_next_of_the_set_and_back(asked: httpx2.Client) -> None:
    works = numbers(asked.get("/api/works"))[:3][::-1]
    board = asked.post("/api/sets", json={"name": "Three", "works": works}).json()["id"]
    places = [f"/works/{work}?set={board}" for work in works]

    assert turned(asked, places[0]) == places
    assert f'in <a href="/sets/{board}">Three</a>' in asked.get(places[1]).text
    asked.delete(f"/api/sets/{board}")
    assert f"set={board}" not in asked.get(places[1]).text


def test_a_work_that_hangs_on_that_wall_no_more_hangs_among_all(asked: httpx2.Client) -> None:
    work = numbers(asked.get("/api/works"))[2]

    for query in ("room=favourites", "set=99999"):
        page = asked.get(f"/works/{work}?{query}")
        assert page.status_code == 200
        assert f"3 of {WORKS}</span>" in page.text


def test_what_is_all_of_one_kind_is_counted_once(asked: httpx2.Client) -> None:
    assert f"{WORKS} works, all brought in.</p>" in asked.get("/").text


def test_an_address_beyond_the_end_shows_the_last_page(asked: httpx2.Client) -> None:
    works = numbers(asked.get("/api/works"))[:2]
    board = asked.post("/api/sets", json={"name": "Two", "works": works}).json()["id"]

    for place in ("/?at=5000", f"/sets/{board}?at=5000", f"/sets/{board}/arrange?at=5000"):
        page = asked.get(place).text
        assert f"/works/{works[0]}" in page
        assert "Nothing" not in page
    asked.delete(f"/api/sets/{board}")


def test_a_problem_leads_where_its_advice_says(asked: httpx2.Client) -> None:
    page = asked.get("/sets/99999", headers={"accept": "text/html"})

    assert page.status_code == 404
    assert 'See them: <a href="/sets">/sets</a>' in page.text


def test_a_set_says_which_of_its_works_do_not_hang(asked: httpx2.Client, studio: Path) -> None:
    with Studio.open(studio) as opened:
        aside = opened.catalogue.accession.accept_bytes(
            bytes(cv2.imencode(".png", np.full((9, 9, 3), 7, np.uint8))[1].tobytes()),
            name="take.png",
            provenance=Provenance("made", "drawn", "take"),
            rights=Rights(),
            standing="take",
        )
    both = asked.post("/api/sets", json={"name": "Both", "works": [1, aside.id]}).json()["id"]
    alone = asked.post("/api/sets", json={"name": "Alone", "works": [aside.id]}).json()["id"]

    assert "1 of them does not hang now." in asked.get(f"/sets/{both}").text
    page = asked.get(f"/sets/{alone}").text
    assert "Nothing of this set hangs now." in page
    assert "Nothing is in this set yet." not in page


def test_pictures_and_thumbnails_are_sent_in_parts(client: httpx2.Client) -> None:
    work = client.post("/api/works?title=Parts", content=hill(91)).json()["id"]
    small = client.get(f"/api/works/{work}/thumbnail").url.path
    tile = next(one for one in client.get("/api/works").json()["works"] if one["id"] == work)
    for address in (f"/api/works/{work}/picture?side=128", small, tile["large"], tile["large"]):
        whole = client.get(address)
        assert whole.headers["accept-ranges"] == "bytes"
        part = client.get(address, headers={"Range": "bytes=10-29"})
        assert part.status_code == 206, address
        assert part.content == whole.content[10:30]
        assert part.headers["content-range"] == f"bytes 10-29/{len(whole.content)}"
        assert part.headers["etag"] == whole.headers["etag"]
        assert part.headers["cache-control"] == whole.headers["cache-control"]
        last = client.get(address, headers={"Range": "bytes=-5", "If-Range": whole.headers["etag"]})
        assert last.content == whole.content[-5:]
        other = client.get(address, headers={"Range": "bytes=0-4", "If-Range": '"another"'})
        assert (other.status_code, other.content) == (200, whole.content)
        assert client.get(address, headers={"Range": "bytes=9000000-"}).status_code == 416
