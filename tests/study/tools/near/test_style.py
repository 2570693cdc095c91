"""The style: named as near to, with its record; or silence with a reason."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from gesso.core.encoders.encoder import Space, Vectors
from gesso.core.pixels.picture import Picture
from gesso.core.records.judgements import Label
from gesso.core.records.maker import PERSON, Maker
from gesso.study.tools.near.company import Company
from gesso.study.tools.near.style import Style, StyleOptions

from ...conftest import gray, set_up
from .conftest import STYLES, Gallery, filled, painted


class Words:
    """A space of light alone that reads words: "Baroque" is dark, "Impressionism" light."""

    space = Space("light-1", "light", 2, reads_words=True, knows="Near means as light.")

    def __init__(self, *, apart: float = 1.0) -> None:
        self._apart = apart

    loaded = False

    def unload_idle(self) -> None:
        return None

    def pictures(self, pictures: Sequence[Picture]) -> Vectors:
        return np.stack([self._at(float(picture.rgb.mean()) / 255) for picture in pictures])

    def words(self, texts: Sequence[str]) -> Vectors:
        places = [0.5 - 0.5 * self._apart * ("Baroque" in text) + 0.5 * self._apart
                  * ("Impressionism" in text and "-" not in text) for text in texts]  # fmt: skip
        return np.stack([self._at(place) for place in places])

    def _at(self, light: float) -> np.ndarray:
        return np.array([np.cos(light), np.sin(light)], dtype=np.float32)


class Nobody:
    """A catalogue without vectors."""

    def known(self) -> np.ndarray:
        return np.zeros(0, np.int64)

    def vectors(self, ids: np.ndarray) -> np.ndarray:
        return np.zeros((len(ids), 2), np.float32)

    def nearest(self, vector: np.ndarray, k: int) -> list[tuple[int, float]]:
        return []


@pytest.mark.parametrize("style", STYLES)
def test_a_picture_like_the_works_of_a_style_reads_as_near_to_it(
    gallery: Gallery, style: str
) -> None:
    reading = Style(StyleOptions(), gallery.company()).read(set_up(painted(style, 99)))

    votes = reading.figures["votes"]
    assert isinstance(votes, list)
    assert votes[0]["style"] == style  # type: ignore[index, call-overload]  # a vote is a mapping
    assert reading.note.startswith("Reads as")
    assert style in reading.note
    assert "times in 10 on artists left out" in reading.note
    assert reading.figures["note"] == style


def test_the_note_says_which_of_its_cues_are_measured_here(gallery: Gallery) -> None:
    reading = Style(StyleOptions(), gallery.company()).read(set_up(painted("Baroque", 99)))

    assert reading.figures["cues"] == ["dark25", "sal_top10"]
    assert "Of that, measured here: much of it dark and one place calls loudest." in reading.note


def test_a_vote_below_the_wanted_trust_names_no_style(gallery: Gallery) -> None:
    style = Style(StyleOptions(least=1.0), gallery.company())

    reading = style.read(set_up(painted("Baroque", 99)))

    assert reading.abstains.startswith("No style is named")
    assert not reading.note
    assert reading.figures["votes"]


def test_too_few_labelled_works_are_not_asked(bare: Gallery) -> None:
    filled(bare, each=4, artists=4)

    reading = Style(StyleOptions(), bare.company()).read(set_up(painted("Baroque", 99)))

    assert reading.abstains.startswith("12 labelled works")
    assert "too few for a vote" in reading.abstains


def test_a_few_artists_cannot_tell_a_style_from_a_hand(bare: Gallery) -> None:
    filled(bare, each=14, artists=2)

    reading = Style(StyleOptions(), bare.company()).read(set_up(painted("Baroque", 99)))

    assert "by 6 artists: too few" in reading.abstains


def test_a_persons_word_on_a_work_wins(bare: Gallery) -> None:
    filled(bare, each=5, artists=5)
    work = next(iter(bare.pictures))
    said = Label(work, "style", "Tenebrism", "human", 1.0, "keep", Maker(PERSON))
    bare.studio.catalogue.labels.put([said])

    labelled = bare.company().labelled

    assert labelled.styles[labelled.ids.tolist().index(work)] == "Tenebrism"


def test_without_a_catalogue_nothing_is_claimed() -> None:
    reading = Style(StyleOptions(), None).read(set_up(painted("Baroque", 1)))

    assert "no catalogue" in reading.abstains


def test_a_space_that_reads_words_is_asked_by_words_where_nobody_votes(bare: Gallery) -> None:
    company = Company(Words(), Nobody(), lambda: bare.studio.catalogue)

    reading = Style(StyleOptions(), company).read(set_up(gray(np.full((90, 120), 4.0))))

    assert reading.note.startswith("By words alone it reads as near to Baroque")
    assert "no labelled work here has checked that" in reading.note
    assert reading.figures["by_words"] is True


def test_words_that_lie_too_close_name_nothing(bare: Gallery) -> None:
    company = Company(Words(apart=0.0), Nobody(), lambda: bare.studio.catalogue)

    reading = Style(StyleOptions(), company).read(set_up(gray(np.full((90, 120), 4.0))))

    assert "lie too close" in reading.abstains
