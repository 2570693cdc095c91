"""Music over HTTP: tracks are listed and heard in parts, works are asked for what fits them."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np
import pytest
from tests.web.conftest import hang_hills, served

from gesso import Studio
from gesso.core.catalogue.works.tracks import TrackFacts

RATE = 16_000


def tune(bpm: float, *, high: bool) -> bytes:
    """A WAV of plucked notes."""
    made = np.zeros(12 * RATE)
    at = np.arange(RATE // 2) / RATE
    for number in range(int(12 * bpm / 60)):
        hz = (660 if high else 220) * 2 ** ((0, 4, 7, 12)[number % 4] / 12)
        note = np.sin(2 * np.pi * hz * at) * np.exp(-5 * at)
        begin = round(number * 60 / bpm * RATE)
        made[begin : begin + len(note)] += note[: len(made) - begin]
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setparams((1, 2, RATE, 0, "NONE", ""))
        written.writeframes((0.4 * made * 32767).astype("<i2").tobytes())
    return file.getvalue()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    folder: Path = tmp_path_factory.mktemp("music") / "studio"
    with Studio.open(folder) as studio:
        hang_hills(studio, 3)
        for title, bpm, high in (("Slow <b>one</b>", 70, False), ("Fast", 150, True)):
            facts = TrackFacts(title=title, artist="N. N.", licence="CC0-1.0")
            studio.catalogue.tracks.accept(tune(bpm, high=high), facts=facts)
    with served(folder) as opened:
        yield opened


def test_tracks_are_listed_page_by_page(client: httpx2.Client) -> None:
    first = client.get("/api/tracks", params={"limit": 1}).json()
    second = client.get("/api/tracks", params={"limit": 1, "after": first["next"]}).json()

    assert [one["id"] for one in first["tracks"] + second["tracks"]] == [1, 2]
    assert second["next"] is None
    assert first["tracks"][0]["licence"] == "CC0-1.0"
    assert "waveform" not in first["tracks"][0]


def test_a_sound_is_sent_whole_in_parts_or_not_again(client: httpx2.Client) -> None:
    address, whole = "/api/tracks/1/sound", tune(70, high=False)

    answer = client.get(address)
    assert answer.content == whole
    assert answer.headers["accept-ranges"] == "bytes"
    part = client.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert client.get(address, headers={"Range": "bytes=-5"}).content == whole[-5:]
    tail = client.get(address, headers={"Range": f"bytes={len(whole) - 3}-"})
    assert tail.content == whole[-3:]
    same = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


@pytest.mark.parametrize("asked", ["bytes=5-2", "bytes=1-2,4-5", "lines=1-2", "bytes=-", "x" * 300])
def test_a_range_that_is_none_gets_the_whole(client: httpx2.Client, asked: str) -> None:
    answer = client.get("/api/tracks/1/sound", headers={"Range": asked})
    assert answer.status_code == 200


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
def test_a_range_behind_the_end_is_refused(client: httpx2.Client, asked: str) -> None:
    answer = client.get("/api/tracks/1/sound", headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")


def test_a_stale_part_is_answered_with_the_whole(client: httpx2.Client) -> None:
    asked = {"Range": "bytes=0-9", "If-Range": '"another"'}
    assert client.get("/api/tracks/1/sound", headers=asked).status_code == 200


def test_a_work_is_told_its_music_and_a_persons_word_stands(client: httpx2.Client) -> None:
    usual = client.get("/api/works/1/music").json()
    assert len(usual) == 2
    assert usual[0]["reason"]

    last = usual[-1]["track"]["id"]
    assert client.put(f"/api/works/1/music/{last}", json={"fits": True}).status_code == 204
    assert client.get("/api/works/1/music").json()[0]["track"]["id"] == last
    other = usual[0]["track"]["id"]
    client.put(f"/api/works/1/music/{other}", json={"fits": False})
    assert [one["track"]["id"] for one in client.get("/api/works/1/music").json()] == [last]
    for track in (last, other):
        client.put(f"/api/works/1/music/{track}", json={"fits": None})
    assert client.get("/api/works/1/music").json() == usual


def test_a_track_is_told_its_pictures_without_any_caption(client: httpx2.Client) -> None:
    found = client.get("/api/tracks/2/works", params={"count": 2}).json()
    assert len(found) == 2
    assert {one["title"][:4] for one in found} == {"Hill"}


def test_pages_work_without_a_script_and_escape_what_files_say(client: httpx2.Client) -> None:
    for page in ("/music", "/music/1", "/works/1/music"):
        text = client.get(page).text
        assert '<audio controls preload="none" src="/api/tracks/1/sound"' in text
        assert "<b>one</b>" not in text
        assert "style=" not in text
    said = client.post("/works/2/music", data={"track": "1", "fits": "no"})
    assert said.headers["location"] == "/works/2/music"
    assert "You said these do not fit" in client.get("/works/2/music").text
    client.post("/works/2/music", data={"track": "1", "fits": ""})


@pytest.mark.parametrize(
    "path", ["/api/tracks/99", "/api/tracks/99/sound", "/api/works/99/music", "/music/99"]
)
def test_what_is_not_there_is_told(client: httpx2.Client, path: str) -> None:
    assert client.get(path).status_code == 404
