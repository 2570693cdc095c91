"""A search compares what is new, can be stopped and goes on; what a person has said stands."""

from __future__ import annotations

import numpy as np
import pytest

from gesso.collect.duplicates.finder import DuplicateFinder
from gesso.collect.duplicates.options import DuplicateOptions
from gesso.core.errors import StudioBusy
from gesso.core.records.judgements import Duplicate
from gesso.core.runner.engine import EngineOptions
from gesso.core.runner.pool import ProcessEngine
from gesso.make.painters.pooled import one_thread

from .conftest import paint, scanned


def shape(catalogue):
    return [[one.work for one in group.members] for group in catalogue.duplicates.groups()]


def test_only_what_is_new_is_measured_and_compared(catalogue, bring, find):
    first = bring(paint(1)).id
    bring(paint(2))
    assert (find().measured, shape(catalogue)) == (2, [])

    again = bring(scanned(paint(1))).id
    report = find()

    assert (report.measured, report.compared, report.changed) == (1, 1, (first,))
    assert shape(catalogue) == [[first, again]]
    assert (find().measured, find().compared, find().changed) == (0, 0, ())


def test_the_order_in_which_scans_come_does_not_matter(catalogue, bring, find):
    scans = [paint(1), scanned(paint(1)), scanned(paint(1), 40)]
    numbers = []
    for rgb in scans:
        numbers.append(bring(rgb).id)
        find()

    assert [sorted(group) for group in shape(catalogue)] == [numbers]
    find(again=True)
    assert [sorted(group) for group in shape(catalogue)] == [numbers]


def test_a_search_that_is_stopped_keeps_what_it_has_and_goes_on(catalogue, bring, find, stop):
    pairs = [[bring(paint(n)).id, bring(scanned(paint(n))).id] for n in range(3)]
    find()
    stop.set()
    catalogue.marks.compare_again()
    catalogue.duplicates.put([], considered=[work for one in pairs for work in one])

    report = find()
    assert report.is_stopped
    assert (report.compared, shape(catalogue)) == (0, [])

    stop.clear()
    assert find(block=2).compared == 6
    assert shape(catalogue) == pairs


def test_a_stop_between_blocks_loses_nothing(catalogue, bring, find, stop, monkeypatch):
    pairs = [[bring(paint(n)).id, bring(scanned(paint(n))).id] for n in range(3)]
    put = catalogue.duplicates.put

    def put_and_stop(*args, **words):
        done = put(*args, **words)
        stop.set()
        return done

    monkeypatch.setattr(catalogue.duplicates, "put", put_and_stop)
    assert find(block=2).compared == 2
    assert shape(catalogue) == pairs[:1]

    monkeypatch.undo()
    stop.clear()
    assert find(block=2).compared == 4
    assert shape(catalogue) == pairs


def test_a_group_that_a_person_confirmed_takes_new_scans_in_and_keeps_its_word(
    catalogue, bring, find
):
    small = bring(scanned(paint(1))).id
    large = bring(paint(1, 640, 480)).id
    find()
    catalogue.duplicates.keep(small)
    third = bring(scanned(paint(1), 40)).id
    find()
    find(again=True)

    (group,) = catalogue.duplicates.groups()

    assert group.kept == small
    assert {one.work for one in group.members} == {small, large, third}


def test_what_a_person_split_is_never_put_together_again(catalogue, bring, find):
    first, second = bring(paint(1)).id, bring(scanned(paint(1))).id
    find()
    catalogue.duplicates.split([second])
    find(again=True)
    assert shape(catalogue) == []

    third = bring(scanned(paint(1), 40)).id
    find()

    (members,) = shape(catalogue)
    assert third in members
    assert {first, second} - set(members)


def test_what_was_found_before_stands_until_all_is_compared_again(catalogue, bring, find):
    first, second, third, fourth = (bring(paint(n)).id for n in range(4))
    find()
    wrong = [
        [Duplicate(a, "keep", "points", 1.0), Duplicate(b, "alternate", "points", 0.9)]
        for a, b in ((first, second), (third, fourth))
    ]
    catalogue.duplicates.put(wrong)
    catalogue.duplicates.keep(third)

    bring(paint(5))
    find()
    assert shape(catalogue) == [[first, second], [third, fourth]]

    find(again=True)
    assert shape(catalogue) == [[third, fourth]]


def test_the_work_is_done_by_processes_too(catalogue, bring, stop):
    first, second = bring(paint(1)).id, bring(scanned(paint(1))).id
    with ProcessEngine(EngineOptions(workers=1), initializer=one_thread) as engine:
        finder = DuplicateFinder(catalogue, engine, DuplicateOptions(), stop=stop)
        report = finder.find()

    assert (report.measured, report.compared) == (2, 2)
    assert shape(catalogue) == [[first, second]]


def test_the_largest_is_shown_then_the_freest_then_the_first(catalogue, bring, find):
    small = bring(np.ascontiguousarray(scanned(paint(1))[::2, ::2])).id
    reserved = bring(paint(1), licence="InC").id
    free = bring(scanned(paint(1)), licence="CC0-1.0").id
    later = bring(scanned(paint(1), 50), licence="CC0-1.0").id
    find()

    (group,) = catalogue.duplicates.groups()

    assert group.kept == free
    assert {one.work for one in group.members} == {small, reserved, free, later}


def test_a_link_is_not_shown_where_the_original_of_another_is_here(catalogue, bring, find):
    linked = bring(np.repeat(np.repeat(paint(1), 2, axis=0), 2, axis=1), whole=False).id
    here = bring(scanned(paint(1))).id
    find()

    (group,) = catalogue.duplicates.groups()

    assert (group.kept, group.members[1].work) == (here, linked)


def test_a_damaged_thumbnail_is_told_and_harms_no_other(catalogue, bring, find):
    broken = bring(paint(5))
    catalogue.blobs.path(broken.thumbnails[0][1]).unlink()
    first, second = bring(paint(1)).id, bring(scanned(paint(1))).id
    report = find()

    assert [trouble.work for trouble in report.troubles] == [broken.id]
    assert shape(catalogue) == [[first, second]]


def test_what_cannot_be_measured_stands_in_the_error_log_till_it_can(catalogue, bring, find):
    broken, other = bring(paint(5)), bring(paint(6))
    lost = catalogue.blobs.path(broken.thumbnails[0][1])
    data = lost.read_bytes()
    lost.unlink()

    def rows():
        found = [row.trouble for row in catalogue.troubles.list()]
        return [(one.run, one.item, one.action, one.recovered) for one in found]

    find()
    find()
    assert rows() == [("duplicates", f"work {broken.id}", "skipped", False)]

    lost.write_bytes(data)
    assert find().compared >= 1
    assert rows() == [("duplicates", f"work {broken.id}", "skipped", True)]
    assert not any(f"work {other.id}" in row for row in rows())


def test_one_process_searches_at_a_time(catalogue, find):
    with catalogue.claims.hold("duplicates"), pytest.raises(StudioBusy):
        find()


def test_options_out_of_bounds_are_refused(find):
    with pytest.raises(ValueError, match="0 to 50, not 51"):
        find(neighbours=51)
    with pytest.raises(ValueError, match="at least one work"):
        find(block=0)
