"""Duplicates: groups, not pairs; what a person kept or split stays so."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from gesso.core.catalogue.store.tables import works as table
from gesso.core.errors import UnknownItem
from gesso.core.records.judgements import Duplicate


@pytest.fixture
def works(catalogue, make):
    return [make.bring(catalogue, number).id for number in range(6)]


def found(*members):
    return [
        Duplicate(work, "keep" if place == 0 else "alternate", "hash", 1 - place / 10)
        for place, work in enumerate(members)
    ]


def shape(catalogue):
    return [[one.work for one in group.members] for group in catalogue.duplicates.groups()]


def test_groups_stand_by_number_with_the_one_to_show_first(catalogue, works):
    a, b, c, d, e, f = works
    catalogue.duplicates.put([found(e, d), found(c, a, b)])

    assert shape(catalogue) == [[c, a, b], [e, d]]
    assert catalogue.duplicates.group_of(b).kept == c
    assert catalogue.duplicates.group_of(f) is None
    assert catalogue.duplicates.count() == 2
    assert [group.id for group in catalogue.duplicates.groups(after=a, limit=5)] == [d]


def test_a_work_is_in_one_group_at_most(catalogue, works):
    a, b, c, *_ = works
    catalogue.duplicates.put([found(a, b), found(b, c)])

    assert shape(catalogue) == [[a, b]]


def test_what_is_found_takes_the_place_of_what_was_found_of_these_works(catalogue, works):
    a, b, c, d, e, f = works
    catalogue.duplicates.put([found(a, b, c), found(e, f)])
    catalogue.duplicates.put([found(d, a)], considered=[b, c])

    assert shape(catalogue) == [[d, a], [e, f]]


def test_a_group_whose_other_members_went_elsewhere_keeps_one_to_show(catalogue, works):
    a, b, c, d, *_ = works
    catalogue.duplicates.put([found(a, b, c)])
    catalogue.duplicates.put([found(d, a)])

    assert shape(catalogue) == [[d, a], [b, c]]
    assert catalogue.duplicates.group_of(c).members[0].role == "keep"


def test_the_work_that_a_person_keeps_stays_the_one_to_show(catalogue, works):
    a, b, c, *_ = works
    catalogue.duplicates.put([found(a, b)])
    catalogue.duplicates.keep(b)
    catalogue.duplicates.put([found(a, c, b)])

    group = catalogue.duplicates.group_of(a)

    assert group.kept == b
    assert {one.work for one in group.members} == {a, b, c}
    assert [one.role for one in group.members] == ["keep", "alternate", "alternate"]


def test_a_group_that_a_person_has_confirmed_stays_when_nobody_finds_it_again(catalogue, works):
    a, b, *_ = works
    catalogue.duplicates.put([found(a, b)])
    catalogue.duplicates.keep(a)
    catalogue.duplicates.put([], considered=[a, b])

    assert shape(catalogue) == [[a, b]]


def test_two_groups_that_a_person_has_confirmed_are_never_made_one(catalogue, works):
    a, b, c, d, e, _ = works
    catalogue.duplicates.put([found(a, b), found(c, d)])
    catalogue.duplicates.keep(b)
    catalogue.duplicates.keep(c)
    catalogue.duplicates.put([found(c, a, b, d, e)])

    assert shape(catalogue) == [[b, a], [c, d, e]]


def test_a_work_that_a_person_split_off_never_comes_back(catalogue, works):
    a, b, c, *_ = works
    catalogue.duplicates.put([found(a, b, c)])
    catalogue.duplicates.split([b])

    assert shape(catalogue) == [[a, c]]
    assert catalogue.duplicates.split_pairs() == {(a, b), (b, c)}

    catalogue.duplicates.put([found(a, b, c)])

    assert shape(catalogue) == [[a, c]]


def test_works_that_are_split_in_one_go_are_kept_apart_from_each_other(catalogue, works):
    a, b, c, d, *_ = works
    catalogue.duplicates.put([found(a, b, c, d)])
    catalogue.duplicates.split([b, c])
    catalogue.duplicates.put([found(b, c)])

    assert shape(catalogue) == [[a, d]]


def test_splitting_a_pair_leaves_no_group(catalogue, works):
    a, b, *_ = works
    catalogue.duplicates.put([found(a, b)])
    catalogue.duplicates.split([a])

    assert catalogue.duplicates.groups() == []
    with pytest.raises(UnknownItem, match=f"Work {a} is in no group"):
        catalogue.duplicates.split([a])
    with pytest.raises(UnknownItem, match="no work number 999"):
        catalogue.duplicates.keep(999)


def test_a_split_that_names_a_work_of_no_group_changes_nothing(catalogue, works):
    a, b, c, *_ = works
    catalogue.duplicates.put([found(a, b)])

    with pytest.raises(UnknownItem):
        catalogue.duplicates.split([a, c])
    assert shape(catalogue) == [[a, b]]


def test_when_the_kept_work_is_split_off_another_is_shown(catalogue, works):
    a, b, c, *_ = works
    catalogue.duplicates.put([found(a, b, c)])
    catalogue.duplicates.split([a])

    assert catalogue.duplicates.group_of(b).kept == b
    assert catalogue.duplicates.group_of(b).members[0].role == "keep"


def test_a_work_that_has_become_a_take_leaves_its_group(catalogue, works):
    a, b, c, *_ = works
    catalogue.duplicates.put([found(a, b, c)])
    catalogue.duplicates.keep(a)
    with catalogue.database.write() as connection:
        connection.execute(update(table).where(table.c.id == a).values(standing="take"))

    catalogue.duplicates.leave_out_takes()
    catalogue.duplicates.leave_out_takes()

    assert shape(catalogue) == [[b, c]]
