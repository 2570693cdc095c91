"""Writers of one process: one at a time, and who holds up a call before all others."""

from __future__ import annotations

import threading
import time

from gesso.core.catalogue.store.dialects.turn import Turn


def test_who_holds_up_a_call_goes_before_those_in_line() -> None:
    turn, order = Turn(), list[str]()
    assert turn.take(1.0)

    def write(name: str, *, ahead: bool) -> None:
        assert turn.take(10.0, ahead=ahead)
        time.sleep(0.002)  # who writes waits for the disk
        order.append(name)
        turn.give_back()

    others = [
        threading.Thread(target=write, args=(f"other {n}",), kwargs={"ahead": False})
        for n in range(12)
    ]
    call = threading.Thread(target=write, args=("call",), kwargs={"ahead": True})
    for thread in (*others, call):
        thread.start()
    time.sleep(0.5)  # they all wait by now
    turn.give_back()
    for thread in (*others, call):
        thread.join()

    assert len(order) == 13
    assert order.index("call") <= 2


def test_who_waits_too_long_is_told_so_and_keeps_nobody_from_the_line() -> None:
    turn = Turn()
    assert turn.take(1.0)

    assert not turn.take(0.02)
    assert not turn.take(0.02, ahead=True)

    turn.give_back()
    assert turn.take(0.02)
    turn.give_back()
    assert turn.take(0.02, ahead=True)


def test_two_never_have_the_turn_at_once() -> None:
    turn, inside, most = Turn(), 0, 0

    def write(*, ahead: bool) -> None:
        nonlocal inside, most
        for _ in range(200):
            assert turn.take(10.0, ahead=ahead)
            inside += 1
            most = max(most, inside)
            inside -= 1
            turn.give_back()

    threads = [threading.Thread(target=write, kwargs={"ahead": n % 2 == 0}) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == 1


def test_nobody_gives_up_while_those_before_him_get_through() -> None:
    turn, came = Turn(), list[bool]()
    assert turn.take(1.0)
    waiting = threading.Thread(target=lambda: came.append(turn.take(0.1)))
    waiting.start()

    for _ in range(8):  # as if others wrote, each for a moment
        time.sleep(0.05)
        turn.through += 1
    assert waiting.is_alive()

    turn.give_back()
    waiting.join()
    assert came == [True]
