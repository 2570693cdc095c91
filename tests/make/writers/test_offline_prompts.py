"""The prompt of a concept."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.core.outside.desk import Desk
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.codec import from_json, to_json
from gesso.core.records.maker import Maker
from gesso.core.records.prompts import Concept, Prompt
from gesso.make import aims
from gesso.make.critics.critic import View
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions
from gesso.make.writers.offline.vocabulary.lexicon import load_lexicon

NOBODY = Errand()
LEXICON = load_lexicon()


def concept(words, theme="Nocturne & Mechanism"):
    return Concept(words, theme, "A turn.", "A reason.", Maker("test"))


def written(writer, words, seed=0, theme="Nocturne & Mechanism"):
    return writer.write_prompt(concept(words, theme), seed, NOBODY)


def every_pair():
    first = st.sampled_from([first.word for first in LEXICON.firsts.values()])
    second = st.sampled_from([second.word for second in LEXICON.seconds.values()])
    return st.tuples(first, second).map(" ".join)


def test_the_text_holds_the_concept_and_every_row(writer):
    prompt = written(writer, "Lunar Orrery")

    assert prompt.title == prompt.concept == "Lunar Orrery"
    assert prompt.text.startswith("Lunar Orrery: a great brass orrery")
    for row in (prompt.scene, prompt.mood, prompt.light, prompt.palette, prompt.composition):
        assert row
        assert row in prompt.text


def test_what_must_not_be_seen_is_not_named_in_the_text(writer):
    prompt = written(writer, "Lunar Orrery")

    assert prompt.avoid
    for word in prompt.avoid.split(", "):
        assert word not in prompt.text


def test_another_seed_writes_another_prompt_of_the_same_concept(writer):
    texts = {written(writer, "Ember Viaduct", seed).text for seed in range(6)}

    assert len(texts) == 6
    assert all(text.startswith("Ember Viaduct: ") for text in texts)


@settings(max_examples=150, deadline=None)
@given(words=every_pair(), seed=st.integers(0, 2**63 - 1))
def test_the_text_asks_for_exactly_the_aims(writer, words, seed):
    prompt = written(writer, words, seed)

    assert aims.read_clauses(prompt.text) == pytest.approx(aims.as_targets(prompt.aims))


@settings(max_examples=150, deadline=None)
@given(words=every_pair(), seed=st.integers(0, 2**63 - 1))
def test_aims_agree_with_each_other(writer, words, seed):
    targets = aims.as_targets(written(writer, words, seed).aims)

    room = min(targets["key"], 100 - targets["key"])
    assert targets["contrast"] <= 18.6 + 1.8 * (room + 0.5)
    assert targets["chroma"] <= 0.12
    assert 15 <= targets["key"] <= 85
    assert {"hue_dark", "hue_mid", "hue_light", "symmetry", "density", "light_x"} <= set(targets)
    if targets["symmetry"] >= 0.55:
        assert targets["light_x"] == pytest.approx(0.5)
    if "mist" in targets:
        assert targets["contrast"] <= 76 - 60 * targets["mist"]


@settings(max_examples=150, deadline=None)
@given(words=every_pair(), seed=st.integers(0, 2**63 - 1))
def test_measurable_questions_are_met_by_a_picture_that_meets_the_aims(writer, words, seed):
    prompt = written(writer, words, seed)
    targets = aims.as_targets(prompt.aims)

    assert 2 <= len(prompt.questions) <= 7
    for question in prompt.questions:
        if not question.subject:
            for name, wish in aims.read(question.words).items():
                assert aims.SCALES[name].error(wish, targets[name]) <= 0.3, question.words


@settings(max_examples=150, deadline=None)
@given(words=every_pair(), seed=st.integers(0, 2**63 - 1))
def test_light_words_agree_with_the_aims(writer, words, seed):
    prompt = written(writer, words, seed)
    targets = aims.as_targets(prompt.aims)

    whence = prompt.light.rpartition(", ")[2]
    assert ("left" in whence) == (targets["light_x"] <= 0.38)
    assert ("right" in whence) == (targets["light_x"] >= 0.62)


@settings(max_examples=100, deadline=None)
@given(words=every_pair(), seed=st.integers(0, 2**63 - 1))
def test_text_and_reasoning_are_clean_english(writer, words, seed):
    prompt = written(writer, words, seed)

    for text in (aims.strip_clauses(prompt.text), prompt.reasoning):
        assert text.endswith(".")
        assert not re.search(r"  | [.,;:]|\.\.|,,|\ba (?=[aeio])|\ban (?=[^aeiouh])", text), text
        assert not re.search(r"\b(\w+) \1\b", text), text


def test_every_subject_is_asked_for(writer):
    prompt = written(writer, "Rainy Viaduct")

    assert [q.subject for q in prompt.questions if q.subject] == ["viaduct", "train"]
    assert prompt.questions[0].words == "Does it show a viaduct?"


def test_things_of_the_theme_are_painted_in_and_looked_for(writer):
    prompt = written(writer, "Orbital Observatory", theme="my dog and a zorble in orbit")

    subjects = [question.subject for question in prompt.questions]
    assert {"dog", "zorble"} <= set(subjects)
    assert "With a dog and a zorble." in prompt.text
    assert "a dog and a zorble" in prompt.reasoning


def asked(prompt):
    return {question.words: question.subject for question in prompt.questions}


def test_a_kin_of_a_named_thing_carries_that_thing_with_it(writer):
    prompt = written(writer, "Salt Galleon", theme="lighthouses")

    assert "With a lighthouse." in prompt.text
    assert asked(prompt)["Does it show a lighthouse?"] == "lighthouse"


def test_a_weather_and_a_season_of_the_theme_are_said_and_looked_for(writer):
    prompt = written(writer, "Iron Harbour", theme="winter storms over a harbour")

    assert prompt.scene.endswith(", in winter and in a storm")
    assert prompt.scene in prompt.text
    assert (
        asked(prompt).items() >= {"Is it winter?": "winter", "Is there a storm?": "storm"}.items()
    )


@pytest.mark.parametrize("words", ["Sunstruck Bridge", "Salt Moonrise", "Meridian Summit"])
def test_a_night_of_the_theme_is_night_whatever_the_concept_would_rather(writer, words):
    prompt = written(writer, words, theme="the sea at night")
    targets = aims.as_targets(prompt.aims)

    assert "Does it keep to the theme's 'night'?" in asked(prompt)
    assert targets["key"] <= 30.5
    assert "daylight" not in str(prompt.questions)


def test_a_word_of_the_theme_that_neither_word_answers_is_asked_for(writer):
    prompt = written(writer, "Ember Orrery", theme="lonely engines")

    assert "Does it speak of the theme's 'lonely' and 'engines'?" in asked(prompt)


def test_a_word_of_the_theme_that_the_concept_answers_is_not_asked_for_again(writer):
    prompt = written(writer, "Velvet Orrery", theme="machinery")

    assert not any("theme" in words for words in asked(prompt))


def test_a_prompt_that_lost_its_theme_is_seen(writer):
    prompt = written(writer, "Iron Harbour", theme="a storm")
    shown = View(
        Picture(np.full((64, 64, 3), 90, np.uint8)), shows=("a harbour",), omits=("storm",)
    )
    evaluation = MeasuredCritic(MeasuredOptions(), Desk.offline()).evaluate(shown, prompt, NOBODY)

    (check,) = [check for check in evaluation.checks if check.words == "Is there a storm?"]
    assert check.outcome == "no"
    assert not evaluation.passes


def test_a_theme_of_ideas_brings_no_strangers_into_the_picture(writer):
    assert " With " not in written(writer, "Lunar Orrery").text


def test_verbs_of_a_theme_are_no_things(writer):
    prompt = written(writer, "Nomad Cottage", theme="what my grandfather forgot")

    assert [q.subject for q in prompt.questions if q.subject] == ["house", "grandfather"]


def test_a_thing_that_the_subject_is_already_is_not_asked_for_twice(writer):
    prompt = written(writer, "Tidal Lighthouse", theme="lighthouses at sea")

    assert [q.subject for q in prompt.questions if q.subject] == ["lighthouse"]


def test_a_concept_of_another_writer_is_written_too(writer):
    prompt = written(writer, "Quantum Teapot", theme="tea")

    assert prompt.text.startswith("Quantum Teapot: a teapot")
    assert "teapot" in [question.subject for question in prompt.questions]


def test_a_concept_of_one_word_is_written_too(writer):
    assert written(writer, "Teapot", theme="tea").text.startswith("Teapot: a teapot")


def test_the_same_concept_and_seed_give_the_same_prompt(writer):
    assert written(writer, "Frost Belfry", 11) == written(writer, "Frost Belfry", 11)


def test_a_prompt_travels_as_json(writer):
    prompt = written(writer, "Frost Belfry", 11)

    assert from_json(Prompt, to_json(prompt)) == prompt


@pytest.mark.parametrize("seed", range(12))
def test_no_moon_shines_into_a_light_of_day(writer, seed):
    prompt = written(writer, "Meridian Summit", seed)

    assert prompt.scene != "under a high moon"
    assert "sun" in prompt.light


def test_a_night_may_have_a_moon(writer):
    scenes = {written(writer, "Midnight Summit", seed).scene for seed in range(12)}

    assert "under a high moon" in scenes
