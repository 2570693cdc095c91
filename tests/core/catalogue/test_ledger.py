"""The ledger and the log of troubles: a call is a row before its bytes leave."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from tests.stubs.grounds import FileGround

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.errors import UnknownItem
from gesso.core.outside.accounts.ledger import Ledger, MemoryLedger, TroubleLog
from gesso.core.records.calls import CallState, Errand, Trouble

from .workshop import Clock


def _open(catalogue: Catalogue, run: str = "r", reserved: float = 0.25, key: str = "k") -> int:
    return catalogue.calls.open(
        errand=Errand(run, "i"),
        provider="fal",
        operation="paint",
        model="m",
        attempt=1,
        key=key,
        reserved_usd=reserved,
        waited_s=1.5,
    )


def _settle(
    catalogue: Catalogue, call: int, state: CallState, cost: float | None, request_id: str = ""
) -> None:
    catalogue.calls.settle(
        call,
        state=state,
        status=200,
        request_id=request_id,
        cost_usd=cost,
        price_source="billed units",
        input_units=10,
        output_units=2,
        error="" if state == "done" else "transient",
    )


def test_the_desk_may_keep_its_books_in_the_catalogue(catalogue: Catalogue) -> None:
    ledger: Ledger = catalogue.calls
    troubles: TroubleLog = catalogue.troubles
    memory = MemoryLedger()

    for book in (ledger, memory):
        for state, cost in (("done", 0.1), ("done", None), ("failed", None), ("failed", 0.3)):
            call = book.open(
                errand=Errand("r"),
                provider="p",
                operation="paint",
                model="",
                attempt=1,
                key="k",
                reserved_usd=0.25,
                waited_s=0,
            )
            book.settle(
                call,
                state=state,  # type: ignore[arg-type]  # one of the states
                status=None,
                request_id="",
                cost_usd=cost,
                price_source="",
                input_units=None,
                output_units=None,
                error="",
            )
    troubles.add(_trouble("transient", True))

    assert ledger.spent("r") == pytest.approx(memory.spent("r"))
    assert len(catalogue.troubles.list()) == 1


def test_a_call_is_on_record_before_anything_is_sent(
    ground: FileGround, catalogue: Catalogue
) -> None:
    number = _open(catalogue)

    asked = "SELECT id, state, reserved_usd, ended_at FROM api_calls"
    with ground.database(catalogue.folder) as other, other.read() as beside:
        row = beside.exec_driver_sql(asked).one()  # what any other process sees

    assert row == (number, "sent", 0.25, None)


def test_a_call_tells_its_whole_story(catalogue: Catalogue) -> None:
    number = _open(catalogue)
    catalogue.calls.note_request(number, "req-7")
    _settle(catalogue, number, "done", 0.2)

    (call,) = catalogue.calls.calls()

    assert (call.id, call.run, call.item, call.provider) == (number, "r", "i", "fal")
    assert (call.state, call.request_id, call.status, call.cost_usd) == ("done", "req-7", 200, 0.2)
    assert (call.waited_s, call.input_units, call.output_units) == (1.5, 10, 2)
    assert call.ended_at is not None
    assert call.ended_at > call.started_at


@pytest.mark.parametrize(
    ("state", "cost", "counts"),
    [
        ("done", 0.1, 0.1),
        ("done", None, 0.25),
        ("done", 0.0, 0.0),
        ("failed", None, 0.0),
        ("failed", 0.1, 0.1),
        ("unknown", None, 0.25),
        ("unknown", 0.4, 0.4),
    ],
)
def test_what_a_call_counts_for(
    catalogue: Catalogue, state: CallState, cost: float | None, counts: float
) -> None:
    _settle(catalogue, _open(catalogue), state, cost)

    assert catalogue.calls.spent("r") == pytest.approx(counts)
    assert catalogue.calls.spent() == pytest.approx(counts)


def test_a_call_that_is_out_counts_with_what_was_reserved(catalogue: Catalogue) -> None:
    _open(catalogue)
    _open(catalogue, run="other", reserved=1)

    assert catalogue.calls.spent("r") == pytest.approx(0.25)
    assert catalogue.calls.spent() == pytest.approx(1.25)
    assert catalogue.calls.spent("nobody") == 0


def test_calls_can_be_asked_for_by_run_by_state_and_from_a_number_on(catalogue: Catalogue) -> None:
    first, second, third = _open(catalogue), _open(catalogue, run="other"), _open(catalogue)
    _settle(catalogue, first, "failed", None)

    def ids(**wanted: object) -> list[int]:
        return [call.id for call in catalogue.calls.calls(**wanted)]  # type: ignore[arg-type]  # by name

    assert ids() == [first, second, third]
    assert ids(run="r") == [first, third]
    assert ids(run="r", state="sent") == [third]
    assert ids(after=first, limit=1) == [second]


def test_a_call_that_was_never_opened_cannot_be_settled(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownItem, match="no call number 9"):
        _settle(catalogue, 9, "done", 1)
    with pytest.raises(UnknownItem, match="no call number 9"):
        catalogue.calls.note_request(9, "x")


def test_calls_of_a_killed_process_become_unknown_and_keep_counting(
    ground: FileGround, tmp_path: Path
) -> None:
    folder = tmp_path / "studio"
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED, str(folder), ground.url(folder)], timeout=60, check=False
    )
    assert killed.returncode == -signal.SIGKILL

    with ground.open(folder) as catalogue:
        mine = _open(catalogue)
        assert catalogue.calls.abandon_open("other") == 0
        assert catalogue.calls.abandon_open("r") == 2
        states = {call.id: call.state for call in catalogue.calls.calls("r")}
        assert catalogue.calls.spent("r") == pytest.approx(2 * 0.5 + 0.1 + 0.25)

    assert states.pop(mine) == "sent"
    assert list(states.values()) == ["unknown", "unknown", "done"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from gesso.core.catalogue.catalogue import Catalogue, CatalogueOptions
from gesso.core.records.calls import Errand

catalogue = Catalogue.open(Path(sys.argv[1]), options=CatalogueOptions(url=sys.argv[2]))
for key in "abc":
    last = catalogue.calls.open(
        errand=Errand("r"), provider="p", operation="paint", model="", attempt=1, key=key,
        reserved_usd=0.5, waited_s=0,
    )
catalogue.calls.settle(
    last, state="done", status=200, request_id="", cost_usd=0.1, price_source="",
    input_units=None, output_units=None, error="",
)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_who_holds_the_run_abandons_every_call_but_its_own(
    ground: FileGround, tmp_path: Path
) -> None:
    # The first one's process lives (it is this one), as one with a reused number would.
    with ground.open(tmp_path / "studio") as one, ground.open(tmp_path / "studio") as two:
        left, foreign = _open(one), _open(one, run="other")
        mine = _open(two)
        assert two.calls.abandon_open("r") == 1
        states = {call.id: call.state for call in two.calls.calls()}
        assert two.calls.abandon_open("r") == 0

    assert states == {left: "unknown", foreign: "sent", mine: "sent"}


def test_a_ledger_that_was_closed_waits_for_none_of_its_calls(catalogue: Catalogue) -> None:
    _open(catalogue)
    assert catalogue.calls.abandon_open("r") == 0
    catalogue.calls.close()
    assert catalogue.calls.abandon_open("r") == 1


def test_an_abandoned_call_is_taken_up_though_its_process_seems_to_live(
    ground: FileGround, tmp_path: Path
) -> None:
    with ground.open(tmp_path / "studio") as one, ground.open(tmp_path / "studio") as two:
        number = _open(one)
        two.calls.abandon_open("r")
        before = two.calls.take_up("k")
        assert one.calls.abandon_open("other") == 0
        assert two.calls.abandon_open("r") == 0  # it is ours now

    assert before is not None
    assert (before.id, before.state) == (number, "unknown")


def test_a_call_of_a_killed_process_is_taken_up_in_its_own_row(
    ground: FileGround, tmp_path: Path
) -> None:
    folder = tmp_path / "studio"
    subprocess.run(
        [sys.executable, "-c", _KILLED, str(folder), ground.url(folder)], timeout=60, check=False
    )

    with ground.open(folder) as catalogue:
        assert catalogue.calls.take_up("a") is None  # nobody has said yet that it is abandoned
        catalogue.calls.abandon_open("r")
        before = catalogue.calls.take_up("a")
        counts = catalogue.calls.spent("r")
        states = [call.state for call in catalogue.calls.calls("r")]
        assert catalogue.calls.abandon_open("r") == 0  # it is ours now

    assert before is not None
    assert (before.state, before.reserved_usd) == ("unknown", 0.5)
    assert states == ["sent", "unknown", "done"]
    assert counts == pytest.approx(2 * 0.5 + 0.1)


def test_a_call_that_is_done_is_taken_up_with_its_cost_and_its_id(catalogue: Catalogue) -> None:
    number = _open(catalogue)
    _settle(catalogue, number, "done", 0.2, request_id="req-7")

    before = catalogue.calls.take_up("k")

    assert before is not None
    assert (before.state, before.request_id, before.cost_usd) == ("done", "req-7", 0.2)
    assert catalogue.calls.calls()[0].state == "sent"
    assert catalogue.calls.spent("r") == pytest.approx(0.2)


def test_only_the_newest_call_of_a_request_is_taken_up(catalogue: Catalogue) -> None:
    _settle(catalogue, _open(catalogue), "unknown", None)
    _settle(catalogue, _open(catalogue), "failed", None)

    assert catalogue.calls.take_up("k") is None
    assert catalogue.calls.take_up("another") is None


def test_two_threads_never_take_up_the_same_call(catalogue: Catalogue) -> None:
    for number in range(20):
        _settle(catalogue, _open(catalogue, key=str(number)), "unknown", None)

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(catalogue.calls.take_up, [str(n) for n in range(20)] * 2))

    assert sorted(call.key for call in taken if call) == sorted(str(n) for n in range(20))


def test_sixteen_threads_lose_no_call(catalogue: Catalogue) -> None:
    def call(number: int) -> None:
        _settle(catalogue, _open(catalogue, key=str(number)), "done", 0.01)

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(call, range(200)))

    calls = catalogue.calls.calls("r")
    assert {c.key for c in calls} == {str(number) for number in range(200)}
    assert all(c.state == "done" for c in calls)
    assert catalogue.calls.spent("r") == pytest.approx(2)


# Troubles ---------------------------------------------------------------------------------------


def _trouble(kind: str, recovered: bool, run: str = "r", message: str = "It failed.") -> Trouble:
    return Trouble(run, "i", kind, message, "retried" if recovered else "failed", recovered)


def test_troubles_come_newest_first_and_can_be_narrowed(catalogue: Catalogue) -> None:
    troubles = [
        _trouble("transient", True),
        _trouble("refused", False),
        _trouble("auth", False, "q"),
    ]
    for trouble in troubles:
        catalogue.troubles.add(trouble)

    assert [one.trouble for one in catalogue.troubles.list()] == troubles[::-1]
    assert [one.trouble for one in catalogue.troubles.list("r", recovered=False)] == [troubles[1]]
    assert [one.trouble for one in catalogue.troubles.list(kind="auth")] == [troubles[2]]
    assert len(catalogue.troubles.list(limit=1)) == 1


def test_the_summary_tells_what_recovered_by_itself(catalogue: Catalogue) -> None:
    for number in range(3):
        catalogue.troubles.add(_trouble("transient", number < 2, message=f"Try {number}."))
    catalogue.troubles.add(_trouble("rate-limited", True))
    catalogue.troubles.add(_trouble("refused", False, run="other"))

    every = {one.kind: (one.count, one.recovered, one.left) for one in catalogue.troubles.summary()}

    assert every == {"transient": (3, 2, 1), "refused": (1, 0, 1), "rate-limited": (1, 1, 0)}
    assert [one.kind for one in catalogue.troubles.summary("r")] == ["transient", "rate-limited"]
    assert catalogue.troubles.summary("r")[0].last_message == "Try 2."


def test_old_troubles_are_forgotten_on_request(catalogue: Catalogue, clock: Clock) -> None:
    catalogue.troubles.add(_trouble("transient", True))
    clock.now += timedelta(days=10)
    catalogue.troubles.add(_trouble("refused", False))

    assert catalogue.troubles.prune(30) == 0
    assert catalogue.troubles.prune(9) == 1
    assert [one.trouble.kind for one in catalogue.troubles.list()] == ["refused"]
    with pytest.raises(ValueError, match="not negative"):
        catalogue.troubles.prune(-1)


def test_a_slate_keeps_each_trouble_once_until_the_work_got_over_it(catalogue: Catalogue) -> None:
    again = [_trouble("transient", False), _trouble("transient", False), _trouble("auth", False)]

    for _ in range(2):
        slate = catalogue.troubles.slate_of_runs("r")
        with catalogue.database.write() as connection:
            slate.note_in(connection, again)
            slate.note_in(connection, again)
    assert sorted(row.trouble.kind for row in catalogue.troubles.list()) == ["auth", "transient"]
    assert "i" in slate

    with catalogue.database.write() as connection:
        slate.recover_in(connection, ["i", "another"])
        slate.note_in(connection, again[2:])
    told = [(row.trouble.kind, row.trouble.recovered) for row in catalogue.troubles.list()]
    assert told[0] == ("auth", False)
    assert set(told[1:]) == {("auth", True), ("transient", True)}


def test_a_slate_is_as_before_when_its_transaction_came_to_nothing(catalogue: Catalogue) -> None:
    def trouble(item: str) -> Trouble:
        return Trouble("r1", item, "input", "no picture", "skipped", False)

    troubles, database = catalogue.troubles, catalogue.database
    troubles.add(trouble("old"))
    slate = troubles.slate_of_runs("r1")
    with suppress(LookupError), database.write() as connection:
        slate.recover_in(connection, ["old"])
        slate.note_in(connection, [trouble("old"), trouble("new")])
        raise LookupError

    assert "old" in slate
    assert "new" not in slate
    with database.write() as connection:
        slate.note_in(connection, [trouble("old"), trouble("new")])
        slate.recover_in(connection, ["old"])
    told = {row.trouble.item: row.trouble.recovered for row in troubles.list()}
    assert told == {"old": True, "new": False}
    assert len(troubles.list()) == 2


def test_a_slate_of_a_run_knows_nothing_of_others(catalogue: Catalogue) -> None:
    catalogue.troubles.add(_trouble("auth", False, "r_1"))
    catalogue.troubles.add_once("r", [_trouble("auth", False, "r")])
    catalogue.troubles.add_once("r", [_trouble("auth", False, "r")])

    assert "i" not in catalogue.troubles.slate_of_runs("r_2")
    assert len(catalogue.troubles.list("r")) == 1
