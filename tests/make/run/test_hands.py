"""What will be asked about pictures is worked out of few at once."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gesso.core.pixels.derived.develop import develop_picture
from gesso.core.pixels.picture import Picture
from gesso.make.run.parts import Hands


def _picture(value: int) -> Picture:
    return Picture(np.full((8, 8, 3), value, dtype=np.uint8))


class _Watched:
    """Work that tells how many do it at once."""

    def __init__(self) -> None:
        self.now = self.most = self.times = 0
        self._lock = threading.Lock()

    def __call__(self, picture: Picture) -> int:
        with self._lock:
            self.now += 1
            self.times += 1
            self.most = max(self.most, self.now)
        time.sleep(0.005)
        with self._lock:
            self.now -= 1
        return picture.width


def test_only_so_many_pictures_are_in_hand_at_once() -> None:
    work = _Watched()
    hands = Hands((work,), count=2)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(hands.work_out, [_picture(n) for n in range(16)]))

    assert work.times == 16
    assert work.most == 2


def test_what_is_worked_out_is_found_when_it_is_asked_for() -> None:
    work, picture = _Watched(), _picture(7)
    hands = Hands((develop_picture, work), count=1)

    hands.work_out(picture)
    hands.work_out(picture)

    assert picture.once(work) == 8
    assert picture.once(develop_picture).width == 8
    assert work.times == 1


def test_hands_are_free_again_after_work_that_failed() -> None:
    def fail(_: Picture) -> int:
        raise RuntimeError("no")

    hands = Hands((fail,), count=1)
    for _ in range(3):
        try:
            hands.work_out(_picture(1))
        except RuntimeError:
            continue
        raise AssertionError("it failed, and nobody heard of it")
