"""POST /study: a picture in, a study out."""

from __future__ import annotations

import base64

import cv2
import httpx2
import numpy as np
import pytest

from .conftest import HEIGHT, WIDTH, hill


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
