"""Themes as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.core.errors import InputError
from gesso.make.writers.themes import MOST_CHARACTERS, read_theme


def test_white_space_is_tidied_and_words_stay_as_typed():
    assert read_theme("  Nocturne\t &\n  Mechanism ").words == "Nocturne & Mechanism"


def test_a_theme_in_any_script_is_a_theme():
    assert read_theme("夜の海").words == "夜の海"


def test_letters_typed_with_separate_accents_are_joined():
    assert read_theme("e\u0301te\u0301").words == "été"


@pytest.mark.parametrize("words", ["", "   ", "\n\t\r"])
def test_an_empty_theme_is_refused(words):
    with pytest.raises(InputError, match="The theme is empty"):
        read_theme(words)


def test_the_longest_theme_is_taken_and_one_letter_more_is_refused():
    assert read_theme("a" * MOST_CHARACTERS).words == "a" * MOST_CHARACTERS
    with pytest.raises(InputError, match="2,001 characters long; 2,000"):
        read_theme("a" * (MOST_CHARACTERS + 1))


def test_a_huge_theme_is_refused_without_being_repeated():
    with pytest.raises(InputError) as caught:
        read_theme("sea " * 25_000)

    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\x07", "\u202e", "\ud800"])
def test_a_control_character_is_refused_by_its_number(sign):
    with pytest.raises(InputError, match=f"U\\+{ord(sign):04X}"):
        read_theme(f"the sea{sign} at night")


def test_only_control_characters_are_refused():
    with pytest.raises(InputError, match="control character"):
        read_theme("\x01\x02\x03")


@pytest.mark.parametrize("words", ["1984", "&&&", "🌊🌊"])
def test_a_theme_without_a_letter_is_refused_by_name(words):
    with pytest.raises(InputError, match=f"'{words}' has no letter"):
        read_theme(words)


@given(st.text(max_size=400))
def test_any_text_is_read_once_for_all_or_refused_in_a_sentence(text):
    refusal = None
    try:
        theme = read_theme(text)
    except InputError as error:
        refusal = error
    else:
        assert theme.words == " ".join(theme.words.split())
        assert read_theme(theme.words) == theme
    if refusal:
        assert refusal.message.endswith(".")
        assert refusal.advice
