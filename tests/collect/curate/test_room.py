"""The room: a person labels, a head learns, the rest is labelled, and nobody is overruled."""

from __future__ import annotations

import json
import sqlite3

import numpy as np
import pytest

from gesso.collect.curate.asking import Asking
from gesso.collect.curate.kept import head_of
from gesso.collect.curate.vectors import Encoding, KeptVectors
from gesso.core.catalogue.works.findings.classifiers import ClassifierRow
from gesso.core.errors import InputError, Interrupted, UnknownItem
from gesso.core.indexes.space_index import SpaceIndex
from gesso.core.records.maker import PERSON

from .conftest import COLOURS

RED, GREEN, BLUE = COLOURS.values()
GRAY = (120, 120, 120)


@pytest.fixture
def taught(room, bring):
    """Ten red works labelled mine, ten blue ones not, and five of each left unlabelled."""
    red, blue = bring(RED, 15), bring(BLUE, 15)
    room.label(red[:10], "mine")
    room.label(blue[:10], "mine", "no")
    return red, blue


def test_works_are_labelled_as_they_were_taught(catalogue, room, taught) -> None:
    red, blue = taught

    report = room.train("mine")
    applied = room.apply("mine")

    assert report.forced == 1.0
    assert [one.needs for one in report.labels] == [0, 0]
    assert dict(applied.counts) == {"yes": 5, "no": 5}
    (label,) = catalogue.labels.of(red[12], "mine")
    assert (label.label, label.source, label.decision) == ("yes", "few-shot", "keep")
    assert label.maker.version == applied.version
    assert label.maker.settings["space"] == "colours-1"
    (other,) = catalogue.labels.of(blue[12], "mine")
    assert (other.label, other.decision) == ("no", "pass")


def test_a_persons_label_is_neither_overwritten_nor_asked_about(catalogue, room, taught) -> None:
    red, _ = taught
    room.label([red[14]], "mine", "no")
    room.train("mine")

    room.apply("mine")

    assert [(one.label, one.source) for one in catalogue.labels.of(red[14], "mine")] == [
        ("no", "human")
    ]
    assert catalogue.labels.settled(red[14], "mine")[0].maker.name == PERSON


def test_a_person_may_label_after_a_machine_and_take_it_back(catalogue, room, taught) -> None:
    red, _ = taught
    room.train("mine")
    room.apply("mine")

    room.label([red[14]], "mine", "no")
    assert catalogue.labels.settled(red[14], "mine")[0].label == "no"

    assert room.unlabel([red[14], red[13]], "mine") == 1
    assert catalogue.labels.settled(red[14], "mine")[0].label == "yes"


def test_what_cannot_be_told_apart_is_abstained_from(catalogue, room, bring) -> None:
    works = bring(RED, 30)
    room.label(works[::3], "mine")
    room.label(works[1::3], "mine", "no")

    report = room.train("mine")
    applied = room.apply("mine")

    assert report.forced_interval[0] < 0.75
    assert applied.counts["abstained"] >= 8
    labels = [one for work in works[2::3] for one in catalogue.labels.of(work, "mine")]
    assert [one.decision for one in labels].count("abstain") == applied.counts["abstained"]


def test_more_than_two_labels_are_learnt_at_once(catalogue, room, bring) -> None:
    works = {name: bring(colour, 12) for name, colour in COLOURS.items()}
    for name, numbers in works.items():
        room.label(numbers[:8], "colour", name)

    room.train("colour")
    applied = room.apply("colour")

    assert dict(applied.counts) == {"red": 4, "green": 4, "blue": 4}
    assert catalogue.labels.counts("colour") == {"red": 12, "green": 12, "blue": 12}


def test_a_second_training_encodes_nothing(room, taught, encoder) -> None:
    room.train("mine")
    asked = encoder.asked

    room.train("mine")
    assert encoder.asked == asked == 20

    room.apply("mine")
    assert encoder.asked == 30


def test_vectors_that_were_damaged_are_worked_out_anew(room, taught, encoder, tmp_path) -> None:
    room.train("mine")
    with sqlite3.connect(tmp_path / "cache" / "vectors.db") as connection:
        connection.execute("UPDATE vectors SET vector = zeroblob(24) WHERE rowid = 1")
    connection.close()
    asked = encoder.asked

    assert room.train("mine").forced == 1.0
    assert encoder.asked == asked + 1


def test_what_the_index_has_is_not_encoded_again(catalogue, bring, encoder, tmp_path) -> None:
    works = bring((200, 30, 30), 3)
    index = SpaceIndex(tmp_path / "vectors", tmp_path / "index", encoder.space)
    files = [catalogue.thumbnail(catalogue.works.get(work), 512) for work in works]
    index.add(np.asarray(works[:2]), Encoding(encoder)(files[:2]))
    encoded = []

    def encode(some):
        encoded.extend(some)
        return Encoding(encoder)(some)

    vectors = KeptVectors(catalogue, encoder.space, encode, None, index=index)
    held = vectors.vectors_of(works)
    vectors.close()

    assert held.works == tuple(works)
    assert held.vectors == pytest.approx(Encoding(encoder)(files), abs=1e-3)
    assert np.linalg.norm(held.vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-6)
    assert encoded == [files[2]]


def test_a_cache_that_is_none_stops_nothing(catalogue, room, taught, encoder, tmp_path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "vectors.db").write_bytes(b"no database" * 1000)

    assert room.train("mine").forced == 1.0


def test_a_work_whose_picture_is_gone_fails_alone(catalogue, room, taught) -> None:
    red, _ = taught
    room.train("mine")
    key = catalogue.works.get(red[12]).thumbnails[0][1]
    path = catalogue.blobs.path(key)
    path.unlink()

    applied = room.apply("mine")

    assert applied.counts["failed"] == 1
    assert sum(applied.counts.values()) == 10
    assert len(applied.reasons) == 1


def test_a_head_of_another_space_is_not_asked(catalogue, room, taught) -> None:
    room.train("mine")
    row = catalogue.classifiers.latest("mine", "few-shot")
    body = json.loads(row.body)
    catalogue.classifiers.put(
        ClassifierRow("mine", "few-shot", "colours-0", "v", json.dumps(body), row.report)
    )

    with pytest.raises(InputError, match="was learnt in the space 'colours-0'"):
        room.apply("mine")


def test_a_head_is_kept_to_the_last_digit(catalogue, room, taught) -> None:
    room.train("mine")
    first = catalogue.classifiers.latest("mine", "few-shot")
    names, trained = head_of(first)

    room.train("mine")

    assert names == ("no", "yes")
    assert trained.head.weights.shape == (6, 2)
    assert catalogue.classifiers.latest("mine", "few-shot").version == first.version


def test_a_stop_keeps_what_was_labelled(room, taught, stop) -> None:
    room.train("mine")
    stop.set()

    report = room.apply("mine")

    assert isinstance(report.ended, Interrupted)


def test_sets_are_told_with_what_was_learnt(room, taught) -> None:
    room.train("mine")
    room.apply("mine")

    (row,) = room.sets()

    assert row.name == "mine"
    assert dict(row.labelled) == {"human": 20, "few-shot": 10}
    assert dict(row.counts) == {"yes": 15, "no": 15}
    assert [one.kind for one in row.classifiers] == ["few-shot"]


@pytest.mark.parametrize("name", ["", "  ", "a=b", "!?", "x" * 61, "a\x1bb"])
def test_a_name_that_cannot_be_one_is_refused(room, bring, name) -> None:
    with pytest.raises(InputError):
        room.label(bring(RED, 1), name)


def test_what_is_not_there_is_told_with_what_to_do(room, bring) -> None:
    works = bring(RED, 1)

    with pytest.raises(UnknownItem, match="Nobody has labelled"):
        room.train("mine")
    with pytest.raises(UnknownItem, match="Nothing was learnt"):
        room.apply("mine")
    with pytest.raises(UnknownItem):
        room.label([*works, 999], "mine")


# Words ---------------------------------------------------------------------------------------


def test_words_alone_label_works_and_say_that_nobody_calibrated_them(
    catalogue, room, bring
) -> None:
    red, green, gray = bring(RED, 4), bring(GREEN, 4), bring(GRAY, 4)

    report = room.ask("colour", Asking(("red", "green", "blue"), is_choice=True))

    assert dict(report.counts) == {"red": 4, "green": 4, "abstained": 4}
    assert not report.is_calibrated
    (label,) = catalogue.labels.of(red[0], "colour")
    assert (label.label, label.source, label.decision) == ("red", "zero-shot", "keep")
    assert label.maker.settings == {"space": "colours-1", "calibrated": False}
    assert {catalogue.labels.of(work, "colour")[0].decision for work in gray} == {"abstain"}
    assert green


def test_words_keep_and_pass(catalogue, room, bring) -> None:
    red, gray = bring(RED, 3), bring(GRAY, 3)

    room.ask("keep", Asking(("red", "blue"), is_choice=False))

    said = {work: catalogue.labels.of(work, "keep")[0] for work in (*red, *gray)}
    assert {said[work].decision for work in red} == {"keep"}
    assert {said[work].decision for work in gray} == {"pass"}


def test_words_are_calibrated_on_a_persons_labels_and_leave_them_alone(
    catalogue, room, bring
) -> None:
    red, blue = bring(RED, 14), bring(BLUE, 14)
    room.label(red[:10], "colour", "red")
    room.label(blue[:10], "colour", "blue")

    report = room.ask("colour", Asking(("red", "blue"), is_choice=True))

    assert report.is_calibrated
    assert dict(report.counts) == {"red": 4, "blue": 4}
    assert [one.source for one in catalogue.labels.of(red[0], "colour")] == ["human"]


def test_one_word_is_no_choice(room, bring) -> None:
    with pytest.raises(InputError, match="Which of one"):
        room.ask("colour", Asking(("red",), is_choice=True))
