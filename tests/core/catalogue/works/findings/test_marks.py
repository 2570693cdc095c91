"""Marks: kept once a work, looked up by number, compared once."""

from __future__ import annotations

from sqlalchemy import update

from gesso.core.catalogue.store.tables import works as table
from gesso.core.catalogue.works.findings.marks import MarkRow
from gesso.core.records.judgements import Duplicate


def row(work, mark=b"1"):
    return MarkRow(work, b"v" + mark, b"w" + mark, b"p" + mark)


def listed(catalogue):
    return [key for keys in catalogue.marks.keys("m 1") for key in keys]


def test_works_without_marks_of_this_maker_are_missing(catalogue, make):
    a, b, c = (make.bring(catalogue, number).id for number in range(3))
    catalogue.marks.put("m 1", [row(b)])

    assert [work.id for work in catalogue.marks.missing("m 1")] == [a, c]
    assert [work.id for work in catalogue.marks.missing("m 1", after=a, limit=1)] == [c]
    assert catalogue.marks.count_missing("m 1") == 2
    assert catalogue.marks.count_missing("m 2") == 3


def test_marks_of_another_maker_take_the_place_of_the_earlier_ones(catalogue, make):
    work = make.bring(catalogue, 1).id
    catalogue.marks.put("m 0", [row(work)])
    assert listed(catalogue) == []

    catalogue.marks.put("m 1", [row(work, b"2")])

    (key,) = listed(catalogue)
    assert (key.work, key.vector, key.words, key.compared) == (work, b"v2", b"w2", False)
    assert len(key.dhash) == len(key.phash) == 16
    assert catalogue.marks.points([work, 999]) == {work: b"p2"}


def test_a_work_is_compared_when_its_groups_are_kept(catalogue, make):
    a, b = (make.bring(catalogue, number).id for number in range(2))
    catalogue.marks.put("m 1", [row(a), row(b)])
    group = [Duplicate(a, "keep", "points", 1.0), Duplicate(b, "alternate", "points", 0.9)]
    catalogue.duplicates.put([group], compared=[a])

    assert {key.work: key.compared for key in listed(catalogue)} == {a: True, b: False}

    catalogue.marks.compare_again()

    assert not any(key.compared for key in listed(catalogue))


def test_takes_are_no_duplicates_of_anything(catalogue, make):
    kept = make.bring(catalogue, 2)
    assert make.paint(catalogue, 1).standing == "take"

    assert [work.id for work in catalogue.marks.missing("m 1")] == [kept.id]


def test_works_of_the_same_file_are_told_with_the_first_of_their_like(catalogue, make):
    works = [make.bring(catalogue, number).id for number in range(4)]
    same = {"data_sha256": "a" * 64, "pixels_sha256": "b" * 64}
    with catalogue.database.write() as connection:
        connection.execute(update(table).where(table.c.id.in_(works[:3])).values(same))
        pixels = {"pixels_sha256": "b" * 64}
        connection.execute(update(table).where(table.c.id == works[3]).values(pixels))
    a, b, c, d = works

    assert catalogue.marks.identical([c, d]) == [
        (c, a, "bytes"),
        (c, a, "pixels"),
        (d, a, "pixels"),
    ]
    assert catalogue.marks.identical([a])[0] == (a, b, "bytes")
