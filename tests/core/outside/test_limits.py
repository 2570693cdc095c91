from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gesso.core.errors import StorageError, StudioBusy
from gesso.core.outside.waiting.limits import Limits, Rate, RealClock

from .conftest import FakeClock


def test_a_provider_without_a_rate_is_always_open(clock: FakeClock) -> None:
    limits = Limits(clock=clock)
    assert [limits.enter("p") for _ in range(100)] == [0.0] * 100


@pytest.mark.parametrize("shared", [False, True])
def test_a_rate_lets_so_many_through_and_says_when_the_next_may(
    clock: FakeClock, tmp_path: Path, *, shared: bool
) -> None:
    limits = Limits({"p": Rate(3, 10)}, path=tmp_path / "l.db" if shared else None, clock=clock)

    assert [limits.enter("p") for _ in range(3)] == [0.0, 0.0, 0.0]
    wait_s = limits.enter("p")
    assert wait_s == pytest.approx(10, abs=0.01)
    assert limits.enter("another") == 0.0

    clock.time += wait_s - 0.1
    assert limits.enter("p") > 0.0
    clock.time += 0.2
    assert limits.enter("p") == 0.0
    limits.close()


def test_a_shut_door_stays_shut_for_as_long_as_was_asked(clock: FakeClock) -> None:
    limits = Limits(clock=clock)
    limits.shut_for("p", 30)

    assert limits.enter("p") == 30
    clock.time += 29.999
    assert limits.enter("p") > 0.0
    clock.time += 0.001
    assert limits.enter("p") == 0.0


def test_a_shorter_wish_never_shortens_a_longer_one(clock: FakeClock, tmp_path: Path) -> None:
    for path in (None, tmp_path / "l.db"):
        limits = Limits(path=path, clock=clock)
        limits.shut_for("p", 30)
        limits.shut_for("p", 1)
        assert limits.shut_s("p") == pytest.approx(30)
        limits.close()


def test_a_shut_door_uses_up_no_call_of_the_rate(clock: FakeClock) -> None:
    limits = Limits({"p": Rate(1, 100)}, clock=clock)
    limits.shut_for("p", 5)
    assert limits.enter("p") == 5

    clock.time += 5
    assert limits.enter("p") == 0.0


def test_two_studios_on_one_file_share_the_quiet(clock: FakeClock, tmp_path: Path) -> None:
    ours = Limits(path=tmp_path / "l.db", clock=clock)
    theirs = Limits(path=tmp_path / "l.db", clock=clock)

    ours.shut_for("p", 12)

    assert theirs.shut_s("p") == pytest.approx(12)
    assert theirs.shut_s("another") == 0.0
    ours.close()
    theirs.close()


def test_a_wall_clock_set_back_does_not_prolong_the_quiet(clock: FakeClock, tmp_path: Path) -> None:
    limits = Limits(path=tmp_path / "l.db", clock=clock)
    limits.shut_for("p", 12)
    clock.wall_offset -= 86400

    assert Limits(path=tmp_path / "l.db", clock=clock).shut_s("p") <= 12
    limits.close()


def test_a_wall_clock_set_back_does_not_block_a_shared_rate(
    clock: FakeClock, tmp_path: Path
) -> None:
    limits = Limits({"p": Rate(1, 10)}, path=tmp_path / "l.db", clock=clock)
    assert limits.enter("p") == 0.0
    clock.wall_offset -= 86400

    assert limits.enter("p") == 0.0
    limits.close()


def test_threads_together_keep_the_rate(tmp_path: Path) -> None:
    limits = Limits({"p": Rate(5, 60)}, path=tmp_path / "l.db")

    with ThreadPoolExecutor(16) as threads:
        waits = list(threads.map(lambda _: limits.enter("p"), range(200)))

    assert waits.count(0.0) == 5
    limits.close()


TAKE_EIGHT = """
import sys, threading, time
from pathlib import Path
from gesso.core.outside.waiting.limits import Limits, Rate, RealClock

limits = Limits({"p": Rate(5, 1)}, path=Path(sys.argv[1]))
for _ in range(8):
    before = time.time()
    while (wait_s := limits.enter("p")) > 0.0:
        RealClock().wait(wait_s, threading.Event())
        before = time.time()
    print(before, time.time())
"""


def test_processes_together_keep_the_rate(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TAKE_EIGHT, str(tmp_path / "l.db")]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    told = [line.split() for one in both for line in one.communicate(timeout=60)[0].splitlines()]
    before, after = (sorted(float(line[part]) for line in told) for part in (0, 1))

    assert len(told) == 16
    # Each entered between its two moments, and the sixth after any one a second later than it.
    assert min(late - early for early, late in zip(before, after[5:], strict=False)) > 0.95


OPEN_MANY = """
import sys, time
from pathlib import Path
from gesso.core.outside.waiting.limits import Limits, Rate

print("ready", flush=True)
sys.stdin.readline()
for number in range(12):
    limits = Limits({"p": Rate(1000, 60)}, path=Path(sys.argv[1]) / f"{number}.db")
    assert limits.enter("p") == 0.0
    limits.shut_for("another", 60)
    limits.close()
"""


def test_eight_processes_that_make_one_file_at_once_all_succeed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPEN_MANY, str(tmp_path)]
    pipe = subprocess.PIPE
    openers = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(8)
    ]
    for opener in openers:
        assert opener.stdout is not None
        assert opener.stdout.readline() == "ready\n"
    for opener in openers:
        assert opener.stdin is not None
        opener.stdin.write("go\n")
        opener.stdin.flush()
    told = [opener.communicate(timeout=60)[1] for opener in openers]

    assert [opener.returncode for opener in openers] == [0] * 8, told


def test_a_file_that_another_program_holds_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gesso.core.outside.waiting.shared._BUSY_S", 0.1)
    path = tmp_path / "l.db"
    limits = Limits({"p": Rate(2, 60)}, path=path)
    assert limits.enter("p") == 0.0
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StudioBusy, match="Another program"):
        limits.shut_for("p", 1)
    limits._shut_until.clear()
    with pytest.raises(StudioBusy):
        limits.enter("p")

    holder.execute("ROLLBACK")
    holder.close()
    assert limits.enter("p") == 0.0
    limits.close()


def test_a_file_that_stays_locked_while_it_is_made_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gesso.core.outside.waiting.shared._BUSY_S", 0.1)
    holder = sqlite3.connect(tmp_path / "l.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StudioBusy):
        Limits(path=tmp_path / "l.db")

    holder.close()


def test_a_file_that_cannot_be_used_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "l.db").write_bytes(b"no database at all, but long enough to be taken for one" * 9)
    for path in (tmp_path / "l.db", tmp_path / "missing" / "l.db"):
        with pytest.raises(StorageError, match="cannot be used"):
            Limits(path=path)


@pytest.mark.parametrize("name", ["a'; DROP TABLE shut; --", "", "../x"])
def test_a_name_that_could_not_be_a_providers_opens_no_bucket(tmp_path: Path, name: str) -> None:
    limits = Limits({name: Rate(1)}, path=tmp_path / "l.db")
    with pytest.raises(ValueError, match="no name for a provider"):
        limits.enter(name)
    limits.close()


@pytest.mark.parametrize(("calls", "per_s"), [(0, 1.0), (1, 0.0), (1, float("nan"))])
def test_a_rate_must_let_something_through(calls: int, per_s: float) -> None:
    with pytest.raises(ValueError, match="at least 1 call"):
        Rate(calls, per_s)


def test_a_real_wait_ends_when_the_owner_stops() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    began = time.monotonic()

    RealClock().wait(60, stop)

    assert time.monotonic() - began < 5


@pytest.mark.parametrize("shared", [False, True])
def test_who_wants_quiet_is_told_with_how_much_of_it_is_left(
    clock: FakeClock, tmp_path: Path, *, shared: bool
) -> None:
    path = tmp_path / "l.db" if shared else None
    limits = Limits(path=path, clock=clock)
    limits.shut_for("p", 12)
    limits.shut_for("q", 2)
    clock.time += 5
    looking = Limits(path=path, clock=clock) if shared else limits

    assert set(looking.shut()) == {"p"}
    assert looking.shut()["p"].left_s == pytest.approx(7)
    assert looking.shut()["p"].whole_s >= 7
    if shared:
        assert looking.shut()["p"].whole_s == pytest.approx(12)
    looking.close()
    limits.close()
