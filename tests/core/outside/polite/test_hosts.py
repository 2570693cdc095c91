from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gesso.core.errors import Interrupted, StorageError
from gesso.core.outside.polite.hosts import BreakerOptions, Hosts, Pace

from ..conftest import FakeClock


def waited(hosts: Hosts, host: str, clock: FakeClock, turns: int) -> list[float]:
    """When each turn was taken, seconds from now."""
    start, taken = clock.time, []
    for _ in range(turns):
        while wait_s := hosts.enter(host):
            clock.time += wait_s
        taken.append(round(clock.time - start, 3))
    return taken


def test_a_host_is_asked_twice_at_once_and_then_once_a_second(clock: FakeClock) -> None:
    hosts = Hosts(clock=clock)

    assert waited(hosts, "a.test", clock, 5) == [0, 0, 1, 2, 3]
    clock.time += 100
    assert waited(hosts, "a.test", clock, 4) == [0, 0, 1, 2]


def test_each_host_has_a_door_and_a_pace_of_its_own(clock: FakeClock) -> None:
    hosts = Hosts(pace=Pace(1, 1), clock=clock)
    hosts.set_pace("quick.test", Pace(10, 3))

    assert waited(hosts, "a.test", clock, 1) == waited(hosts, "b.test", clock, 1) == [0]
    assert waited(hosts, "quick.test", clock, 5) == pytest.approx([0, 0, 0, 0.1, 0.2])


def test_a_hosts_own_wish_slows_us_down_and_never_up(clock: FakeClock) -> None:
    hosts = Hosts(pace=Pace(1, 2), clock=clock)
    hosts.slow_down("a.test", 5)
    hosts.slow_down("a.test", 0.1)

    assert waited(hosts, "a.test", clock, 3) == [0, 5, 10]


def test_a_pause_without_a_word_doubles_up_to_the_longest(clock: FakeClock) -> None:
    hosts = Hosts(clock=clock, breaker=BreakerOptions(first_s=30, longest_s=100))
    pauses = []
    for _ in range(4):
        pauses.append(hosts.said_no("a.test", "quiet").left_s)
        clock.time += pauses[-1]

    assert pauses == pytest.approx([30, 60, 100, 100])
    assert hosts.pause("a.test").left_s == 0
    assert hosts.pause("b.test").left_s == 0


def test_an_answer_makes_the_next_pause_a_first_one(clock: FakeClock) -> None:
    hosts = Hosts(clock=clock)
    for _ in range(3):
        clock.time += hosts.said_no("a.test", "quiet").left_s
    hosts.answered("a.test")

    assert hosts.said_no("a.test", "quiet").left_s == pytest.approx(30)


def test_what_a_host_asks_for_is_kept_and_never_undercut(clock: FakeClock) -> None:
    hosts = Hosts(clock=clock)

    assert hosts.said_no("a.test", "x", 7).left_s == pytest.approx(7)
    assert hosts.said_no("a.test", "x", 3600).left_s == pytest.approx(3600)
    hosts.said_no("a.test", "x")
    hosts.answered("a.test")
    assert hosts.pause("a.test").left_s == pytest.approx(3600)


def test_a_host_that_says_no_again_and_again_waits_longer_than_it_asked(clock: FakeClock) -> None:
    hosts = Hosts(clock=clock)
    pauses = []
    for _ in range(4):
        pauses.append(hosts.said_no("a.test", "x", 5).left_s)
        clock.time += pauses[-1]

    assert pauses == pytest.approx([5, 30, 60, 120])


def test_failures_in_a_row_open_the_breaker_and_an_answer_between_does_not(
    clock: FakeClock,
) -> None:
    hosts = Hosts(clock=clock, breaker=BreakerOptions(strikes=3))
    hosts.struck("a.test", "x")
    hosts.struck("a.test", "x")
    hosts.answered("a.test")
    hosts.struck("a.test", "x")

    assert hosts.struck("a.test", "x").left_s == 0
    assert hosts.struck("a.test", "it broke").left_s == pytest.approx(30)
    assert hosts.pause("a.test").reason == "it broke"
    assert list(hosts.seen()) == ["a.test"]


def test_a_wall_clock_that_jumps_neither_undercuts_nor_holds_for_ever(
    clock: FakeClock, tmp_path: Path
) -> None:
    hosts = Hosts(tmp_path / "l.db", clock=clock)
    hosts.said_no("a.test", "x", 60)
    clock.wall_offset += 86400
    assert hosts.pause("a.test").left_s == pytest.approx(60)

    clock.time += 60
    hosts.said_no("a.test", "x", 60)
    assert waited(hosts, "b.test", clock, 3) == [0, 0, 1]
    clock.wall_offset -= 10 * 86400
    other = Hosts(tmp_path / "l.db", clock=clock)

    assert other.pause("a.test").left_s <= 62
    assert waited(other, "b.test", clock, 1)[0] <= 2
    hosts.close()
    other.close()


TURNS = """
import sys, threading, time
from pathlib import Path
from gesso.core.outside.polite.hosts import Hosts, Pace
hosts = Hosts(Path(sys.argv[1]), pace=Pace(20, 2))
for _ in range(10):
    while wait := hosts.enter("a.test"):
        time.sleep(wait)
    print(time.time())
"""


def test_processes_share_the_pace_and_the_pauses(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    command = [sys.executable, "-c", TURNS, str(path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(3)]
    times = sorted(float(line) for one in running for line in one.communicate()[0].split())

    assert len(times) == 30
    # Any n turns in a row take at least (n - burst) / pace; a printed time may lag a little.
    for first, at in enumerate(times):
        for last in range(first + 2, 30):
            assert times[last] - at >= (last - first + 1 - 2) / 20 - 0.02

    ours, theirs = Hosts(path), Hosts(path)
    ours.said_no("a.test", "quiet", 60)
    assert theirs.pause("a.test").left_s == pytest.approx(60, abs=1)
    ours.close()
    theirs.close()


def test_a_shorter_wish_that_another_process_heard_shortens_nothing(
    clock: FakeClock, tmp_path: Path
) -> None:
    ours, theirs = (Hosts(tmp_path / "l.db", clock=clock) for _ in range(2))
    ours.said_no("a.test", "x", 3600)
    theirs.said_no("a.test", "x", 1)

    third = Hosts(tmp_path / "l.db", clock=clock)
    assert third.pause("a.test").left_s == pytest.approx(3600, abs=1)
    for hosts in (ours, theirs, third):
        hosts.close()


def test_one_connection_a_host(clock: FakeClock) -> None:
    hosts, stop = Hosts(clock=clock), threading.Event()
    with hosts.place("a.test", stop), hosts.place("b.test", stop):
        stop.set()
        with pytest.raises(Interrupted), hosts.place("a.test", stop):
            pytest.fail("there is one place")
    with hosts.place("a.test", stop):
        pass


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    (tmp_path / "l.db").write_bytes(b"no database" * 100)

    with pytest.raises(StorageError, match=r"l\.db"):
        Hosts(tmp_path / "l.db")


@pytest.mark.parametrize(("per_s", "burst"), [(0, 1), (1, 0), (float("nan"), 1), (1e9, 1)])
def test_a_pace_has_a_range(per_s: float, burst: int) -> None:
    with pytest.raises(ValueError, match="pace"):
        Pace(per_s, burst)
