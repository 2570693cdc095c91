"""The lexicon, held to what its readers rely on."""

from __future__ import annotations

import re

import pytest

from gesso.make import aims
from gesso.make.writers.offline.vocabulary.lexicon import load_lexicon
from gesso.make.writers.offline.vocabulary.plain import an, is_plural, singular
from gesso.make.writers.offline.vocabulary.thesaurus import load_thesaurus

LEXICON = load_lexicon()
FIRSTS = list(LEXICON.firsts.values())
SECONDS = list(LEXICON.seconds.values())


def test_there_are_more_than_4800_concepts():
    assert len(FIRSTS) >= 80
    assert len(SECONDS) >= 60
    assert len(FIRSTS) * len(SECONDS) > 4_800


def test_every_field_has_words_on_both_sides():
    for name in LEXICON.fields:
        assert sum(name in first.fields for first in FIRSTS) >= 5, name
        assert sum(name in second.fields for second in SECONDS) >= 2, name


def test_words_speak_only_of_fields_that_there_are():
    spoken_of = {word.word: word.fields for word in FIRSTS}
    spoken_of |= {word.word: word.fields for word in SECONDS}
    for word, fields in spoken_of.items():
        assert set(fields) <= set(LEXICON.fields), word
        assert len(set(fields)) == len(fields), word
    for field in LEXICON.fields.values():
        assert set(field.near) <= set(LEXICON.fields), field.name


@pytest.mark.parametrize("word", [*FIRSTS, *SECONDS], ids=lambda word: word.word)
def test_a_word_is_one_word_in_title_case(word):
    assert re.fullmatch(r"[A-Z][a-z]+", word.word)


@pytest.mark.parametrize("first", FIRSTS, ids=lambda first: first.word)
def test_a_first_words_aims_lie_within_their_scales(first):
    named = {"key": first.key, "contrast": first.contrast, "chroma": first.chroma}
    named |= {"light_y": first.light_y, "mist": first.mist or 0.0}
    for name, target in named.items():
        assert aims.SCALES[name].low <= target <= aims.SCALES[name].high, name
    assert all(0 <= hue < 360 for hue in first.hues)


@pytest.mark.parametrize("first", FIRSTS, ids=lambda first: first.word)
def test_a_mood_asks_for_nothing_measurable(first):
    assert aims.read_words(first.mood) == {}


@pytest.mark.parametrize("first", FIRSTS, ids=lambda first: first.word)
def test_a_first_words_phrases_fit_into_their_sentences(first):
    for phrase in (first.sense, first.bearer, first.mood, first.light):
        assert phrase == phrase.strip(" .,;")
        assert phrase[0].islower()
    assert len({first.sense, first.mood, first.light}) == 3


@pytest.mark.parametrize("second", SECONDS, ids=lambda second: second.word)
def test_a_second_words_phrases_fit_into_their_sentences(second):
    assert second.task.startswith("to ")
    for phrase in (second.subject, second.gloss, second.task, *second.scenes):
        assert phrase == phrase.strip(" .,;")
        assert phrase[0].islower()
    assert 2 <= len(second.scenes) <= 3
    assert len(second.compositions) >= 2
    for composition in second.compositions:
        assert 0 <= composition.symmetry <= 1
        assert composition.balance is None or 0.3 <= composition.balance <= 0.7


def test_no_two_words_share_a_bearer_a_task_or_a_gloss():
    for phrases in (
        [first.bearer for first in FIRSTS],
        [first.mood for first in FIRSTS],
        [second.task for second in SECONDS],
        [second.gloss for second in SECONDS],
    ):
        assert len(set(phrases)) == len(phrases)


def test_bearers_take_a_singular_verb():
    plural = [first.bearer for first in FIRSTS if first.bearer.startswith(("two ", "many "))]
    assert not plural


def test_the_thesaurus_knows_at_least_400_words_and_only_fields_that_there_are():
    thesaurus = load_thesaurus()

    assert len(thesaurus.fields) >= 400
    for word, fields in thesaurus.fields.items():
        assert set(fields) <= set(LEXICON.fields), word
    assert all(set(names) <= set(LEXICON.seconds) for names in thesaurus.names.values())


@pytest.mark.parametrize(
    ("theme", "field"),
    [
        ("nocturne", "night"),
        ("nocturnes", "night"),
        ("mechanisms", "machine"),
        ("grandmother's", "home"),
        ("wintry", "cold"),
        ("Wars", "war"),
        ("lonely", "solitude"),
        ("dreaming", "dream"),
        ("remembered", "memory"),
        ("jazz", "music"),
        ("MEER", "sea"),
        ("spring", "growth"),
        ("forgot", "memory"),
    ],
)
def test_a_themes_word_is_understood_in_its_usual_forms(theme, field):
    (meaning,) = load_thesaurus().read(theme)

    assert meaning.known
    assert field in meaning.fields[:2]


def test_an_unknown_word_gets_the_same_fields_every_time_and_is_called_unknown():
    (meaning,) = load_thesaurus().read("zorble")
    (again,) = load_thesaurus().read("Zorble")

    assert meaning == again
    assert not meaning.known
    assert set(meaning.fields) <= set(LEXICON.fields)


def test_a_theme_of_small_words_alone_still_means_something():
    assert load_thesaurus().read("of the and")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("orrery", "an orrery"),
        ("unicorn", "a unicorn"),
        ("hourglass", "an hourglass"),
        ("umbrella", "an umbrella"),
        ("house", "a house"),
        ("European castle", "a European castle"),
        ("one-eyed cat", "a one-eyed cat"),
    ],
)
def test_articles_follow_the_sound(phrase, expected):
    assert an(phrase) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("gears", "gear"),
        ("boxes", "box"),
        ("children", "child"),
        ("glass", "glass"),
        ("bus", "bus"),
    ],
)
def test_plurals_become_singular(word, expected):
    assert singular(word) == expected
    assert is_plural(word) == (word != expected)
