"""Two words for a theme."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gesso.core.errors import InputError
from gesso.core.records.calls import Errand
from gesso.core.records.prompts import Theme
from gesso.make.writers.offline.vocabulary.lexicon import load_lexicon

NOBODY = Errand()
DEMO = Theme("Nocturne & Mechanism")
LEXICON = load_lexicon()


def free(_words):
    return False


def found(writer, theme, seeds, is_taken=free):
    return [writer.find_concept(Theme(theme), is_taken, seed, NOBODY) for seed in seeds]


def fields_of(concept):
    first, second = concept.words.lower().split()
    return set(LEXICON.firsts[first].fields), set(LEXICON.seconds[second].fields)


def test_the_demo_theme_gives_twelve_concepts_with_twelve_subjects(writer):
    concepts = found(writer, DEMO.words, range(12))

    assert len({concept.words for concept in concepts}) == 12
    assert len({concept.words.split()[1] for concept in concepts}) == 12


def test_every_demo_concept_is_of_a_night_and_of_a_machine(writer):
    for concept in found(writer, DEMO.words, range(12)):
        first, second = fields_of(concept)
        assert ("night" in first and "machine" in second) or (
            "machine" in first and "night" in second
        ), concept.words


@pytest.mark.parametrize(
    ("theme", "wanted"),
    [
        ("the sea at night", {"sea", "night"}),
        ("winter war", {"cold", "war"}),
        ("love and time", {"love", "time"}),
        ("solitude", {"solitude"}),
        ("jazz", {"music"}),
    ],
)
def test_a_theme_is_answered_by_its_fields(writer, theme, wanted):
    for concept in found(writer, theme, range(8)):
        first, second = fields_of(concept)
        assert wanted <= first | second, concept.words


@pytest.mark.parametrize(
    ("theme", "named"),
    [("lighthouses", "Lighthouse"), ("Storm Engines", "Locomotive"), ("winter harbour", "Harbour")],
)
def test_a_thing_that_the_theme_names_shares_its_concepts_with_its_nearest_kin(
    writer, theme, named
):
    nouns = [concept.words.split()[1] for concept in found(writer, theme, range(8))]

    assert nouns.count(named) == 2
    assert len(set(nouns)) == 4


def test_kin_of_a_named_thing_mean_what_it_means(writer):
    for concept in found(writer, "Storm Engines", range(8)):
        assert "machine" in LEXICON.seconds[concept.words.lower().split()[1]].fields


def test_a_name_with_many_subjects_needs_no_kin(writer):
    trees = {concept.words.split()[1] for concept in found(writer, "trees", range(12))}

    assert trees == {"Orchard", "Oak", "Willow", "Pinewood"}


def test_words_of_one_main_field_do_not_meet_while_others_are_free(writer):
    for concept in found(writer, "winter", range(12)):
        first, second = concept.words.lower().split()
        assert LEXICON.firsts[first].fields[0] != LEXICON.seconds[second].fields[0]


def test_the_same_arguments_give_the_same_concept(writer):
    assert found(writer, "hope", [7]) == found(writer, "hope", [7])


def test_forty_seeds_give_forty_concepts(writer):
    assert len({c.words for c in found(writer, "the sea at night", range(40))}) == 40


def test_a_taken_concept_is_not_given_whatever_seed_asks(writer):
    taken: set[str] = set()
    for seed in [3] * 60:
        (concept,) = found(writer, DEMO.words, [seed], lambda words: words.lower() in taken)
        assert concept.words.lower() not in taken
        taken.add(concept.words.lower())


def test_a_subject_that_was_not_shown_yet_goes_first(writer):
    taken: set[str] = set()
    for _ in range(10):
        (concept,) = found(writer, DEMO.words, [0], taken.__contains__)
        taken.add(concept.words)

    assert len({words.split()[1] for words in taken}) == 10


def test_near_fields_are_used_when_the_nearest_pairs_are_taken(writer):
    def is_taken(words):
        first, second = words.lower().split()
        fields = {*LEXICON.firsts[first].fields, *LEXICON.seconds[second].fields}
        return bool(fields & {"night", "machine", "music"})

    (concept,) = found(writer, DEMO.words, [0], is_taken)

    assert not is_taken(concept.words)
    assert "neighbourhood" in concept.reasoning


def test_when_everything_is_taken_it_says_so_and_what_to_do(writer):
    with pytest.raises(InputError, match="is taken") as caught:
        found(writer, DEMO.words, [0], lambda _words: True)

    assert "--allow-repeat" in caught.value.advice


def test_the_last_free_concept_is_found(writer):
    (concept,) = found(writer, DEMO.words, [5], lambda words: words != "Wicker Ferry")

    assert concept.words == "Wicker Ferry"


def test_an_unknown_theme_is_called_unknown_in_the_reasoning(writer):
    (concept,) = found(writer, "zorble frimp", [0])

    assert "'zorble' and 'frimp' are not in the offline writer's thesaurus" in concept.reasoning


@pytest.mark.parametrize("seed", range(25))
def test_turn_and_reasoning_are_whole_sentences(writer, seed):
    (concept,) = found(writer, "memory of machines", [seed])

    assert re.fullmatch(r"[A-Z][^.?!]*[.?]", concept.turn), concept.turn
    assert re.fullmatch(r"([A-Z'][^.?!]*\. ?){2,4}", concept.reasoning), concept.reasoning
    for text in (concept.turn, concept.reasoning):
        assert not re.search(r"\b(a) (?=[aeio])|\b(an) (?=[^aeiouh])|\b(\w+) \3\b", text), text
    assert concept.maker.offline


@settings(max_examples=60, deadline=None)
@given(words=st.text(min_size=1, max_size=80), seed=st.integers(0, 2**63 - 1))
def test_any_theme_and_any_seed_give_two_words_of_the_lexicon(writer, words, seed):
    (concept,) = found(writer, words, [seed])

    first, second = concept.words.split(" ")
    assert first.lower() in LEXICON.firsts
    assert second.lower() in LEXICON.seconds
