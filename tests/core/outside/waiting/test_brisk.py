"""Threads hand over sooner while calls are out, and as before when none is."""

from __future__ import annotations

import sys
import threading

from gesso.core.outside.waiting.brisk import Brisk


def test_the_interval_is_shorter_inside_and_comes_back() -> None:
    before, brisk = sys.getswitchinterval(), Brisk()

    with brisk.while_out():
        inside = sys.getswitchinterval()
        with brisk.while_out():
            assert sys.getswitchinterval() == inside
        assert sys.getswitchinterval() == inside

    assert inside < before
    assert sys.getswitchinterval() == before


def test_the_last_of_many_threads_brings_it_back() -> None:
    before, brisk = sys.getswitchinterval(), Brisk()
    go = threading.Barrier(8)

    def work() -> None:
        for _ in range(50):
            with brisk.while_out():
                assert sys.getswitchinterval() < before
        go.wait()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sys.getswitchinterval() == before


def test_a_shorter_interval_of_somebody_else_stays() -> None:
    before, brisk = sys.getswitchinterval(), Brisk()
    sys.setswitchinterval(1e-5)
    try:
        with brisk.while_out():
            assert sys.getswitchinterval() <= 1.1e-5
    finally:
        sys.setswitchinterval(before)
