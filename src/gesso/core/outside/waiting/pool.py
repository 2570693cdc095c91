"""Many things at once in threads: a bounded window, one failure fails alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome(Generic[Item, Result]):
    """What became of one item: a result, or the error that it met.

    Attributes:
        item: as it was handed in.
        result: what the function returned; None where it failed.
        error: what the function raised; None where it did not.
    """

    item: Item
    result: Result | None
    error: Exception | None


def run_streams(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    stop: threading.Event | None = None,
) -> Iterator[Outcome[Item, Result]]:
    """Run `function` over `items` in threads and yield each outcome as soon as it is there.

    Items are taken one at a time, when a worker is free: at most `workers` are in progress, so
    the items may be endless and memory stays flat. Outcomes come in order of completion.
    After `stop` is set nothing new is started; what is in progress is waited for and yielded.
    The same holds when the caller drops the iterator: it returns when the last worker is done.

    Args:
        function: called from several threads at once; an exception fails its item alone.
        items: read in the caller's thread; an exception of theirs ends the run after the
            outcomes that are still in progress were yielded.
        workers: how many at once, 1 or more.
        stop: set by anybody to end early.

    Raises:
        ValueError: `workers` is below 1.
    """
    if workers < 1:
        raise ValueError(f"at least one worker is needed, not {workers}")
    return _stream(function, items, workers, stop or threading.Event())


def _stream(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    workers: int,
    stop: threading.Event,
) -> Iterator[Outcome[Item, Result]]:
    finished: queue.SimpleQueue[Outcome[Item, Result]] = queue.SimpleQueue()

    def work(item: Item) -> None:
        finished.put(_outcome(function, item))

    source = _Source(items, stop)
    in_progress = 0
    with ThreadPoolExecutor(workers, thread_name_prefix="gesso-stream") as threads:
        while True:
            for item in source.take(workers - in_progress):
                threads.submit(work, item)
                in_progress += 1
            if in_progress == 0:
                break
            try:
                outcome = finished.get()
            except BaseException:
                # Ctrl-C reaches this thread alone; the workers must hear of it to come to an end.
                stop.set()
                raise
            yield outcome
            in_progress -= 1
    if source.error is not None:
        raise source.error


def _outcome(function: Callable[[Item], Result], item: Item) -> Outcome[Item, Result]:
    try:
        return Outcome(item, function(item), None)
    except Exception as error:  # noqa: BLE001 - one failure fails alone; the caller sees which
        return Outcome(item, None, error)


class _Source(Generic[Item]):
    """The items still to come, until they end, fail, or are told to stop."""

    def __init__(self, items: Iterable[Item], stop: threading.Event) -> None:
        self._items = iter(items)
        self._stop = stop
        self._over = False
        self.error: Exception | None = None

    def take(self, count: int) -> Iterator[Item]:
        for _ in range(count):
            if self._over or self._stop.is_set():
                return
            try:
                item = next(self._items)
            except StopIteration:
                self._over = True
                return
            except Exception as error:  # noqa: BLE001 - kept until what is in progress is done
                self._over, self.error = True, error
                return
            yield item
