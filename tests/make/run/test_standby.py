"""A provider that is out is followed by the next, and everybody is told the truth about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest
from tests.make.conftest import ListWriter, SlopePainter
from tests.stubs.openai_stub import OpenAIStub

from gesso.core.errors import AuthError, ModelEnded, OutsideError, QuotaSpent, Refused
from gesso.core.llms.llm import LLMS
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryTroubles
from gesso.core.outside.desk import Desk
from gesso.core.outside.models.prices import Quote
from gesso.core.outside.waiting.limits import Limits
from gesso.core.records.calls import Errand
from gesso.core.records.runs import Item
from gesso.make.painters.painter import Order, Painter, Painting, Tell, silent
from gesso.make.run.events import Asides, Event
from gesso.make.run.parts import Parts, RunOptions
from gesso.make.run.run import MakeRun
from gesso.make.run.standby import FallingLog, PainterInOrder, Standby, WriterInOrder
from gesso.make.writers.llm import LlmWriter
from gesso.make.writers.writer import Writer

ORDER = Order("A bridge.", width=96, height=64, errand=Errand("r1", "p0"))


class First(SlopePainter):
    """Out from the picture on that it is told."""

    name: ClassVar[str] = "first"

    def __init__(self, error: OutsideError, after: int = 0) -> None:
        super().__init__()
        self.error, self.after = error, after

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        painting = super().paint(order, tell)
        if len(self.orders) > self.after:
            raise self.error
        return painting


def out(kind: type[OutsideError] = QuotaSpent) -> OutsideError:
    return kind("Nothing is left.", "Add credit.", provider="first")


class Inn:
    """Painters in order, with all that they tell."""

    def __init__(self, *painters: SlopePainter) -> None:
        self.troubles, self.asides, self.told = MemoryTroubles(), Asides(), list[str]()
        self.asides.hear = self.told.append
        named: dict[str, Painter] = {painter.name: painter for painter in painters}
        self.painter = PainterInOrder(Standby(named, "paints", self.troubles, self.asides))


class Ended(SlopePainter):
    """Its model is past its last day."""

    name: ClassVar[str] = "first"
    error = ModelEnded("The model 'm' of first ended on 2026-01-01.", "Use 'n'.")

    def quotes(self, order: Order) -> tuple[Quote, ...]:
        raise self.error

    def paint(self, order: Order, tell: Tell = silent) -> Painting:
        raise self.error


def test_the_next_paints_what_an_ended_model_could_not() -> None:
    inn = Inn(Ended(), SlopePainter())

    assert inn.painter.paint(ORDER).maker.name == "slope"
    assert inn.told == [
        "'first' is out, so 'slope' paints: The model 'm' of first ended on 2026-01-01."
    ]
    (row,) = inn.troubles.list()
    assert (row.kind, row.action, row.recovered) == ("model-ended", "fell back", True)


def test_an_ended_model_is_no_part_of_the_price() -> None:
    assert [quote.provider for quote in Inn(Ended(), SlopePainter()).painter.quotes(ORDER)] == [
        "slope"
    ]
    with pytest.raises(ModelEnded):
        Inn(Ended()).painter.quotes(ORDER)


@pytest.mark.parametrize("kind", [QuotaSpent, AuthError])
def test_the_next_paints_what_the_first_could_not(kind: type[OutsideError]) -> None:
    inn = Inn(First(out(kind)), SlopePainter())

    painting = inn.painter.paint(ORDER)

    assert painting.maker.name == "slope"
    assert inn.told == ["'first' is out, so 'slope' paints: Nothing is left."]


def test_who_is_out_is_not_asked_again_and_told_once() -> None:
    first = First(out())
    inn = Inn(first, SlopePainter())

    for _ in range(3):
        inn.painter.paint(ORDER)

    assert len(first.orders) == 1
    assert len(inn.told) == len(inn.troubles.list()) == 1


def test_falling_back_is_a_row_of_its_own_kind_that_recovered() -> None:
    inn = Inn(First(out()), SlopePainter())
    inn.painter.paint(ORDER)

    (row,) = inn.troubles.list()
    assert (row.run, row.item, row.kind) == ("r1", "p0", "quota-spent")
    assert (row.action, row.recovered) == ("fell back", True)
    assert row.message == "Nothing is left. Add credit. So 'slope' goes on."


def test_what_only_one_picture_met_falls_to_nobody() -> None:
    inn = Inn(First(Refused("Not this.", provider="first")), SlopePainter())

    with pytest.raises(Refused):
        inn.painter.paint(ORDER)
    assert inn.told == []


def test_the_error_of_the_last_one_reaches_the_run_each_time() -> None:
    last = First(out(AuthError))
    last.__class__ = type("Last", (First,), {"name": "last"})
    inn = Inn(First(out()), last)

    for _ in range(2):
        with pytest.raises(AuthError):
            inn.painter.paint(ORDER)
    assert len(last.orders) == 2


def test_a_mixed_run_names_the_maker_of_each_picture(parts: Parts) -> None:
    first = First(out(), after=2)
    asides = Asides()
    named: dict[str, Painter] = {"first": first, "slope": SlopePainter()}
    painters = Standby(named, "paints",
                       parts.catalogue.troubles, asides)  # fmt: skip
    mixed = replace(parts, painter=PainterInOrder(painters), asides=asides)
    item = Item("r1", "p0", 0, settings={"text": "A bridge. Key: low (30)."})
    events: list[Event] = []
    run = parts.catalogue.runs.create("r1", "", {}, [item])
    options = RunOptions(rounds=2, width=96, height=64, seed=7, epsilon=-1.0)

    report = MakeRun(mixed, options, run, events.append).go()

    first_round, second_round = parts.catalogue.runs.rounds("r1", "p0")
    works = [parts.catalogue.works.get(t.work) for r in (first_round, second_round)
             for t in r.takes]  # fmt: skip
    recipes = [parts.catalogue.works.recipe(work.id) for work in works]
    assert len(report.kept) == 1
    assert [recipe.painter.name for recipe in recipes if recipe] == ["first"] * 2 + ["slope"] * 2
    assert [work.provenance.source for work in works] == ["first"] * 2 + ["slope"] * 2
    assert [event.line for event in events if event.kind == "aside"] == [
        "'first' is out, so 'slope' paints: Nothing is left."
    ]


# Before a real wire ----------------------------------------------------------------------------


@pytest.fixture
def stub() -> Iterator[OpenAIStub]:
    with OpenAIStub() as served:
        yield served


def test_one_failure_before_a_desk_is_one_row(stub: OpenAIStub) -> None:
    troubles = MemoryTroubles()
    desk = Desk(Desk.offline().ledger, troubles, Budget(None), Limits())
    factory = LLMS.open("openai")
    options = factory.Options(
        model="gpt-6-luna-quota", base_url=stub.base_url, api_key="k", vendor="openai"
    )
    llm = factory(options, desk.noting(FallingLog(troubles, "list")))
    named: dict[str, Writer] = {"openai": LlmWriter(llm), "list": ListWriter()}
    writers = Standby(named, "writes", troubles, Asides())

    prompt = WriterInOrder(writers).expand("A bridge.", "", "", Errand("r1", "p0"))

    assert prompt.text.startswith("A bridge.")
    assert [(t.kind, t.action, t.recovered) for t in troubles.list()] == [
        ("quota-spent", "fell back", True)
    ]
    assert len(stub.calls) == 1


def test_places_and_names_are_those_of_all() -> None:
    def placed(places: Sequence[str]) -> str:
        members: dict[str, Painter] = {
            f"p{n}": type("P", (SlopePainter,), {"place": place})()
            for n, place in enumerate(places)
        }
        return Standby(members, "paints", MemoryTroubles(), Asides()).place

    assert placed(["cpu", "outside"]) == "outside"
    assert placed(["cpu", "cpu"]) == "cpu"
    assert Inn(First(out()), SlopePainter()).painter.name == "first,slope"
