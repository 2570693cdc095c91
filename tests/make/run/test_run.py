"""A run from items to kept works: streaming, resuming, pausing, failing alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gesso.core.errors import (
    BadRequest,
    BudgetSpent,
    Interrupted,
    Refused,
    SettingsError,
    StorageError,
    Transient,
    UnknownOutcome,
    WorkerLost,
)
from gesso.core.records.runs import Item
from gesso.make.run.events import Event, nobody
from gesso.make.run.parts import RunOptions
from gesso.make.run.run import MakeRun

OPTIONS = RunOptions(rounds=3, width=96, height=64, seed=7)


def order_run(parts, *texts, run="r1", **options):
    items = [Item(run, f"p{n}", n, settings={"text": text}) for n, text in enumerate(texts)]
    return MakeRun(
        parts, replace(OPTIONS, **options), parts.catalogue.runs.create(run, "", {}, items), nobody
    )


def themed_run(parts, works, run="t1", **options):
    items = [Item(run, f"p{n}", n, theme="nocturne") for n in range(works)]
    return MakeRun(
        parts, replace(OPTIONS, **options), parts.catalogue.runs.create(run, "", {}, items), nobody
    )


def again(parts, run="r1", **options):
    return MakeRun(parts, replace(OPTIONS, **options), parts.catalogue.runs.get(run), nobody)


DARK = "A dark bridge. Key: low (30)."


def test_every_item_ends_with_one_kept_work(parts):
    report = order_run(parts, DARK, "A bright bridge. Key: high (75).").go()

    assert report.run.state == "done"
    assert [item.state for item in report.items] == ["done", "done"]
    assert len(report.kept) == 2
    assert parts.catalogue.works.count(standing="kept") == 2


def test_refining_brings_the_picture_nearer_to_its_aim(parts):
    order_run(parts, DARK).go()
    rounds = parts.catalogue.runs.rounds("r1", "p0")
    errors = [min(take.evaluation.error for take in played.takes) for played in rounds]

    assert len(rounds) >= 2
    assert min(errors) < errors[0] / 2


def test_the_kept_work_carries_the_verdict_in_its_recipe(parts):
    report = order_run(parts, DARK).go()
    recipe = parts.catalogue.works.recipe(report.kept[0].id)

    assert recipe.evaluation is not None
    assert recipe.run == "r1"
    assert recipe.item == "p0"
    assert recipe.pixels == report.kept[0].fingerprint.pixels


def test_both_pictures_of_every_round_are_kept_as_takes(parts):
    order_run(parts, DARK, rounds=2).go()
    rounds = parts.catalogue.runs.rounds("r1", "p0")

    assert [len(played.takes) for played in rounds] == [2, 2]
    assert all(played.comparison is not None for played in rounds)


def test_the_best_seed_of_a_round_is_painted_again_in_the_next(parts):
    order_run(parts, DARK, rounds=2).go()
    first, second = parts.catalogue.runs.rounds("r1", "p0")
    winner = first.takes[first.comparison.winner]

    assert second.takes[0].seed == winner.seed
    assert second.takes[1].seed not in {take.seed for take in first.takes}


def test_concepts_are_never_the_same_twice_in_one_catalogue(parts):
    themed_run(parts, 6, run="a").go()
    themed_run(parts, 6, run="b").go()
    runs = parts.catalogue.runs
    words = [item.concept.words for run in ("a", "b") for item in runs.items(run)]

    assert len(set(words)) == 12


def test_a_repeat_is_allowed_when_it_is_asked_for(parts):
    themed_run(parts, 1, run="a", allow_repeat=True).go()
    themed_run(parts, 1, run="b", allow_repeat=True).go()
    runs = parts.catalogue.runs

    assert runs.items("a")[0].concept.words == runs.items("b")[0].concept.words


def fail_on(painter, text, error, times=None):
    left = [times]

    def before(order):
        if text in order.text and left[0] != 0:
            left[0] = None if left[0] is None else left[0] - 1
            raise error

    painter.before = before


def test_one_failure_fails_alone_and_is_written_down(parts, painter):
    fail_on(painter, "bad", BadRequest("The size 3x3 is refused.", provider="slope"))
    report = order_run(parts, DARK, "A bad one.", DARK).go()

    assert [item.state for item in report.items] == ["done", "failed", "done"]
    assert "3x3" in report.items[1].reason
    assert report.run.state == "done"
    logged = parts.catalogue.troubles.list()
    assert [(row.trouble.item, row.trouble.kind, row.trouble.action) for row in logged] == [
        ("p1", "bad-request", "failed")
    ]


def test_a_failed_item_is_tried_again_when_it_is_reopened_and_its_trouble_is_over(parts, painter):
    fail_on(painter, "bad", BadRequest("The size 3x3 is refused.", provider="slope"), times=1)
    order_run(parts, DARK, "A bad one.").go()
    assert again(parts).go().failed == 1

    assert parts.catalogue.runs.reopen("r1") == 1
    report = again(parts).go()

    assert [item.state for item in report.items] == ["done", "done"]
    (logged,) = parts.catalogue.troubles.list()
    assert (logged.trouble.action, logged.trouble.recovered) == ("failed", True)


def test_a_fault_of_our_own_fails_its_item_alone(parts, painter):
    fail_on(painter, "bad", ZeroDivisionError("division by zero"))
    report = order_run(parts, DARK, "A bad one.").go()

    assert [item.state for item in report.items] == ["done", "failed"]
    assert "ZeroDivisionError" in report.items[1].reason


@pytest.mark.parametrize(
    "error",
    [
        Transient("The server is away.", provider="slope"),
        UnknownOutcome("No answer came.", provider="slope"),
    ],
)
def test_what_may_fare_better_later_waits_and_is_taken_up_by_a_resume(parts, painter, error):
    fail_on(painter, "away", error)
    first = order_run(parts, DARK, "One is away.").go()
    painter.before = lambda _order: None
    second = again(parts).go()

    assert [item.state for item in first.items] == ["done", "waiting"]
    assert first.run.state == "paused"
    assert [item.state for item in second.items] == ["done", "done"]
    assert second.run.state == "done"


def test_an_empty_purse_pauses_the_whole_run(parts, painter):
    fail_on(painter, "", BudgetSpent("The cap of $0.50 would be passed."))
    report = order_run(replace(parts, streams=1), DARK, DARK, DARK).go()

    assert report.run.state == "paused"
    assert "cap" in report.run.reason
    assert report.waiting == 3
    assert len({order.errand.item for order in painter.orders}) == 1


def test_a_full_disk_stops_everything_and_is_raised(parts, painter):
    fail_on(painter, "", StorageError("The disk is full."))

    with pytest.raises(StorageError, match="full") as caught:
        order_run(replace(parts, streams=1), DARK, DARK).go()
    assert caught.value.advice == "Once that is mended, go on with: gesso runs resume r1"
    assert parts.catalogue.runs.get("r1").state == "paused"


def test_a_stop_leaves_whole_items_and_a_run_that_resumes(parts, painter):
    seen = []

    def stop_at_fourth(order):
        seen.append(order)
        if len(seen) == 4:
            parts.stop.set()

    painter.before = stop_at_fourth
    first = order_run(replace(parts, streams=1), *[DARK] * 4).go()
    assert first.run.state == "paused"
    assert first.waiting > 0
    done = {item.id for item in first.items if item.state == "done"}

    parts.stop.clear()
    painter.before = lambda _order: None
    painted = len(painter.orders)
    second = again(parts).go()

    assert second.run.state == "done"
    assert not done & {order.errand.item for order in painter.orders[painted:]}


def test_a_resume_repaints_nothing_that_is_stored(parts, painter):
    def refuse_after_three(order):
        if len(painter.orders) > 3:
            raise Interrupted("Stopped.")

    painter.before = refuse_after_three
    order_run(replace(parts, streams=1), DARK).go()
    painter.before = lambda _order: None
    stored = parts.catalogue.works.count(standing="take")
    again(parts).go()
    asked = [(order.text, order.seed) for order in painter.orders]
    repeated = len(asked) - len(set(asked))

    assert stored == 3
    assert repeated <= 1


def test_a_run_that_was_broken_off_keeps_the_same_pictures_as_one_that_was_not(
    parts, painter, tmp_path
):
    order_run(parts, DARK, run="whole").go()
    whole = parts.catalogue.works.get(parts.catalogue.runs.items("whole")[0].kept)

    calls = []

    def fail_once(order):
        calls.append(order)
        if len(calls) == 3:
            raise Transient("Away.", provider="slope")

    painter.before = fail_once
    order_run(parts, DARK, run="broken").go()
    painter.before = lambda _order: None
    again(parts, run="broken").go()
    broken = parts.catalogue.works.get(parts.catalogue.runs.items("broken")[0].kept)

    assert broken.fingerprint.pixels == whole.fingerprint.pixels


def test_a_refused_prompt_is_rewritten_once_and_never_sent_again_as_it_was(parts, painter):
    fail_on(painter, "", Refused("No.", provider="slope"))
    report = order_run(parts, DARK).go()

    assert report.items[0].state == "failed"
    texts = [order.text for order in painter.orders]
    assert len(texts) == 2  # the pair, asked for once


def test_the_twin_of_a_refused_picture_is_not_lost(parts, painter):
    seeds = []

    def refuse_the_second(order):
        seeds.append(order.seed)
        if len(seeds) % 2 == 0:
            raise Refused("No.", provider="slope")

    painter.before = refuse_the_second
    report = order_run(replace(parts, streams=1), DARK, rounds=1).go()

    assert [item.state for item in report.items] == ["done"]
    assert parts.catalogue.works.count(standing="kept") == 1
    assert len(seeds) == 2


def test_a_lost_worker_is_no_final_failure(parts, painter):
    fail_on(painter, "", WorkerLost("The worker died."), times=1)
    first = order_run(replace(parts, streams=1), DARK).go()
    second = again(parts).go()

    assert first.run.state == "paused"
    assert [item.state for item in second.items] == ["done"]


def test_a_cancelled_run_stops_before_its_next_round(parts, painter):
    painter.before = lambda _order: parts.catalogue.runs.set_state("r1", "cancelled", "enough")
    report = order_run(parts, DARK).go()

    assert report.run.state == "cancelled"
    assert len(painter.orders) == 2


def test_what_a_cancelled_run_leaves_is_not_told_to_go_on(parts, painter):
    painter.before = lambda _order: parts.catalogue.runs.set_state("r1", "cancelled", "enough")
    report = order_run(parts, *[f"{DARK} {n}" for n in range(9)]).go()

    left = [item for item in report.items if item.state == "waiting" and item.reason]
    assert left
    assert not [item for item in left if "resume" in item.reason]
    assert all("was cancelled" in item.reason for item in left)


def test_an_item_may_ask_for_its_own_size_and_rounds(parts):
    items = [Item("own", "p0", 0, settings={"text": DARK, "width": 80, "height": 128, "rounds": 1})]
    run = parts.catalogue.runs.create("own", "", {}, items)
    report = MakeRun(parts, OPTIONS, run, nobody).go()

    assert (report.kept[0].width, report.kept[0].height) == (80, 128)
    assert len(parts.catalogue.runs.rounds("own", "p0")) == 1


def test_a_run_tells_of_every_step(parts):
    heard: list[Event] = []
    items = [Item("told", "p0", 0, theme="nocturne")]
    run = parts.catalogue.runs.create("told", "", {}, items)
    MakeRun(parts, replace(OPTIONS, rounds=1), run, heard.append).go()
    kinds = [event.kind for event in heard]

    assert kinds[0] == "begin"
    assert kinds[-1] == "end"
    assert {"item", "concept", "prompt", "painted", "evaluated", "round", "kept"} <= set(kinds)
    kept = next(event.item_record for event in heard if event.kind == "kept")
    played = next(event.round_record for event in heard if event.kind == "round")
    assert kept is not None
    assert kept.kept is not None
    assert played is not None
    assert played.comparison is not None


def test_a_failure_that_the_desk_has_noted_is_not_noted_twice(parts, painter):
    noted = BadRequest("The size 3x3 is refused.", provider="slope")
    noted.is_noted = True
    fail_on(painter, "bad", noted)
    order_run(parts, "A bad one.").go()

    assert parts.catalogue.troubles.list() == []


def test_a_wish_that_cannot_be_met_pauses_the_run_once_for_all(parts, painter):
    def refuse(_order):
        raise SettingsError("There is no model 'x'.", "Pull it.")

    painter.before = refuse
    waiting = order_run(parts, *[DARK] * 20).go()
    asked = len(painter.orders)
    painter.before = lambda _order: None
    resumed = again(parts).go()

    assert (waiting.run.state, waiting.failed, waiting.waiting) == ("paused", 0, 20)
    assert "There is no model 'x'." in waiting.run.reason
    assert asked < 20
    assert (resumed.run.state, len(resumed.kept)) == ("done", 20)


def test_a_painter_that_goes_on_is_given_the_best_picture_so_far(parts, painter):
    painter.goes_on = True

    report = order_run(parts, DARK).go()

    rounds = parts.catalogue.runs.rounds("r1", "p0")
    assert len(rounds) > 1
    given = [order for order in painter.orders if order.reference is not None]
    assert len(given) == len(rounds) - 1
    for order, before in zip(given, rounds, strict=False):
        held = {parts.catalogue.works.get(take.work).fingerprint.pixels for take in before.takes}
        assert order.reference.pixels_sha256 in held
        recipes = [
            parts.catalogue.works.recipe(take.work)
            for played in rounds
            for take in played.takes
            if take.seed == order.seed
        ]
        assert order.reference.pixels_sha256 in {recipe.parent for recipe in recipes}
    assert report.run.state == "done"


def test_other_painters_begin_every_picture_anew(parts, painter):
    order_run(parts, DARK).go()

    assert len(painter.orders) > 2
    assert all(order.reference is None for order in painter.orders)
