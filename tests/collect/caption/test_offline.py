"""The offline captioner: true, plain, and silent on what it does not know."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.collect.caption.offline import OfflineCaptioner, OfflineOptions
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Errand
from gesso.core.records.works import Provenance

from .conftest import BLACK, BLUE, RED, WHITE, flat, halves, subject_of, texture


def said(picture: Picture, **known):
    return OfflineCaptioner(OfflineOptions()).caption(subject_of(picture, **known), Errand())


def test_what_the_record_says_is_said_as_the_records_word() -> None:
    caption = said(
        flat(BLUE),
        title="The Wave",
        creator="Hokusai",
        date="c. 1831",
        medium="woodblock print",
        style="Ukiyo-e",
        place="Japanese",
        year_from=1829,
        year_to=1833,
        tags=("sea",),
    ).caption

    assert caption.text.startswith(
        "“The Wave” (Hokusai, c. 1831). The record gives its medium as woodblock print, "
        "its style as Ukiyo-e and its school as Japanese. The record tags it with sea."
    )
    assert caption.title == ""
    assert {"sea", "Ukiyo-e", "woodblock print", "19th century", "blue"} <= set(caption.tags)
    assert caption.maker.offline


def test_a_picture_of_which_nothing_is_known_is_told_by_its_look_alone() -> None:
    picture = halves(BLACK, WHITE)

    caption = said(picture, needs_title=True).caption

    assert caption.text == (
        "The picture is wide and of middle value on the whole (mean L* 50 of 100), with strong "
        "contrast. It is without colour, in grays alone. Much of it is plain, with little detail."
    )
    assert caption.title == "Untitled (black and white)"
    assert caption.tags == ("gray", "high contrast", "wide format")


def test_a_small_strong_accent_is_told_as_a_touch() -> None:
    rgb = np.array(flat((70, 75, 80), 100, 100).rgb)
    rgb[:10, :10] = RED

    assert "mostly dark gray, with touches of red." in said(Picture(rgb)).caption.text


def test_a_date_that_is_none_is_not_told() -> None:
    text = said(flat(BLUE), title="A", creator="B", date="Date unknown").caption.text

    assert text.startswith("“A” (B). ")


def test_a_files_name_is_told_as_that() -> None:
    text = said(
        flat(BLUE), title="harbour-3", provenance=Provenance("brought", "harbour-3.jpg")
    ).caption.text

    assert text.startswith("Its file is called “harbour-3”. ")


def test_a_made_work_says_what_it_was_painted_after() -> None:
    text = said(
        flat(BLUE),
        title="Tide",
        creator="procedural 1",
        provenance=Provenance("made", "procedural"),
        prompt="A gear above the sea.",
        tags=("gears", "sea"),
    ).caption.text

    assert text.startswith(
        "“Tide” was painted here by procedural 1. It was painted after the words “A gear above "
        "the sea”. Its painter says that it shows gears and sea. The picture is wide"
    )


def test_words_of_strangers_stay_one_line_within_their_quotes() -> None:
    text = said(
        flat(BLUE), title="A\n“B”\x1b[31m", creator="C" * 500, medium="oil\u202e on\tcanvas"
    ).caption.text

    assert text.startswith("“A ‘B’[31m” (C")
    assert "\n" not in text
    assert "\x1b" not in text
    assert "medium as oil on canvas" in text
    assert len(text) < 900


@pytest.mark.parametrize(
    ("tone", "word"), [(20, "very dark"), (70, "dark"), (120, "of middle value"), (170, "light"),
                       (240, "very light")],
)  # fmt: skip
def test_light_and_dark_are_told_as_measured(tone, word) -> None:
    assert f" and {word} on the whole" in said(flat((tone,) * 3)).caption.text


@pytest.mark.parametrize(
    ("width", "height", "word"),
    [(200, 60, "very wide"), (90, 60, "wide"), (62, 60, "nearly square"), (60, 90, "tall")],
)
def test_the_format_is_told(width, height, word) -> None:
    assert f"is {word} and" in said(flat(BLUE, width, height)).caption.text


def test_detail_is_told_where_there_is_much() -> None:
    assert "dense with detail" in said(texture(soft=0.7)).caption.text


def test_the_same_work_gets_the_same_words() -> None:
    assert said(texture(5), title="A") == said(texture(5), title="A")
