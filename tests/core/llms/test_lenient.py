"""What models say instead of JSON, and what is read out of it."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.core.llms.lenient import parse

IDEA = {"title": "Ember Harbor", "tags": ["dusk", "it's late"], "weight": 0.5, "kept": None}
PLAIN = json.dumps(IDEA)

SAID = {
    "as it is": PLAIN,
    "pretty": json.dumps(IDEA, indent=2),
    "with a byte order mark": f"\ufeff{PLAIN}",
    "in a fence": f"```json\n{PLAIN}\n```",
    "in a fence without a name": f"```\n{PLAIN}\n```",
    "in a fence that is never closed": f"```json\n{PLAIN}",
    "in prose": f"Certainly! Here it is: {PLAIN} Tell me if {{you}} want more.",
    "in prose and a fence": f"Certainly!\n\n```json\n{PLAIN}\n```\n\nEnjoy.",
    "after thinking aloud": f'<think>maybe {{"title": "No"}}</think>\n{PLAIN}',
    "with a trailing comma": PLAIN[:-1] + ",}",
    "with a trailing comma in a list": PLAIN.replace('late"]', 'late",\n]'),
    "with a leading comma": "{," + PLAIN[1:],
    "with line comments": PLAIN.replace(', "weight"', ', // how much\n "weight"'),
    "with block comments": PLAIN.replace("{", "{ /* the, idea} */ "),
    "with bare keys": PLAIN.replace('"title"', "title").replace('"kept"', "kept"),
    "as Python": repr(IDEA),
    "in single quotes": "{'title': 'Ember Harbor', 'tags': ['dusk', 'it\\'s late'], "
    "'weight': 0.5, 'kept': null}",
}


@pytest.mark.parametrize("text", SAID.values(), ids=SAID.keys())
def test_an_object_is_found_and_mended(text: str) -> None:
    assert parse(text) == IDEA


def test_strings_are_left_as_they_are() -> None:
    hard = {"text": "a, } ] // no comment /* nor here */ True 'quoted' {brace}, key: 1,]"}

    assert parse(json.dumps(hard)[:-1] + ",}") == hard


def test_line_breaks_inside_strings_are_taken() -> None:
    assert parse('{"text": "two\nlines",}') == {"text": "two\nlines"}


def test_of_several_objects_the_largest_is_meant() -> None:
    assert parse(f'First {{"a": 1}}, then {PLAIN}, then {{}}') == IDEA


@pytest.mark.parametrize(
    "text",
    ["", "   ", "I would rather not.", "[1, 2]", '"a text"', "{", "}{", "{{{", "null", "{'a': }"],
)
def test_what_holds_no_object_gives_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("cut", [5, 20, len(PLAIN) - 1])
def test_what_is_cut_off_is_not_made_up(cut: int) -> None:
    assert parse(PLAIN[:cut]) is None


HOSTILE = {
    "only braces": "{" * 300_000,
    "braces and brackets": "{[" * 150_000,
    "open thoughts": "<think>" * 50_000,
    "commas": "{" + " ," * 150_000,
    "fences": "```" * 100_000,
    "quotes": "{'" * 150_000,
    "deep": '{"a":' * 50_000 + "1" + "}" * 50_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_answer_costs_little(text: str) -> None:
    began = time.process_time()
    parse(text)

    assert time.process_time() - began < 5


PLAIN_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.text(), PLAIN_VALUES, max_size=4))
def test_any_object_survives_prose_and_a_fence(value: dict[str, object]) -> None:
    text = json.dumps(value)

    assert parse(text) == value
    if "```" not in text:
        assert parse(f"Here:\n```json\n{text}\n```\nDone.") == value
