"""Watching: a file is offered once it is finished, once for each time that it changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from gesso.collect.sources.local.folder import FolderSource
from gesso.collect.sources.local.watching import Watch, WatchOptions
from gesso.collect.sources.source import Wish
from gesso.core.errors import InputError
from gesso.core.records.finds import Find

from .conftest import BLUE, RED

Put = Callable[..., Path]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def watch(source: FolderSource, place: Path, clock: Clock, **more: object) -> Watch:
    options = WatchOptions(every_s=0.0, quiet_s=2.0)
    return Watch(source, Wish((str(place),)), options, clock=clock, **more)  # type: ignore[arg-type]


def names(finds: tuple[Find, ...]) -> list[str]:
    return [find.identifier for find in finds]


def test_a_file_is_offered_once_after_it_was_quiet(
    put: Put, tmp_path: Path, source: FolderSource, clock: Clock
) -> None:
    put("a.png")
    watching = watch(source, tmp_path / "art", clock)

    assert names(watching.look()) == []
    clock.now += 1
    assert names(watching.look()) == []
    clock.now += 1
    assert names(watching.look()) == ["a.png"]
    clock.now += 9
    assert names(watching.look()) == []


def test_a_file_still_being_written_is_left_for_a_later_round(
    put: Put, tmp_path: Path, source: FolderSource, clock: Clock
) -> None:
    watching = watch(source, tmp_path / "art", clock)
    for length in range(1, 6):
        put("a.png", RED[: length * 10])
        assert names(watching.look()) == []
        clock.now += 3
    assert names(watching.look()) == ["a.png"]


def test_a_file_that_changes_is_offered_again_and_one_that_is_new_too(
    put: Put, tmp_path: Path, source: FolderSource, clock: Clock
) -> None:
    path = put("a.png")
    watching = watch(source, tmp_path / "art", clock)
    watching.look()
    clock.now += 2
    watching.look()
    path.write_bytes(BLUE)
    os.utime(path, ns=(5, 5))
    put("b.png")

    assert names(watching.look()) == []
    clock.now += 2
    assert names(watching.look()) == ["a.png", "b.png"]


def test_what_was_taken_in_earlier_is_not_offered(
    put: Put, tmp_path: Path, source: FolderSource, clock: Clock
) -> None:
    put("a.png")
    (find,) = source.finds(Wish((str(tmp_path / "art"),)))
    known = {(find.source, find.identifier): find.revision}
    watching = watch(source, tmp_path / "art", clock, known=known)
    watching.look()
    clock.now += 5

    assert names(watching.look()) == []


def test_the_rounds_end_when_the_owner_says_stop(
    put: Put, tmp_path: Path, source: FolderSource, clock: Clock
) -> None:
    put("a.png")
    stop = Event()
    found: list[str] = []
    for number, batch in enumerate(watch(source, tmp_path / "art", clock, stop=stop).rounds()):
        clock.now += 2
        found += names(batch)
        if number == 3:
            stop.set()

    assert found == ["a.png"]


def test_the_limit_holds_over_all_rounds(
    put: Put, tmp_path: Path, source: FolderSource, clock: Clock
) -> None:
    for name in ("a.png", "b.png", "c.png"):
        put(name)
    watching = Watch(
        source,
        Wish((str(tmp_path / "art"),), limit=2),
        WatchOptions(every_s=0.0, quiet_s=0.0),
        clock=clock,
    )

    assert [names(batch) for batch in watching.rounds()] == [["a.png", "b.png"]]


def test_a_folder_that_goes_away_and_comes_back_ends_no_watch(
    put: Put, tmp_path: Path, source: FolderSource, clock: Clock
) -> None:
    put("a.png")
    watching = watch(source, tmp_path / "art", clock)
    rounds = watching.rounds()
    next(rounds)
    (tmp_path / "art").rename(tmp_path / "away")
    clock.now += 2
    assert next(rounds) == ()
    assert isinstance(watching.trouble, InputError)
    (tmp_path / "away").rename(tmp_path / "art")
    assert names(next(rounds)) == ["a.png"]
    assert watching.trouble is None


def test_a_place_that_is_not_there_is_refused_at_once(
    tmp_path: Path, source: FolderSource, clock: Clock
) -> None:
    with pytest.raises(InputError):
        next(watch(source, tmp_path / "nowhere", clock).rounds())
