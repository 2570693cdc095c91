"""POST /study: a picture in, a study out."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import cv2
import httpx2
import numpy as np
import pytest
from PIL import Image

from gesso import Studio
from gesso.core.records.works import Provenance, Rights
from gesso.web.answers.studies.pictures import KeptPictures

from .conftest import HEIGHT, WIDTH, hill, served


def test_a_picture_is_studied_as_a_body_and_as_a_form(client: httpx2.Client) -> None:
    data = hill()
    body = client.post("/study", content=data)
    form = client.post("/study", files={"picture": ("hill.png", data, "image/png")})

    assert body.status_code == form.status_code == 200
    assert body.json() == form.json()
    study = body.json()
    assert (study["width"], study["height"]) == (WIDTH, HEIGHT)
    assert len(study["tips"]) == 2
    assert {"values", "notan", "value_plan", "blocks", "colours"} <= {
        reading["tool"] for reading in study["readings"]
    }


def test_every_sheet_can_be_asked_for_and_never_changes(client: httpx2.Client) -> None:
    study = client.post("/study", content=hill()).json()

    for reading in study["readings"]:
        for sheet in reading["sheets"]:
            answer = client.get(sheet["href"])
            assert answer.headers["content-type"] == "image/png"
            assert "immutable" in answer.headers["cache-control"]
            shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
            assert shown is not None
            assert shown.shape[:2] == (sheet["height"], sheet["width"])


def test_a_tip_is_shown_as_what_would_be(client: httpx2.Client) -> None:
    study = client.post("/study", content=hill()).json()

    for tip in study["tips"]:
        answer = client.get(tip["href"])
        after = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        before = cv2.imdecode(np.frombuffer(hill(), np.uint8), cv2.IMREAD_COLOR)
        assert after is not None
        assert before is not None
        height, width = after.shape[:2]
        assert width * HEIGHT == height * WIDTH
        assert not np.array_equal(cv2.resize(after, (WIDTH, HEIGHT)), before)


def test_label_maps_come_along_so_that_a_browser_can_draw(client: httpx2.Client) -> None:
    reading = client.post("/study/blocks?levels=4", content=hill()).json()

    sheet = next(sheet for sheet in reading["sheets"] if sheet["role"] == "labels")
    data = np.frombuffer(base64.b64decode(sheet["png"]), np.uint8)
    labels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert labels is not None
    shares = np.bincount(labels.ravel()) / labels.size
    told = [level["share"] for level in reading["figures"]["levels"]]
    assert shares[: len(told)] == pytest.approx(told, abs=1e-4)


def test_wishes_shape_the_answer(client: httpx2.Client) -> None:
    few, many = (
        client.post("/study/value_plan", params={"plan": plan}, content=hill()).json()
        for plan in (3, 5)
    )

    assert (few["figures"]["k_asked"], many["figures"]["k_asked"]) == (3, 5)
    assert few["id"] != many["id"]


@pytest.mark.parametrize(
    ("path", "content", "status", "words"),
    [
        ("/study", b"", 400, "no picture in the request"),
        ("/study", b"<html>no</html>", 415, "an HTML page"),
        ("/study", hill()[:200], 415, ""),
        ("/study/magic", hill(), 404, "no tool called 'magic'"),
        ("/study/../../etc", hill(), 404, ""),
        ("/study?levels=99", hill(), 422, "levels"),
        ("/study?coherence=nan", hill(), 422, "coherence"),
        ("/study?colour=red", hill(), 422, "colour"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    client: httpx2.Client, path: str, content: bytes, status: int, words: str
) -> None:
    answer = client.post(path, content=content)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status
    assert words in told["title"]
    assert "\n" not in told["title"]


def test_a_sheet_of_a_study_that_nobody_keeps_is_not_there(client: httpx2.Client) -> None:
    answer = client.get(f"/study/{'0' * 32}/sheets/blocks.png")

    assert answer.status_code == 404
    assert "Send the picture again" in answer.json()["detail"]


def test_a_form_without_a_picture_says_how(client: httpx2.Client) -> None:
    answer = client.post("/study", files={"other": ("a.txt", b"x")})

    assert answer.status_code == 400
    assert "'picture'" in answer.json()["detail"]


def test_a_form_that_is_none_is_refused(client: httpx2.Client) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}

    answer = client.post("/study", content=b"garbage", headers=headers)

    assert answer.status_code == 400


def test_a_sent_picture_is_asked_for_again_by_its_key(client: httpx2.Client) -> None:
    key = client.post("/study", content=hill()).json()["picture"]

    again = client.post("/study/value_plan", params={"picture": key, "plan": 3})
    as_json = client.post("/study/value_plan", json={"picture": key, "plan": 3})

    assert again.status_code == as_json.status_code == 200
    assert again.json() == as_json.json()
    assert again.json()["figures"]["k_asked"] == 3


def test_a_picture_that_nobody_keeps_is_not_there(client: httpx2.Client) -> None:
    answer = client.post("/study", params={"picture": "0" * 64})

    assert answer.status_code == 404
    assert answer.json()["detail"] == "Send it again."


def test_kept_pictures_are_bounded_by_their_bytes() -> None:
    kept = KeptPictures(100)
    keys = [kept.put(bytes([number]) * 40) for number in range(4)]
    too_large = kept.put(b"x" * 101)

    assert [kept.get(key) is not None for key in keys] == [False, False, True, True]
    assert kept.get(too_large) is None
    assert kept.size_bytes == 80


def test_a_small_copy_says_nothing_of_its_file(client: httpx2.Client) -> None:
    key = client.post("/study", content=hill()).json()["picture"]
    answer = client.get(f"/study/pictures/{key}.jpg?side=400")

    shown = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert answer.headers["content-type"] == "image/jpeg"
    assert b"Exif" not in answer.content
    assert shown is not None
    assert shown.shape[:2] == (HEIGHT, WIDTH)


BOX, KEEP, DROP = "0.6,0.1,0.25,0.3", "0.68,0.25 0.7,0.25", "0.62,0.12 0.82,0.12"


def test_the_subject_is_told_by_an_address_a_form_and_json(client: httpx2.Client) -> None:
    data = hill()
    key = client.post("/study", content=data).json()["picture"]
    asked: Any = {"box": BOX, "keep_strokes": [KEEP], "drop_strokes": [DROP]}
    rows = {"box": [0.6, 0.1, 0.25, 0.3], "keep_strokes": [[[0.68, 0.25], [0.7, 0.25]]],
            "drop_strokes": [[[0.62, 0.12], [0.82, 0.12]]]}  # fmt: skip

    answers = [
        client.post("/study/subject", params=asked, content=data),
        client.post("/study/subject", data=asked, files={"picture": ("hill.png", data)}),
        client.post("/study/subject", json={"picture": key, **asked}),
        client.post("/study/subject", json={"picture": key, **rows}),
    ]

    told = [answer.json() for answer in answers]
    assert [answer.status_code for answer in answers] == [200] * 4
    assert all(one == told[0] for one in told)
    assert told[0]["figures"]["marked"] is True
    assert told[0]["figures"]["subject_share"] == pytest.approx(
        np.pi * 9**2 / (HEIGHT * WIDTH), rel=0.3
    )


def test_a_what_if_is_made_over_http(client: httpx2.Client) -> None:
    wishes: Any = {"change": "lift-darks", "amount": 1}
    told = client.post("/study/what_if", params=wishes, content=hill()).json()

    assert told["figures"]["after"]["L_p5"] > told["figures"]["before"]["L_p5"] + 3
    after = client.get(told["sheets"][0]["href"])
    assert after.headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("tool", "wishes", "status", "words"),
    [
        ("subject", {"box": "0.5,0.5,0.9,0.9"}, 400, "does not lie in the picture"),
        ("subject", {"box": "here"}, 400, "'here' is no box."),
        ("subject", {"keep_strokes": ["2,2"]}, 400, "A stroke of 2,2"),
        ("subject", {"keep_strokes": "0.1,0.1"}, 422, "keep_strokes"),
        ("what_if", {"change": "sparkle"}, 400, "no change called 'sparkle'"),
        ("what_if", {"change": "merge-blocks", "blocks": [9]}, 400, "Block 9"),
        ("what_if", {"amount": 7}, 422, "amount"),
        ("blocks", {"colour": "red"}, 422, "colour"),
    ],
)
def test_wishes_in_json_that_cannot_be_are_refused(
    client: httpx2.Client, tool: str, wishes: dict[str, object], status: int, words: str
) -> None:
    key = client.post("/study", content=hill()).json()["picture"]
    answer = client.post(f"/study/{tool}", json={"picture": key, **wishes})

    told = answer.json()
    said = told.get("title", "") + told.get("abstains", "")
    assert (answer.status_code, words in said) in {(status, True), (200, True)}, said


@pytest.mark.parametrize("body", [b"{", b"[]", b'"x"', b"[" * 100_000])
def test_json_that_is_no_object_is_refused(client: httpx2.Client, body: bytes) -> None:
    answer = client.post("/study", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == 400
    assert "JSON" in answer.json()["title"]


def test_a_study_is_printed_on_one_page(client: httpx2.Client) -> None:
    study = client.post("/study", content=hill()).json()
    page = client.get(f"/study/{study['id']}/page.pdf", params={"paper": "letter"})

    assert page.headers["content-type"] == "application/pdf"
    assert page.content.startswith(b"%PDF")


def test_an_attempt_is_laid_on_its_reference(client: httpx2.Client) -> None:
    reference = client.post("/study", content=hill()).json()["picture"]

    same = client.post("/study/compare", params={"reference": reference}, content=hill()).json()
    other = client.post("/study/compare", params={"reference": reference}, content=hill(3)).json()
    page = client.post(
        "/studies/compare", params={"reference": reference},
        files={"picture": ("a.png", hill(3), "image/png")}, follow_redirects=True,
    )  # fmt: skip

    assert same["agreement"] == 1
    assert other["agreement"] < 1
    assert page.status_code == 200
    assert "of the values agree" in page.text


@pytest.mark.parametrize(
    ("name", "status"), [("work:9", 404), ("0" * 64, 404), ("hill.png", 400), ("work:x", 400)]
)
def test_a_reference_that_is_not_there_is_refused(
    client: httpx2.Client, name: str, status: int
) -> None:
    answer = client.post("/study/compare", params={"reference": name}, content=hill())

    assert answer.status_code == status


def test_a_works_studies_are_kept_and_told(tmp_path: Path) -> None:
    with Studio.open(tmp_path / "studio") as studio:
        studio.catalogue.accession.accept_bytes(
            hill(), name="hill.png", provenance=Provenance("brought", "hill.png"), rights=Rights()
        )
    with served(tmp_path / "studio") as client:
        assert client.get("/api/works/1/studies").json() == {"work": 1, "studies": []}
        first = client.post("/api/works/1/studies")
        client.post("/api/works/1/studies", params={"intent": "nocturne"})
        client.post("/api/works/1/studies", params={"intent": "nocturne"})
        told = client.get("/api/works/1/studies").json()["studies"]
        page = client.get("/studies/1").text

        assert first.status_code == 201
        assert [one["intent"] for one in told] == ["none", "nocturne"]
        assert told[0]["metrics"]["L_mean"] > 0
        assert "2 studies" in page
        assert "<polyline" in page
        assert client.get("/api/works/7/studies").status_code == 404
        kept = client.post("/studies/1/keep", params={"intent": "abstract"})
        assert kept.headers["location"] == "/studies/1?intent=abstract#progress"
        assert len(client.get("/api/works/1/studies").json()["studies"]) == 3


def plate(array: np.ndarray) -> bytes:
    return bytes(cv2.imencode(".png", array)[1])


def pillow(mode: str, form: str = "PNG", **more: object) -> bytes:
    held = io.BytesIO()
    drawn = Image.open(io.BytesIO(hill())).convert(mode)
    if mode == "RGBA":
        drawn.putalpha(Image.linear_gradient("L").resize(drawn.size))
    drawn.save(held, form, **more)
    return held.getvalue()


def turned() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return pillow("RGB", "JPEG", exif=exif)


def scan() -> bytes:
    page = np.full((700, 500), 250, np.uint8)
    for line in range(24):
        words = "The values lie close together, so the whole reads as one."[line % 9 :]
        cv2.putText(page, words, (20, 40 + 26 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 20, 1)
    return plate(page)


ODD = {
    "one colour": lambda: plate(np.full((64, 64, 3), 90, np.uint8)),
    "one pixel": lambda: plate(np.zeros((1, 1, 3), np.uint8)),
    "1 x 20000": lambda: plate(np.full((20_000, 1, 3), 200, np.uint8)),
    "noise": lambda: plate(np.random.default_rng(1).integers(0, 256, (200, 300, 3), np.uint8)),
    "one bit": lambda: pillow("1"),
    "transparent": lambda: pillow("RGBA"),
    "16 bit": lambda: plate(np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16),
    "CMYK": lambda: pillow("CMYK", "JPEG"),
    "turned by EXIF": turned,
    "a text scan": scan,
}


@pytest.mark.parametrize("name", ODD)
def test_odd_pictures_get_honest_readings(client: httpx2.Client, name: str) -> None:
    answer = client.post("/study", content=ODD[name]())

    assert answer.status_code == 200
    told = json.loads(answer.text, parse_constant=pytest.fail)
    assert len(told["tips"]) == 2 or told["silence"]
    assert not [one["abstains"] for one in told["readings"] if "fault" in one["abstains"]]
    if name == "turned by EXIF":
        assert (told["width"], told["height"]) == (HEIGHT, WIDTH)


def test_a_picture_that_is_too_large_is_told_its_setting(client: httpx2.Client) -> None:
    held = io.BytesIO()
    Image.new("1", (12_000, 9_000)).save(held, "PNG")
    answer = client.post("/study", content=held.getvalue())

    assert answer.status_code == 415
    assert "pictures.max_megapixels" in answer.json()["detail"]
