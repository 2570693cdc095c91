from __future__ import annotations

import pytest

from gesso.core.outside.accounts.ledger import Ledger, MemoryLedger, MemoryTroubles, TroubleLog
from gesso.core.records.calls import CallState, Errand, Trouble


def _open(ledger: Ledger, run: str = "", reserved_usd: float = 0.0) -> int:
    return ledger.open(
        errand=Errand(run, "item"),
        provider="p",
        operation="paint",
        model="m",
        attempt=1,
        key="k",
        reserved_usd=reserved_usd,
        waited_s=0.25,
    )


def _settle(ledger: Ledger, call: int, state: CallState, cost_usd: float | None) -> None:
    ledger.settle(
        call,
        state=state,
        status=200,
        request_id="",
        cost_usd=cost_usd,
        price_source="",
        input_units=None,
        output_units=None,
        error="",
    )


def test_a_call_is_sent_until_it_is_settled() -> None:
    ledger = MemoryLedger()
    call_id = _open(ledger, "run")

    (sent,) = ledger.calls()
    _settle(ledger, call_id, "done", 0.5)
    (done,) = ledger.calls()

    assert (sent.state, sent.ended_at, sent.waited_s) == ("sent", None, 0.25)
    assert (done.state, done.cost_usd, done.run, done.item) == ("done", 0.5, "run", "item")
    assert done.ended_at is not None


def test_a_noted_request_id_outlives_a_settlement_that_names_none() -> None:
    ledger = MemoryLedger()
    call_id = _open(ledger)
    ledger.note_request(call_id, "req-1")

    _settle(ledger, call_id, "done", 0.0)

    assert ledger.calls()[0].request_id == "req-1"


@pytest.mark.parametrize(
    ("state", "cost_usd", "counted"),
    [
        ("done", 0.3, 0.3),
        ("done", None, 0.5),
        ("unknown", None, 0.5),
        ("sent", None, 0.5),
        ("failed", None, 0.0),
        ("failed", 0.2, 0.2),
    ],
)
def test_what_was_spent_leans_to_the_careful_side(
    state: CallState, cost_usd: float | None, counted: float
) -> None:
    ledger = MemoryLedger()
    _settle(ledger, _open(ledger, "run", 0.5), state, cost_usd)

    assert ledger.spent("run") == counted
    assert ledger.spent() == counted
    assert ledger.spent("another") == 0.0


def test_calls_left_open_by_a_dead_process_become_unknown() -> None:
    ledger = MemoryLedger()
    _settle(ledger, _open(ledger, "run"), "done", 0.0)
    _open(ledger, "run")
    _open(ledger, "another")

    assert ledger.abandon_open("run") == 1
    assert [call.state for call in ledger.calls()] == ["done", "unknown", "sent"]


@pytest.mark.parametrize("state", ["unknown", "done"])
def test_a_call_that_may_still_bring_something_is_taken_up_once(state: CallState) -> None:
    ledger = MemoryLedger()
    call_id = _open(ledger, "run", 0.5)
    ledger.note_request(call_id, "req-1")
    _settle(ledger, call_id, state, 0.25)

    before, again = ledger.take_up("k"), ledger.take_up("k")
    (call,) = ledger.calls()

    assert before is not None
    assert (before.id, before.state, before.request_id) == (call_id, state, "req-1")
    assert (call.state, call.request_id, call.cost_usd, call.ended_at) == (
        "sent",
        "req-1",
        0.25,
        None,
    )
    assert again is None


def test_a_call_that_failed_or_is_out_is_not_taken_up() -> None:
    ledger = MemoryLedger()
    assert ledger.take_up("k") is None
    _settle(ledger, _open(ledger), "unknown", None)
    call_id = _open(ledger)

    assert ledger.take_up("k") is None
    _settle(ledger, call_id, "failed", None)
    assert ledger.take_up("k") is None


def test_troubles_are_kept_in_order_by_run() -> None:
    log = MemoryTroubles()
    keeper: TroubleLog = log
    for run, kind in (("a", "transient"), ("b", "auth"), ("a", "refused")):
        keeper.add(Trouble(run, "", kind, "", "retried", recovered=True))

    assert [trouble.kind for trouble in log.list("a")] == ["transient", "refused"]
    assert len(log.list()) == 3
