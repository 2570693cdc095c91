"""A text written by hand becomes a prompt."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.core.errors import InputError
from gesso.core.records.calls import Errand
from gesso.make import aims
from gesso.make.writers.offline.vocabulary.plain import things_of

NOBODY = Errand()
ROOT = Path(__file__).resolve().parents[3]
SAMPLES = Path(os.environ.get("GESSO_SAMPLE_DATA", ROOT.parent / "shared" / "data"))
PARTI = SAMPLES / "prompts" / "partiprompts.jsonl"


def expanded(writer, text, title="", avoid=""):
    return writer.expand(text, title, avoid, NOBODY)


def subjects(prompt):
    return [question.subject for question in prompt.questions]


@settings(max_examples=150, deadline=None)
@given(text=st.text(min_size=1, max_size=300).filter(str.strip))
def test_the_text_stands_at_the_head_to_the_letter(writer, text):
    assert expanded(writer, text).text.startswith(text)


def test_a_text_that_asks_for_nothing_measurable_gets_no_aims_and_no_clauses(writer):
    prompt = expanded(writer, "A  dog on a bench")

    assert prompt.aims == ()
    assert prompt.text == "A  dog on a bench"


def test_what_free_words_ask_for_becomes_aims_and_clauses(writer):
    prompt = expanded(writer, "A bridge in a misty night")

    targets = aims.as_targets(prompt.aims)
    assert set(targets) == {"key", "mist", "hue_dark"}
    assert aims.read_clauses(prompt.text) == pytest.approx(targets)


def test_a_clause_of_the_text_is_not_written_twice(writer):
    text = "A bridge at night. Key: low (30)."
    prompt = expanded(writer, text)

    assert prompt.text.count("Key:") == 1
    assert aims.as_targets(prompt.aims)["key"] == pytest.approx(30)


def test_title_and_avoid_are_kept(writer):
    prompt = expanded(writer, "a boat", title="Crossing", avoid="people")

    assert (prompt.title, prompt.avoid, prompt.concept) == ("Crossing", "people", "")


def test_without_a_title_the_texts_opening_is_the_title(writer):
    assert expanded(writer, "A red boat. It is late.").title == "A red boat"


def test_a_long_opening_is_cut_between_words(writer):
    title = expanded(writer, "a very long walk " * 20).title

    assert len(title) <= 61
    assert title.endswith(("walk…", "very…", "long…", "a…"))


@pytest.mark.parametrize("text", ["", "  \n "])
def test_an_empty_text_is_refused(writer, text):
    with pytest.raises(InputError, match="empty"):
        expanded(writer, text)


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("a dog on a bench", ["dog", "bench"]),
        ("a red fire hydrant beside a big yellow school bus", ["fire hydrant", "school bus"]),
        ("two cats sleeping quietly under the old oak tree", ["cats", "oak tree"]),
        ("An astronaut riding a horse in the style of Hokusai", ["astronaut", "horse"]),
        ("a monkey's hat", ["monkey", "hat"]),
        ("a king and a butterfly at dusk", ["king", "butterfly"]),
        ("metal", ["metal"]),
        ("a detailed oil painting of a wooden boat", ["boat"]),
        ("a dog, a dog and a dog", ["dog"]),
        ("हिन्दी, मशीन", ["हिन्दी", "मशीन"]),
        ("กลางคืน", ["กลางคืน"]),
    ],
)
def test_the_things_of_a_text_become_questions(writer, text, things):
    assert subjects(expanded(writer, text)) == things


def test_no_more_than_six_things_are_asked_for(writer):
    text = "a cat, a dog, a cow, a hen, a pig, a fox, an owl and a bee"

    assert len(expanded(writer, text).questions) == 6


def test_questions_are_good_english(writer):
    words = [q.words for q in expanded(writer, "an owl with glasses and three boats").questions]

    assert words == ["Does it show an owl?", "Does it show glasses?", "Does it show boats?"]


@given(st.text(max_size=300))
def test_no_text_upsets_the_reader_of_things(text):
    for thing in things_of(text, 6):
        assert 1 <= len(thing.split()) <= 2


@pytest.mark.skipif(not PARTI.exists(), reason="the sample prompts are not here")
def test_nearly_every_prompt_of_partiprompts_names_something(writer):
    texts = [json.loads(line)["prompt"] for line in PARTI.read_text("utf-8").splitlines()]
    prompts = [expanded(writer, text) for text in texts]

    assert len(prompts) == 854
    assert all(prompt.text.startswith(text) for prompt, text in zip(prompts, texts, strict=True))
    assert sum(bool(prompt.questions) for prompt in prompts) >= 850
