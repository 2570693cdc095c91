"""A request whose provider can be asked after it is gone on with in its own row."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gesso.core.errors import BadOutput, Interrupted, Transient, UnknownOutcome
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.desk import Desk
from gesso.core.outside.waiting.limits import Limits
from gesso.core.records.calls import Errand

from .conftest import FakeClock

ASK = Ask("p", "paint", "m", Errand("run", "item"), 0.5, key="k", resumable=True)


class House:
    """A desk with its books; each new desk is what a restarted process would build."""

    def __init__(self, clock: FakeClock, cap_usd: float | None = None) -> None:
        self.ledger = MemoryLedger()
        self.limits = Limits(clock=clock)
        self.stop = threading.Event()
        self._clock = clock
        self._cap = cap_usd
        self.budget = Budget(cap_usd)

    def ask(self, send: Callable[[Attempt], Answer[str]], ask: Ask = ASK) -> str:
        self.budget = Budget(self._cap, self.ledger.spent())
        desk = Desk(
            self.ledger,
            MemoryTroubles(),
            self.budget,
            self.limits,
            stop=self.stop,
            clock=self._clock,
        )
        return desk.ask(ask, send)

    def rows(self) -> list[tuple[str, float | None, str]]:
        return [(call.state, call.cost_usd, call.request_id) for call in self.ledger.calls()]


@pytest.fixture
def house(clock: FakeClock) -> House:
    return House(clock)


def _lost(attempt: Attempt) -> Answer[str]:
    attempt.note_request("req-1")
    raise UnknownOutcome("silence")


def _leave(house: House) -> None:
    with pytest.raises(UnknownOutcome):
        house.ask(_lost)


def test_a_lost_call_is_gone_on_with_in_its_own_row(house: House) -> None:
    met: list[Attempt] = []

    def found(attempt: Attempt) -> Answer[str]:
        met.append(attempt)
        return Answer("a picture", 0.2, "billed units")

    _leave(house)
    assert house.ask(found) == "a picture"

    (attempt,) = met
    assert attempt.before is not None
    assert (attempt.before.state, attempt.before.request_id) == ("unknown", "req-1")
    assert house.rows() == [("done", 0.2, "req-1")]
    assert (house.budget.spent, house.budget.reserved) == pytest.approx((0.2, 0.0))


def test_a_request_that_is_not_resumable_gets_a_row_of_its_own(house: House) -> None:
    plain = Ask("p", "paint", "m", Errand("run", "item"), 0.5, key="k")
    _leave(house)

    house.ask(lambda attempt: Answer("again", 0.1), plain)

    assert house.rows() == [("unknown", None, "req-1"), ("done", 0.1, "")]


def test_a_call_that_is_done_keeps_its_cost_when_its_answer_is_asked_for_again(
    house: House,
) -> None:
    house.ask(lambda attempt: Answer("a picture", 0.2, "billed units", request_id="req-1"))

    again = house.ask(lambda attempt: Answer("the same", None))

    assert again == "the same"
    assert house.rows() == [("done", 0.2, "req-1")]
    assert house.budget.spent == pytest.approx(0.2)


def test_a_lost_call_is_asked_after_although_the_cap_is_reached(clock: FakeClock) -> None:
    house = House(clock, cap_usd=0.5)
    _leave(house)

    assert house.ask(lambda attempt: Answer("a picture", 0.2)) == "a picture"


def test_an_answer_that_is_gone_for_good_is_paid_for_anew_in_a_second_row(house: House) -> None:
    house.ask(lambda attempt: Answer("a picture", 0.2, request_id="req-1"))

    def gone(attempt: Attempt) -> Answer[str]:
        if attempt.before is not None:
            raise BadOutput("It is not kept any more.")
        return Answer("another", 0.3, request_id="req-2")

    assert house.ask(gone) == "another"
    assert house.rows() == [("failed", 0.2, "req-1"), ("done", 0.3, "req-2")]
    assert house.budget.spent == pytest.approx(0.5)


def test_a_lost_call_that_turns_out_to_have_failed_costs_nothing(house: House) -> None:
    def failed_there(attempt: Attempt) -> Answer[str]:
        if attempt.before is not None:
            raise Transient("The runner died.")
        return Answer("a picture", 0.3)

    _leave(house)
    house.ask(failed_there)

    assert house.rows() == [("failed", 0.0, "req-1"), ("done", 0.3, "")]


def test_a_call_that_was_taken_up_and_not_asked_after_stays_unknown(
    house: House, clock: FakeClock
) -> None:
    class Shutting(MemoryLedger):
        def take_up(self, key: str):
            house.limits.shut_for("p", 5.0)  # another thread met a 429 meanwhile
            house.stop.set()
            return super().take_up(key)

    _leave(house)
    house.ledger.__class__ = Shutting
    with pytest.raises(Interrupted):
        house.ask(lambda attempt: Answer("never sent", 0.0))

    assert house.rows() == [("unknown", None, "req-1")]
