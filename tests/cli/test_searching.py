"""`gesso search`, `encode`, `index` and `evaluate-search`, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

RED, BLUE, GOLD = (30, 38, 179), (160, 90, 44), (39, 162, 201)


def paint(path: Path, *colours: tuple[int, int, int]) -> None:
    picture = np.zeros((96, 128, 3), np.uint8)
    for at, colour in enumerate(colours):
        picture[96 * at // len(colours) : 96 * (at + 1) // len(colours)] = colour
    cv2.imwrite(str(path), picture)


@pytest.fixture
def hung(gesso, tmp_path: Path) -> Path:
    folder = tmp_path / "art"
    folder.mkdir()
    paint(folder / "red evening.png", RED, GOLD)
    paint(folder / "blue river.png", BLUE, BLUE, GOLD)
    paint(folder / "red field.png", RED)
    said = gesso("collect", "folder", folder)
    assert said.code == 0, said.err
    return folder


def titles(said) -> list[str]:
    return [hit["title"] for hit in said.document["hits"]]


def test_words_find_works_and_say_why(gesso, hung):
    said = gesso("search", "river")

    assert said.code == 0, said.err
    assert "blue river" in said.out
    assert "'river' in its title" in said.out


def test_an_answer_is_one_document(gesso, hung):
    said = gesso("search", "--json", "--colour", "#b3261e", "--facet", "source")

    assert set(titles(said)) == {"red evening", "red field"}
    assert said.document["hits"][0]["reasons"][0]["cause"] == "colour"
    assert said.document["facets"]["source"][0]["count"] == 2


def test_a_file_and_a_work_are_looked_for(gesso, hung):
    sketch = hung.parent / "sketch.png"
    paint(sketch, BLUE, GOLD)

    assert titles(gesso("search", "--json", "--like", sketch))[0] == "blue river"
    own = gesso("search", "--json", "red field").document["hits"][0]["work"]
    assert "red field" not in titles(gesso("search", "--json", "--like", f"work:{own}"))


def test_a_page_is_followed_by_its_mark(gesso, hung):
    first = gesso("search", "--json", "--limit", "2")
    second = gesso("search", "--json", "--limit", "2", "--after", first.document["next"])

    assert len(titles(first)) == 2
    assert len(titles(second)) == 1
    assert second.document["next"] is None


def test_words_with_a_minus_are_words(gesso, hung):
    assert set(titles(gesso("search", "--json", "red"))) >= {"red evening", "red field"}
    assert "red field" not in titles(gesso("search", "--json", "red", "-field"))
    assert "red field" not in titles(gesso("search", "-field", "red", "--limit", "3", "--json"))
    assert set(titles(gesso("search", "--json", "--filter", "-title:red"))) == {"blue river"}
    assert "No such option '-w'" in gesso("search", "-w").err


def test_without_words_the_newest_are_shown_without_reasons(gesso, hung):
    said = gesso("search", "--limit", "2")

    assert "The newest 2 works of 3" in said.out
    assert "why" not in said.out


def test_the_hits_hang_on_a_sheet(gesso, hung, tmp_path):
    said = gesso("search", "red", "--sheet", tmp_path / "found.png")

    assert said.code == 0, said.err
    sheet = cv2.imread(str(tmp_path / "found.png"))
    assert sheet is not None
    assert sheet.shape[1] > 500


def test_works_are_embedded_and_the_index_is_looked_after(gesso, hung):
    assert "3 works embedded by 'look'" in gesso("encode").out
    assert "0 works embedded" in gesso("encode").out
    assert gesso("index", "list", "--json").document["embedded"] == 3
    assert gesso("index", "build").code == 0
    assert gesso("index", "build").code == 0
    assert gesso("index", "verify").code == 0
    assert gesso("index", "rollback").code == 0
    assert gesso("index", "use", "2").code == 0
    lines = gesso("index", "list", "--json").document["generations"]
    assert [line["number"] for line in lines if line["is_current"]] == [2]
    assert "is no generation" in gesso("index", "use", "9").err


def test_room_is_given_back_where_there_is_some(gesso, hung):
    gesso("encode")
    said = gesso("index", "compact")

    assert said.code == 0, said.err
    assert "no room to give back" in said.out
    assert gesso("index", "compact", "--json").document["freed_bytes"] == 0


def test_searches_are_measured(gesso, hung, tmp_path):
    path = tmp_path / "queries.jsonl"
    path.write_text(json.dumps({"query": "river", "relevant": ["blue river.png"]}))

    said = gesso("evaluate-search", path, "--each")

    assert said.code == 0, said.err
    assert "nDCG@10" in said.out
    assert "1.000 (1.000 to 1.000)" in said.out


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("river", "--limit", "0"), "Ask for 1 to 1,000"),
        (("river", "--limit", "1000000"), "Ask for 1 to 1,000"),
        (("--filter", "stile:x"), "no field called 'stile'"),
        (("x" * 100_000,), "too long"),
        (("--like", "nowhere.png"), "no picture in the file"),
        (("--like", "http://127.0.0.1/a.png"), "contact"),
        (("--colour", "mauvish"), "is no colour"),
        (("--encoder", "lok", "river"), "Did you mean 'look'"),
        (("--values", "work:77"), "no work number 77"),
    ],
)
def test_what_cannot_be_searched_is_one_clear_sentence(gesso, hung, args, says):
    said = gesso("search", *args)

    assert said.code == 2
    assert says in said.err
    assert "Traceback" not in said.err


def test_without_a_studio_there_is_nothing_to_search(gesso):
    assert "There is no studio" in gesso("search", "river").err
