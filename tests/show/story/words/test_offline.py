"""Words without a model: what is known and measured, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.show.story.props import added

from gesso.core.records.works import Provenance
from gesso.show.story.orders.looks import look_at
from gesso.show.story.words.offline import first_line, line_between, line_of, words_for


@pytest.fixture
def looks(catalogue, works):
    return {look.work.title: look for look in (
        look_at(catalogue, catalogue.works.get(number)) for number in works)}  # fmt: skip


def test_a_darker_picture_is_said_to_be_darker(looks):
    assert "darker" in line_between(looks["Pale"], looks["Night"]).lower()
    assert "lighter" in line_between(looks["Night"], looks["Pale"]).lower()


def test_the_same_hand_is_told(looks):
    assert line_between(looks["Red"], looks["Blue"]).startswith("By the same hand")
    assert "hand" not in line_between(looks["Red"], looks["Pale"])


def test_colour_is_told_where_there_is_some_and_only_there(looks):
    assert "blues" in first_line(looks["Blue"])
    assert "without colour" in first_line(looks["Gray"])


def test_two_that_are_alike_are_said_to_be_alike_once(looks):
    gray = looks["Gray"]

    assert line_between(gray, gray) == "Much like the one before."
    assert line_between(gray, gray, "Much like the one before.") == ""


def test_pictures_of_one_mean_that_look_otherwise_are_not_said_to_be_alike(catalogue):
    halves, flat = np.zeros((64, 64, 3), int), np.zeros((64, 64, 3), int)
    halves[:, :] = np.where(np.arange(64)[None, :, None] < 32, (235, 120, 20), (90, 40, 200))
    flat[:, :] = (150, 82, 130)
    one, other = (
        look_at(catalogue, catalogue.works.get(added(catalogue, rgb, name)))
        for rgb, name in ((halves, "Halves"), (flat, "Flat"))
    )

    assert "of many colours" in first_line(one)
    assert "pink" not in line_between(one, other)
    assert "Much like" not in line_between(one, other)


def test_a_title_says_what_all_have_in_common(looks):
    assert words_for([looks["Red"], looks["Blue"]]).title == "Two works by Ada"
    assert words_for([looks["Red"], looks["Blue"]]).subtitle == "1850 to 1900"
    assert words_for(list(looks.values())).title == "Five works"
    assert words_for([looks["Night"]]).title == "Night"


def test_one_hand_in_all_is_told_once_and_not_at_every_picture(looks):
    told = words_for([looks["Red"], looks["Blue"], looks["Red"]])
    assert told.title == "Three works by Ada"
    assert not any("hand" in text for text in told.texts)


def test_what_was_painted_on_one_theme_is_called_by_it(looks):
    made = Provenance("made", "procedural", "a/1", run="a")
    told = {"provenance": made, "creator": "procedural 2", "year_from": None, "year_to": None}
    painted = [
        replace(looks[name], work=replace(looks[name].work, **told)) for name in ("Red", "Blue")
    ]

    assert line_of(painted[0].work) == "painted by procedural"
    assert words_for(painted).title == "Two works painted by procedural"
    assert words_for(painted, "Nocturnes").title == "Nocturnes"
    assert words_for(painted, "Nocturnes").subtitle == "painted by procedural"


def test_years_are_claimed_only_where_all_are_known(looks):
    assert words_for([looks["Red"], looks["Gray"]]).subtitle == ""


def test_about_a_year_never_parts_from_its_year(looks):
    work = replace(looks["Red"].work, date="c. 1665")
    assert "c.\u00a01665" in line_of(work)
