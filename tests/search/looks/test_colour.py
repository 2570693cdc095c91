"""Colours as people write them."""

from __future__ import annotations

import pytest

from gesso.core.errors import InputError
from gesso.search.looks.colour import read_colour


def test_a_colour_may_have_a_name_a_share_and_a_tolerance():
    asked = read_colour("gold:20%~0.3")

    assert asked.name == "gold"
    assert asked.share == pytest.approx(0.2)
    assert asked.tolerance == pytest.approx(0.3)


@pytest.mark.parametrize("text", ["#fff", "fff", "#FFFFFF"])
def test_white_is_written_in_several_ways(text):
    white = read_colour(text)

    assert white.lightness == pytest.approx(1, abs=0.01)
    assert abs(white.a) < 0.01
    assert abs(white.b) < 0.01


@pytest.mark.parametrize(
    "text", ["", "mauvish", "#12", "#ggg", "red:0%", "red:120%", "red~9", "red:", "x" * 500]
)
def test_what_is_no_colour_is_told_how_to_write_one(text):
    with pytest.raises(InputError, match="is no colour"):
        read_colour(text)
