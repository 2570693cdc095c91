"""Filters admit the works that they say, and no others."""

from __future__ import annotations

import pytest

from gesso.core.errors import InputError

RIVER, SHIPS, PORTRAIT, RED, WHEAT, NIGHT = (
    "River in Winter", "Ships in a Storm", "Portrait of a Woman", "The Woman in Red",
    "Wheat Field", "Night",
)  # fmt: skip


@pytest.mark.parametrize(
    ("filter_", "titles"),
    [
        ("style:baroque", {RIVER, SHIPS}),
        ("style:Impressionism", {RED, NIGHT}),
        ("style:post", {WHEAT}),
        ("style:impress*", {RED, NIGHT, WHEAT}),
        ("style:baroque,rococo", {RIVER, SHIPS, PORTRAIT}),
        ("-style:baroque", {PORTRAIT, RED, WHEAT, NIGHT}),
        ("artist:manet", {RED, NIGHT}),
        ('artist:"edouard manet"', {RED, NIGHT}),
        ("year:1600..1650", {RIVER}),
        ("year:1695", {SHIPS}),
        ("year>=1870", {RED, WHEAT}),
        ("year<1700", {RIVER, SHIPS}),
        ("year:1888,1730", {WHEAT, PORTRAIT}),
        ("tag:ice", {RIVER}),
        ("shape:tall", {PORTRAIT, RED}),
        ("medium:canvas", {SHIPS}),
        ("place:dutch", {WHEAT}),
        ("title:woman", {PORTRAIT, RED}),
        ("text:lady", {RED}),
        ("source:museum kind:collected", {RIVER, SHIPS, PORTRAIT, RED, WHEAT, NIGHT}),
        ("kind:made", set()),
        ("kind:paintings", {RIVER}),
        ("licence:cc0-1.0 format:png style:rococo", {PORTRAIT}),
        ("format:jpg", set()),
        ("width:90", {PORTRAIT, RED}),
        ("megapixels<0.02 height>=120", {PORTRAIT, RED}),
        ("favourite:no style:rococo", {PORTRAIT}),
        ("favourite:yes", set()),
        ("original:yes duplicate:no style:rococo", {PORTRAIT}),
        ("added>2020 year:1645", {RIVER}),
        ("added:1999", set()),
        ("warm>20", {PORTRAIT, RED, WHEAT}),
        ("light<45", {PORTRAIT, NIGHT}),
        ('"a lady"', {RED}),
        ("standing:any style:rococo", {PORTRAIT}),
        ("standing:take", set()),
    ],
)
def test_a_filter_admits_what_it_says(hung, filter_, titles):
    assert set(hung.titles(filter=filter_)) == titles


def test_conditions_may_stand_among_words(hung):
    assert hung.titles("woman style:rococo") == [PORTRAIT]


def test_a_filter_that_fits_nothing_says_so(hung):
    answer = hung.find("river", filter="style:cubism")

    assert not answer.hits
    assert "No work fits the filter." in answer.notes


def test_a_value_that_no_work_has_is_named_with_those_that_are_written_alike(hung):
    answer = hung.find(filter='style:baroqe artist:"edouard mannet" -kind:nothing')

    assert "No work has the style 'baroqe'. Did you mean Baroque?" in answer.notes
    assert "No work has the artist 'edouard mannet'. Did you mean Édouard Manet?" in answer.notes
    assert not any("nothing" in note for note in answer.notes)


def test_the_short_names_of_formats_are_known(library):
    png = library.find(filter="format:png").total

    assert png
    assert library.find(filter="-format:jpg").total == png
    assert "No work has the format 'jpg'." in library.find(filter="format:jpg").notes[1]


@pytest.mark.parametrize(
    ("filter_", "example"),
    [("year:soon", "year:1600..1700"), ("score:high", "score>0.7"), ("size:big", "size>=2MB")],
)
def test_what_to_write_instead_is_told_for_the_field(hung, filter_, example):
    with pytest.raises(InputError) as refused:
        hung.find(filter=filter_)

    assert example in refused.value.advice


def test_a_work_is_filtered_as_it_is_now(library):
    assert library.titles(filter="favourite:yes") == []

    library.studio.catalogue.works.set_favourite(library.works[NIGHT].id, True)

    assert library.titles(filter="favourite:yes") == [NIGHT]


@pytest.mark.parametrize(
    ("filter_", "says"),
    [
        ("stile:baroque", "no field called 'stile', at character 1.*style"),
        ("style:baroque yeer:1600", "no field called 'yeer', at character 15.*year"),
        ("year:soon", "'soon' is none"),
        ("favourite:perhaps", "'perhaps' is neither"),
        ("style>3", "'>' means nothing"),
        ("shape:round", "'round' is no shape"),
        ("added:yesterday", "'yesterday' is none"),
        ("added:2026-13", "is none"),
        ("year:1900..1800", "Nothing lies from 1900 to 1800, at character 1"),
        ("added:2027..2026-03", "Nothing lies from 2027 to 2026-03"),
    ],
)
def test_what_cannot_be_held_against_works_is_one_clear_sentence(hung, filter_, says):
    with pytest.raises(InputError, match=says):
        hung.find(filter=filter_)
