"""What a run promises, each in a sentence that fails where the promise is broken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from tests.make.conftest import ListWriter, SlopePainter

from gesso.core.errors import BudgetSpent, UnknownOutcome
from gesso.core.outside.desk import Desk
from gesso.core.records.calls import Errand
from gesso.core.records.judgements import Evaluation
from gesso.core.records.prompts import Prompt
from gesso.core.records.recipes import Recipe
from gesso.core.records.runs import Item
from gesso.make.atelier import Atelier
from gesso.make.batch.entries import Entry
from gesso.make.bench.workbench import AtelierOptions
from gesso.make.critics.critic import View
from gesso.make.critics.measured import MeasuredCritic, MeasuredOptions
from gesso.make.painters.painter import Order, Painting, Tell, silent
from gesso.make.run.events import nobody
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun, RunReport
from gesso.make.writers.writer import Attempt

OPTIONS = RunOptions(rounds=3, width=96, height=64, seed=7, epsilon=0.0)
TEXT = "A dark bridge. Key: low (30)."


def go(parts: Parts, **asked: str) -> RunReport:
    item = Item("r1", "p0", 0, theme=asked.get("theme", ""), settings={"text": TEXT})
    return MakeRun(parts, OPTIONS, parts.catalogue.runs.create("r1", "", {}, [item]), nobody).go()


def recipes(parts: Parts, number: int) -> list[Recipe]:
    """The recipes of the pair of round `number`."""
    played = parts.catalogue.runs.rounds("r1", "p0")[number - 1]
    found = [parts.catalogue.works.recipe(take.work) for take in played.takes]
    return [recipe for recipe in found if recipe is not None]


class PaidPainter(SlopePainter):
    """Says what each picture cost."""

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        return replace(super().paint(order, tell), cost_usd=0.039)


class CountingWriter(ListWriter):
    """Writes down how often and with how much it was asked; every refinement is a new text."""

    def __init__(self) -> None:
        self.expanded: list[str] = []
        self.known: list[list[str]] = []

    def expand(self, text: str, title: str, avoid: str, errand: Errand) -> Prompt:
        self.expanded.append(text)
        return super().expand(text, title, avoid, errand)

    def refine(self, attempts: Sequence[Attempt], errand: Errand) -> Prompt:
        self.known.append([attempt.prompt.text for attempt in attempts])
        last = attempts[-1].prompt
        return replace(last, text=f"Nearer. {last.text}")


class ForgetfulWriter(ListWriter):
    """Loses the concept, the title and the aims with the first refinement."""

    def refine(self, attempts: Sequence[Attempt], errand: Errand) -> Prompt:
        return replace(
            attempts[-1].prompt, text="Something else.", title="Else", concept="", aims=()
        )


@pytest.fixture
def counting() -> CountingWriter:
    return CountingWriter()


@pytest.fixture
def endless(parts: Parts, counting: CountingWriter) -> Parts:
    """Parts whose rounds never come to rest before the last."""
    return replace(parts, writer=counting)


def test_a_round_is_the_child_of_the_best_picture_before_it(endless: Parts) -> None:
    go(endless)
    first = endless.catalogue.runs.rounds("r1", "p0")[0]
    assert first.comparison is not None
    best = endless.catalogue.works.get(first.takes[first.comparison.winner].work)

    assert [recipe.parent for recipe in recipes(endless, 1)] == ["", ""]
    assert [recipe.parent for recipe in recipes(endless, 2)] == [best.fingerprint.pixels] * 2


def test_what_a_picture_cost_stands_in_its_recipe(parts: Parts) -> None:
    go(replace(parts, painter=PaidPainter()))

    assert [recipe.cost_usd for recipe in recipes(parts, 1)] == [0.039, 0.039]


def test_a_refinement_that_loses_the_concept_gets_it_back(parts: Parts) -> None:
    report = go(replace(parts, writer=ForgetfulWriter()), theme="nocturne")
    first, second = (parts.catalogue.runs.rounds("r1", "p0")[at].prompt for at in (0, 1))
    assert report.items[0].concept is not None

    assert report.items[0].concept.words in second.text
    assert "Something else." in second.text
    assert (second.title, second.concept, second.aims) == (first.title, first.concept, first.aims)


def test_the_refiner_is_told_of_every_attempt_so_far(
    endless: Parts, counting: CountingWriter
) -> None:
    go(endless)

    assert counting.known == [[TEXT], [TEXT, f"Nearer. {TEXT}"]]


def test_a_resume_does_not_write_the_prompt_again(
    endless: Parts, counting: CountingWriter, painter: SlopePainter
) -> None:
    break_off(painter)
    assert go(endless).run.state == "paused"
    mend(painter)
    again = MakeRun(endless, OPTIONS, endless.catalogue.runs.get("r1"), nobody).go()

    assert again.run.state == "done"
    assert counting.expanded == [TEXT]


def test_a_resume_plays_as_many_rounds_as_the_run_was_begun_with(
    endless: Parts, painter: SlopePainter, tmp_path: Path
) -> None:
    break_off(painter)
    begun = atelier(endless, tmp_path, 2).batch([Entry("p0", prompt=TEXT)], run_id="r1")
    assert begun.run.state == "paused"
    mend(painter)
    again = atelier(endless, tmp_path, 3).resume("r1")

    assert again.run.state == "done"
    assert len(endless.catalogue.runs.rounds("r1", "p0")) == 2


def test_what_was_ordered_waits_for_the_resume(
    parts: Parts, painter: SlopePainter, tmp_path: Path
) -> None:
    ordered = atelier(parts, tmp_path, 1).order("Tides", works=2, run_id="r1")
    assert (ordered.theme, painter.orders) == ("Tides", [])
    report = atelier(parts, tmp_path, 1).resume("r1")

    assert (report.run.state, len(report.kept)) == ("done", 2)


def break_off(painter: SlopePainter) -> None:
    """Let the purse be empty from the first refined prompt on."""

    def before(order: Order) -> None:
        if order.text != TEXT:
            raise BudgetSpent("The budget is spent.", "Raise it.")

    painter.before = before


def mend(painter: SlopePainter) -> None:
    painter.before = lambda _order: None


def atelier(parts: Parts, folder: Path, rounds: int) -> Atelier:
    return Atelier(
        parts.catalogue,
        AtelierOptions(
            run=replace(OPTIONS, rounds=rounds),
            seed=7,
            painter="slope",
            llm="list",
            exports=folder / "exports",
            locks=folder / "locks",
            software="gesso test",
        ),
        lambda _run: parts,
        lambda _name: parts.painter,
    )


class MoodyPainter(PaidPainter):
    """Paints another picture each time, as models without a seed do."""

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        moved = replace(order, seed=order.seed + len(self.orders))
        return super().paint(moved, tell)


class AbsentCritic(MeasuredCritic):
    """Out of reach for the first pictures it is shown."""

    absences = 2

    def evaluate(self, view: View, prompt: Prompt, errand: Errand) -> Evaluation:
        if self.absences:
            self.absences -= 1
            raise UnknownOutcome("The critic was asked and sent no whole answer.")
        return super().evaluate(view, prompt, errand)


def test_a_picture_that_nobody_judged_is_judged_by_the_resume_and_not_paid_for_again(
    parts: Parts,
) -> None:
    painter = MoodyPainter()
    critic = AbsentCritic(MeasuredOptions(), Desk.offline())
    moody = replace(parts, painter=painter, critic=critic)
    item = Item("r1", "p0", 0, settings={"text": TEXT})
    run = parts.catalogue.runs.create("r1", "", {}, [item])
    options = replace(OPTIONS, rounds=1)

    assert MakeRun(moody, options, run, nobody).go().waiting == 1
    report = MakeRun(moody, options, run, nobody).go()

    assert (len(report.kept), len(painter.orders)) == (1, 2)
