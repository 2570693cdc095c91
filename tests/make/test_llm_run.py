"""A whole run whose words and judgements come from a model behind a stub."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.contracts.llm_rows import ROWS, Place, open_place

from gesso.core.outside.desk import Desk
from gesso.core.records.runs import Item
from gesso.make.critics.llm import LlmCritic
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions
from gesso.make.run.events import nobody
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun, RunReport
from gesso.make.writers.llm import LlmWriter

from .llm_asked import asked

WORDS = ("Ember Orrery", "Tidal Gate", "Velvet Foundry", "Winter Viaduct")


@pytest.fixture(params=ROWS)
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    with open_place(request.param) as opened:
        opened.stub.answer = answer
        yield opened


@pytest.fixture
def llm_parts(parts: Parts, place: Place) -> Parts:
    llm = place.llm()
    measured = MeasuredCritic(MeasuredOptions(), Desk.offline())
    return replace(
        parts,
        writer=LlmWriter(llm),
        critic=LlmCritic(llm, measured),
        spent=place.ledger.spent,
    )


def answer(body: dict[str, Any]) -> dict[str, Any]:
    """What the model says, by what it is asked to be; the darker picture shows the bridge."""
    question = asked(body)
    material, told = question.material, question.instructions
    if told.startswith("You find concepts"):
        ideas = [{"turn": "A turn.", "words": words, "reasoning": "Why."} for words in WORDS[:2]]
        more = [{"turn": "A turn.", "words": words, "reasoning": "Why."} for words in WORDS[2:]]
        return {"obvious": ["Night Clock"], "ideas": more if material["taken"] else ideas}
    if told.startswith("You write the prompt"):
        return _prompt(f"{material['concept']} by a bridge.", 30)
    if told.startswith("You refine"):
        number = len(material["attempts"])
        wishes = {"figures": [{"scale": "key", "target": 30 - 10 * number}], "hues": []}
        text = f"{material['intent']['concept']}, {number} times nearer the bridge."
        return {**_prompt(text, 0), "diagnosis": "Light.", "can_help": True, "wishes": wishes}
    if told.startswith("You look"):
        dark = question.pictures[0].mean() < 92
        outcome, evidence = ("yes", "An arch.") if dark else ("no", "Only grey.")
        numbers = [one["number"] for one in material["questions"]]
        return {
            "answers": [{"number": n, "evidence": evidence, "outcome": outcome} for n in numbers]
        }
    first, second = (picture.mean() for picture in question.pictures)
    better = "first" if first <= second else "second"
    return {"first": "A.", "second": "B.", "better": better, "reason": "It is darker."}


def _prompt(text: str, key: float) -> dict[str, Any]:
    rows = ("subject", "scene", "mood", "light", "palette", "composition", "avoid")
    return {
        **dict.fromkeys(rows, "a bridge"),
        "text": text,
        "wishes": {"figures": [{"scale": "key", "target": key}], "hues": []},
        "questions": [{"question": "Does it show a bridge?", "thing": "bridge"}],
        "reasoning": "Because.",
    }


def go(parts: Parts, works: int, **options: Any) -> RunReport:
    items = [Item("t1", f"p{n}", n, theme="nocturne") for n in range(works)]
    asked_for = RunOptions(rounds=3, width=96, height=64, seed=7, **options)
    run = parts.catalogue.runs.create("t1", "", {}, items)
    return MakeRun(parts, asked_for, run, nobody).go()


def test_every_item_is_kept_under_a_concept_of_its_own(llm_parts: Parts) -> None:
    report = go(llm_parts, 4)

    assert report.run.state == "done"
    assert sorted(work.title for work in report.kept) == sorted(WORDS)


def test_a_run_is_refined_until_the_model_sees_what_was_asked_for(
    llm_parts: Parts, place: Place
) -> None:
    report = go(llm_parts, 1)
    recipe = llm_parts.catalogue.works.recipe(report.kept[0].id)
    rounds = llm_parts.catalogue.runs.rounds("t1", "p0")

    first, last = rounds[0].takes[0].evaluation, rounds[-1].comparison
    assert len(rounds) > 1
    assert first is not None
    assert first.checks[0].outcome == "no"
    assert last is not None
    assert (last.agreed, last.reason) == (True, "It is darker.")
    assert recipe is not None
    assert recipe.evaluation is not None
    assert recipe.evaluation.checks[0].reason == "An arch."
    assert (recipe.evaluation.maker.name, recipe.evaluation.maker.offline) == (place.name, False)
    assert recipe.concept is not None
    assert recipe.concept.maker.version == ROWS[place.name].model


def test_a_runs_ledger_is_the_stubs_own_meter(llm_parts: Parts, place: Place) -> None:
    place.stub.fail_next("500", "", "badjson", "", "429")
    report = go(llm_parts, 3)

    assert report.failed == 0
    assert len(place.ledger.calls("t1")) == len(place.stub.calls)
    assert report.spent_usd == pytest.approx(place.stub.meter.usd, abs=1e-9)
    assert {call.operation for call in place.ledger.calls("t1")} == {
        *("concept", "prompt", "check", "judge", "refine"),
    }


def test_a_model_that_loses_its_quota_pauses_the_run_and_it_goes_on_later(
    llm_parts: Parts, place: Place
) -> None:
    place.stub.fail_next("", "", "", "quota")
    paused = go(llm_parts, 1)
    before = len(place.stub.calls)
    run = llm_parts.catalogue.runs.get("t1")
    resumed = MakeRun(
        llm_parts, RunOptions(rounds=3, width=96, height=64, seed=7), run, nobody
    ).go()

    assert (paused.run.state, paused.waiting) == ("paused", 1)
    assert "quota" in paused.run.reason.lower()
    assert (resumed.run.state, len(resumed.kept)) == ("done", 1)
    again = [asked(request.body).instructions for request in place.stub.calls[before:]]
    assert not [told for told in again if told.startswith(("You find", "You write"))]
