"""The IIIF Image API 3 over HTTP."""

from __future__ import annotations

import importlib.util
import io
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import httpx2
import numpy as np
import pytest
from PIL import Image

from gesso import Studio

from ..conftest import served
from .conftest import TOKEN, bring, fill, wide

BASE = "/iiif/image/3/1"
LD_JSON = 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"'


def opened(answer: httpx2.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content))


def test_the_description_names_itself_and_what_may_be_asked(shown: httpx2.Client) -> None:
    answer = shown.get(f"{BASE}/info.json")
    told = answer.json()

    assert told["id"] == f"{str(shown.base_url).rstrip('/')}{BASE}"
    assert (told["type"], told["profile"]) == ("ImageService3", "level2")
    assert (told["width"], told["height"]) == (1400, 900)
    assert told["tiles"] == [{"width": 512, "height": 512, "scaleFactors": [1, 2, 4]}]
    assert told["sizes"] == [
        {"width": 350, "height": 225},
        {"width": 700, "height": 450},
        {"width": 1400, "height": 900},
    ]
    assert told["maxArea"] == 25_000_000
    assert told["rights"] == "http://creativecommons.org/licenses/by/4.0/"
    assert answer.headers["content-type"] == LD_JSON


@pytest.mark.parametrize(
    ("accept", "told"),
    [
        ("*/*", LD_JSON),
        ("application/ld+json", LD_JSON),
        ("application/json", "application/json"),
        ("application/json, application/ld+json", LD_JSON),
    ],
)
def test_the_description_comes_as_it_is_asked_for(
    shown: httpx2.Client, accept: str, told: str
) -> None:
    answer = shown.get(f"{BASE}/info.json", headers={"Accept": accept})

    assert answer.headers["content-type"] == told
    assert answer.headers["vary"] == "Accept"


def test_the_base_address_leads_to_the_description(shown: httpx2.Client) -> None:
    for address in (BASE, f"{BASE}/"):
        answer = shown.get(address, follow_redirects=False)
        assert answer.status_code == 303
        assert answer.headers["location"].endswith(f"{BASE}/info.json")


def test_every_tile_of_every_level_is_there_and_lies_where_it_should(shown: httpx2.Client) -> None:
    told = shown.get(f"{BASE}/info.json").json()
    for factor in told["tiles"][0]["scaleFactors"]:
        side = 512 * factor
        for y in range(0, 900, side):
            for x in range(0, 1400, side):
                width, height = min(side, 1400 - x), min(side, 900 - y)
                size = f"{-(-width // factor)},{-(-height // factor)}"
                tile = opened(shown.get(f"{BASE}/{x},{y},{width},{height}/{size}/0/default.jpg"))
                assert f"{tile.width},{tile.height}" == size
                red, green, _ = np.asarray(tile).mean(axis=(0, 1))
                assert red == pytest.approx((x + width / 2) * 255 / 1400, abs=2.5)
                assert green == pytest.approx((y + height / 2) * 255 / 900, abs=2.5)


def test_a_picture_says_how_it_is_called_best_and_what_it_keeps_to(shown: httpx2.Client) -> None:
    answer = shown.get(f"{BASE}/0,0,1400,900/pct:50/360/default.png")

    base = str(shown.base_url).rstrip("/")
    assert answer.headers["link"] == (
        '<http://iiif.io/api/image/3/level2.json>;rel="profile", '
        f'<{base}{BASE}/full/700,450/0/default.png>;rel="canonical"'
    )
    assert answer.headers["content-type"] == "image/png"
    assert opened(answer).size == (700, 450)


def test_who_has_a_picture_is_not_sent_it_again(shown: httpx2.Client) -> None:
    address = f"{BASE}/full/300,/0/default.jpg"
    tag = shown.get(address).headers["etag"]

    again = shown.get(address, headers={"If-None-Match": tag})
    other = shown.get(f"{BASE}/full/301,/0/default.jpg", headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/iiif/image/3/99/info.json", 404),
        ("/iiif/image/3/0/info.json", 404),
        ("/iiif/image/3/01/info.json", 404),
        ("/iiif/image/3/one/info.json", 404),
        ("/iiif/image/3/999999999999999999999/info.json", 404),
        ("/iiif/image/3/1%2Finfo/full/max/0/default.jpg", 404),
        (f"{BASE}/everything/max/0/default.jpg", 400),
        (f"{BASE}/full/20000,/0/default.jpg", 400),
        (f"{BASE}/full/^9000,/0/default.jpg", 400),
        (f"{BASE}/full/max/45/default.jpg", 501),
        (f"{BASE}/full/max/0/default.tif", 501),
        (f"{BASE}/full/max/0/default.exe", 400),
        (f"{BASE}/full/max/0", 404),
    ],
)
def test_what_cannot_be_answered_is_told_as_a_problem(
    shown: httpx2.Client, path: str, status: int
) -> None:
    answer = shown.get(path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_of_any_site_may_read_pictures_of_an_open_studio(shown: httpx2.Client) -> None:
    for path in (f"{BASE}/info.json", f"{BASE}/full/64,/0/default.jpg", BASE):
        headers = shown.get(path, follow_redirects=False).headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert "access-control-allow-origin" not in shown.get("/api/works").headers


def test_a_studio_that_asks_for_a_token_tells_other_sites_nothing(guarded: httpx2.Client) -> None:
    assert guarded.get(f"{BASE}/info.json").status_code == 401

    known = {"Authorization": f"Bearer {TOKEN}"}
    answer = guarded.get(f"{BASE}/full/64,/0/default.jpg", headers=known)

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cache-control"].startswith("private")


def test_an_owner_may_keep_other_sites_out_of_everything(tmp_path: Path) -> None:
    fill(tmp_path)
    with served(tmp_path, cors=False) as asked:
        link = asked.post("/api/works/1/shares", json={"days": 1}).json()["url"]
        shared = link.partition("/shared/")[2]
        for path in (
            f"{BASE}/info.json",
            f"{BASE}/full/64,/0/default.jpg",
            "/iiif/presentation/3/1/manifest",
            "/feeds/all.atom",
            f"/oembed?url={str(asked.base_url).rstrip('/')}/works/1",
            f"/shared/{shared}/iiif/presentation/3/1/manifest",
            f"/shared/{shared}/iiif/image/3/1/full/64,/0/default.jpg",
        ):
            answer = asked.get(path)
            assert answer.status_code == 200, path
            assert "access-control-allow-origin" not in answer.headers, path
            assert answer.headers["cross-origin-resource-policy"] == "same-origin", path


def test_many_who_ask_for_tiles_of_a_new_picture_are_all_served(tmp_path: Path) -> None:
    with Studio.open(tmp_path) as studio:
        bring(studio, "wide", wide(3000, 2800))
    with served(tmp_path, workers=2, waiting=4) as client, ThreadPoolExecutor(24) as many:

        def tile(x: int) -> int:
            path = f"{BASE}/{x},0,512,512/512,512/0/default.jpg"
            return client.get(path).status_code

        # All but one wait for the decoding outside of the desk, which holds only six.
        assert set(many.map(tile, range(6))) == {200}


def test_a_large_jpeg_is_seen_whole_before_it_is_decoded_whole(tmp_path: Path) -> None:
    with Studio.open(tmp_path) as studio:
        bring(studio, "wide", wide(4200, 2800))
    with served(tmp_path) as client:
        small = opened(client.get(f"{BASE}/full/1050,/0/default.png"))

    wanted = np.asarray(Image.open(io.BytesIO(wide(1050, 700))))
    assert np.abs(np.asarray(small).astype(int) - wanted).mean() < 2


# The official validator -----------------------------------------------------------------------

CONTRADICTED = "size_noup"
"""It wants 400 for a box larger than the picture, where section 4.2 wants the whole picture."""


@pytest.fixture(scope="module")
def validated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A studio whose work number 1 is the picture that the validator knows by heart."""
    validator = pytest.importorskip(
        "iiif_validator.validator",
        reason="Install iiif-validator and libmagic to run the official checks.",
        exc_type=ImportError,
    )
    squares = np.zeros((1000, 1000, 3), np.uint8)
    for x, column in enumerate(validator.ValidationInfo().colorInfo):
        for y, colour in enumerate(column):
            squares[y * 100 : y * 100 + 100, x * 100 : x * 100 + 100] = colour[::-1]
    folder = tmp_path_factory.mktemp("validated")
    with Studio.open(folder) as studio:
        bring(studio, "squares", bytes(cv2.imencode(".png", squares)[1]))
    with served(folder) as asked:
        yield asked


def test_the_official_checks_of_level_2_pass_but_the_one_that_contradicts_the_standard(
    validated: httpx2.Client,
) -> None:
    script = Path(sys.executable).parent / "iiif-validate.py"
    place = f"{validated.base_url.host}:{validated.base_url.port}"
    run = subprocess.run(
        [sys.executable, str(script), "-s", place, "-p", "iiif/image/3", "-i", "1",
         "--version", "3.0", "--level", "2"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    lines = [line.split() for line in run.stderr.splitlines() if line.startswith("[")]
    failed = [words[2] for words in lines if words[-1] == "FAIL"]
    assert len(lines) >= 30
    assert failed == [CONTRADICTED], run.stderr


def test_the_contradicted_check_is_answered_as_the_standard_says(
    validated: httpx2.Client,
) -> None:
    assert opened(validated.get(f"{BASE}/full/!2000,3000/0/default.jpg")).size == (1000, 1000)
    assert validated.get(f"{BASE}/full/2000,3000/0/default.jpg").status_code == 400
    assert importlib.util.find_spec("iiif_validator") is not None
