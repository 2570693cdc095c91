"""Groups are made around the one that is shown; likeness is never handed on."""

from __future__ import annotations

from gesso.collect.duplicates.checks.links import Link, links_of
from gesso.collect.duplicates.grouping import Grouping
from gesso.core.records.judgements import Duplicate, DuplicateGroup


def link(one, other, kind="alternate", score=0.9):
    return Link(one, other, kind, "points", score)


class Judge:
    """Answers what it is asked about pairs from a list of links, and remembers the questions."""

    def __init__(self, *truth):
        self.truth = {one.pair: one for one in truth}
        self.asked = []

    def __call__(self, pairs):
        self.asked += pairs
        return [self.truth[pair] for pair in pairs if pair in self.truth]


def grouped(links, judge=None, *, rank=lambda work: (-work,), apart=(), spoken=()):
    grouping = Grouping(rank, judge or Judge(), apart)
    return [
        [(one.work, one.role) for one in group] for group in grouping.grouped(links, list(spoken))
    ]


def test_a_chain_of_likenesses_brings_no_strangers_together():
    judge = Judge()

    groups = grouped([link(1, 2), link(2, 3), link(3, 4)], judge)

    assert groups == [[(1, "keep"), (2, "alternate")], [(3, "keep"), (4, "alternate")]]
    assert {(1, 3), (1, 4)} <= set(judge.asked)


def test_who_is_linked_by_others_alone_is_held_against_the_one_to_show():
    judge = Judge(link(1, 3, score=0.8))

    assert grouped([link(1, 2), link(2, 3)], judge) == [
        [(1, "keep"), (2, "alternate"), (3, "alternate")]
    ]
    assert judge.asked == [(1, 3)]


def test_no_pair_is_asked_twice():
    judge = Judge()
    grouped([link(1, 2), link(2, 3), link(3, 4), link(4, 5), link(5, 6)], judge)

    assert len(judge.asked) == len(set(judge.asked))


def test_the_whole_is_shown_rather_than_a_larger_file_of_a_detail():
    by_size = {1: 100, 2: 900}.__getitem__

    groups = grouped([link(1, 2, "detail")], rank=lambda work: (by_size(work),))

    assert groups == [[(1, "keep"), (2, "detail")]]


def test_pairs_that_a_person_split_are_in_no_group_together():
    links = [link(1, 2), link(1, 3), link(2, 3)]

    assert grouped(links, apart=[(2, 3)]) == [[(1, "keep"), (2, "alternate")]]
    assert grouped(links, apart=[(1, 2), (1, 3), (2, 3)]) == []


def test_what_a_person_keeps_is_shown_whatever_its_rank():
    spoken = DuplicateGroup(
        4, (Duplicate(5, "keep", "points", 1.0, True), Duplicate(4, "copy", "points", 0.9, True))
    )

    groups = grouped([link(1, 5), link(2, 4)], spoken=[spoken])

    assert groups == [[(5, "keep"), (4, "copy"), (1, "alternate")]]


def test_two_groups_that_a_person_confirmed_stay_two():
    spoken = [
        DuplicateGroup(
            one,
            (
                Duplicate(one, "keep", "points", 1.0, True),
                Duplicate(one + 1, "copy", "points", 1.0, True),
            ),
        )
        for one in (1, 3)
    ]

    groups = grouped([link(2, 3), link(4, 9), link(3, 9)], spoken=spoken)

    assert sorted(groups) == [
        [(1, "keep"), (2, "copy")],
        [(3, "keep"), (4, "copy"), (9, "alternate")],
    ]


def test_a_hundred_scans_of_one_picture_are_one_group():
    links = [link(0, other) for other in range(1, 100)]

    (group,) = grouped(links)

    assert len(group) == 100


def test_a_group_gives_its_links_back():
    group = DuplicateGroup(
        1,
        (
            Duplicate(3, "keep", "points", 1.0),
            Duplicate(1, "detail", "points", 0.9),
            Duplicate(2, "copy", "bytes", 1.0),
        ),
    )

    assert list(links_of(group)) == [
        Link(3, 1, "detail", "points", 0.9),
        Link(3, 2, "copy", "bytes", 1.0),
    ]
