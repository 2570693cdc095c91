"""Queries are read with their places."""

from __future__ import annotations

import pytest

from gesso.core.errors import InputError
from gesso.search.filters.reading import Condition, Value, Word, read


def test_words_phrases_beginnings_and_what_is_not_wanted_are_told_apart():
    wish = read('river -snow "still life" port* -"old man"')

    assert wish.words == (
        Word("river", 0),
        Word("snow", 6, is_minus=True),
        Word("still life", 12, is_phrase=True),
        Word("port", 25, is_start=True),
        Word("old man", 31, is_phrase=True, is_minus=True),
    )


def test_conditions_hold_values_ranges_and_orders():
    wish = read('style:baroque,rococo year:1600..1700 score>0.7 -tag:"old tree" width>=100')

    assert wish.words == ()
    assert wish.conditions == (
        Condition("style", ":", (Value("baroque"), Value("rococo")), 0),
        Condition("year", ":", (Value("1600", "1700"),), 21),
        Condition("score", ">", (Value("0.7"),), 37),
        Condition("tag", ":", (Value("old tree", is_quoted=True),), 47, is_minus=True),
        Condition("width", ">=", (Value("100"),), 63),
    )


@pytest.mark.parametrize("end", ["1600..", "..1700"])
def test_a_range_may_be_open_at_one_end(end):
    lower, _, upper = end.partition("..")

    assert read(f"year:{end}").conditions[0].values == (Value(lower, upper),)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Nocturne: blue", ["Nocturne:", "blue"]),
        ("see https://example.org/a", ["see", "https://example.org/a"]),
        ("12:30", ["12:30"]),
        ("- & —", []),
    ],
)
def test_what_only_looks_like_a_field_is_a_word(query, words):
    wish = read(query)

    assert [word.text for word in wish.words] == words
    assert not wish.conditions


@pytest.mark.parametrize(
    ("query", "place"),
    [('river "still', "character 7"), ("style:a,", "character 9"), ('style:""', "character 7")],
)
def test_what_cannot_be_read_is_told_with_its_place(query, place):
    with pytest.raises(InputError, match=place):
        read(query)


def test_a_query_of_a_hundred_thousand_characters_is_refused_in_one_sentence():
    with pytest.raises(InputError, match="100,000 characters is too long"):
        read("x" * 100_000)


def test_more_words_than_can_be_looked_for_are_refused():
    with pytest.raises(InputError, match="more than 64 words"):
        read("word " * 65)
