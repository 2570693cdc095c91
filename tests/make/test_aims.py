"""The words of measurable aims."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gesso.make.aims import (
    HUES,
    SCALES,
    as_aims,
    as_targets,
    clauses,
    hue_name,
    read,
    strip_clauses,
    with_clauses,
)

TARGETS = {
    "key": 28.0,
    "contrast": 64.0,
    "chroma": 0.062,
    "hue_dark": 278.0,
    "hue_mid": 244.0,
    "hue_light": 73.0,
    "symmetry": 0.3,
    "density": 0.22,
    "balance": 0.4,
    "light_x": 0.3,
    "light_y": 0.25,
    "mist": 0.45,
}


def targets():
    return st.fixed_dictionaries(
        {},
        optional={name: st.floats(scale.low, scale.high) for name, scale in SCALES.items()},
    )


def test_what_clauses_say_is_read_back():
    assert read(clauses(TARGETS)) == pytest.approx(TARGETS)


@given(targets())
def test_any_aims_survive_their_clauses_to_the_written_decimals(wished):
    found = read(f"A bridge. {clauses(wished)}")

    assert set(found) == set(wished)
    for name, target in wished.items():
        assert abs(SCALES[name].miss(found[name], target)) <= 0.51 * 10 ** -SCALES[name].decimals


@given(st.text(max_size=300))
def test_no_text_upsets_the_reader(text):
    for name, target in read(text).items():
        assert SCALES[name].low <= target <= SCALES[name].high


def test_free_words_ask_for_aims():
    found = read("A misty night over a harbour, high contrast")

    assert found["mist"] == pytest.approx(0.7)
    assert found["key"] == pytest.approx(24)
    assert found["contrast"] == pytest.approx(75)


def test_a_longer_phrase_wins_over_the_word_inside_it():
    assert read("light from the upper left")["light_x"] == pytest.approx(0.25)
    assert read("low key, low contrast") == {"key": 24, "contrast": 25}


def test_a_clause_wins_over_free_words():
    assert read("A dark night. Key: high (71).")["key"] == pytest.approx(71)


def test_colour_words_fill_middles_lights_and_darks_in_order():
    found = read("indigo hills, amber lamps, crimson shadows")

    assert (found["hue_mid"], found["hue_light"], found["hue_dark"]) == (278, 73, 18)


def test_numbers_out_of_range_are_held_to_the_scale():
    assert read("Key: absurd (900).")["key"] == 100
    assert read("Middles: blue (370).")["hue_mid"] == 10


def test_a_text_that_asks_for_nothing_has_no_aims():
    assert read("a bridge") == {}


def test_replacing_clauses_keeps_the_words_and_the_other_clauses():
    text = with_clauses("A bridge at rest. Key: low (30). Mist: thin (0.30).", {"key": 40.0})

    assert text == "A bridge at rest. Key: middle, low side (40). Mist: thin (0.30)."
    assert strip_clauses(text) == "A bridge at rest."


def test_hue_errors_go_the_short_way_round():
    hue = SCALES["hue_mid"]

    assert hue.error(350, 10) == pytest.approx(20 / 90)
    assert hue.miss(350, 10) == pytest.approx(-20)


def test_every_hue_name_is_found_again():
    for name in ("rose", "amber", "teal", "indigo", "pink"):
        assert hue_name(HUES[name]) == name


def test_an_unknown_scale_is_refused():
    with pytest.raises(ValueError, match="no scale is called loudness"):
        clauses({"loudness": 1.0})


def test_aims_and_targets_are_two_forms_of_one_thing():
    assert as_targets(as_aims(TARGETS)) == TARGETS
