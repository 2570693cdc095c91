"""An owner's mask model, named in the settings, reads subjects over HTTP and on the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from tests.study.tools.subject.test_models import salient

from ..conftest import hill, served


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A server of a studio whose settings name a tiny model, to which light is the subject."""
    place: Path = tmp_path_factory.mktemp("owned")
    model, folder = salient(place / "light.onnx"), place / "studio"
    folder.mkdir()
    (folder / "gesso.toml").write_text(f'[tools.subject]\nmodel = "{model}"\n', "utf-8")
    with served(folder) as client:
        yield client


def test_the_settings_model_reads_the_subject_over_http(
    owned: httpx2.Client, client: httpx2.Client
) -> None:
    read = owned.post("/study/subject", content=hill()).json()
    guessed = client.post("/study/subject", content=hill()).json()

    assert "as the model light.onnx reads it" in read["note"]
    assert read["figures"]["estimate"] is False
    assert read["figures"]["subject_value"] > read["figures"]["ground_value"]
    assert guessed["figures"].get("estimate", True) is True


def test_a_whole_study_has_it_and_tells_no_place_of_the_machine(owned: httpx2.Client) -> None:
    answer = owned.post("/study", content=hill())
    subject = next(one for one in answer.json()["readings"] if one["tool"] == "subject")

    assert "as the model light.onnx reads it" in subject["note"]
    assert "/light.onnx" not in answer.text


def test_the_page_shows_what_it_read(owned: httpx2.Client) -> None:
    sent = {"picture": ("hill.png", hill(), "image/png")}
    page = owned.post("/studies", files=sent, follow_redirects=True)

    assert page.status_code == 200
    assert "as the model light.onnx reads it" in re.sub(r"\s+", " ", page.text)
