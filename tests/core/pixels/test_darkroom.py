"""Pictures from elsewhere are decoded in another process, which may die of them."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
import pytest

from gesso.core.errors import NoWorker, PictureError
from gesso.core.pixels import darkroom
from gesso.core.pixels.darkroom import Darkroom, Job, decode_job
from gesso.core.pixels.decode import Decoded, DecodeLimits, decode
from gesso.core.pixels.derived.develop import develop_file
from gesso.core.pixels.picture import Picture
from gesso.core.runner.limits import Limited, Limits
from gesso.core.runner.workers import Workers

Result = TypeVar("Result")
LIMITS = DecodeLimits()
LITTLE = Limits(memory_bytes=1 << 30, cpu_s=20, is_quiet=True)


def picture(width: int, height: int) -> bytes:
    rgb = np.random.default_rng(7).integers(0, 255, (height, width, 3), dtype=np.uint8)
    return bytes(cv2.imencode(".png", rgb)[1])


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(1, timeout_s=20) as opened:
        yield opened


def room(workers: Workers, limits: Limits = LITTLE, **decoding: int) -> Darkroom:
    def do(function: Callable[[Job], Result], job: Job) -> Result:
        return workers.call(Limited(function, limits), job)

    return Darkroom(do, DecodeLimits(**decoding))


@pytest.mark.parametrize(("width", "height"), [(40, 30), (900, 700)])
def test_a_picture_comes_back_as_it_would_be_decoded_here(
    workers: Workers, width: int, height: int
) -> None:
    data = picture(width, height)

    assert room(workers).decode(data) == decode(data)


def test_what_is_kept_of_a_picture_is_what_would_be_worked_out_here(workers: Workers) -> None:
    data = picture(300, 200)

    assert room(workers).develop(data, "a.png") == develop_file(data, LIMITS, "a.png")


def where(picture: Picture) -> int:
    return os.getpid() if picture.width else 0


def test_a_small_picture_brings_what_was_worked_out_of_it_there(workers: Workers) -> None:
    small = room(workers).small(picture(900, 600), side=300, works=(where,))

    assert (small.width, small.height) == (300, 200)
    assert small.once(where) not in (0, os.getpid())
    assert small.pixels_sha256 == Picture(small.rgb).pixels_sha256


def photo(width: int, height: int) -> bytes:
    across, down = np.meshgrid(np.arange(width), np.arange(height))
    rgb = np.stack([across % 256, down % 256, (across + down) % 256], axis=2).astype(np.uint8)
    return bytes(cv2.imencode(".jpg", rgb)[1])


def test_pixels_of_a_small_file_stay_behind_until_they_are_looked_at(workers: Workers) -> None:
    asked: list[Job] = []
    there = room(workers)

    def do(function: Callable[[Job], Result], job: Job) -> Result:
        asked.append(job)
        return workers.call(function, job)

    data = photo(900, 600)
    small = Darkroom(do, LIMITS).small(data, side=300, works=(where,))
    again = there.small(data + b"x", side=300, works=(where,))

    assert (small.width, small.once(where) != os.getpid()) == (300, True)
    assert small == again
    assert len(asked) == 1
    assert small.rgb.shape == (200, 300, 3)
    assert len(asked) == 2
    assert np.array_equal(small.rgb, there.small(data, side=300).rgb)
    assert len(asked) == 2


def test_pixels_that_stayed_behind_go_along_to_another_process(workers: Workers) -> None:
    small = room(workers).small(photo(400, 300), side=200, works=(where,))

    sent = pickle.loads(pickle.dumps(small))

    assert np.array_equal(sent.rgb, small.rgb)
    assert sent.pixels_sha256 == Picture(small.rgb).pixels_sha256


def test_pixels_of_a_large_file_are_not_held_as_a_file(workers: Workers) -> None:
    data = picture(900, 600)
    asked: list[Job] = []

    def do(function: Callable[[Job], Result], job: Job) -> Result:
        asked.append(job)
        return workers.call(function, job)

    small = Darkroom(do, LIMITS).small(data, side=300, works=(where,))

    assert small.rgb.shape == (200, 300, 3)
    assert len(asked) == 1


def test_pixels_live_on_when_many_pictures_follow(workers: Workers) -> None:
    first = room(workers).decode(picture(900, 700)).picture
    before = first.pixels_sha256
    kept = first.rgb.copy()
    for width in (901, 902, 903):
        room(workers).decode(picture(width, 700))

    assert np.array_equal(first.rgb, kept)
    assert type(first)(first.rgb).pixels_sha256 == before


def test_bytes_that_are_no_picture_are_refused_as_ever(workers: Workers) -> None:
    with pytest.raises(PictureError, match=r"'a.png' is an HTML page"):
        room(workers).decode(b"<html>", "a.png")


def die(job: Job) -> Decoded:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError(job.name)


def test_a_killed_worker_is_one_failed_picture(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(darkroom, "decode_job", die)
        with pytest.raises(PictureError, match=r"^'a.png' took more memory or time"):
            room(workers).decode(b"anything", "a.png")

    assert room(workers).decode(picture(40, 30)).picture.width == 40


def test_a_picture_may_not_take_more_memory_than_it_is_given(workers: Workers) -> None:
    data = picture(2400, 2400)

    with pytest.raises(PictureError, match="memory"):
        room(workers, Limits(memory_bytes=8 << 20)).decode(data)
    assert room(workers).decode(data).picture.width == 2400


def spin(job: Job) -> Decoded:
    while True:
        pass


def test_a_picture_may_not_take_more_time_than_it_is_given(
    workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(darkroom, "decode_job", spin)

    with pytest.raises(PictureError, match="time"):
        room(workers, Limits(cpu_s=0.2)).decode(b"anything")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are not listed here")
def test_nothing_stays_open_behind_a_picture(workers: Workers) -> None:
    room(workers).decode(picture(900, 700))
    before = len([*Path("/proc/self/fd").iterdir()])
    for _ in range(5):
        room(workers).decode(picture(900, 700))
        with pytest.raises(PictureError):
            room(workers).decode(b"no picture")

    assert len([*Path("/proc/self/fd").iterdir()]) == before


def test_without_room_for_shared_pixels_they_come_through_the_pipe() -> None:
    found = decode_job(Job(picture(900, 700), "a", LIMITS, "/proc/self/fd/999"))

    assert isinstance(found, Decoded)
    assert found.picture.width == 900


def test_a_picture_is_not_blamed_where_no_worker_can_be_started() -> None:
    with (
        Workers(1, initializer=exec, initargs=("raise OSError",)) as broken,
        pytest.raises(NoWorker, match="could not be started"),
    ):
        room(broken).decode(picture(8, 8))
