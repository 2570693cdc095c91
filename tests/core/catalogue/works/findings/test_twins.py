"""Duplicates: groups, not pairs; what a person kept or split stays so."""

from __future__ import annotations

import pytest

from gesso.core.errors import UnknownItem
from gesso.core.records.judgements import Twin


@pytest.fixture
def works(catalogue, make):
    return [make.bring(catalogue, number).id for number in range(6)]


def found(*members):
    return [
        Twin(work, "keep" if place == 0 else "alt", "hash", 1 - place / 10)
        for place, work in enumerate(members)
    ]


def shape(catalogue):
    return [[twin.work for twin in group.members] for group in catalogue.twins.groups()]


def test_groups_that_share_a_work_are_one_group(catalogue, works):
    a, b, c, d, e, _ = works
    catalogue.twins.regroup([found(a, b), found(b, c), found(d, e)])

    assert [set(group) for group in shape(catalogue)] == [{a, b, c}, {d, e}]
    assert catalogue.twins.group_of(c).kept == a
    assert catalogue.twins.group_of(works[5]) is None


def test_what_a_machine_no_longer_finds_is_no_group(catalogue, works):
    a, b, c, d, *_ = works
    catalogue.twins.regroup([found(a, b), found(c, d)])
    catalogue.twins.regroup([found(c, d)])

    assert shape(catalogue) == [[c, d]]


def test_the_work_that_a_person_keeps_stays_the_one_to_show(catalogue, works):
    a, b, c, *_ = works
    catalogue.twins.regroup([found(a, b)])
    catalogue.twins.keep(b)
    catalogue.twins.regroup([found(a, c, b)])

    group = catalogue.twins.group_of(a)

    assert group.kept == b
    assert {twin.work for twin in group.members} == {a, b, c}
    assert [twin.role for twin in group.members] == ["keep", "alt", "alt"]


def test_a_group_that_a_person_has_confirmed_stays_when_nobody_finds_it_again(catalogue, works):
    a, b, *_ = works
    catalogue.twins.regroup([found(a, b)])
    catalogue.twins.keep(a)
    catalogue.twins.regroup([])

    assert shape(catalogue) == [[a, b]]


def test_a_work_that_a_person_split_off_never_comes_back(catalogue, works):
    a, b, c, *_ = works
    catalogue.twins.regroup([found(a, b, c)])
    catalogue.twins.split(b)

    assert shape(catalogue) == [[a, c]]
    assert catalogue.twins.split_pairs() == {(a, b), (b, c)}

    catalogue.twins.regroup([found(a, b, c)])

    assert shape(catalogue) == [[a, c]]


def test_splitting_a_pair_leaves_no_group(catalogue, works):
    a, b, *_ = works
    catalogue.twins.regroup([found(a, b)])
    catalogue.twins.split(a)

    assert catalogue.twins.groups() == []
    with pytest.raises(UnknownItem, match=f"Work {a} is in no group"):
        catalogue.twins.split(a)


def test_when_the_kept_work_is_split_off_another_is_shown(catalogue, works):
    a, b, c, *_ = works
    catalogue.twins.regroup([found(a, b, c)])
    catalogue.twins.split(a)

    assert catalogue.twins.group_of(b).kept == b
