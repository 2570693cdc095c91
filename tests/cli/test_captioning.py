"""`gesso caption`, as a person calls it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from tests.stubs.openai_stub import OpenAIStub

SAID = {
    "caption": "Coloured grain fills the picture evenly from edge to edge.",
    "title": "Coloured grain",
    "tags": ["grain", "texture", "abstract"],
    "complexity": 0.9, "valence": 0.5, "arousal": 0.5, "technical": 0.5,
}  # fmt: skip


@pytest.fixture
def works(gesso, tmp_path: Path) -> list[int]:
    folder = tmp_path / "art"
    folder.mkdir()
    for number in range(3):
        rng = np.random.default_rng(number)
        picture = rng.integers(0, 255, (48, 64, 3), dtype=np.uint8)
        cv2.imwrite(str(folder / f"IMG_{number}.png"), picture)
    assert gesso("collect", "folder", folder).code == 0
    return [1, 2, 3]


def test_all_that_are_missing_are_captioned_once(gesso, works):
    first = gesso("caption", "--missing")
    again = gesso("caption", "--missing", "--json")

    assert (first.code, again.code) == (0, 0)
    assert "3 works captioned by offline, in " in first.out
    assert again.document["counts"] == {}


def test_named_works_are_captioned_and_shown_with_their_scores(gesso, works):
    assert gesso("caption", "1", "work:2-3", "--limit", "2").code == 0

    shown = gesso("caption", "show", "1")
    plain = gesso("caption", "show", "work:2", "--json").document

    assert "1: IMG_" in shown.out
    assert "The picture is wide" in shown.out
    assert "measured-1" in shown.out
    assert {score["name"] for score in plain["scores"]} == {
        "arousal", "colourfulness", "complexity", "contrast", "technical", "valence",
    }  # fmt: skip
    assert "Nothing is said of it yet" in gesso("caption", "show", "3").out


def test_a_persons_words_stand_and_can_be_taken_back(gesso, works):
    words = ("--title", "Home", "--caption", "Where I was born.", "--tag", "garden")
    assert gesso("caption", "set", "2", *words).code == 0
    gesso("caption", "--all")

    said = gesso("caption", "show", "2", "--json").document
    assert said["title"] == "Home"
    assert said["captions"][0]["maker"]["name"] == "person"
    assert said["captions"][0]["tags"] == ["garden"]

    assert gesso("caption", "set", "2", "--remove", "--json").document["removed"] is True
    assert [
        one["maker"]["name"] for one in gesso("caption", "show", "2", "--json").document["captions"]
    ] == ["offline"]


def test_an_llm_captions_within_its_budget_and_the_books_say_what_it_cost(
    gesso, works, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "stub-key-0123456789")
    with OpenAIStub(answer=SAID) as stub:
        monkeypatch.setenv("GESSO_LLMS__OPENAI__BASE_URL", stub.base_url)
        monkeypatch.setenv("GESSO_LLMS__OPENAI__MODEL", "gpt-6-luna")
        monkeypatch.setenv("GESSO_LLMS__OPENAI__VENDOR", "openai")
        said = gesso("caption", "--missing", "--llm", "openai", "--json")
        none_left = gesso("caption", "--all", "--llm", "openai", "--budget", "0", "--json")
        asked = len(stub.calls)

    assert said.code == 0, said.err
    assert said.document["counts"] == {"captioned": 3}
    assert said.document["version"] == "gpt-6-luna/1"
    assert asked == 3
    assert (none_left.code, none_left.document["ended"]["kind"]) == (5, "budget")
    assert gesso("caption", "show", "1", "--json").document["title"] == "Coloured grain"
    assert "caption" in gesso("spend", "--by", "run").out


def test_an_llm_without_its_key_is_refused_before_a_run_begins(gesso, works, monkeypatch):
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)

    said = gesso("caption", "--missing", "--llm", "gemini")

    assert said.code == 4
    assert said.out == ""
    assert said.err.startswith("gesso: There is no key for Gemini.")
    assert "ended early" not in said.err


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--missing", "--all"), "Name works, or --missing, or --all."),
        (("12", "--all"), "Name works, or --missing, or --all."),
        (("twelve",), "'twelve' is no work."),
        (("9-3",), "'9-3' is no range of works."),
        (("99",), "There is no work number 99"),
        (("show", "99"), "There is no work number 99"),
        (("set", "1"), "Nothing was said."),
        (("set", "1", "--remove", "--tag", "a"), "--remove takes back"),
        (("--missing", "--llm", "gemni"), "There is no llm called 'gemni'."),
        (("--missing", "--budget", "much"), "caption.budget_usd"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(gesso, works, args, told):
    said = gesso("caption", *args)

    assert said.code == 2
    assert told in said.err


def test_where_there_is_no_studio_none_is_made(gesso, tmp_path):
    said = gesso("caption", "--missing")

    assert said.code == 3
    assert not (tmp_path / "studio").exists()
