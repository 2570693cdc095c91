"""Bulk work on pixels in other processes: a worker that dies or hangs fails only its call."""

from __future__ import annotations

import queue
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from gesso.core.errors import GessoError
from gesso.core.runner.clean import begin, preload
from gesso.core.runner.worker import Stopped, Worker

Args = ParamSpec("Args")
Result = TypeVar("Result")


class Workers:
    """A bounded set of worker processes, or none: then the work is done where it is asked for.

    `call` may be used from many threads at once; calls beyond `count` wait in line. A worker
    starts with its first call. Workers ignore Ctrl-C, which is the owner's word to this process,
    and leave when this process is gone, however it went.

    Args:
        count: how many processes; 0 works in the calling thread, where no time limit holds.
        timeout_s: how long one call may take once a worker has begun it; None for no limit.
        initializer: called with `initargs` in each worker before its first call: the place for
            `cv2.setNumThreads(1)`. It must pickle. With `count` 0 it is not called: this
            process belongs to the caller.
        modules: what every worker will need, by name: where workers are forked it is imported
            once for all of them, if no worker of this process has begun before.

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
        modules: Sequence[str] = (),
    ) -> None:
        if count < 0:
            raise ValueError(f"a number of workers is zero or more, not {count}")
        preload(modules)
        self.count = count
        self._over = False
        self._workers = [Worker(timeout_s, initializer, initargs) for _ in range(count)]
        # The last one given back is the next one taken: few calls keep few processes warm.
        self._free: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._free.put(worker)

    def begin(self) -> None:
        """Begin what all workers come from, before the first of them is needed; asks for nothing.

        While this process goes on, another imports what they will need. Without it the first call
        waits for that.
        """
        if self.count:
            begin()

    def call(
        self, function: Callable[Args, Result], *args: Args.args, **kwargs: Args.kwargs
    ) -> Result:
        """Do `function(*args, **kwargs)` in a worker and wait for its result.

        Function, arguments and result must pickle, and the function must stand in a module: a
        worker never runs the script that runs this process. An exception of the function comes
        back as it was raised.

        Raises:
            GessoError: the worker died or took longer than the limit; other calls go on. Or the
                workers were closed.
        """
        if self.count == 0:
            return function(*args, **kwargs)
        worker = self._free.get()
        try:
            if self._over:
                raise _over()
            return worker.do(function, args, kwargs)
        except Stopped as stopped:
            raise _over() from stopped
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """Wait for the calls that are in progress, then end the workers."""
        self._over = True
        for worker in self._workers:
            worker.end(at_once=False)

    def stop(self) -> None:
        """End the workers at once; calls in progress and in line fail."""
        self._over = True
        for worker in self._workers:
            worker.end(at_once=True)

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


def _over() -> GessoError:
    return GessoError(
        "The work was given up, because the workers were stopped.", "Resume the run to do it again."
    )
