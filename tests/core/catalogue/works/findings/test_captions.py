"""Captions: many to a work, the best one is found by its words, a person's word stands."""

from __future__ import annotations

import pytest

from gesso.core.errors import UnknownItem
from gesso.core.records.maker import PERSON, Maker
from gesso.core.records.works import Caption

MEASURED = Maker("measured", "1", offline=True)
MODEL = Maker("gemini", "flash")
OWNER = Maker(PERSON)


def caption(text, maker, tags=()):
    return Caption("A title", text, tags, maker)


def test_a_persons_caption_comes_first_whatever_is_said_later(catalogue, make):
    work = make.bring(catalogue, 1)
    catalogue.captions.put(work.id, caption("Mine.", OWNER))
    catalogue.captions.put(work.id, caption("A model's.", MODEL))
    catalogue.captions.put(work.id, caption("Measured.", MEASURED))

    said = [found.text for found in catalogue.captions.of(work.id)]

    assert said == ["Mine.", "A model's.", "Measured."]
    assert catalogue.captions.best(work.id) == caption("Mine.", OWNER)


def test_the_same_maker_and_version_says_one_thing(catalogue, make):
    work = make.bring(catalogue, 1)
    catalogue.captions.put(work.id, caption("First.", MODEL))
    catalogue.captions.put(work.id, caption("Second.", MODEL))
    catalogue.captions.put(work.id, caption("Of another version.", Maker("gemini", "pro")))

    assert [found.text for found in catalogue.captions.of(work.id)] == [
        "Of another version.",
        "Second.",
    ]


def test_the_words_of_the_best_caption_are_searched_and_no_others(catalogue, make):
    work = make.bring(catalogue, 1)
    catalogue.captions.put(work.id, caption("A windmill.", MODEL, ("evening",)))

    assert [hit.work.id for hit in catalogue.works.words("windmill evening")] == [work.id]

    catalogue.captions.put(work.id, caption("A lighthouse.", OWNER))

    assert catalogue.works.words("windmill") == []
    assert [hit.work.id for hit in catalogue.works.words("lighthouse")] == [work.id]
    assert catalogue.works.get(work.id).caption == "A title\nA lighthouse.\nevening"


def test_title_text_and_tags_are_each_of_the_best_that_says_any(catalogue, make):
    work = make.bring(catalogue, 1)
    catalogue.captions.put(work.id, Caption("", "Measured.", ("blue",), MEASURED))
    catalogue.captions.put(work.id, Caption("A mill", "A windmill.", ("mill", "evening"), MODEL))
    catalogue.captions.put(work.id, Caption("", "", ("home",), OWNER))

    assert catalogue.captions.best(work.id) == Caption("A mill", "A windmill.", ("home",), MODEL)
    assert catalogue.works.get(work.id).caption == "A mill\nA windmill.\nhome"


def test_a_caption_that_is_taken_away_lets_the_next_speak(catalogue, make):
    work = make.bring(catalogue, 1)
    catalogue.captions.put(work.id, caption("A model's.", MODEL))
    catalogue.captions.put(work.id, caption("Mine.", OWNER))

    assert catalogue.captions.remove(work.id, PERSON)

    assert not catalogue.captions.remove(work.id, PERSON)
    assert catalogue.works.get(work.id).caption == "A title\nA model's."


def test_who_captions_is_told_what_is_left_in_batches(catalogue, make):
    works = [make.bring(catalogue, number) for number in range(5)]
    catalogue.captions.put(works[1].id, caption("Done.", MODEL))

    first = catalogue.captions.missing("gemini", "flash", limit=2)
    rest = catalogue.captions.missing("gemini", "flash", after=first[-1])

    assert first + rest == [works[number].id for number in (0, 2, 3, 4)]


def test_a_caption_of_no_work_keeps_none_of_the_others(catalogue, make):
    work = make.bring(catalogue, 1)

    with pytest.raises(UnknownItem, match="no work number 99"):
        catalogue.captions.put_many([(work.id, caption("A.", MODEL)), (99, caption("B.", MODEL))])

    assert catalogue.captions.of(work.id) == []
