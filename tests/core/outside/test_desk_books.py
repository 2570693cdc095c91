"""Books that are busy or broken hide neither an answer nor an error."""

from __future__ import annotations

import logging

import pytest

from gesso.core.errors import RateLimited, Refused, StorageError, StudioBusy, Transient
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.records.calls import Trouble

from .conftest import FakeClock
from .test_desk import Counter


class BusyLedger(MemoryLedger):
    """Held by somebody else for the first `times` that a call is settled."""

    def __init__(self, times: int, error: type[Exception] = StudioBusy) -> None:
        super().__init__()
        self.times, self.error = times, error

    def settle(self, call_id: int, **row: object) -> None:
        if self.times:
            self.times -= 1
            raise self.error("Another program has been writing.")
        super().settle(call_id, **row)  # type: ignore[arg-type]  # passed on as it is


def test_a_ledger_that_is_busy_for_a_while_still_learns_of_the_answer(clock: FakeClock) -> None:
    counter = Counter(clock, ledger=BusyLedger(2))

    assert counter.ask() == "a picture"

    assert [(c.state, c.cost_usd) for c in counter.calls()] == [("done", 0.25)]
    assert len(counter.attempts) == 1


@pytest.mark.parametrize("error", [StudioBusy, StorageError])
def test_an_answer_that_was_paid_for_is_handed_over_though_the_books_fail(
    clock: FakeClock, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    counter = Counter(clock, ledger=BusyLedger(99, error))

    with caplog.at_level(logging.WARNING):
        assert counter.ask() == "a picture"

    assert "could not be written down" in caplog.text
    assert [(c.state, c.reserved_usd) for c in counter.calls()] == [("sent", 0.5)]
    assert (counter.desk.budget.spent, counter.desk.budget.reserved) == (0.25, 0.0)


@pytest.mark.parametrize("final", [None, Refused("not this")])
def test_a_trouble_log_that_stays_busy_hides_neither_an_answer_nor_an_error(
    clock: FakeClock, caplog: pytest.LogCaptureFixture, final: Refused | None
) -> None:
    class BusyTroubles(MemoryTroubles):
        def add(self, trouble: Trouble) -> None:
            raise StudioBusy("Another program has been writing.")

    counter = Counter(clock, Transient("hiccup"), *([final] if final else []))
    counter.desk.troubles = BusyTroubles()

    with caplog.at_level(logging.WARNING):
        if final is None:
            assert counter.ask() == "a picture"
        else:
            with pytest.raises(Refused, match="not this"):
                counter.ask()

    assert "could not be written down" in caplog.text


@pytest.mark.parametrize("error", [StudioBusy, StorageError])
def test_a_door_that_cannot_be_shut_for_all_leaves_no_call_open(
    clock: FakeClock, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise error("The file limits.db cannot be used.")

    counter = Counter(clock, RateLimited("slow", after_s=9))
    monkeypatch.setattr(counter.limits, "shut_for", fail)

    assert counter.ask() == "a picture"

    assert [(c.state, c.cost_usd) for c in counter.calls()] == [("failed", 0.0), ("done", 0.25)]
    assert (counter.desk.budget.spent, counter.desk.budget.reserved) == (0.25, 0.0)
    assert sum(clock.waits) >= 9, "this one waits all the same"
