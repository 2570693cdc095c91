from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from gesso.core.errors import (
    AuthError,
    BadOutput,
    BudgetSpent,
    Interrupted,
    OutsideError,
    QuotaSpent,
    RateLimited,
    Refused,
    StorageError,
    Transient,
    UnknownOutcome,
)
from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.asks import Answer, Ask, Attempt
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.waiting.limits import Clock, Limits, Rate
from gesso.core.outside.waiting.retry import RetryOptions
from gesso.core.records.calls import Call, Errand, Trouble

from .conftest import FakeClock

ASK = Ask("p", "paint", "m", Errand("run", "item"), estimate_usd=0.5)


class Counter:
    """A desk whose books can be read, and a sender that fails with each of `failures` in turn."""

    def __init__(
        self,
        clock: Clock | None = None,
        *failures: BaseException,
        cap_usd: float | None = None,
        rates: dict[str, Rate] | None = None,
        in_flight: int = 16,
        ledger: MemoryLedger | None = None,
    ) -> None:
        self.failures = list(failures)
        self.attempts: list[Attempt] = []
        self.ledger = ledger or MemoryLedger()
        self.log = MemoryTroubles()
        self.stop = threading.Event()
        self.limits = Limits(rates, clock=clock)
        self.desk = Desk(
            self.ledger,
            self.log,
            Budget(cap_usd),
            self.limits,
            DeskOptions(in_flight, RetryOptions(wait_initial_s=1.0)),
            stop=self.stop,
            clock=clock,
            rng=random.Random(7),
        )

    def send(self, attempt: Attempt) -> Answer[str]:
        self.attempts.append(attempt)
        if self.failures:
            raise self.failures.pop(0)
        return Answer("a picture", 0.25, "billed units", 10, 20, "req-1")

    def ask(self, ask: Ask = ASK) -> str:
        return self.desk.ask(ask, self.send)

    def calls(self) -> list[Call]:
        return self.ledger.calls()

    def troubles(self) -> list[Trouble]:
        return self.log.list()


def test_an_answer_comes_back_and_its_call_is_on_the_books(clock: FakeClock) -> None:
    counter = Counter(clock)

    assert counter.ask() == "a picture"

    (call,) = counter.calls()
    assert (call.run, call.item, call.provider, call.operation, call.model) == (
        *("run", "item", "p", "paint", "m"),
    )
    assert (call.state, call.attempt, call.status, call.error) == ("done", 1, 200, "")
    assert (call.reserved_usd, call.cost_usd, call.price_source) == (0.5, 0.25, "billed units")
    assert (call.input_units, call.output_units, call.request_id) == (10, 20, "req-1")
    assert (counter.desk.budget.spent, counter.desk.budget.reserved) == (0.25, 0.0)
    assert counter.troubles() == []


def test_the_row_stands_and_the_money_is_set_aside_before_anything_leaves() -> None:
    desk = Desk.offline()
    seen: list[tuple[str, float]] = []

    def send(attempt: Attempt) -> Answer[None]:
        (call,) = desk.ledger.calls()
        assert call.id == attempt.call_id
        seen.append((call.state, desk.budget.reserved))
        return Answer(None, 0.0)

    desk.ask(ASK, send)

    assert seen == [("sent", 0.5)]


def test_each_attempt_is_a_row_and_all_bear_the_same_key(clock: FakeClock) -> None:
    counter = Counter(clock, Transient("hiccup", status=503), RateLimited("slow", after_s=9))

    counter.ask()

    rows = [(c.attempt, c.state, c.status, c.error, c.cost_usd) for c in counter.calls()]
    assert rows == [
        (1, "failed", 503, "transient", 0.0),
        (2, "failed", 429, "rate-limited", 0.0),
        (3, "done", 200, "", 0.25),
    ]
    assert len({c.key for c in counter.calls()} | {a.key for a in counter.attempts}) == 1
    assert counter.calls()[2].waited_s == pytest.approx(9)


def test_two_requests_have_two_keys_unless_they_bring_one(clock: FakeClock) -> None:
    counter = Counter(clock)
    counter.ask()
    counter.ask()
    counter.ask(Ask("p", "paint", key="mine"))

    first, second, third = (call.key for call in counter.calls())
    assert first != second
    assert third == "mine"


def test_what_recovered_by_itself_is_a_trouble_that_says_so(clock: FakeClock) -> None:
    counter = Counter(clock, Transient("hiccup", "breathe"), BadOutput("no title"))

    counter.ask()

    assert counter.troubles() == [
        Trouble("run", "item", "transient", "hiccup breathe", "retried", recovered=True),
        Trouble("run", "item", "bad-output", "no title", "repaired", recovered=True),
    ]


def test_what_finally_failed_is_a_trouble_that_says_so_and_is_noted(clock: FakeClock) -> None:
    counter = Counter(clock, Transient("hiccup"), Refused("not this"))

    with pytest.raises(Refused) as caught:
        counter.ask()

    assert [(t.kind, t.action, t.recovered) for t in counter.troubles()] == [
        ("transient", "retried", False),
        ("refused", "failed", False),
    ]
    assert caught.value.is_noted


def test_an_unknown_outcome_counts_as_spent_and_is_not_sent_again(clock: FakeClock) -> None:
    counter = Counter(clock, UnknownOutcome("silence"))

    with pytest.raises(UnknownOutcome):
        counter.ask()

    (call,) = counter.calls()
    assert (call.state, call.cost_usd, call.error) == ("unknown", None, "unknown-outcome")
    assert counter.desk.budget.spent == counter.ledger.spent("run") == 0.5


def test_an_unknown_outcome_is_sent_again_where_that_does_no_harm(clock: FakeClock) -> None:
    counter = Counter(clock, UnknownOutcome("silence"))

    counter.ask(Ask("p", "poll", resendable=True))

    assert [call.state for call in counter.calls()] == ["unknown", "done"]


def test_a_broken_sender_leaves_the_outcome_unknown(clock: FakeClock) -> None:
    counter = Counter(clock, KeyError("a bug"))

    with pytest.raises(KeyError):
        counter.ask()

    (call,) = counter.calls()
    assert (call.state, call.error) == ("unknown", "KeyError")
    assert counter.desk.budget.spent == 0.5


def test_a_useless_answer_is_taken_to_be_billed(clock: FakeClock) -> None:
    counter = Counter(clock, BadOutput("garbage", status=200))

    counter.ask()

    assert [(c.cost_usd, c.price_source) for c in counter.calls()] == [
        (0.5, "estimate"),
        (0.25, "billed units"),
    ]
    assert counter.attempts[1].repair == "garbage"
    assert counter.desk.budget.spent == counter.ledger.spent() == 0.75


def test_a_cost_that_was_told_counts_even_when_the_answer_is_of_no_use(clock: FakeClock) -> None:
    counter = Counter(clock)

    def send(attempt: Attempt) -> Answer[str]:
        attempt.note_cost(0.125, "billed units")
        raise Refused("not this")

    with pytest.raises(Refused):
        counter.desk.ask(ASK, send)

    (call,) = counter.calls()
    assert (call.state, call.cost_usd, call.price_source) == ("failed", 0.125, "billed units")
    assert counter.desk.budget.spent == 0.125


def test_an_answer_of_unknown_cost_counts_with_its_estimate(clock: FakeClock) -> None:
    counter = Counter(clock)

    counter.desk.ask(ASK, lambda _: Answer(None, None))

    assert counter.calls()[0].cost_usd is None
    assert counter.desk.budget.spent == counter.ledger.spent() == 0.5


def test_a_request_id_is_on_the_books_before_the_first_poll(clock: FakeClock) -> None:
    counter = Counter(clock)

    def send(attempt: Attempt) -> Answer[None]:
        attempt.note_request("req-9")
        assert counter.calls()[0].request_id == "req-9"
        raise UnknownOutcome("silence")

    with pytest.raises(UnknownOutcome):
        counter.desk.ask(ASK, send)

    assert counter.calls()[0].request_id == "req-9"


def test_the_call_that_would_pass_the_cap_is_neither_sent_nor_written_down(
    clock: FakeClock,
) -> None:
    counter = Counter(clock, cap_usd=0.8)
    counter.ask()
    counter.ask()

    with pytest.raises(BudgetSpent):
        counter.ask()

    assert len(counter.calls()) == len(counter.attempts) == 2
    assert counter.desk.budget.reserved == 0.0


def test_a_full_disk_keeps_the_call_at_home_and_frees_its_money(clock: FakeClock) -> None:
    class FullLedger(MemoryLedger):
        def open(self, **_: object) -> int:
            raise StorageError("the disk is full")

    counter = Counter(clock, cap_usd=1.0, ledger=FullLedger())

    with pytest.raises(StorageError):
        counter.ask()

    assert counter.attempts == []
    assert counter.desk.budget.remaining == 1.0


def test_one_call_told_to_wait_keeps_everybody_from_that_door(clock: FakeClock) -> None:
    counter = Counter(clock)
    began = clock.time
    times: list[float] = []

    def note_time(attempt: Attempt) -> Answer[None]:
        if not times:
            times.append(clock.time - began)
            raise RateLimited("slow", after_s=40)
        times.append(clock.time - began)
        return Answer(None, 0.0)

    counter.desk.ask(ASK, note_time)
    counter.limits.shut_for("p", 15)
    counter.desk.ask(ASK, note_time)
    counter.desk.ask(Ask("another", "paint"), note_time)

    assert times == [0, 40, 55, 55]


def test_a_door_that_shuts_while_the_row_is_written_holds_the_call_back(
    clock: FakeClock,
) -> None:
    class ShuttingLedger(MemoryLedger):
        def open(self, **row: object) -> int:
            counter.limits.shut_for("p", 20)
            return super().open(**row)  # type: ignore[arg-type]  # passed on as it is

    counter = Counter(clock, ledger=ShuttingLedger())
    began = clock.time
    left: list[float] = []

    def note_time(_: Attempt) -> Answer[None]:
        left.append(clock.time - began)
        return Answer(None, 0.0)

    counter.desk.ask(ASK, note_time)

    assert left == [20]


def test_a_provider_that_wants_a_day_of_quiet_is_not_waited_for(clock: FakeClock) -> None:
    counter = Counter(clock, RateLimited("tomorrow", after_s=86_400))
    with pytest.raises(RateLimited, match="tomorrow"):
        counter.ask()

    with pytest.raises(RateLimited, match="asked for a pause") as refused:
        counter.ask()

    assert refused.value.after_s == pytest.approx(86_400)
    assert len(counter.attempts) == 1
    assert clock.waits == []


def test_the_rate_spreads_the_calls_out(clock: FakeClock) -> None:
    counter = Counter(clock, rates={"p": Rate(2, 10)})
    began = clock.time

    for _ in range(6):
        counter.ask()

    assert clock.time - began >= 20


def test_never_more_calls_are_out_than_there_are_places() -> None:
    counter = Counter(in_flight=3)
    out, most, lock = [0], [0], threading.Lock()

    def send(_: Attempt) -> Answer[None]:
        with lock:
            out[0] += 1
            most[0] = max(most[0], out[0])
        time.sleep(0.01)
        with lock:
            out[0] -= 1
        return Answer(None, 0.0)

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda _: counter.desk.ask(ASK, send), range(36)))

    assert most[0] == 3


def test_who_waits_for_a_provider_takes_no_place_from_others() -> None:
    counter = Counter(in_flight=1)
    counter.limits.shut_for("shut", 0.5)
    ended: list[str] = []

    def ask(provider: str) -> None:
        counter.desk.ask(Ask(provider, "paint"), lambda _: Answer(None, 0.0))
        ended.append(provider)

    waiting = threading.Thread(target=ask, args=("shut",))
    waiting.start()
    time.sleep(0.05)
    ask("open")
    waiting.join()

    assert ended == ["open", "shut"]


def test_after_a_stop_nothing_new_leaves(clock: FakeClock) -> None:
    counter = Counter(clock)
    counter.stop.set()

    with pytest.raises(Interrupted):
        counter.ask()

    assert counter.attempts == []
    assert counter.calls() == []


def test_a_stop_ends_a_long_wait_at_once() -> None:
    counter = Counter(None, RateLimited("slow", after_s=60))
    threading.Timer(0.1, counter.stop.set).start()
    began = time.monotonic()

    with pytest.raises(Interrupted):
        counter.ask()

    assert time.monotonic() - began < 10
    assert [(t.kind, t.action) for t in counter.troubles()] == [("rate-limited", "stopped")]


def test_a_stop_waits_for_the_call_that_is_out_and_keeps_its_answer() -> None:
    counter = Counter()
    is_out = threading.Event()

    def slow(_: Attempt) -> Answer[str]:
        is_out.set()
        time.sleep(0.2)
        return Answer("paid for", 0.25)

    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(counter.desk.ask, ASK, slow)
        is_out.wait(60)
        counter.stop.set()
        assert answer.result(60) == "paid for"

    assert counter.calls()[0].state == "done"


def test_a_stop_frees_everybody_who_waits_for_a_place() -> None:
    counter = Counter(in_flight=1)
    go_on = threading.Event()

    def slow(_: Attempt) -> Answer[None]:
        go_on.wait(60)
        return Answer(None, 0.0)

    with ThreadPoolExecutor(5) as threads:
        asked = [threads.submit(counter.desk.ask, ASK, slow) for _ in range(5)]
        while not counter.calls():
            time.sleep(0.005)
        counter.stop.set()
        stopped = [call for call in asked if _waited_for(call.exception) is not None]
        go_on.set()

    assert len(stopped) == 4
    assert len(counter.calls()) == 1


def _waited_for(exception: Callable[[float], BaseException | None]) -> BaseException | None:
    try:
        return exception(1.0)
    except TimeoutError:
        return None


@pytest.mark.parametrize("kind", [AuthError, QuotaSpent])
def test_a_dead_account_is_asked_once_and_costs_nothing(
    clock: FakeClock, kind: type[OutsideError]
) -> None:
    counter = Counter(clock, kind("no"))

    with pytest.raises(kind):
        counter.ask()

    assert [(c.state, c.cost_usd) for c in counter.calls()] == [("failed", 0.0)]


def test_places_come_back_after_failures_of_every_sort(clock: FakeClock) -> None:
    counter = Counter(clock, KeyError("a bug"), UnknownOutcome("silence"), in_flight=1)
    for kind in (KeyError, UnknownOutcome):
        with pytest.raises(kind):
            counter.ask()

    assert counter.ask() == "a picture"


def test_a_desk_lets_at_least_one_call_out() -> None:
    with pytest.raises(ValueError, match="at least one call"):
        DeskOptions(in_flight=0)
