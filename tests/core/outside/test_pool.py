from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from gesso.core.outside.waiting.pool import run_streams


def test_each_item_has_its_own_outcome() -> None:
    outcomes = run_streams(lambda number: number * number, range(50), workers=4)
    assert {outcome.item: outcome.result for outcome in outcomes} == {n: n * n for n in range(50)}


def test_one_failure_fails_alone() -> None:
    outcomes = list(run_streams(lambda number: 6 // number, [0, 1, 2], workers=2))

    assert sorted(o.result for o in outcomes if o.result is not None) == [3, 6]
    (failed,) = (o for o in outcomes if o.error is not None)
    assert failed.item == 0
    assert isinstance(failed.error, ZeroDivisionError)


def test_who_is_done_first_comes_first() -> None:
    first_may_end = threading.Event()

    def work(name: str) -> str:
        if name == "slow":
            assert first_may_end.wait(60)
        return name

    outcomes = run_streams(work, ["slow", "a", "b"], workers=2)
    names = [next(outcomes).item, next(outcomes).item]
    first_may_end.set()
    names += [outcome.item for outcome in outcomes]

    assert names == ["a", "b", "slow"]


def test_items_may_be_endless_and_no_more_are_taken_than_workers_are_free() -> None:
    taken = [0]

    def items() -> Iterator[int]:
        for number in itertools.count():
            taken[0] += 1
            yield number

    outcomes = run_streams(lambda number: number, items(), workers=3)
    for seen in range(1, 101):
        next(outcomes)
        assert taken[0] <= seen + 3 - 1


def test_never_more_are_in_progress_than_workers() -> None:
    lock = threading.Lock()
    now, most = [0], [0]

    def work(_: int) -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        time.sleep(0.002)
        with lock:
            now[0] -= 1

    list(run_streams(work, range(60), workers=5))

    assert most[0] == 5


def test_after_a_stop_nothing_new_starts_and_what_is_in_progress_is_yielded() -> None:
    stop, started = threading.Event(), []

    def work(number: int) -> int:
        started.append(number)
        if number == 3:
            stop.set()
        time.sleep(0.02)
        return number

    outcomes = list(run_streams(work, itertools.count(), 4, stop))

    assert sorted(outcome.item for outcome in outcomes) == sorted(started)
    assert len(started) <= 8


def test_a_stop_before_the_start_starts_nothing() -> None:
    stop = threading.Event()
    stop.set()
    assert list(run_streams(str, range(5), 2, stop)) == []


def test_who_drops_the_outcomes_waits_for_what_is_in_progress() -> None:
    ended = []

    def work(number: int) -> None:
        time.sleep(0.05)
        ended.append(number)

    outcomes = run_streams(work, itertools.count(), workers=3)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]  # it is a generator

    count = len(ended)
    assert count == 3
    time.sleep(0.1)
    assert len(ended) == count


def test_items_that_fail_end_the_run_after_the_outcomes_so_far() -> None:
    def items() -> Iterator[int]:
        yield from (1, 2)
        raise OSError("the list is torn")

    outcomes = run_streams(int, items(), workers=4)
    seen = [next(outcomes).item, next(outcomes).item]
    with pytest.raises(OSError, match="torn"):
        next(outcomes)
    assert sorted(seen) == [1, 2]


def test_at_least_one_worker_is_needed_and_it_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="at least one worker"):
        run_streams(str, [1], workers=0)
