"""Films over HTTP: made in the background, followed, stopped, sent in parts."""

from __future__ import annotations

import io
import time

import av
import httpx2

from .props import FOLDERS, ended, filmed, told


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
