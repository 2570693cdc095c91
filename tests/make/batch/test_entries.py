"""A prompts file: what is read, what is refused as a whole, what is one bad entry among others."""

from __future__ import annotations

import json
import os
import re
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.core.errors import InputError
from gesso.core.records.runs import is_id
from gesso.make.batch.entries import (
    MOST_BYTES,
    SCHEMA_FILE,
    BadEntry,
    Entry,
    entries_schema,
    read_entries,
)

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA", ROOT.parent / "shared" / "data"))
PARTI = SAMPLES / "prompts" / "partiprompts.jsonl"


def put(folder: Path, content: Any, name: str = "prompts.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
    return path


def only_flaw(folder: Path, row: object) -> BadEntry:
    found = read_entries(put(folder, [row, {"id": "good", "prompt": "a fox"}]))
    assert [entry.id for entry in found.good] == ["good"]
    assert len(found.bad) == 1
    return found.bad[0]


# What is read --------------------------------------------------------------------------------


def test_an_entry_keeps_what_it_asks_for(tmp_path: Path) -> None:
    row = {"id": "fox", "prompt": "a fox", "title": "Fox", "avoid": "hens", "seed": 7,
           "width": 640, "height": 480, "rounds": 2}  # fmt: skip

    found = read_entries(put(tmp_path, [row]))

    assert found.good == (Entry("fox", "", "a fox", "Fox", "hens", 7, 640, 480, 2),)
    assert found.bad == ()


def test_a_bare_text_is_a_prompt_named_by_its_place(tmp_path: Path) -> None:
    found = read_entries(put(tmp_path, ["a fox", {"prompt": "a hen"}, {"theme": "farms"}]))

    assert [entry.id for entry in found.good] == ["prompt-0001", "prompt-0002", "prompt-0003"]
    assert [entry.prompt for entry in found.good] == ["a fox", "a hen", ""]
    assert found.good[2].theme == "farms"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("p.json", '{"prompts": [{"id": "fox", "prompt": "a fox"}]}'),
        ("p.json", '\ufeff[{"id": "fox", "prompt": "a fox"}]'),
        ("p.jsonl", '{"id": "fox", "prompt": "a fox"}\n\n'),
        ("p.ndjson", '{"id": "fox", "prompt": "a fox"}\r\n'),
        ("p.yaml", "- id: fox\n  prompt: a fox\n"),
        ("p.YML", "prompts:\n  - {id: fox, prompt: a fox}\n"),
    ],
)
def test_every_kind_of_file_says_the_same(tmp_path: Path, name: str, content: str) -> None:
    assert read_entries(put(tmp_path, content, name)).good == (Entry("fox", prompt="a fox"),)


def test_notes_go_under_meta(tmp_path: Path) -> None:
    found = read_entries(put(tmp_path, [{"prompt": "a fox", "meta": {"by": ["us"]}}]))

    assert found.good[0].meta == {"by": ["us"]}


@pytest.mark.skipif(not PARTI.exists(), reason="the sample data is not here")
def test_the_parti_prompts_are_read_whole_when_their_own_keys_are_dropped() -> None:
    assert len(read_entries(PARTI, ignore_unknown=True).good) == 854
    strict = read_entries(PARTI)
    assert len(strict.bad) == 854
    assert strict.bad[0].path == "line 1.category"


# One bad entry among others ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "path", "message"),
    [
        ({"promt": "a fox"}, "[0].promt", "did you mean 'prompt'?"),
        ({"prompt": "a fox", "colour": 1}, "[0].colour", "there is no key called 'colour'"),
        ({"prompt": ""}, "[0].prompt", "the prompt is empty."),
        ({"prompt": " \n "}, "[0].prompt", "the prompt is empty."),
        ({"theme": ""}, "[0].theme", "the theme is empty."),
        ({}, "[0]", "neither 'theme' nor 'prompt'"),
        ({"prompt": "a", "theme": "b"}, "[0]", "both 'theme' and 'prompt'"),
        ({"prompt": "a\x07b"}, "[0].prompt", "a control character (U+0007)"),
        ({"prompt": "a\u202eb"}, "[0].prompt", "a control character (U+202E)"),
        ({"prompt": "a", "title": "b\x1b[2J"}, "[0].title", "a control character (U+001B)"),
        ({"prompt": "a" * 20_001}, "[0].prompt", "20,001 characters; 20,000 are the most."),
        ({"theme": "a" * 2_001}, "[0].theme", "2,001 characters; 2,000 are the most."),
        ({"prompt": "a", "seed": -1}, "[0].seed", "-1 cannot be used"),
        ({"prompt": "a", "seed": "7"}, "[0].seed", "'7' cannot be used"),
        ({"prompt": "a", "seed": True}, "[0].seed", "True cannot be used"),
        ({"prompt": "a", "seed": 1.5}, "[0].seed", "1.5 cannot be used"),
        ({"prompt": "a", "width": 8}, "[0].width", "8 cannot be used"),
        ({"prompt": "a", "rounds": 11}, "[0].rounds", "11 cannot be used"),
        ({"prompt": "a", "id": 7}, "[0].id", "put it in quotes"),
        ({"prompt": "a", "id": ""}, "[0].id", "cannot name a folder"),
        (7, "[0]", "an object or a text, not a number"),
        (None, "[0]", "an object or a text, not nothing"),
        ([], "[0]", "an object or a text, not a list"),
    ],
)
def test_a_bad_entry_is_named_and_the_others_still_run(
    tmp_path: Path, row: object, path: str, message: str
) -> None:
    flaw = only_flaw(tmp_path, row)

    assert flaw.path == path
    assert message in flaw.message
    assert flaw.index == 0


@pytest.mark.parametrize(
    "name",
    ["../x", "a/b", "a\\b", "/etc/passwd", "a..b", ".hidden", "a.", "con", "NUL.txt", "com1",
     "a b", "é", "x" * 101, "a\n", "~", "C:x", "a\x00"],
)  # fmt: skip
def test_an_id_is_never_a_path(tmp_path: Path, name: str) -> None:
    assert not is_id(name)
    flaw = only_flaw(tmp_path, {"id": name, "prompt": "a fox"})
    assert "cannot name a folder" in flaw.message
    assert flaw.id == ""


@given(st.text(max_size=30))
def test_whatever_is_an_id_stays_in_its_folder(name: str) -> None:
    if is_id(name):
        folder = Path("/results")
        assert (folder / name).resolve().parent == folder.resolve()
        assert re.fullmatch(r"[ -~]+", name)


def test_the_second_of_two_ids_is_bad_in_any_letter_case(tmp_path: Path) -> None:
    rows = [{"id": "Fox", "prompt": "a"}, {"id": "fox", "prompt": "b"}]

    found = read_entries(put(tmp_path, {"prompts": rows}))

    assert [entry.id for entry in found.good] == ["Fox"]
    assert found.bad == (
        BadEntry(1, "fox", "prompts[1].id", "the id 'fox' stands already at prompts[0]."),
    )


@pytest.mark.parametrize(
    ("name", "content", "path"),
    [
        ("p.json", '[{"prompt": "a", "seed": 1, "seed": 2}, "good"]', "[0].seed"),
        ("p.json", '{"prompts": [{"prompt": "a", "prompt": "b"}, "good"]}', "prompts[0].prompt"),
        ("p.jsonl", '{"id": "a", "id": "b", "prompt": "x"}\n"good"', "line 1.id"),
        ("p.yaml", "- prompt: a\n  seed: 1\n  seed: 2\n- good\n", "[0].seed"),
    ],
)
def test_a_key_that_stands_twice_is_named(
    tmp_path: Path, name: str, content: str, path: str
) -> None:
    entries = read_entries(put(tmp_path, content, name))

    assert [entry.prompt for entry in entries.good] == ["good"]
    (bad,) = entries.bad
    assert bad.path == path
    assert bad.message == f"the key '{path.rpartition('.')[2]}' stands twice in this entry."


@pytest.mark.parametrize(
    ("name", "content"),
    [("p.json", '{"prompts": ["a"], "prompts": ["b"]}'), ("p.yml", "prompts: [a]\nprompts: [b]\n")],
)
def test_two_lists_of_prompts_are_one_too_many(tmp_path: Path, name: str, content: str) -> None:
    with pytest.raises(InputError, match="the key 'prompts' twice"):
        read_entries(put(tmp_path, content, name))


def test_a_bad_line_of_json_lines_is_one_bad_entry(tmp_path: Path) -> None:
    found = read_entries(put(tmp_path, '{"prompt": "a"}\n{"prompt"}\n"b"\n', "p.jsonl"))

    assert [entry.prompt for entry in found.good] == ["a", "b"]
    assert found.bad[0].path == "line 2"
    assert "not JSON" in found.bad[0].message


def test_a_date_in_yaml_is_no_text(tmp_path: Path) -> None:
    found = read_entries(put(tmp_path, "- prompt: 2020-01-01\n", "p.yaml"))

    assert "put it in quotes" in found.bad[0].message


# The whole file ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("p.json", "{", "is not JSON: Expecting property name"),
        ("p.json", "[" * 100_000, "nested too deep"),
        ("p.json", "[" + "9" * 5_000 + "]", "a number too long"),
        ("p.json", "{}", "holds no list of prompts"),
        ("p.json", "[]", "holds no prompts"),
        ("p.jsonl", "\n\n", "holds no prompts"),
        ("p.json", '{"prompts": [], "author": 1}', "holds the key 'author' beside 'prompts'"),
        ("p.yaml", "", "holds no list of prompts"),
        ("p.yaml", "- prompt: a: b", "is not YAML that can be read"),
        ("p.yaml", "[" * 100, "nested deeper than 32 levels"),
        ("p.yaml", "- &a x\n- *a\n", "uses the alias *a"),
        ("p.yaml", "- !!python/object/apply:os.getcwd []", "is not YAML that can be read"),
        ("p.txt", "a fox", "ends in '.txt'"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused(
    tmp_path: Path, name: str, content: str, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_entries(put(tmp_path, content, name))

    assert message in caught.value.message
    assert caught.value.advice


def test_a_small_file_cannot_unfold_into_a_huge_one(tmp_path: Path) -> None:
    levels = [f"- &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]" for n in range(1, 30)]
    path = put(tmp_path, "\n".join(["- &l0 lol", *levels]), "bomb.yaml")
    began = time.process_time()

    with pytest.raises(InputError, match="alias"):
        read_entries(path)

    assert time.process_time() - began < 5.0


def test_a_missing_a_huge_and_a_binary_file_are_refused(tmp_path: Path) -> None:
    huge, binary = tmp_path / "huge.json", tmp_path / "binary.json"
    with huge.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    binary.write_bytes(b"\xff\xfe[\x00]\x00")

    for path, message in (
        (tmp_path / "none.json", "There is no file"),
        (tmp_path, "There is no file"),
        (huge, "larger than 16 MB"),
        (binary, "not UTF-8"),
    ):
        with pytest.raises(InputError, match=message):
            read_entries(path)


# The schema ----------------------------------------------------------------------------------


def test_the_published_schema_is_the_model() -> None:
    published = (files("gesso.make.batch") / SCHEMA_FILE).read_text("utf-8")

    assert json.loads(published) == entries_schema()


def test_the_schema_and_the_reader_agree(tmp_path: Path) -> None:
    schema = jsonschema.Draft202012Validator(entries_schema())
    rows: list[Any] = [
        "a fox", {"prompt": "a"}, {"theme": "a", "seed": None}, {"prompt": "a", "meta": {"x": 1}},
        {}, {"prompt": ""}, {"promt": "a"}, {"prompt": "a", "theme": "b"}, 7, None, "",
        {"prompt": "a", "seed": -1}, {"prompt": "a", "width": 8}, {"prompt": "a", "id": "../x"},
        {"prompt": "a" * 20_001}, {"prompt": "a", "seed": "7"}, {"prompt": "a", "rounds": 11},
    ]  # fmt: skip

    for row in rows:
        read = read_entries(put(tmp_path, [row]))
        assert schema.is_valid([row]) == bool(read.good), row


def test_the_page_names_every_key() -> None:
    page = (ROOT / "docs" / "batches.md").read_text("utf-8")

    for name in entries_schema()["$defs"]["Entry"]["properties"]:
        assert f"`{name}`" in page


def test_a_key_with_half_a_letter_can_stand_in_the_error_log(tmp_path: Path) -> None:
    path = tmp_path / "prompts.json"
    path.write_text('[{"prompt": "x", "wr\\ud800ong": 1}]', "ascii")
    (bad,) = read_entries(path).bad

    trouble = bad.trouble("r1")

    assert trouble.item == "[0].wr\\ud800ong"
    assert f"{trouble.item}{trouble.message}".encode()
