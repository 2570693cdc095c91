"""POST /api/works: a picture is brought in once, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from ..conftest import hill, served


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    with served(tmp_path_factory.mktemp("brought")) as asked:
        yield asked


def test_a_picture_becomes_a_work_that_hangs_in_the_gallery(client: httpx2.Client) -> None:
    answer = client.post("/api/works?name=dusk.png&creator=E.%20Carr", content=hill(1))

    assert answer.status_code == 201
    work = client.get(answer.headers["location"]).json()
    assert (work["title"], work["creator"], work["width"]) == ("dusk", "E. Carr", 160)
    assert work["provenance"]["origin"] == "brought"
    assert "blob" not in work
    hung = client.get("/api/works?room=brought").json()["works"]
    assert work["id"] in [one["id"] for one in hung]


def test_the_same_picture_is_kept_once(client: httpx2.Client) -> None:
    first = client.post("/api/works?title=One", content=hill(2)).json()
    again = client.post("/api/works?title=Two", files={"picture": ("x.png", hill(2))}).json()

    assert again["id"] == first["id"]
    assert again["title"] == "One"


def test_what_is_no_picture_brings_nothing_in(client: httpx2.Client) -> None:
    before = client.get("/health/deep").json()["checks"][0]["says"]

    assert client.post("/api/works", content=b"<svg onload=alert(1)>").status_code == 415
    assert client.post("/api/works").status_code == 400
    assert client.post("/api/works?title=%00", content=hill(3)).status_code == 422
    assert client.get("/health/deep").json()["checks"][0]["says"] == before


def test_a_name_from_elsewhere_leads_nowhere(client: httpx2.Client) -> None:
    name = "..%2F..%2Fetc%2F%3Cb%3Epasswd.png"
    work = client.post(f"/api/works?name={name}", content=hill(4)).json()

    assert work["title"] == "<b>passwd"
    assert work["provenance"]["source"] == "<b>passwd.png"
    assert "&lt;b&gt;passwd" in client.get(f"/works/{work['id']}").text
