"""The book of runs: the same order twice is one run, a concept is claimed once, rounds resume."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.pages import Mark
from gesso.core.errors import InputError, UnknownItem
from gesso.core.records.calls import Errand, Trouble
from gesso.core.records.runs import Item, Take

from .workshop import Workshop


def _items(count: int, run: str = "r") -> list[Item]:
    return [Item(run, f"i{n}", n, theme="Nocturne", settings={"seed": n}) for n in range(count)]


@pytest.fixture
def run(catalogue: Catalogue) -> str:
    return catalogue.runs.create("r", "Nocturne", {"rounds": 3, "budget": None}, _items(3)).id


def test_a_run_and_its_items_come_back_as_they_were_kept(catalogue: Catalogue, run: str) -> None:
    kept = catalogue.runs.get(run)

    assert (kept.theme, kept.state, kept.reason) == ("Nocturne", "running", "")
    assert kept.options == {"rounds": 3, "budget": None}
    assert catalogue.runs.items(run) == _items(3)
    assert catalogue.runs.item(run, "i1") == _items(3)[1]


def test_the_same_order_twice_is_one_run(catalogue: Catalogue, run: str) -> None:
    catalogue.runs.set_item(run, "i0", "failed", "no paint")

    again = catalogue.runs.create(run, "Nocturne", {"budget": None, "rounds": 3}, _items(3))

    assert again == catalogue.runs.get(run)
    assert catalogue.runs.item(run, "i0").reason == "no paint"
    assert len(catalogue.runs.list()) == 1


def test_another_order_under_the_same_id_is_refused_by_name(catalogue: Catalogue, run: str) -> None:
    with pytest.raises(InputError, match="another theme, rounds"):
        catalogue.runs.create(run, "Dawn", {"rounds": 2, "budget": None}, [])


@pytest.mark.parametrize("run_id", ["", "a/b", "../x", "-x", "a b", "x" * 101, "ü", "a\n"])
def test_an_id_that_could_name_a_path_is_refused(catalogue: Catalogue, run_id: str) -> None:
    with pytest.raises(InputError, match="cannot be the id of a run"):
        catalogue.runs.create(run_id, "", {}, [])


def test_two_items_of_one_id_are_refused_and_nothing_is_begun(catalogue: Catalogue) -> None:
    with pytest.raises(InputError, match="have the id 'i0'"):
        catalogue.runs.create("twins", "", {}, [*_items(2), *_items(1)])

    assert catalogue.runs.list() == []


def test_an_unknown_run_or_item_is_met_with_near_names(catalogue: Catalogue, run: str) -> None:
    catalogue.runs.create("evening", "", {}, [])

    with pytest.raises(UnknownItem, match="Near it: evening"):
        catalogue.runs.get("evning")
    with pytest.raises(UnknownItem, match="gesso runs list"):
        catalogue.runs.set_state("zzz", "done")
    with pytest.raises(UnknownItem, match="Near it: i0"):
        catalogue.runs.item(run, "i00")
    with pytest.raises(UnknownItem, match="no item 'zzz'"):
        catalogue.runs.set_item(run, "zzz", "done")


def test_a_state_is_kept_with_its_reason(catalogue: Catalogue, run: str) -> None:
    before = catalogue.runs.get(run).updated_at
    catalogue.runs.set_state(run, "paused", "the budget is spent")

    now = catalogue.runs.get(run)

    assert (now.state, now.reason) == ("paused", "the budget is spent")
    assert now.updated_at > before


@pytest.mark.parametrize("name", ["con", "NUL", "aux.1", "Com1.txt", "end.", "a..b", "../up"])
def test_an_id_is_a_plain_file_name_on_every_system(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the id of a run"):
        catalogue.runs.create(name, "", {}, [])


def test_letter_case_makes_no_other_run(catalogue: Catalogue, run: str) -> None:
    again = catalogue.runs.create("R", "Nocturne", {"rounds": 3, "budget": None}, _items(3, "R"))

    assert again.id == run == catalogue.runs.known_as("R")
    assert [known.id for known in catalogue.runs.list()] == [run]
    with pytest.raises(InputError, match="asked for something else"):
        catalogue.runs.create("R", "Another theme", {}, _items(1, "R"))


def test_items_can_be_asked_for_by_state_and_reopened(catalogue: Catalogue, run: str) -> None:
    catalogue.runs.set_item(run, "i0", "working")
    catalogue.runs.set_item(run, "i1", "failed", "refused")

    assert [item.id for item in catalogue.runs.items(run, "working")] == ["i0"]
    assert catalogue.runs.reopen(run) == 1
    assert [item.state for item in catalogue.runs.items(run)] == ["working", "waiting", "waiting"]
    assert catalogue.runs.item(run, "i1").reason == ""


def test_what_went_wrong_with_an_item_is_recovered_once_it_is_done(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    for item in ("i0", "i1"):
        catalogue.troubles.add(Trouble(run, item, "timeout", "No answer.", "paused", False))
    work = make.paint(catalogue, 1)
    catalogue.runs.finish_item(run, "i0", work.id)

    told = {row.trouble.item: row.trouble.recovered for row in catalogue.troubles.list()}
    assert told == {"i0": True, "i1": False}
    assert [summary.left for summary in catalogue.troubles.summary()] == [1]


# Concepts ---------------------------------------------------------------------------------------


def test_a_concept_is_claimed_once_in_the_whole_catalogue(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    catalogue.runs.create("other", "", {}, _items(1, "other"))

    assert catalogue.runs.claim_concept(run, "i0", make.concept("Brass Tide"), allow_repeat=False)
    assert not catalogue.runs.claim_concept(
        "other", "i0", make.concept("brass  TIDE"), allow_repeat=False
    )
    assert catalogue.runs.item("other", "i0").concept is None
    assert catalogue.runs.is_taken("BRASS  tide")
    assert not catalogue.runs.is_taken("Brass Moon")


def test_an_item_may_claim_its_own_concept_again(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    for _ in range(2):
        assert catalogue.runs.claim_concept(run, "i0", make.concept(), allow_repeat=False)

    assert catalogue.runs.item(run, "i0").concept == make.concept()


def test_a_repeat_is_allowed_when_it_is_asked_for(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    for item in ("i0", "i1"):
        assert catalogue.runs.claim_concept(run, item, make.concept(), allow_repeat=True)


def test_of_many_who_claim_at_once_one_gets_it(catalogue: Catalogue, make: Workshop) -> None:
    catalogue.runs.create("crowd", "", {}, _items(24, "crowd"))

    def claim(number: int) -> bool:
        return catalogue.runs.claim_concept(
            "crowd", f"i{number}", make.concept(), allow_repeat=False
        )

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(claim, range(24))) == 1


def test_a_claim_for_an_item_that_is_not_there_takes_nothing(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    with pytest.raises(UnknownItem):
        catalogue.runs.claim_concept(run, "zzz", make.concept(), allow_repeat=False)

    assert not catalogue.runs.is_taken(make.concept().words)


# Rounds -----------------------------------------------------------------------------------------


def test_a_round_gathers_its_pair_its_findings_and_its_winner(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    catalogue.runs.start_round(run, "i0", 1, make.prompt())
    first = make.paint(catalogue, 5, f"{run}/i0/1/0")
    second = make.paint(catalogue, 6, f"{run}/i0/1/1")
    catalogue.runs.set_evaluation(run, "i0", 1, 1, second.id, 6, make.evaluation(0.9))
    catalogue.runs.set_comparison(run, "i0", 1, make.comparison())

    (one,) = catalogue.runs.rounds(run, "i0")

    assert one.prompt == make.prompt()
    assert one.takes == (Take(0, first.id, 5, None), Take(1, second.id, 6, make.evaluation(0.9)))
    assert one.comparison == make.comparison()


def test_a_second_finding_takes_the_place_of_the_first(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    catalogue.runs.start_round(run, "i0", 1, make.prompt())
    work = make.paint(catalogue, 5, f"{run}/i0/1/0")
    for score in (0.1, 0.7):
        catalogue.runs.set_evaluation(run, "i0", 1, 0, work.id, 5, make.evaluation(score))

    assert catalogue.runs.rounds(run, "i0")[0].takes[0].evaluation == make.evaluation(0.7)


def test_pictures_of_items_with_likely_names_are_not_mixed(
    catalogue: Catalogue, make: Workshop
) -> None:
    names = ["a", "a0", "a-1", "a.1", "A"]
    items = [Item("mix", name, n) for n, name in enumerate(names)]
    catalogue.runs.create("mix", "", {}, items)
    for number, name in enumerate(names):
        catalogue.runs.start_round("mix", name, 1, make.prompt())
        provenance = make.provenance(f"mix/{name}/1/0", "mix")
        catalogue.accession.accept_painting(
            make.picture(number),
            title=name,
            creator="",
            provenance=provenance,
            rights=catalogue.works.get(make.bring(catalogue, 50).id).rights,
            recipe=make.recipe(number),
        )

    for number, name in enumerate(names):
        takes = catalogue.runs.rounds("mix", name)[0].takes
        assert [take.seed for take in takes] == [number]


def test_a_round_keeps_its_prompt_from_its_first_picture_on(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    refused, mended, late = (make.prompt(text) for text in ("refused", "mended", "late"))
    catalogue.runs.start_round(run, "i0", 1, refused)
    catalogue.runs.start_round(run, "i0", 1, mended)
    make.paint(catalogue, 1, f"{run}/i0/1/0")
    catalogue.runs.start_round(run, "i0", 1, late)

    assert [one.prompt.text for one in catalogue.runs.rounds(run, "i0")] == ["mended"]


def test_later_rounds_are_refined_prompts_with_a_parent(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    for number in (1, 2, 3):
        prompt = replace(make.prompt(f"text {number}"), reasoning=f"because {number}")
        for _ in range(2):
            catalogue.runs.start_round(run, "i0", number, prompt)

    with catalogue.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT number, parent, text, reasoning, refiner FROM refined_prompts ORDER BY number"
        ).all()
    assert [tuple(row) for row in rows] == [
        (2, 1, "text 2", "because 2", "offline"),
        (3, 2, "text 3", "because 3", "offline"),
    ]


def test_rounds_and_findings_of_nothing_are_refused(
    catalogue: Catalogue, run: str, make: Workshop
) -> None:
    with pytest.raises(UnknownItem, match="no item 'zzz'"):
        catalogue.runs.start_round(run, "zzz", 1, make.prompt())
    with pytest.raises(UnknownItem, match="no round 1"):
        catalogue.runs.set_comparison(run, "i0", 1, make.comparison())
    with pytest.raises(UnknownItem, match="no round 1"):
        catalogue.runs.set_evaluation(run, "i0", 1, 0, 77, 1, make.evaluation())
    assert catalogue.runs.rounds(run, "i0") == []


def test_a_done_item_names_the_work_it_kept(catalogue: Catalogue, run: str, make: Workshop) -> None:
    work = make.paint(catalogue, 1)
    catalogue.runs.set_prompt(run, "i0", make.prompt())
    catalogue.runs.set_item(run, "i0", "working", "trying")
    catalogue.runs.finish_item(run, "i0", work.id)

    item = catalogue.runs.item(run, "i0")

    assert (item.state, item.kept, item.reason, item.prompt) == ("done", work.id, "", make.prompt())


def test_a_run_is_summed_up_in_one_line(catalogue: Catalogue, run: str, make: Workshop) -> None:
    kept = make.paint(catalogue, 1)
    make.paint(catalogue, 2)
    catalogue.accession.seal(kept, make.recipe(1))
    catalogue.runs.finish_item(run, "i0", kept.id)
    catalogue.runs.set_item(run, "i1", "failed", "refused")
    call = {"provider": "p", "operation": "paint", "model": "", "attempt": 1, "waited_s": 0.0}
    for number, cost in enumerate((0.25, 0.5)):
        opened = catalogue.calls.open(
            errand=Errand(run),
            key=str(number),
            reserved_usd=cost,
            **call,  # type: ignore[arg-type]  # plain values by name
        )
        assert opened == number + 1
    catalogue.runs.create("empty", "", {}, [])

    newest, summary = catalogue.runs.summaries()

    assert (newest.run.id, newest.items, newest.calls) == ("empty", 0, 0)
    assert (summary.waiting, summary.working, summary.done, summary.failed) == (1, 0, 1, 1)
    assert (summary.items, summary.kept, summary.calls) == (3, 1, 2)
    assert summary.spent_usd == pytest.approx(0.75)
    assert catalogue.runs.summary(run) == summary
    assert json.loads(json.dumps(dict(summary.run.options))) == summary.run.options


@pytest.mark.parametrize("book", ["runs", "acquisitions"])
def test_pages_of_runs_follow_one_another_whatever_is_begun_meanwhile(
    ground: FileGround, tmp_path: Path, book: str
) -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    now = [noon]
    with ground.open(tmp_path / "studio", clock=lambda: now[0]) as catalogue:
        shelf = getattr(catalogue, book)

        def begin(name: str, second: int) -> None:
            now[0] = noon + timedelta(seconds=second)
            if book == "runs":
                catalogue.runs.create(name, "", {}, [])
            else:
                catalogue.acquisitions.begin(name, "folder", ("a",))

        def names(mark: Mark | None) -> list[str]:
            return [one.run.id if book == "runs" else one.id for one in shelf.page(mark, 2)]

        # Several of one moment, as a batch begins them: their ids tell which comes first.
        for name, after in zip("eacbdf", (0, 1, 1, 1, 2, 3), strict=True):
            begin(name, after)
        first = names(None)
        begin("newest", 4)
        second = names((noon + timedelta(seconds=2), "d"))
        third = names((noon + timedelta(seconds=1), "b"))

        assert [first, second, third] == [["f", "d"], ["c", "b"], ["a", "e"]]
        assert names((noon, "e")) == []
        assert shelf.count() == 7


def test_a_page_of_runs_counts_its_own_items_alone(catalogue: Catalogue, run: str) -> None:
    catalogue.runs.create("later", "", {}, _items(2, "later"))

    (newest,) = catalogue.runs.page(None, 1)

    assert (newest.run.id, newest.waiting) == ("later", 2)
