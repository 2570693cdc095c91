"""Stories over HTTP: put together, listed, changed as versions, deleted and had back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.web.conftest import hill, served

from gesso import Studio
from gesso.core.records.works import Provenance, Rights

from .props import SMALL, filmed, told, works


def test_a_story_is_told_with_its_times_and_its_beats(client: httpx2.Client) -> None:
    story = told(client, order="manual", title="Three hills", tracks=[1])

    assert works(story) == [1, 2, 3]
    assert story["scenes"][0]["begins"] == story["opening"]
    whole = story["opening"] + sum(one["seconds"] for one in story["scenes"]) + story["closing"]
    assert story["seconds"] == pytest.approx(whole)
    assert story["soundtrack"]["tracks"][0]["name"] == "Tune <i>one</i>"
    assert story["soundtrack"]["beats"] == sorted(story["soundtrack"]["beats"])
    listed = client.get("/api/stories", params={"limit": 1}).json()
    assert listed["stories"][0]["id"] == story["id"]
    again = client.get(f"/api/stories/{story['id']}")
    assert again.json() == story
    assert again.headers["etag"]


def test_stories_are_listed_page_by_page(client: httpx2.Client) -> None:
    numbers = [told(client)["id"] for _ in range(3)]
    first = client.get("/api/stories", params={"limit": 1}).json()
    client.patch(f"/api/stories/{numbers[0]}", json={"title": "Moved to the front"})
    second = client.get("/api/stories", params={"limit": 1, "after": first["next"]}).json()
    assert first["total"] >= 3
    assert [one["id"] for one in first["stories"]] == [numbers[2]]
    assert [one["id"] for one in second["stories"]] == [numbers[1]], "an edit shifts no page"
    for wrong in ("60", first["next"][:-3], "é" * 20):
        answer = client.get("/api/stories", params={"after": wrong})
        assert answer.status_code == 400
        assert "belongs to no page of this list" in answer.json()["title"]
        assert client.get("/stories", params={"after": wrong}).status_code == 400


def test_a_deleted_story_is_in_no_list_and_comes_back_whole(client: httpx2.Client) -> None:
    story = told(client, title="To go", music="none")
    number, place = story["id"], f"/api/stories/{story['id']}"
    renamed = client.patch(place, json={"title": "To go, later"}).json()
    film = filmed(client, number)["result"]["film"]
    gone = client.delete(place)
    assert gone.status_code == 200
    assert gone.json()["is_deleted"]

    assert number not in [one["id"] for one in client.get("/api/stories").json()["stories"]]
    away = client.get("/api/stories", params={"deleted": True}).json()
    assert number in [one["id"] for one in away["stories"]]
    assert client.get(film).status_code == 200, "its films stay"
    assert client.get(f"{place}/poster").status_code == 200
    for answer in (
        client.patch(place, json={"title": "No"}),
        client.put(f"{place}/order", json={"by": "light"}),
        client.post(f"{place}/versions/1/restore"),
        client.post(f"{place}/films", json={}),
    ):
        assert answer.status_code == 409, answer.text
        assert "was deleted" in answer.json()["detail"] + answer.json()["title"]

    again = client.post(f"{place}/restore").json()
    assert again == renamed
    assert number in [one["id"] for one in client.get("/api/stories").json()["stories"]]
    assert len(client.get(f"{place}/versions").json()["versions"]) == 2
    assert client.delete("/api/stories/9999").status_code == 404
    assert client.post("/api/stories/9999/restore").status_code == 404


def test_a_story_is_made_of_favourites_of_a_set_and_of_a_search(client: httpx2.Client) -> None:
    client.put("/api/works/2/mark", json={"favourite": True})
    client.put("/api/works/4/mark", json={"favourite": True})
    board = client.post("/api/sets", json={"name": "Two", "works": [3, 1]}).json()["id"]

    of_favourites = told(client, works=[], favourites=True)
    assert sorted(works(of_favourites)) == [2, 4]
    of_a_set = told(client, works=[], set=board, order="manual")
    assert works(of_a_set) == [3, 1]
    of_all = told(client, works=[1], set=board, order="manual")
    assert works(of_all) == [1, 3]
    found = told(client, works=[], words="hill", limit=2)
    assert len(works(found)) == 2
    assert "Make a story of it" in client.get(f"/sets/{board}").text
    assert f'<option value="{board}" selected>' in client.get(f"/stories/new?set={board}").text


def test_a_story_is_made_of_what_stands_on_a_page_of_a_search(client: httpx2.Client) -> None:
    page = client.get("/search", params={"words": "hill", "filter": "title:hill"}).text
    there = re.search(r'href="(/stories/new\?works=([\d,]+))">Make a story of these', page)
    assert there is not None
    seen = [int(one) for one in there[2].split(",")]
    assert seen == [int(one) for one in re.findall(r'data-(?:id|work)="(\d+)"', page)][: len(seen)]

    form = client.get(there[1]).text
    assert f'name="works" maxlength="4000" autocomplete="off" value="{there[2]}"' in form
    begun = client.post("/stories", data={"works": there[2], "order": "manual", "size": "128x96"})
    number = int(begun.headers["location"].rsplit("/", 1)[1])
    assert works(client.get(f"/api/stories/{number}").json()) == seen
    assert "Make a story of" not in client.get("/search", params={"words": "nothingatall"}).text


def test_every_edit_is_a_version_and_can_be_taken_back(client: httpx2.Client) -> None:
    number = told(client, order="manual")["id"]
    place = f"/api/stories/{number}"

    scene = client.patch(f"{place}/scenes/2", json={"text": "Evening.", "hold": 3, "into": "cut"})
    assert scene.json()["scenes"][1]["text"] == "Evening."
    assert scene.json()["scenes"][1]["into_s"] == 0
    turned = client.put(f"{place}/order", json={"by": "manual", "works": [3, 2, 1]}).json()
    assert works(turned) == [3, 2, 1]
    assert turned["scenes"][1]["text"] == "Evening.", "a person's words stay"
    longer = client.post(f"{place}/scenes", json={"works": [4, 2]}).json()
    assert works(longer) == [3, 2, 1, 4]
    moved = client.patch(f"{place}/scenes/4", json={"to": 1}).json()
    assert works(moved) == [4, 3, 2, 1]
    assert works(client.delete(f"{place}/scenes/4").json()) == [3, 2, 1]
    renamed = client.patch(place, json={"title": "Later", "wall": "chalk", "hold": 2}).json()
    assert (renamed["title"], renamed["frame"]["wall"]) == ("Later", "chalk")
    assert {one["wished"] for one in renamed["scenes"]} == {2}
    silent = client.put(f"{place}/soundtrack", json={"music": "none"}).json()
    assert silent["soundtrack"]["kind"] == "none"
    same = client.patch(place, json={"title": "Later"}).json()
    assert same["version"] == silent["version"] == 8, "what changes nothing is no version"

    assert len(client.get(f"{place}/versions").json()["versions"]) == 8
    assert works(client.get(place, params={"version": 1}).json()) == [1, 2, 3]
    restored = client.post(f"{place}/versions/1/restore").json()
    assert (works(restored), restored["version"], restored["latest"]) == ([1, 2, 3], 9, 9)


def test_an_edit_of_what_was_changed_meanwhile_is_refused(client: httpx2.Client) -> None:
    number = told(client)["id"]
    client.patch(f"/api/stories/{number}", json={"title": "Mine", "version": 1})
    late = client.patch(f"/api/stories/{number}", json={"title": "Yours", "version": 1})
    assert late.status_code == 409
    assert "changed meanwhile" in late.json()["title"]
    assert client.get(f"/api/stories/{number}").json()["title"] == "Mine"


@pytest.mark.parametrize("by", ["flow", "arc", "light", "chronological", "llm"])
def test_works_are_put_in_order_by_name(client: httpx2.Client, by: str) -> None:
    number = told(client)["id"]
    answer = client.put(f"/api/stories/{number}/order", json={"by": by})
    assert answer.status_code == 200
    assert sorted(works(answer.json())) == [1, 2, 3]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"works": []}, 400),
        ({"works": [999]}, 404),
        ({"works": [1], "order": "sideways"}, 422),
        ({"works": [1], "hold": 0.2}, 422),
        ({"works": [1], "width": 641}, 400),
        ({"works": [1], "fps": 23}, 400),
        ({"works": [1], "tracks": [999]}, 404),
        ({"set": 999}, 404),
        ({"words": "zzzz-no-such-word"}, 400),
        ({"works": [1], "colour": "red"}, 422),
    ],
)
def test_what_cannot_be_a_story_is_said_in_one_sentence(
    client: httpx2.Client, wish: dict[str, Any], status: int
) -> None:
    answer = client.post("/api/stories", json=wish)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["title"].endswith((".", "?"))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/stories/999"),
        ("GET", "/api/stories/999/films"),
        ("GET", "/api/stories/999/poster"),
        ("GET", "/stories/999"),
        ("POST", "/api/stories/999/versions/1/restore"),
        ("DELETE", "/api/stories/999/scenes/1"),
    ],
)
def test_what_is_not_there_is_told(client: httpx2.Client, method: str, path: str) -> None:
    assert client.request(method, path).status_code == 404


def test_who_may_not_spend_asks_no_model(tmp_path: Path) -> None:
    folder = tmp_path / "guarded"
    with Studio.open(folder) as studio:
        studio.catalogue.accession.accept_bytes(
            hill(), name="1.png", title="Hill", provenance=Provenance("brought", "1.png"),
            rights=Rights(),
        )  # fmt: skip
        _, writer = studio.catalogue.tokens.new("writer", "write")
    with served(folder, token="own") as client:
        client.headers["authorization"] = f"Bearer {writer}"
        refused = client.post("/api/stories", json={"works": [1], "asks": True})
        assert refused.status_code == 403
        assert client.post("/api/stories", json={"works": [1], **SMALL}).status_code == 201
        by_llm = client.put("/api/stories/1/order", json={"by": "llm"})
        assert by_llm.status_code == 403
