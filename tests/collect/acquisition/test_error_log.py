"""What goes wrong with finds stands in the error log, and counts as recovered once they come in."""

from __future__ import annotations

import pytest

from gesso.collect.acquisition.setbacks import item_of
from gesso.collect.sources.source import Wish
from gesso.core.errors import Blocked, Gone, OutsideError, SettingsError, Transient
from gesso.core.records.finds import Find

from .conftest import picture


def collect(collector):
    return collector.collect("shelf", Wish())


def troubles(catalogue, run=None):
    """Each as (item, kind, what was done, whether it recovered), in the order they came."""
    rows = [row.trouble for row in reversed(catalogue.troubles.list(run))]
    return [(one.item, one.kind, one.action, one.recovered) for one in rows]


def test_every_error_of_a_find_is_a_row(catalogue, collector, shelf):
    shelf.put(1)
    shelf.put(2, b"no picture at all")
    shelf.put(3, Gone("It is gone.", provider="a.example"))
    shelf.put(4, Blocked("robots.txt says no.", provider="a.example"))
    shelf.put(5, ValueError("a bug"))

    report = collect(collector)

    run = report.acquisition.id
    assert set(troubles(catalogue, run)) == {
        ("2", "picture", "failed", False),
        ("3", "gone", "skipped", False),
        ("4", "blocked", "skipped", False),
        ("5", "error", "retried", False),
        ("5", "error", "failed", False),
    }
    said = {row.trouble.message for row in catalogue.troubles.list()}
    assert {"It is gone.", "robots.txt says no.", "ValueError: a bug"} <= said


def test_a_find_that_comes_in_the_end_has_recovered(catalogue, collector, shelf):
    shelf.put(1, [Transient("It hiccuped.", provider="a.example"), picture(1)])

    collect(collector)

    assert troubles(catalogue) == [("1", "transient", "retried", True)]


def test_the_same_setback_in_one_run_is_one_row_however_often_it_comes(
    catalogue, collector_of, shelf
):
    shelf.put(1, Transient("It hiccuped.", provider="a.example"))

    collect(collector_of(tries=4, first_wait_s=0.01))

    assert shelf.asked["1"] == 4
    assert troubles(catalogue) == [
        ("1", "transient", "retried", False),
        ("1", "transient", "failed", False),
    ]


def test_a_resume_adds_no_row_for_what_stands_there_already(catalogue, collector_of, shelf):
    shelf.put(1, Transient("It hiccuped.", provider="a.example"))
    impatient = collector_of(first_wait_s=0.2, patience_s=0.0, tries=9)

    run = collect(impatient).acquisition.id
    catalogue.finds.postpone(run, "https://a.example/", catalogue.finds.next_due(run))
    collector_of(first_wait_s=0.2, patience_s=0.3, tries=9).resume(run)

    assert shelf.asked["1"] > 1
    assert troubles(catalogue) == [("1", "transient", "retried", False)]


def test_a_later_run_that_gets_over_it_recovers_what_the_earlier_one_met(
    catalogue, collector, shelf
):
    shelf.put(1, b"no picture at all")
    shelf.put(2, b"nor is this")
    first = collect(collector).acquisition.id
    shelf.answers["1"] = picture(1)

    second = collect(collector).acquisition.id

    assert set(troubles(catalogue, first)) == {
        ("1", "picture", "failed", True),
        ("2", "picture", "failed", False),
    }
    assert troubles(catalogue, second) == [("2", "picture", "failed", False)]


def test_another_source_recovers_nothing_of_this_one(catalogue, collector, shelf):
    shelf.put(1, b"no picture at all")
    run = collect(collector).acquisition.id
    other = catalogue.troubles.slate_of_source("met", "met-1")

    assert "1" not in other
    assert "1" in catalogue.troubles.slate_of_source("shelf", "a later run")
    assert troubles(catalogue, run) == [("1", "picture", "failed", False)]


def test_what_ends_a_run_is_a_row_of_the_run_until_it_is_done(catalogue, collector, shelf):
    shelf.put(1)
    shelf.listing_error = OutsideError("The list broke off.")
    with pytest.raises(OutsideError):
        collect(collector)
    run = catalogue.troubles.list()[0].trouble.run
    assert troubles(catalogue, run) == [("", "outside", "stopped", False)]

    shelf.listing_error = None
    collector.resume(run)

    assert troubles(catalogue, run) == [("", "outside", "stopped", True)]


def test_settings_that_fail_every_find_are_one_row(catalogue, collector, shelf):
    for number in range(5):
        shelf.put(number, SettingsError("No contact is set."))

    with pytest.raises(SettingsError):
        collect(collector)

    assert troubles(catalogue) == [("", "settings", "stopped", False)]


def test_a_spent_budget_is_a_row_of_the_run(catalogue, collector_of, shelf):
    for number in range(3):
        shelf.put(number)

    collect(collector_of(items=1, streams=1))

    assert troubles(catalogue) == [("", "budget", "paused", False)]


def test_names_of_items_fit_and_stay_apart():
    long = [Find("urls", f"https://a.example/{n}/{'x' * 300}") for n in range(2)]
    folders = [Find(f"folder:/{place}/art", "c.jpg") for place in "ab"]

    names = [item_of(find) for find in (*long, *folders)]

    assert len(set(names)) == 4
    assert all(len(name) <= 255 for name in names)
    assert names[2].startswith("folder:art-")
    assert names[2].endswith("/c.jpg")
