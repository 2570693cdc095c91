"""The pages of stories, for people."""

from __future__ import annotations

import html
import re
from pathlib import Path

import httpx2
import pytest
from tests.web.conftest import hang_hills, served
from tests.web.test_music import tune

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts

from .props import ended, told, works


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
        hang_hills(studio, 2)
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
