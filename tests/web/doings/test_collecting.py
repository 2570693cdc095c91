"""Collecting over the web: what each source needs, what would come, a run as it goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest

from gesso.collect.acquisition.options import Tally
from gesso.collect.sources.source import SOURCES
from gesso.web.answers.doings.collecting import watcher

from ..conftest import hill, served
from .conftest import ended, studio_in


@pytest.fixture(scope="module")
def art(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of five pictures, a copy of one of them, and a text that is called a picture."""
    folder = tmp_path_factory.mktemp("art")
    for number in range(5):
        noise = np.random.default_rng(number).integers(0, 255, (40, 50, 3), dtype=np.uint8)
        (folder / f"plate {number}.png").write_bytes(cv2.imencode(".png", noise)[1].tobytes())
    (folder / "copy.png").write_bytes((folder / "plate 0.png").read_bytes())
    (folder / "words.jpg").write_text("<html>no picture</html>", "utf-8")
    return folder


def test_every_source_is_told_with_what_it_needs(site: httpx2.Client) -> None:
    told = {one["name"]: one for one in site.get("/api/collect").json()["sources"]}

    assert tuple(told) == SOURCES.names()
    assert told["folder"]["ready"]
    assert "contact" in told["met"]["needs"]
    for name, one in told.items():
        page = site.get("/collect", params={"source": name}).text
        assert one["takes"] in page
        assert ("disabled" in page) is not one["ready"]


def test_a_look_tells_what_would_come_and_keeps_nothing(site: httpx2.Client, art: Path) -> None:
    before = site.get("/api/runs").json()["total"]
    wish = {"source": "folder", "places": [str(art)]}
    told = site.post("/api/collect/preview", json=wish).json()
    page = site.post("/collect/preview", data={"source": "folder", "places": f"{art}\n"}).text

    assert (told["counts"]["offered"], told["counts"]["queued"]) == (7, 7)
    assert "plate 3" in str(told["examples"])
    assert "7 finds; nothing was fetched" in page
    assert "<i>plate 3" in page
    assert site.get("/api/runs").json()["total"] == before


def test_a_run_brings_in_what_is_a_picture_and_tells_why_the_rest_is_not(
    site: httpx2.Client, art: Path
) -> None:
    sent = site.post("/collect", data={"source": "folder", "places": str(art), "limit": ""})
    assert sent.status_code == 303
    run = ended(site, sent.headers["location"].rpartition("/")[2])

    assert (run["state"], run["total"], run["kept"]) == ("done", 7, 6)
    assert len(run["newest"]) == 5
    assert [(one["state"], one["count"]) for one in run["reasons"]] == [("failed", 1)]
    page = site.get(sent.headers["location"]).text
    assert "words.jpg" in page
    for work in run["newest"]:
        assert f'href="/works/{work}"' in page
    again = site.post("/api/collect", json={"source": "folder", "places": [str(art)]}).json()
    assert ended(site, again["run"]["id"])["counts"]["unchanged"] == 6


def test_a_place_that_is_not_there_is_told_and_begins_no_run(
    site: httpx2.Client, art: Path
) -> None:
    before = site.get("/api/runs").json()["total"]
    wish = {"source": "folder", "places": [str(art / "nowhere")]}
    sent = [site.post(place, json=wish) for place in ("/api/collect/preview", "/api/collect")]
    page = site.post("/collect", data={"source": "folder", "places": str(art / "nowhere")})

    assert [one.status_code for one in (*sent, page)] == [400, 400, 400]
    assert all("nowhere" in one.text for one in (*sent, page))
    assert site.get("/api/runs").json()["total"] == before


@pytest.mark.parametrize(
    ("form", "status", "words"),
    [
        ({"source": "folder"}, 400, "No place was named."),
        ({"source": "attic", "places": "x"}, 403, "Files of this machine"),
        ({"source": "met", "places": "sunflowers"}, 409, "contact"),
        ({"source": "folder", "places": "x", "limit": "0"}, 400, "Limit"),
        ({"source": "folder", "places": "x", "since": "soon"}, 400, "Since"),
        ({"source": "<b>", "places": "x"}, 400, "Source"),
    ],
)
def test_what_cannot_be_collected_is_told_in_a_sentence(
    strangers: httpx2.Client, site: httpx2.Client, form: dict[str, str], status: int, words: str
) -> None:
    asked = strangers if status == 403 else site
    for place in ("/collect", "/collect/preview"):
        sent = asked.post(place, data=form)
        assert sent.status_code == status, sent.text
        assert words in sent.text
        assert "<b>'" not in sent.text


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A studio that is known under another name, too: who asks may be anywhere."""
    folder = studio_in(tmp_path_factory.mktemp("open") / "studio")
    with served(folder, hosts=("art.example",)) as asked:
        yield asked


@pytest.mark.parametrize(
    "wish",
    [
        {"source": "folder", "places": ["/etc"]},
        {"source": "records", "places": ["/etc/passwd"]},
        {"source": "results", "places": ["."]},
        {"source": "urls", "places": ["https://a.example/1.png", "/etc/passwd"]},
        {"source": "of-somebody-else", "places": []},
    ],
)
def test_nobody_elsewhere_names_files_of_this_machine(
    strangers: httpx2.Client, wish: dict[str, object]
) -> None:
    for place in ("/api/collect", "/api/collect/preview"):
        answer = strangers.post(place, json=wish)
        assert answer.status_code == 403
        assert answer.json()["type"] == "urn:gesso:problem:files"
    told = {one["name"]: one for one in strangers.get("/api/collect").json()["sources"]}
    assert not told["folder"]["ready"]


def test_progress_is_told_a_few_times_a_second_and_at_the_end() -> None:
    told: list[dict[str, Any]] = []
    moments = iter([0.0, *(0.05 * step for step in range(1, 42))])

    def tell(_kind: str, /, *, mark: str = "", **more: Any) -> None:
        assert mark == "tally"
        told.append(more)

    watch = watcher(tell, lambda: next(moments))
    for step in range(1, 41):
        watch(Tally("r", {"stored": step, "bytes": 1000 * step}, listed=step == 40, in_flight=2))
    watch(Tally("r", {"stored": 41, "bytes": 41_000}, listed=True, in_flight=0))

    assert len(told) == pytest.approx(10, abs=3)
    assert told[-1]["counts"] == {"stored": 41, "bytes": 41_000}
    assert told[-1]["works_a_second"] == pytest.approx(20, abs=1)
    assert told[-1]["bytes_a_second"] == pytest.approx(20_000, abs=1000)


def test_a_run_at_work_is_told_before_the_catalogue_knows(site: httpx2.Client, art: Path) -> None:
    run = site.post("/api/collect", json={"source": "folder", "places": [str(art)]}).json()["run"]
    states = set()
    for _ in range(100):
        told = site.get(f"/api/runs/{run['id']}").json()
        states.add(told["state"])
        if told["state"] == "done":
            break
        time.sleep(0.01)

    assert states <= {"queued", "running", "done"}
    assert "done" in states


def test_pictures_are_brought_in_by_a_plain_form(site: httpx2.Client) -> None:
    many = [("picture", (f"{name}.png", hill(seed))) for seed, name in ((71, "scar"), (72, "rigg"))]

    sent = site.post("/collect/pictures", files=many, follow_redirects=False)

    assert (sent.status_code, sent.headers["location"]) == (303, "/?room=brought")
    hung = [one["title"] for one in site.get("/api/works?room=brought&limit=2").json()["works"]]
    assert hung == ["rigg", "scar"]


def test_a_form_says_which_picture_did_not_come_in_and_keeps_the_others(
    site: httpx2.Client,
) -> None:
    many = [("picture", ("<b>.png", b"words")), ("picture", ("clough.png", hill(73)))]

    page = site.post("/collect/pictures", files=many)

    assert page.status_code == 200
    assert "&#39;&lt;b&gt;.png&#39; is no picture" in page.text
    assert "<i>clough</i>" in page.text
    assert site.post("/collect/pictures", files=[("picture", ("", b""))]).status_code == 400
    assert site.post("/collect/pictures", data={"picture": "x"}).status_code == 400


def test_another_site_cannot_bring_pictures_in(site: httpx2.Client) -> None:
    elsewhere = {"Origin": "http://evil.example"}
    many = [("picture", ("a.png", hill(74)))]

    assert site.post("/collect/pictures", files=many, headers=elsewhere).status_code == 403
