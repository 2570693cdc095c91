"""Worker processes on this machine: what dies or hangs is one item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import Self

from gesso.core.runner.engine import Done, EngineOptions, Item, Result, bounded
from gesso.core.runner.limits import Limited, usable_cores
from gesso.core.runner.workers import Workers


class ProcessEngine:
    """Does items in worker processes, which stay warm from one run to the next.

    Args:
        options: how many, and what an item may use.
        initializer: called with `initargs` once in each worker, before its first item.
    """

    Options = EngineOptions

    def __init__(
        self,
        options: EngineOptions,
        *,
        initializer: Callable[..., None] | None = None,
        initargs: tuple[object, ...] = (),
    ) -> None:
        count = options.workers or usable_cores()
        self._options = options
        self._window = options.window or 4 * count
        self._workers = Workers(
            count, timeout_s=options.timeout_s, initializer=initializer, initargs=initargs
        )

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Done[Item, Result]]:
        """Do the items in workers; see `Engine`."""
        limited = Limited(function, self._options.limits)
        finished: SimpleQueue[Done[Item, Result]] = SimpleQueue()

        def do(item: Item) -> None:
            finished.put(self._one(limited, item))

        # A thread for each worker waits for its answer; the work itself is elsewhere.
        threads = ThreadPoolExecutor(self._workers.count, "gesso-engine")
        try:
            yield from bounded(
                items,
                self._window,
                begin=lambda item: _begin(threads, do, item),
                is_ready=lambda: not finished.empty(),
                wait=finished.get,
            )
        finally:
            threads.shutdown(wait=True, cancel_futures=True)

    def _one(self, function: Callable[[Item], Result], item: Item) -> Done[Item, Result]:
        try:
            return Done(item, self._workers.call(function, item), None)
        except Exception as error:  # noqa: BLE001 - one item's failure is its own
            return Done(item, None, error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._workers.__exit__(kind, error, trace)


def _begin(threads: ThreadPoolExecutor, do: Callable[[Item], None], item: Item) -> None:
    threads.submit(do, item)
