"""Bulk work on pixels in other processes: a worker that dies or hangs fails only its call."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from gesso.core.errors import GessoError

Args = ParamSpec("Args")
Result = TypeVar("Result")


class Workers:
    """A bounded set of worker processes, or none: then the work is done where it is asked for.

    `call` may be used from many threads at once; calls beyond `count` wait in line. Workers
    start with the first call. They ignore Ctrl-C, which is the owner's word to this process,
    and leave when this process is gone, however it went.

    Args:
        count: how many processes; 0 works in the calling thread, where no time limit holds.
        timeout_s: how long one call may take once a worker has begun it; None for no limit.
        initializer: called with `initargs` in each worker before its first call: the place for
            `cv2.setNumThreads(1)`. It must pickle. With `count` 0 it is not called: this
            process belongs to the caller.

    Raises:
        ValueError: `count` is below 0.
    """

    def __init__(
        self,
        count: int,
        *,
        timeout_s: float | None = None,
        initializer: Callable[..., None] | None = None,
        initargs: tuple[Any, ...] = (),
    ) -> None:
        if count < 0:
            raise ValueError(f"a number of workers is zero or more, not {count}")
        self.count = count
        self._timeout_s = timeout_s
        self._pool = _pool(count, initializer, initargs) if count else None

    def call(
        self, function: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
    ) -> Result:
        """Do `function(*args, **kwargs)` in a worker and wait for its result.

        Function, arguments and result must pickle; an exception of the function comes back as
        it was raised.

        Raises:
            GessoError: the worker died or took longer than the limit; other calls go on.
        """
        if self._pool is None:
            return function(*args, **kwargs)
        name = getattr(function, "__qualname__", type(function).__name__)
        future = self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_s)
        try:
            return future.result()
        except ProcessExpired as error:
            raise GessoError(
                f"The worker that did '{name}' died ({_how_it_died(error.exitcode)}).",
                "The other work goes on. If it was short of memory, use fewer workers.",
            ) from error
        except TimeoutError as error:
            if not _is_pools_own(error):
                raise
            raise GessoError(
                f"'{name}' took longer than {self._timeout_s:g} s and was ended.",
                "The other work goes on; a smaller picture may help.",
            ) from error
        except CancelledError as error:
            raise GessoError(
                f"'{name}' was given up, because the workers were stopped.",
                "Resume the run to do it again.",
            ) from error

    def close(self) -> None:
        """Wait for the calls that are in progress and in line, then end the workers."""
        if self._pool is not None:
            self._pool.close()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            self._pool.join()

    def stop(self) -> None:
        """End the workers at once; calls in progress and in line fail."""
        if self._pool is not None:
            self._pool.stop()  # type: ignore[no-untyped-call]  # pebble leaves it untyped
            self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.stop()


def _pool(
    count: int, initializer: Callable[..., None] | None, initargs: tuple[Any, ...]
) -> ProcessPool:
    # A fork of a process with threads may inherit a lock that nobody will ever open, so workers
    # come from a clean process: the fork server where there is one (fast), else a fresh start.
    method = "spawn" if sys.platform == "win32" else "forkserver"
    return ProcessPool(
        max_workers=count,
        initializer=_settle_in,
        initargs=(initializer, initargs),
        context=multiprocessing.get_context(method),
    )


def _settle_in(initializer: Callable[..., None] | None, initargs: tuple[Any, ...]) -> None:
    """Make this process a worker: deaf to Ctrl-C, and gone when its parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, name="gesso-parent-watch", daemon=True).start()
    if initializer is not None:
        initializer(*initargs)


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _is_pools_own(error: TimeoutError) -> bool:
    # An exception that the function itself raised arrives with the worker's traceback as cause.
    return error.__cause__ is None


def _how_it_died(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"
