from __future__ import annotations

import gc
import math
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import Pipe, current_process
from pathlib import Path

import pytest

from gesso.core.errors import GessoError, NoWorker, PictureError, WorkerLost
from gesso.core.runner import Workers, worker

posix = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")


@pytest.fixture
def workers() -> Iterator[Workers]:
    with Workers(2, timeout_s=20) as started:
        yield started


def test_the_work_is_done_in_another_process(workers: Workers) -> None:
    assert workers.call(os.getpid) != os.getpid()
    assert workers.call(math.sqrt, 16) == 4


def test_a_worker_does_not_look_for_garbage_among_its_modules(workers: Workers) -> None:
    """A pass over them takes as long as a small picture."""
    before = gc.get_freeze_count()

    assert workers.call(gc.get_freeze_count) > 1000
    assert gc.get_freeze_count() == before


def test_without_workers_the_work_is_done_here() -> None:
    with Workers(0) as none:
        assert none.call(os.getpid) == os.getpid()


def test_an_exception_comes_back_as_it_was_raised(workers: Workers) -> None:
    with pytest.raises(ValueError, match="math domain error"):
        workers.call(math.sqrt, -1)


def test_a_timeout_that_the_function_raised_itself_is_its_own(workers: Workers) -> None:
    with pytest.raises(TimeoutError, match="mine"):
        workers.call(exec, "raise TimeoutError('mine')")


def test_our_own_errors_keep_their_message_and_advice(workers: Workers) -> None:
    source = "from gesso.core.errors import PictureError; raise PictureError('no picture', 'look')"
    with pytest.raises(PictureError) as failed:
        workers.call(exec, source, {})
    assert (failed.value.message, failed.value.advice) == ("no picture", "look")


def test_many_threads_may_call_at_once_and_each_gets_its_own_result(workers: Workers) -> None:
    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(lambda number: workers.call(math.factorial, number), range(200)))
    assert results == [math.factorial(number) for number in range(200)]


def test_no_more_processes_work_than_were_asked_for(workers: Workers) -> None:
    with ThreadPoolExecutor(8) as threads:
        pids = list(threads.map(lambda _: _pid_after(workers, 0.01), range(40)))
    assert len(set(pids)) == 2


def _pid_after(workers: Workers, seconds: float) -> int:
    pid: int = workers.call(
        eval, f"(__import__('time').sleep({seconds}), __import__('os').getpid())[1]"
    )
    return pid


def test_a_worker_that_dies_fails_only_its_call(workers: Workers) -> None:
    with ThreadPoolExecutor(4) as threads:
        deaths = [threads.submit(workers.call, os._exit, 3) for _ in range(3)]
        others = [threads.submit(workers.call, math.sqrt, n * n) for n in range(20)]

    for death in deaths:
        with pytest.raises(GessoError, match=r"'_exit' died \(exit code 3\)"):
            death.result()
    assert [other.result() for other in others] == list(range(20))


def test_a_worker_that_hangs_fails_only_its_call() -> None:
    with Workers(2, timeout_s=2) as workers, ThreadPoolExecutor(4) as threads:
        hung = threads.submit(workers.call, time.sleep, 60)
        others = [threads.submit(workers.call, math.sqrt, 4) for _ in range(20)]
        assert [other.result() for other in others] == [2] * 20
        with pytest.raises(GessoError, match=r"'sleep' took longer than 2 s"):
            hung.result(60)
        assert workers.call(math.sqrt, 4) == 2


def test_the_last_word_of_a_worker_is_heard_where_only_its_end_was_seen() -> None:
    """Both came between the system's look at the pipe and its look at the process."""
    ours, theirs = Pipe()
    gone = 0
    running = worker._Running(current_process(), ours, lambda _: [gone])
    with ours:
        with theirs:
            theirs.send_bytes(b"done")

        assert worker._heard(running, None) == b"done"
        assert worker._heard(running, None) is None


@posix
def test_a_worker_killed_in_its_call_is_named_by_its_signal(workers: Workers) -> None:
    with pytest.raises(GessoError, match="SIGKILL"):
        workers.call(exec, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)")


@posix
@pytest.mark.parametrize("pause_s", [0.0, 0.4])
def test_a_worker_killed_while_idle_costs_no_call(workers: Workers, pause_s: float) -> None:
    os.kill(workers.call(os.getpid), signal.SIGKILL)
    time.sleep(pause_s)

    assert workers.call(math.sqrt, 9) == 3


@posix
def test_who_was_interrupted_leaves_no_answer_for_the_next() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with Workers(1) as one:
            assert one.call(math.sqrt, 4) == 2
            threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGUSR1)).start()
            with pytest.raises(KeyboardInterrupt):
                _pid_after(one, 1)
            assert [one.call(math.sqrt, number * number) for number in range(3)] == [0, 1, 2]
    finally:
        signal.signal(signal.SIGUSR1, before)


@posix
def test_what_workers_come_from_may_be_killed_as_one_begins() -> None:
    source = """
import math, os, signal, threading, time
from multiprocessing import forkserver
from gesso.core.errors import NoWorker
from gesso.core.runner import Workers
with Workers(1) as one:
    one.begin()
    pid = forkserver._forkserver._forkserver_pid
    os.kill(pid, signal.SIGSTOP)
    threading.Timer(0.3, os.kill, (pid, signal.SIGKILL)).start()
    try:
        print(one.call(math.sqrt, 16))
    except NoWorker as error:
        print(error.message)
    time.sleep(0.5)  # who is killed lets go of all before it is known to be gone
    print(one.call(math.sqrt, 16))
"""
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout == "A worker for 'sqrt' could not be started.\n4.0\n"


@posix
def test_a_worker_does_not_hear_the_owners_ctrl_c(workers: Workers) -> None:
    pid = workers.call(os.getpid)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(_pid_after, workers, 0.3)
        time.sleep(0.1)
        os.kill(pid, signal.SIGINT)
        assert call.result(60) == pid


def test_a_worker_is_settled_in_before_its_first_call() -> None:
    with Workers(
        1, initializer=exec, initargs=("import os; os.environ['SETTLED'] = 'yes'",)
    ) as one:
        assert one.call(os.getenv, "SETTLED") == "yes"
    assert os.getenv("SETTLED") is None


def test_a_worker_that_cannot_settle_in_is_reported_and_not_retried_for_ever() -> None:
    one = Workers(1, initializer=exec, initargs=("raise OSError",))
    with one, pytest.raises(NoWorker, match="could not be started"):
        one.call(math.sqrt, 4)


@posix
def test_workers_start_where_the_temporary_folder_is_too_deep_for_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    source = """
import multiprocessing, math
from gesso.core.runner import Workers
with Workers(1) as one:
    print(one.call(math.sqrt, 16), multiprocessing.current_process()._config["tempdir"])
"""
    done = subprocess.run(
        [sys.executable, "-c", source],
        env={**os.environ, "TMPDIR": str(deep)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    found, folder = done.stdout.split()
    assert found == "4.0"
    assert not Path(folder).exists()
    assert list(deep.iterdir()) == []


def test_what_workers_come_from_may_begin_before_the_first_is_needed() -> None:
    with Workers(1, modules=("math",)) as workers:
        workers.begin()
        workers.begin()
        assert workers.call(math.sqrt, 9) == 3
    with Workers(0) as none:
        none.begin()
        assert none.call(math.sqrt, 4) == 2


@posix
def test_what_workers_come_from_does_not_hear_ctrl_c_while_it_begins() -> None:
    source = """
import math, os, signal, time
from multiprocessing import forkserver
from gesso.core.runner import Workers
with Workers(1, modules=("gesso.core.pixels.derived.develop",)) as one:
    one.begin()
    for _ in range(20):
        time.sleep(0.01)
        os.kill(forkserver._forkserver._forkserver_pid, signal.SIGINT)
    print(one.call(math.sqrt, 16))
"""
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=False
    )

    assert (done.stdout, done.stderr) == ("4.0\n", "")


def test_an_exception_that_does_not_travel_is_told_in_words(workers: Workers) -> None:
    source = """
class Odd(Exception):
    def __init__(self, one, two):
        super().__init__("odd as it is")
raise Odd(1, 2)
"""
    with pytest.raises(RuntimeError, match="Odd: odd as it is"):
        workers.call(exec, source, {})
    assert workers.call(math.sqrt, 4) == 2


def test_an_exception_says_where_it_was_raised(workers: Workers) -> None:
    with pytest.raises(ValueError, match="math domain error") as failed:
        workers.call(math.sqrt, -1)
    assert "Traceback" in str(failed.value.__cause__)


@posix
@pytest.mark.parametrize("millions", [0, 8])
def test_a_call_is_done_once_however_its_worker_dies(tmp_path: Path, millions: int) -> None:
    """One that died before it took the call up is replaced; one that died with it is not."""
    done = tmp_path / "done"
    source = f"open({str(done)!r}, 'a').write('x'); import os, signal; os.kill(os.getpid(), 9)"
    with Workers(1) as one:
        for _ in range(3):
            os.kill(one.call(os.getpid), signal.SIGKILL)
            with pytest.raises(WorkerLost, match="SIGKILL"):
                one.call(exec, source + "#" * millions * 1_000_000)
    assert done.read_text() == "xxx"


def test_large_arguments_and_results_go_both_ways(workers: Workers) -> None:
    data = os.urandom(5_000_000)
    assert workers.call(bytes, data) == data


def test_what_does_not_pickle_fails_alone(workers: Workers) -> None:
    with pytest.raises((TypeError, AttributeError), match="pickle"):
        workers.call(id, threading.Lock())
    with pytest.raises((TypeError, AttributeError), match="pickle"):
        workers.call(threading.Lock)
    assert workers.call(math.sqrt, 4) == 2


def test_closing_waits_for_what_is_in_progress() -> None:
    workers = Workers(1)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(_pid_after, workers, 0.3)
        time.sleep(0.15)
        workers.close()
        assert call.done()
        assert call.result() > 0


def test_two_may_close_at_once() -> None:
    workers = Workers(2)
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(_pid_after, workers, 0.6) for _ in range(2)]
        time.sleep(0.3)
        closers = [threading.Thread(target=workers.close, daemon=True) for _ in range(2)]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join(10)
        assert not any(closer.is_alive() for closer in closers)
        assert all(call.result() > 0 for call in calls)


def test_after_closing_a_call_says_so() -> None:
    workers = Workers(1)
    workers.close()
    with pytest.raises(GessoError, match="stopped"):
        workers.call(math.sqrt, 4)


def test_stopping_ends_a_long_call_at_once() -> None:
    workers = Workers(1)
    with ThreadPoolExecutor(2) as threads:
        calls = [threads.submit(workers.call, time.sleep, 60) for _ in range(2)]
        time.sleep(0.4)
        began = time.monotonic()
        workers.stop()
        for call in calls:
            with pytest.raises(GessoError, match="stopped"):
                call.result(60)
    assert time.monotonic() - began < 10


PARENT = """
import math, os, sys, threading, time
from gesso.core.runner import Workers

if __name__ == "__main__":
    workers = Workers(2)
    for _ in range(2):
        threading.Thread(target=workers.call, args=(time.sleep, 300), daemon=True).start()
    time.sleep(0.05)
    me = os.getpid()
    deadline = time.monotonic() + 20
    children = []
    while len(children) < 2 and time.monotonic() < deadline:
        children = [w._running.process.pid for w in workers._workers if w._running]
        time.sleep(0.05)
    time.sleep(0.5)
    print(*children, flush=True)
    time.sleep(300)
"""


@posix
def test_no_worker_outlives_a_parent_that_was_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [int(pid) for pid in parent.stdout.readline().split()]
    assert len(children) == 2
    assert all(_is_alive(pid) for pid in children)

    parent.kill()
    parent.wait()
    parent.stdout.close()

    deadline = time.monotonic() + 10
    while any(_is_alive(pid) for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_is_alive(pid) for pid in children)


def _is_alive(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return state.stdout.strip()[:1] not in {"", "Z"}


def test_a_number_of_workers_is_not_below_zero() -> None:
    with pytest.raises(ValueError, match="zero or more"):
        Workers(-1)


@posix
def test_what_all_workers_need_is_there_before_they_begin() -> None:
    script = (
        "import sys; from gesso.core.runner import Workers\n"
        "is_there = \"'colorsys' in __import__('sys').modules\"\n"
        "with Workers(1, modules=['colorsys', 'no_such_module']) as workers:\n"
        "    print(eval(is_there), workers.call(eval, is_there))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )

    assert told.stdout.split() == ["False", "True"]
