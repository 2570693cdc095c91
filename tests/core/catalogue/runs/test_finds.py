"""Finds: offered once, taken by one, tried again in time, left alone when unchanged."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gesso.core.catalogue.runs.finds import Offer, Outcome
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.finds import Facts, Find
from gesso.core.records.works import Rights

pytestmark = pytest.mark.server


def find(number, revision="1", url="https://a.example/{}.jpg"):
    return Find("folder:/art", f"{number}.jpg", url.format(number), revision=revision)


def offer(catalogue, *finds, run="r1", alive=(), whole=True, refused=""):
    offers = [Offer(one, whole, refused) for one in finds]
    return dict(catalogue.finds.offer(run, offers, lambda other: other in alive))


def take(catalogue, run="r1", count=10):
    return {one.row.find.identifier: one for one in catalogue.finds.take(run, count)}


def store(catalogue, make, taken, state="stored", validator=None):
    work = make.bring(catalogue, taken.number)
    outcome = Outcome(taken.number, state, work=work.id, validator=validator)
    catalogue.finds.settle([outcome])


def test_what_is_offered_comes_back_as_it_was(catalogue):
    whole = Find(
        "met",
        "436535",
        "https://m.example/a.jpg",
        "https://m.example/436535",
        Facts("Wheat", "Vincent", "1889", 1889, 1889, tags=("cypress",), extra={"room": 822}),
        Rights("CC0-1.0", "Purchase", "https://cc.example"),
        "2026-01-01",
        "image/jpeg",
        12345,
    )
    offer(catalogue, whole)

    row = catalogue.finds.get("met", "436535")

    assert row is not None
    assert (row.find, row.state, row.work, row.tries) == (whole, "queued", None, 0)


def test_a_find_is_taken_once_and_in_the_order_of_the_offer(catalogue):
    offer(catalogue, *(find(number) for number in (3, 1, 2)))

    assert list(take(catalogue, count=2)) == ["3.jpg", "1.jpg"]
    assert list(take(catalogue, count=2)) == ["2.jpg"]
    assert take(catalogue) == {}


def test_what_is_kept_and_unchanged_is_left_alone(catalogue, make):
    offer(catalogue, find(1))
    store(catalogue, make, take(catalogue)["1.jpg"])

    assert offer(catalogue, find(1), run="r2") == {"unchanged": 1}
    assert take(catalogue, "r2") == {}


def test_what_has_changed_is_queued_and_still_knows_its_work(catalogue, make):
    offer(catalogue, find(1))
    store(catalogue, make, take(catalogue)["1.jpg"], validator='"tag"')

    assert offer(catalogue, find(1, revision="2"), run="r2") == {"queued": 1}
    again = take(catalogue, "r2")["1.jpg"].row
    assert again.work is not None
    assert again.validator == '"tag"'


def test_without_a_revision_only_a_validator_lets_us_ask_again(catalogue, make):
    offer(catalogue, find(1, ""), find(2, ""))
    taken = take(catalogue)
    store(catalogue, make, taken["1.jpg"], validator='"tag"')
    store(catalogue, make, taken["2.jpg"])

    assert offer(catalogue, find(1, ""), find(2, ""), run="r2") == {"queued": 1, "unchanged": 1}
    assert list(take(catalogue, "r2")) == ["1.jpg"]


def test_a_thumbnail_becomes_due_when_the_original_may_be_kept(catalogue, make):
    offer(catalogue, find(1), whole=False)
    store(catalogue, make, take(catalogue)["1.jpg"], state="thumbed")

    assert offer(catalogue, find(1), run="r2", whole=False) == {"unchanged": 1}
    assert offer(catalogue, find(1), run="r3", whole=True) == {"queued": 1}


def test_what_another_living_run_is_fetching_stays_with_it(catalogue):
    offer(catalogue, find(1), find(2))
    take(catalogue, count=1)

    assert offer(catalogue, find(1), find(2), run="r2", alive=["r1"]) == {"held": 1, "queued": 1}
    assert list(take(catalogue, "r2")) == ["2.jpg"]
    assert take(catalogue, "r1") == {}


def test_what_a_dead_run_was_fetching_is_taken_over(catalogue):
    offer(catalogue, find(1))
    take(catalogue)

    assert offer(catalogue, find(1), run="r2") == {"queued": 1}
    assert list(take(catalogue, "r2")) == ["1.jpg"]


def test_listing_again_in_the_same_run_disturbs_nothing_that_is_under_way(catalogue, make):
    offer(catalogue, find(1), find(2), find(3))
    taken = take(catalogue)
    store(catalogue, make, taken["1.jpg"])
    catalogue.finds.settle([Outcome(taken["2.jpg"].number, "failed", "No picture.", tries=5)])

    offer(catalogue, find(1), find(2), find(3))

    states = [row.state for row in catalogue.finds.list("r1")]
    assert states == ["stored", "failed", "fetching"]
    assert take(catalogue) == {}


def test_a_failed_find_is_due_when_its_time_has_come(catalogue, clock):
    offer(catalogue, find(1))
    number = take(catalogue)["1.jpg"].number
    later = clock.now + timedelta(minutes=5)
    catalogue.finds.settle([Outcome(number, "failed", "Slow.", next_try=later, tries=1)])

    assert take(catalogue) == {}
    assert catalogue.finds.next_due("r1") == later
    assert catalogue.finds.waiting("r1") == 1

    clock.now += timedelta(minutes=6)

    assert take(catalogue)["1.jpg"].row.tries == 1


def test_a_clock_that_was_years_ahead_keeps_nothing_waiting_for_years(catalogue, clock):
    offer(catalogue, find(1))
    number = take(catalogue)["1.jpg"].number
    right = clock.now
    clock.now += timedelta(days=3650)
    soon = clock.now + timedelta(minutes=5)
    catalogue.finds.settle([Outcome(number, "failed", "Slow.", next_try=soon, tries=1)])
    clock.now = right

    assert list(take(catalogue)) == ["1.jpg"]


def test_no_find_waits_longer_than_a_day(catalogue, clock):
    offer(catalogue, find(1))
    number = take(catalogue)["1.jpg"].number
    far = clock.now + timedelta(days=30)
    catalogue.finds.settle([Outcome(number, "blocked", "Quiet.", next_try=far)])

    due = catalogue.finds.next_due("r1")

    assert due is not None
    assert due < clock.now + timedelta(days=1, seconds=10)


def test_what_is_gone_rests_for_a_day_unless_it_changes(catalogue, clock):
    offer(catalogue, find(1))
    catalogue.finds.settle([Outcome(take(catalogue)["1.jpg"].number, "gone", "404.")])

    assert offer(catalogue, find(1), run="r2") == {"resting": 1}
    assert offer(catalogue, find(1, "2"), run="r3") == {"queued": 1}


def test_a_refused_find_is_told_with_its_reason_and_counts_once_it_is_allowed(catalogue):
    assert offer(catalogue, find(1), refused="Its licence is unknown.") == {"refused": 1}
    assert catalogue.finds.reasons("r1") == [("blocked", "Its licence is unknown.", 1)]
    assert take(catalogue) == {}

    assert offer(catalogue, find(1), run="r2") == {"queued": 1}


def test_all_finds_at_a_host_that_wants_quiet_wait_together(catalogue, clock):
    offer(catalogue, find(1), find(2), find(3, url="https://b.example/{}.jpg"))

    until = clock.now + timedelta(minutes=2)
    assert catalogue.finds.postpone("r1", "https://a.example/", until) == 2
    assert list(take(catalogue)) == ["3.jpg"]

    clock.now += timedelta(minutes=3)

    assert list(take(catalogue)) == ["1.jpg", "2.jpg"]


def test_what_a_run_was_fetching_when_it_died_is_queued_again(catalogue):
    offer(catalogue, find(1), find(2))
    take(catalogue)

    assert catalogue.finds.give_back("r1") == 2
    assert catalogue.finds.counts("r1") == {"queued": 2}


def test_looking_at_what_would_be_done_writes_nothing(catalogue, make):
    offer(catalogue, find(1))
    store(catalogue, make, take(catalogue)["1.jpg"])

    told = catalogue.finds.known([Offer(find(1)), Offer(find(2)), Offer(find(3), refused="No.")])

    assert dict(told) == {"unchanged": 1, "queued": 1, "refused": 1}
    assert catalogue.finds.get("folder:/art", "2.jpg") is None


def test_a_run_of_a_known_name_is_not_begun_twice(catalogue):
    begun = catalogue.acquisitions.begin("c-1", "met", ("sunflowers",), limit=5)
    catalogue.acquisitions.change("c-1", state="stopped", reason="Full.", counts={"stored": 3})

    assert begun.places == ("sunflowers",)
    with pytest.raises(InputError, match="There is a collect run 'c-1' already"):
        catalogue.acquisitions.begin("c-1", "met", ())
    stopped = catalogue.acquisitions.get("c-1")
    assert (stopped.state, stopped.reason, stopped.counts) == ("stopped", "Full.", {"stored": 3})
    assert stopped.ended_at is not None
    with pytest.raises(UnknownItem, match="Did you mean 'c-1'"):
        catalogue.acquisitions.get("c-2")
