"""Collecting: everything comes in once, with its rights; who fails, fails alone."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from gesso.collect.acquisition.options import CollectReport, Tally
from gesso.collect.sources.source import Wish
from gesso.core.catalogue.check import check
from gesso.core.catalogue.store.disk import Disk
from gesso.core.errors import (
    Blocked,
    Gone,
    InputError,
    RateLimited,
    SettingsError,
    StorageError,
    StudioBusy,
    Transient,
)
from gesso.core.records.finds import Facts

from .conftest import picture


def collect(collector, limit=None, **more):
    return collector.collect("shelf", Wish(limit=limit), **more)


def counts(report):
    return {name: count for name, count in report.acquisition.counts.items() if name != "bytes"}


def test_every_find_becomes_a_work_with_what_its_source_says(catalogue, collector, shelf):
    facts = Facts("Wheat", "Vincent", "1889", 1889, 1889, "oil", tags=("cypress",))
    shelf.put(1, facts=facts, page="https://a.example/1")
    shelf.put(2)

    report = collect(collector)

    assert report.acquisition.state == "done"
    assert counts(report) == {"offered": 2, "queued": 2, "stored": 2}
    work = catalogue.works.words("cypress")[0].work
    assert (work.title, work.creator, work.date, work.page) == (
        *("Wheat", "Vincent", "1889", "https://a.example/1"),
    )
    assert (work.provenance.origin, work.provenance.source) == ("collected", "shelf")
    assert work.rights.licence == "CC0-1.0"
    assert check(catalogue, read_data=True).is_clean


def test_a_second_run_over_an_unchanged_source_fetches_nothing(collector, shelf):
    for number in range(5):
        shelf.put(number)
    collect(collector)
    before = (shelf.bytes, shelf.asked.total())

    report = collect(collector)

    assert (shelf.bytes, shelf.asked.total()) == before
    assert counts(report) == {"offered": 5, "unchanged": 5}


def test_a_source_without_revisions_is_asked_whether_something_changed(collector, shelf):
    shelf.put(1, revision="")
    collect(collector)
    before = shelf.bytes

    report = collect(collector)

    assert (shelf.bytes, shelf.unchanged) == (before, 1)
    assert counts(report) == {"offered": 1, "queued": 1, "asked": 1}
    assert report.waiting == 0


def test_a_picture_that_changed_takes_the_place_of_the_earlier_one(catalogue, collector, shelf):
    find = shelf.put(1)
    collect(collector)
    shelf.offered, shelf.answers["1"] = [replace(find, revision="2")], picture(99)

    collect(collector)

    (shown,) = catalogue.works.page().works
    assert shown.fingerprint.pixels != catalogue.works.get(1).fingerprint.pixels
    assert catalogue.works.get(1).standing == "take"
    assert check(catalogue, read_data=True).is_clean


def test_the_same_picture_twice_is_stored_once_and_linked(catalogue, collector, shelf):
    shelf.put(1)
    shelf.put(2, picture(1))

    report = collect(collector)

    assert counts(report)["stored"] == 1
    assert counts(report)["linked"] == 1
    assert catalogue.works.count() == 1
    assert {catalogue.finds.get("shelf", name).work for name in ("1", "2")} == {1}


def test_one_bad_find_never_stops_the_rest(catalogue, collector, shelf):
    shelf.put(1)
    shelf.put(2, b"<html>no picture</html>")
    shelf.put(3, Gone("It is there no more.", status=404))
    shelf.put(4, Blocked("robots.txt says no."))
    shelf.put(5, ZeroDivisionError("a bug"))
    shelf.put(6)

    report = collect(collector)

    assert report.acquisition.state == "done"
    states = {row.find.identifier: row.state for row in catalogue.finds.list(report.acquisition.id)}
    assert states == dict(
        zip("123456", ("stored", "failed", "gone", "blocked", "failed", "stored"), strict=True)
    )
    reasons = {reason for _, reason, _ in report.reasons}
    assert {"It is there no more.", "robots.txt says no.", "ZeroDivisionError: a bug"} <= reasons


def test_what_fails_in_passing_is_tried_again_in_the_same_run(catalogue, collector, shelf):
    shelf.put(1, [Transient("Reset."), Transient("Reset."), picture(1)])

    report = collect(collector)

    assert shelf.asked["1"] == 3
    assert catalogue.finds.get("shelf", "1").state == "stored"
    assert report.waiting == 0


def test_what_never_comes_is_given_up_after_so_many_tries(catalogue, collector_of, shelf):
    shelf.put(1, Transient("Reset."))

    report = collect(collector_of(tries=3, first_wait_s=0.01))

    row = catalogue.finds.get("shelf", "1")
    assert (row.state, row.tries, row.next_try) == ("failed", 3, None)
    assert shelf.asked["1"] == 3
    assert report.acquisition.state == "done"


def test_a_host_that_wants_quiet_costs_its_finds_no_try(catalogue, collector, shelf):
    for number in range(6):
        shelf.put(number)
    shelf.answers["0"] = [
        RateLimited("Slowly.", provider="a.example", after_s=0.3),
        picture(0),
    ]

    report = collect(collector)

    assert counts(report)["stored"] == 6
    assert catalogue.finds.get("shelf", "0").tries == 0


def test_a_run_that_would_wait_too_long_says_so_and_is_gone_on_with(
    catalogue, collector, shelf, clock
):
    shelf.put(1, [RateLimited("Slowly.", provider="a.example", after_s=3600), picture(1)])

    report = collect(collector)

    assert (report.acquisition.state, report.waiting) == ("stopped", 1)
    assert report.acquisition.reason == "1 finds wait for their next try."

    clock.ahead = 3700
    again = collector.resume(report.acquisition.id)

    assert (again.acquisition.state, again.waiting) == ("done", 0)
    assert catalogue.works.count() == 1


def test_what_was_ordered_waits_for_the_resume(catalogue, collector, shelf):
    shelf.put(2)
    ordered = collector.order("shelf", Wish(limit=1))
    assert (ordered.listed, catalogue.works.count()) == (False, 0)

    done = collector.resume(ordered.id)

    assert (done.acquisition.state, catalogue.works.count()) == ("done", 1)


@pytest.mark.parametrize("begin", ["collect", "order"])
def test_a_place_that_is_none_begins_no_run(catalogue, collector, shelf, begin):
    shelf.refuses = InputError("There is no folder /nowhere.")

    with pytest.raises(InputError, match="nowhere"):
        getattr(collector, begin)("shelf", Wish(("/nowhere",)))

    assert catalogue.acquisitions.list() == []


def test_a_place_that_went_away_fails_its_run(catalogue, collector, shelf):
    ordered = collector.order("shelf", Wish(("/here",)))
    shelf.refuses = InputError("There is no folder /here.")

    with pytest.raises(InputError, match="here"):
        collector.resume(ordered.id)

    assert catalogue.acquisitions.get(ordered.id).state == "failed"


def test_a_clock_that_jumps_back_a_year_loses_nothing(catalogue, collector, shelf, clock):
    clock.ahead = 400 * 86400
    shelf.put(1, [RateLimited("Slowly.", provider="a.example", after_s=3600), picture(1)])
    report = collect(collector)
    clock.ahead = 0

    again = collector.resume(report.acquisition.id)

    assert (again.acquisition.state, again.waiting) == ("done", 0)


# ---- the licence gate --------------------------------------------------------------------------


def test_of_an_unknown_licence_a_link_and_a_thumbnail_are_kept(catalogue, collector, shelf):
    shelf.put(1, licence="")
    shelf.put(2, licence="CC-BY-NC-4.0")

    report = collect(collector)

    assert counts(report)["thumbed"] == 2
    works = catalogue.works.page().works
    assert [work.has_original for work in works] == [False, False]
    assert len(set(catalogue.blobs.keys())) == len({key for w in works for _, key in w.thumbnails})


def test_the_owner_may_keep_or_skip_what_is_unknown(catalogue, collector_of, shelf):
    shelf.put(1, licence="")

    skipped = collect(collector_of(unknown_licence="skip"))

    assert counts(skipped) == {"offered": 1, "refused": 1}
    assert shelf.asked.total() == 0

    collect(collector_of(unknown_licence="keep"))

    assert catalogue.works.get(1).has_original


def test_what_a_run_was_told_of_unknown_licences_holds_for_its_resume(
    catalogue, collector, collector_of, shelf
):
    shelf.put(1, licence="")
    shelf.put(2, licence="")
    ordered = collector.order("shelf", Wish(unknown_licence="keep"))

    collector_of(items=1).resume(ordered.id)
    collector_of(unknown_licence="skip").resume(ordered.id)

    assert [catalogue.works.get(number).has_original for number in (1, 2)] == [True, True]


def test_a_run_that_was_told_nothing_of_unknown_licences_goes_by_the_settings(
    catalogue, collector, collector_of, shelf
):
    shelf.put(1, licence="")
    ordered = collector.order("shelf", Wish())

    collector_of(unknown_licence="keep").resume(ordered.id)

    assert ordered.unknown_licence is None
    assert catalogue.works.get(1).has_original


def test_a_thumbnail_becomes_whole_when_the_owner_allows_it(catalogue, collector_of, shelf):
    shelf.put(1, licence="CC-BY-NC-4.0")
    collect(collector_of())

    collect(collector_of(licences=("cc by-nc 4.0",)))

    assert catalogue.works.count() == 1
    assert catalogue.works.get(1).has_original
    assert catalogue.finds.get("shelf", "1").state == "stored"
    assert check(catalogue, read_data=True).is_clean


def test_what_lies_on_the_owners_disk_is_kept_whatever_it_says(catalogue, collector, shelf):
    shelf.is_remote = False
    shelf.put(1, licence="All rights reserved")

    collect(collector)

    assert catalogue.works.get(1).has_original


# ---- budgets, stops, crashes -------------------------------------------------------------------


def test_a_run_takes_up_no_more_than_its_items(catalogue, collector_of, shelf):
    for number in range(10):
        shelf.put(number)

    report = collect(collector_of(items=4))

    assert report.acquisition.state == "stopped"
    assert "4 finds, as many as it may" in report.acquisition.reason
    assert (catalogue.works.count(), shelf.asked.total()) == (4, 4)

    done = collector_of().resume(report.acquisition.id)

    assert (done.acquisition.state, catalogue.works.count()) == ("done", 10)


def test_a_run_brings_hardly_more_than_its_bytes(catalogue, collector_of, shelf):
    for number in range(30):
        shelf.put(number)

    report = collect(collector_of(megabytes=0.002, streams=2))

    assert report.acquisition.state == "stopped"
    assert 0.002e6 <= shelf.bytes <= 0.002e6 + 3 * len(picture(0))


def test_a_limit_lists_no_more_and_is_no_budget(collector, shelf):
    for number in range(10):
        shelf.put(number)

    report = collect(collector, limit=3)

    assert counts(report) == {"offered": 3, "queued": 3, "stored": 3}
    assert report.acquisition.state == "done"


def test_whoever_stops_gets_what_was_in_flight_and_can_go_on(catalogue, collector_of, shelf):
    stop = threading.Event()
    for number in range(20):
        shelf.put(number)

    def last():
        stop.set()
        return picture(4)

    shelf.answers["4"] = last

    report = collect(collector_of(stop=stop))

    assert report.acquisition.state == "stopped"
    came = catalogue.works.count()
    assert 4 <= came < 20
    assert shelf.asked.total() == came

    done = collector_of().resume(report.acquisition.id)

    assert done.acquisition.state == "done"
    assert (catalogue.works.count(), shelf.asked.total()) == (20, 20)


def test_a_full_disk_stops_all_and_the_resume_goes_on(ground, tmp_path, collector_of, shelf, clock):
    class Filling(Disk):
        left = 40

        def write(self, descriptor, data):
            Filling.left -= 1
            if Filling.left < 0:
                raise OSError(28, "No space left on device")
            super().write(descriptor, data)

    for number in range(40):
        shelf.put(number)
    with ground.open(tmp_path / "studio", clock=clock, disk=Filling()) as opened:
        with pytest.raises(StorageError, match="the disk is full"):
            collect(collector_of(opened=opened), run="c1")
        stopped = opened.acquisitions.get("c1")
        assert (stopped.state, "the disk is full" in stopped.reason) == ("stopped", True)

    with ground.open(tmp_path / "studio", clock=clock) as opened:
        assert check(opened, read_data=True).problems == ()
        kept = opened.works.count()
        assert 0 < kept < 40
        asked = shelf.asked.total()

        report = collector_of(opened=opened).resume("c1")

        assert report.acquisition.state == "done"
        assert opened.works.count() == 40
        assert shelf.asked.total() - asked == 40 - kept


def test_wrong_settings_stop_all_at_once(collector, shelf):
    for number in range(50):
        shelf.put(number, SettingsError("No contact is set."))

    with pytest.raises(SettingsError, match="No contact"):
        collect(collector)

    assert shelf.asked.total() < 10


def test_a_list_that_breaks_off_leaves_what_was_listed(catalogue, collector, shelf):
    shelf.put(1)
    shelf.listing_error = Transient("The list broke off.")

    with pytest.raises(Transient, match="broke off"):
        collect(collector, run="c1")

    assert catalogue.works.count() == 1
    assert catalogue.acquisitions.get("c1").state == "failed"

    shelf.listing_error = None
    shelf.put(2)
    report = collector.resume("c1")

    assert (report.acquisition.state, catalogue.works.count()) == ("done", 2)


def test_a_run_that_was_listed_to_its_end_is_not_listed_again(collector_of, shelf):
    for number in range(5):
        shelf.put(number)
    report = collect(collector_of(items=2))

    collector_of().resume(report.acquisition.id)

    assert shelf.lists == 1


def test_a_place_that_a_source_cannot_use_is_told(collector, shelf):
    shelf.listing_error = InputError("There is no folder /nowhere.")

    with pytest.raises(InputError, match="no folder"):
        collect(collector)


# ---- two at once -------------------------------------------------------------------------------


def test_two_collectors_on_one_studio_never_take_the_same_find(
    ground, tmp_path, collector_of, shelf
):
    for number in range(60):
        shelf.put(number)
    reports: list[CollectReport] = []

    def run(name):
        with ground.open(tmp_path / "studio") as opened:
            reports.append(collect(collector_of(opened=opened), run=name))

    threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(reports) == 2
    assert set(shelf.asked.values()) == {1}
    assert len(shelf.asked) == 60
    with ground.open(tmp_path / "studio") as opened:
        assert opened.works.count() == 60
        assert check(opened, read_data=True).is_clean


def test_a_run_at_work_is_not_gone_on_with_by_another(catalogue, collector, shelf):
    catalogue.acquisitions.begin("c1", "shelf", ())

    with catalogue.claims.hold("c1"), pytest.raises(StudioBusy, match="'c1'"):
        collector.resume("c1")


# ---- records and looking -----------------------------------------------------------------------


def test_finds_without_an_address_become_records(catalogue, collector, shelf):
    shelf.put(1, url="")
    shelf.put(2)

    report = collect(collector)

    assert counts(report) == {"offered": 2, "recorded": 1, "queued": 1, "stored": 1}
    assert catalogue.works.count(standing="record") == 1


def test_a_preview_tells_what_would_be_done_and_does_nothing(catalogue, collector, shelf):
    shelf.put(1)
    collect(collector)
    shelf.put(2, licence="", size_bytes=500)
    shelf.put(3, url="")

    told = collector.preview("shelf", Wish())

    assert dict(told.counts) == {
        "offered": 3,
        "records": 1,
        "whole": 1,
        "linked": 1,
        "bytes": 500,
        "unchanged": 1,
        "queued": 1,
    }
    assert catalogue.finds.get("shelf", "2") is None
    assert len(catalogue.acquisitions.list()) == 1


def test_who_watches_is_told_how_the_run_stands(collector, shelf):
    for number in range(6):
        shelf.put(number)
    told: list[Tally] = []

    collect(collector, watch=told.append)

    assert told[-1].counts["stored"] == 6
    assert told[-1].listed
    assert max(tally.in_flight for tally in told) <= 3
