"""Stories over HTTP: put together, changed as versions, filmed in the background, sent in parts."""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import httpx2
import pytest
from tests.web.conftest import hill, served
from tests.web.test_music import tune

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts
from gesso.core.records.works import Provenance, Rights

FOLDERS: list[Path] = []
"""Where the films of the studio here go."""
SMALL = {"width": 128, "height": 96, "fps": 12, "hold": 1, "has_credits": False}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder: Path = tmp_path_factory.mktemp("stories") / "studio"
    FOLDERS.append(folder / "exports" / "stories")
    with Studio.open(folder) as studio:
        for number in range(4):
            studio.catalogue.accession.accept_bytes(
                hill(number),
                name=f"{number}.png",
                title=f"Hill {number}",
                provenance=Provenance("brought", f"{number}.png"),
                rights=Rights("CC0-1.0", credit="<b>N. N.</b>"),
            )
        facts = TrackFacts(title="Tune <i>one</i>", artist="N. N.", licence="CC0-1.0")
        studio.catalogue.tracks.accept(tune(120, high=True), facts=facts)
    with served(folder) as opened:
        yield opened


def told(client: httpx2.Client, **wish: Any) -> dict[str, Any]:
    """A new story of few pixels and seconds."""
    answer = client.post("/api/stories", json={"works": [1, 2, 3], **SMALL, **wish})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    assert answer.headers["location"] == f"/api/stories/{found['id']}"
    return found


def filmed(client: httpx2.Client, number: int, **wish: Any) -> dict[str, Any]:
    """What became of a film once its job has ended."""
    answer = client.post(f"/api/stories/{number}/films", json=wish)
    assert answer.status_code == 202, answer.text
    return ended(client, answer.json()["id"])


def ended(client: httpx2.Client, job: str) -> dict[str, Any]:
    for _ in range(1200):
        found: dict[str, Any] = client.get(f"/api/jobs/{job}").json()
        if found["ended_at"]:
            return found
        time.sleep(0.05)
    raise AssertionError(f"the film does not end: {found}")


def works(story: dict[str, Any]) -> list[int]:
    return [scene["work"] for scene in story["scenes"]]


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


def test_every_story_is_on_one_of_the_pages_for_people(
    client: httpx2.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gesso.web.pages.sounds.stories._PAGE", 2)
    numbers = {told(client, title=f"Page {number}")["id"] for number in range(5)}
    place, seen = "/stories", set()
    while place:
        page = client.get(place).text
        seen |= {int(one) for one in re.findall(r'href="/stories/(\d+)"', page)}
        more = re.search(r'rel="next" href="([^"]+)"', page)
        place = html.unescape(more[1]) if more else ""
    assert numbers <= seen
    assert len(seen) == client.get("/api/stories").json()["total"]


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


def test_the_films_of_a_deleted_story_go_when_that_is_asked(client: httpx2.Client) -> None:
    number = told(client, title="All of it", music="none")["id"]
    film = filmed(client, number)["result"]["film"]
    client.delete(f"/api/stories/{number}", params={"films": True})

    assert client.get(film).status_code == 404
    client.post(f"/api/stories/{number}/restore")
    assert filmed(client, number)["state"] == "done", "it gives the same film again"


def test_what_is_being_filmed_of_a_deleted_story_stops(client: httpx2.Client) -> None:
    number = told(client, hold=600, width=640, height=480, music="none")["id"]
    job = client.post(f"/api/stories/{number}/films", json={}).json()["id"]
    client.delete(f"/api/stories/{number}")

    assert ended(client, job)["state"] == "cancelled"
    assert client.get(f"/api/stories/{number}/films").json()["films"] == []


def test_a_story_is_deleted_on_its_page_and_had_back_there(client: httpx2.Client) -> None:
    number = told(client, title="Off the wall")["id"]
    assert "Delete this story" in client.get(f"/stories/{number}").text
    assert client.post(f"/stories/{number}/delete").headers["location"] == f"/stories/{number}"
    page = client.get(f"/stories/{number}").text

    assert "This story was deleted." in page
    assert "Have it back" in page
    assert "Film it" not in page
    assert "Take out" not in page
    assert "Off the wall" not in client.get("/stories").text
    assert "/stories?deleted=true" in client.get("/stories").text
    assert "Off the wall" in client.get("/stories?deleted=true").text
    refused = client.post(f"/stories/{number}", data={"title": "No"})
    assert refused.status_code == 409
    assert "was deleted" in refused.text

    client.post(f"/stories/{number}/restore")
    assert "Delete this story" in client.get(f"/stories/{number}").text
    assert "Off the wall" in client.get("/stories").text


def test_films_are_called_the_same_whoever_made_them_and_old_ones_can_be_seen(
    client: httpx2.Client,
) -> None:
    number = told(client, title="Names", music="none")["id"]
    page = client.get(f"/api/stories/{number}/films").json()
    assert page["films"] == []
    film = filmed(client, number)["result"]["film"]
    data = client.get(film).content
    place = next(FOLDERS[-1].glob(f"{number}-*/version-1.mp4"))
    place.rename(place.with_name("film.mp4"))

    (old,) = client.get(f"/api/stories/{number}/films").json()["films"]
    assert (old["version"], old["kind"]) == (0, "mp4")
    assert client.get(old["address"]).content == data
    shown = client.get(f"/stories/{number}").text
    assert "An older film" in shown
    assert "captions?version=0" not in shown
    assert client.delete(f"/api/stories/{number}/films/0/mp4").status_code == 204
    assert client.get(old["address"]).status_code == 404


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


def test_a_film_is_made_followed_and_sent_in_parts(client: httpx2.Client) -> None:
    number = told(client, tracks=[1])["id"]
    job = filmed(client, number, format="mp4")

    assert (job["state"], job["page"]) == ("done", f"/stories/{number}")
    kinds = [event["kind"] for event in job["events"]]
    assert kinds[0] == "begun"
    assert kinds[-1] == "ended"
    assert [one["told"]["share"] for one in job["events"] if one["kind"] == "film"] == [1.0]
    address = job["result"]["film"]
    answer = client.get(address)
    assert answer.headers["content-type"] == "video/mp4"
    assert "immutable" in answer.headers["cache-control"]
    assert "immutable" not in client.get(address.partition("?")[0]).headers["cache-control"]
    part = client.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, answer.content[10:20])
    same = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert same.status_code == 304
    with av.open(io.BytesIO(answer.content), "r") as film:
        frames = len(list(film.decode(video=0)))
    assert frames == round(client.get(f"/api/stories/{number}").json()["seconds"] * 12)
    saved = client.get(address, params={"tag": "", "download": "true"}).headers
    assert saved["content-disposition"].endswith('version-1.mp4"')


def test_a_film_that_is_there_is_not_made_again_and_can_be_taken_away(
    client: httpx2.Client,
) -> None:
    number = told(client, music="none")["id"]
    first = filmed(client, number, format="webm")["result"]
    second = filmed(client, number, format="webm")["result"]
    assert first["film"] == second["film"]
    assert "frames" not in second
    client.patch(f"/api/stories/{number}", json={"title": "Another"})
    filmed(client, number, preview=True)
    made = client.get(f"/api/stories/{number}/films").json()["films"]
    assert [(one["version"], one["kind"]) for one in made] == [(2, "preview"), (1, "webm")]

    assert client.delete(f"/api/stories/{number}/films/1/webm").status_code == 204
    assert client.get(f"/api/stories/{number}/films/1/webm").status_code == 404
    assert client.delete(f"/api/stories/{number}/films/1/webm").status_code == 404


def test_a_film_can_be_stopped_and_nothing_of_it_stays(client: httpx2.Client) -> None:
    number = told(client, hold=60, fps=60, width=640, height=480)["id"]
    job = client.post(f"/api/stories/{number}/films", json={}).json()
    assert client.post(f"/api/stories/{number}/films", json={}).json()["id"] == job["id"]
    client.delete(f"/api/jobs/{job['id']}")

    assert ended(client, job["id"])["state"] == "cancelled"
    assert client.get(f"/api/stories/{number}/films").json()["films"] == []
    (folder,) = FOLDERS[-1].glob(f"{number}-*")
    assert list(folder.iterdir()) == []


def test_a_film_is_stopped_while_its_sound_is_laid_and_nothing_stays(
    client: httpx2.Client,
) -> None:
    number = told(client, hold=600, music="score")["id"]
    job = client.post(f"/api/stories/{number}/films", json={}).json()["id"]
    for _ in range(400):
        if client.get(f"/api/jobs/{job}").json()["state"] == "running":
            break
        time.sleep(0.01)
    client.post(f"/stories/{number}/films/stop")

    assert ended(client, job)["state"] == "cancelled"
    assert [list(folder.iterdir()) for folder in FOLDERS[-1].glob(f"{number}-*")] in ([], [[]])


def test_what_a_killed_server_left_of_a_film_is_none(client: httpx2.Client) -> None:
    story = told(client, title="Half", music="none")
    folder = FOLDERS[-1] / f"{story['id']}-half"
    folder.mkdir(parents=True)
    for name in (f".{'a' * 32}.part", "version-1.mp4.part", "version-0.mp4", "version-1.mov"):
        (folder / name).write_bytes(b"half")

    assert client.get(f"/api/stories/{story['id']}/films").json()["films"] == []
    assert client.get(f"/api/stories/{story['id']}/films/1/mp4").status_code == 404
    assert filmed(client, story["id"])["result"]["bytes"] > 1000


def test_moments_poster_sheet_captions_and_credits_can_be_seen(client: httpx2.Client) -> None:
    story = told(client, captions="vtt")
    place = f"/api/stories/{story['id']}"
    seen = [client.get(f"{place}/frame", params={"at": at}).content for at in (0.5, 3.5)]
    assert all(data.startswith(b"\xff\xd8") for data in seen)
    assert seen[0] != seen[1]
    poster = client.get(f"{place}/poster", params={"version": 1})
    assert poster.content.startswith(b"\xff\xd8")
    assert "immutable" in poster.headers["cache-control"]
    assert client.get(f"{place}/sheet").content.startswith(b"\x89PNG")
    captions = client.get(f"{place}/captions")
    assert captions.headers["content-type"].startswith("text/vtt")
    assert "Hill 0" in captions.text
    credited = client.get(f"{place}/credits").json()
    assert sorted(one["name"] for one in credited["works"]) == ["Hill 0", "Hill 1", "Hill 2"]
    assert "CC0-1.0" in credited["works"][0]["line"]


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


def test_a_moment_after_the_end_and_a_work_that_it_has_not_are_told(
    client: httpx2.Client,
) -> None:
    number = told(client)["id"]
    assert client.get(f"/api/stories/{number}/frame", params={"at": 9999}).status_code == 400
    strange = client.patch(f"/api/stories/{number}/scenes/4", json={"text": "?"})
    assert strange.status_code == 404
    short = client.put(f"/api/stories/{number}/order", json={"by": "manual", "works": [1]})
    assert short.status_code == 400


def test_only_formats_that_can_be_written_are_offered(client: httpx2.Client) -> None:
    offered = {one["name"] for one in client.get("/api/stories/formats").json()["formats"]}
    assert "mp4" in offered
    number = told(client)["id"]
    page = client.get(f"/stories/{number}").text
    assert all(f'<option value="{name}"' in page for name in offered)


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


def test_pages_work_without_a_script_and_escape_what_files_say(client: httpx2.Client) -> None:
    fields = {"works": "3, 1 2", "order": "manual", "size": "128x96", "hold": "1",
              "title": "Tea & <em>hills</em>", "music": "track:1"}  # fmt: skip
    made = client.post("/stories", data=fields)
    assert made.status_code == 303
    place = made.headers["location"]
    page = client.get(place).text
    assert "Tea &amp; &lt;em&gt;hills" in page
    assert "<em>hills" not in page
    assert "<i>one</i>" not in page
    assert "style=" not in page
    number = place.rpartition("/")[2]

    def order() -> list[int]:
        return works(client.get(f"/api/stories/{number}").json())

    assert order() == [3, 1, 2]
    client.post(f"{place}/scenes/2/move", data={"where": "earlier"})
    assert order() == [3, 2, 1]
    client.post(f"{place}/scenes/3/move", data={"where": "last"})
    assert order() == [2, 1, 3]
    client.post(f"{place}/scenes/1/remove")
    assert order() == [2, 3]
    said = client.post(f"{place}/scenes/2", data={"text": "", "title": "Dusk", "hold": "2"})
    assert said.headers["location"] == f"{place}#scene-2"
    scene = client.get(f"/api/stories/{number}").json()["scenes"][0]
    assert (scene["title"], scene["text"]) == ("Dusk", "")
    client.post(f"{place}/order", data={"by": "light"})
    client.post(f"{place}/soundtrack", data={"music": "score", "loudness": "-23"})
    assert "A small score" in client.get(place).text
    client.post(f"{place}/versions/1/restore")
    assert order() == [3, 1, 2]
    before = client.get(f"{place}?version=2").text
    assert "This is version 2" in before
    assert "Put in order" not in before


def test_what_a_form_cannot_do_is_said_on_its_page(client: httpx2.Client) -> None:
    number = told(client)["id"]
    for place, fields, status in (
        ("/stories", {"works": "one"}, 400),
        ("/stories", {}, 400),
        (f"/stories/{number}/scenes", {"works": "999"}, 404),
        (f"/stories/{number}/scenes/1", {"hold": "0"}, 400),
        (f"/stories/{number}/scenes/1/move", {"where": "up"}, 400),
        (f"/stories/{number}", {"title": "x", "version": "7"}, 409),
    ):
        answer = client.post(place, data=fields)
        assert answer.status_code == status, (place, answer.text[:400])
        assert 'class="wrong" role="alert"' in answer.text


def test_a_film_is_ordered_and_shown_on_the_page(client: httpx2.Client) -> None:
    number = told(client, captions="vtt", music="none")["id"]
    client.post(f"/stories/{number}/films", data={"format": "mp4", "version": "1"})
    job = client.get(f"/api/stories/{number}/films").json()["job"]
    ended(client, job["id"])

    page = client.get(f"/stories/{number}").text
    assert f'src="/api/stories/{number}/films/1/mp4?tag=' in page
    assert 'kind="captions"' in page
    assert "srclang" in page
    assert client.post(f"/stories/{number}/films/1/mp4/delete").status_code == 303
    assert "Not filmed yet" in client.get(f"/stories/{number}").text


def test_a_story_without_a_title_is_called_by_its_number(client: httpx2.Client) -> None:
    story = told(client, title="For now", music="none")
    client.patch(f"/api/stories/{story['id']}", json={"title": ""})

    name = f"Story {story['id']}"
    assert f"<h1>{name}</h1>" in client.get(f"/stories/{story['id']}").text
    assert f'<span class="t">{name}</span>' in client.get("/stories").text


def test_a_soundtrack_of_several_tracks_is_laid_by_a_plain_form(tmp_path: Path) -> None:
    with Studio.open(tmp_path / "studio") as studio:
        for number in range(2):
            studio.catalogue.accession.accept_bytes(
                hill(number),
                name=f"{number}.png",
                title=f"Hill {number}",
                provenance=Provenance("brought", f"{number}.png"),
                rights=Rights(),
            )
        for beats, title in ((90, "Slow"), (120, "Quick"), (150, "Last")):
            studio.catalogue.tracks.accept(tune(beats, high=True), facts=TrackFacts(title=title))
    with served(tmp_path / "studio") as site:
        made = {"works": "1, 2", "hold": "9", "music": "track:2", "then-1": "track:1", "then-2": ""}
        page = site.post("/stories", data=made, follow_redirects=True)
        assert page.status_code == 200
        place = page.url.path

        def heard() -> list[str]:
            told = site.get(f"/api{place}").json()["soundtrack"]["tracks"]
            return [one["name"] for one in told]

        assert heard() == ["Quick", "Slow"]
        shown = re.findall(r'<option value="(track:\d)" selected', page.text)
        assert shown == ["track:2", "track:1"], "the form shows what is laid"

        again = {"music": "auto", "then-2": "track:1", "then-10": "track:2", "loudness": "-23"}
        site.post(f"{place}/soundtrack", data={**again, "then-1": "track:3"})
        assert heard() == ["Last", "Slow", "Quick"]
