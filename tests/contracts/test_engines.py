"""What every engine of bulk work owes its caller, asked of each that can run here.

The work is Python's own `eval`, so that a test can hand in items that compute, raise, die or hang.
"""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gesso.core.errors import MissingExtra, WorkerLost
from gesso.core.runner.engine import ENGINES, Engine, EngineOptions
from gesso.core.runner.limits import Limits

DEATH = "__import__('os')._exit(17)"
HANG = "__import__('time').sleep(600)"
MEMORY = "len(bytearray(800_000_000))"
SPIN = "[0 for _ in iter(int, 1)]"
ELSEWHERE = ("process", "ray")

linux = pytest.mark.skipif(sys.platform != "linux", reason="held by Linux")


def opened(name: str, options: EngineOptions) -> Engine:
    try:
        return ENGINES.open(name)(options)
    except MissingExtra as error:
        pytest.skip(str(error))


@pytest.fixture(params=ENGINES.names())
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    with opened(request.param, EngineOptions(workers=2, timeout_s=20)) as started:
        yield started


def test_every_item_comes_back_once_with_its_result(engine: Engine) -> None:
    done = list(engine.run(math.factorial, range(50)))

    assert sorted(one.item for one in done) == list(range(50))
    assert all(one.result == math.factorial(one.item) and one.error is None for one in done)


def test_an_item_that_raises_fails_alone_with_what_it_raised(engine: Engine) -> None:
    done = {one.item: one for one in engine.run(math.factorial, [3, -1, 4])}

    assert isinstance(done[-1].error, ValueError)
    assert done[-1].result is None
    assert (done[3].result, done[4].result) == (6, 24)


def test_many_threads_may_ask_at_once(engine: Engine) -> None:
    def one(number: int) -> list[int | None]:
        return [done.result for done in engine.run(math.factorial, [number])]

    with ThreadPoolExecutor(6) as threads:
        assert list(threads.map(one, range(24))) == [[math.factorial(n)] for n in range(24)]


def test_no_items_give_nothing(engine: Engine) -> None:
    assert list(engine.run(math.factorial, [])) == []


def test_what_is_in_flight_comes_back_before_the_lists_own_failure(engine: Engine) -> None:
    def listed() -> Iterator[int]:
        yield from (1, 2)
        raise LookupError("the list broke off")

    came: list[int] = []
    with pytest.raises(LookupError, match="broke off"):
        came.extend(one.item for one in engine.run(math.factorial, listed()))
    assert sorted(came) == [1, 2]


@pytest.mark.parametrize("name", ENGINES.names())
def test_no_more_items_are_taken_up_than_the_window_holds(name: str) -> None:
    taken = 0

    def listed() -> Iterator[int]:
        nonlocal taken
        while taken < 200:
            taken += 1
            yield taken

    with opened(name, EngineOptions(workers=2, window=5)) as engine:
        for back, _ in enumerate(engine.run(math.factorial, listed())):
            assert taken - back <= 6  # five in flight, and the one that was handed over
    assert taken == 200


@pytest.mark.parametrize("name", ENGINES.names())
def test_a_loop_that_is_left_lets_go(name: str) -> None:
    with opened(name, EngineOptions(workers=2)) as engine:
        run = engine.run(math.factorial, range(10**9))
        next(run)
        run.close()  # type: ignore[attr-defined]  # every run is a generator
        assert [one.result for one in engine.run(math.factorial, [5])] == [120]


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_item_whose_worker_dies_fails_alone(name: str) -> None:
    items = [DEATH, *(f"{number} * 2" for number in range(20))]
    with opened(name, EngineOptions(workers=2, timeout_s=60)) as engine:
        done = {one.item: one for one in engine.run(eval, items)}

    assert isinstance(done.pop(DEATH).error, WorkerLost)
    assert {one.result for one in done.values()} == {2 * number for number in range(20)}


@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_item_that_hangs_is_cut_off_alone(name: str) -> None:
    items = [HANG, *(f"{number} * 2" for number in range(20))]
    began = time.monotonic()
    with opened(name, EngineOptions(workers=2, timeout_s=2)) as engine:
        done = {one.item: one for one in engine.run(eval, items)}

    assert isinstance(done.pop(HANG).error, WorkerLost)
    assert {one.result for one in done.values()} == {2 * number for number in range(20)}
    assert time.monotonic() - began < 60


@linux
@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_item_that_asks_for_too_much_memory_fails_alone(name: str) -> None:
    options = EngineOptions(workers=1, limits=Limits(memory_bytes=200 << 20))
    with opened(name, options) as engine:
        done = {one.item: one for one in engine.run(eval, [MEMORY, "6 * 7"])}

    assert isinstance(done[MEMORY].error, MemoryError)
    assert done["6 * 7"].result == 42


@linux
@pytest.mark.parametrize("name", ELSEWHERE)
def test_an_item_that_spins_is_ended_by_its_processor_time(name: str) -> None:
    options = EngineOptions(workers=1, timeout_s=120, limits=Limits(cpu_s=1))
    with opened(name, options) as engine:
        done = {one.item: one for one in engine.run(eval, [SPIN, "6 * 7"])}

    assert isinstance(done[SPIN].error, WorkerLost)
    assert done["6 * 7"].result == 42


@linux
def test_processor_time_is_counted_for_each_item_anew() -> None:
    half_a_second = "__import__('collections').deque(range(20_000_000), 0)"
    options = EngineOptions(workers=1, limits=Limits(cpu_s=1))
    with opened("process", options) as engine:
        done = list(engine.run(eval, [f"{half_a_second} and {number}" for number in range(8)]))

    assert [one.error for one in done] == [None] * 8


@linux
@pytest.mark.parametrize("is_quiet", [True, False])
def test_what_c_libraries_print_goes_nowhere_when_asked(is_quiet: bool) -> None:
    options = EngineOptions(workers=1, limits=Limits(is_quiet=is_quiet))
    with opened("process", options) as engine:
        (done,) = engine.run(eval, ["__import__('os').readlink('/proc/self/fd/2')"])

    assert (done.result == os.devnull) is is_quiet


@pytest.mark.parametrize("name", ELSEWHERE)
def test_the_work_is_done_elsewhere(name: str) -> None:
    with opened(name, EngineOptions(workers=1)) as engine:
        (done,) = engine.run(eval, ["__import__('os').getpid()"])

    assert done.result != os.getpid()


def test_a_slow_list_holds_back_no_result(engine: Engine) -> None:
    came = threading.Event()

    def listed() -> Iterator[int]:
        yield from range(3)
        # The list goes on when a result is seen; who fills its window first waits for ever.
        while not came.is_set() and time.monotonic() < began + 60:
            yield 3
            time.sleep(0.05)

    began = time.monotonic()
    with_a_wide_window = engine.run(math.factorial, listed())
    next(with_a_wide_window)
    came.set()
    list(with_a_wide_window)
    assert time.monotonic() - began < 50


@pytest.mark.parametrize("wrong", [{"workers": 0}, {"window": 0}, {"timeout_s": -1}])
def test_numbers_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="above zero"):
        EngineOptions(**wrong)  # type: ignore[arg-type]  # the wrong kinds on purpose
