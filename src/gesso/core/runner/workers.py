"""Bulk work on pixels in other processes: a worker that dies or hangs fails only its call."""

from __future__ import annotations

import multiprocessing
import os
import queue
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import wait
from multiprocessing.util import Finalize
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from gesso.core.errors import GessoError, NoWorker, WorkerLost

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
        if modules and sys.platform != "win32":
            WorkerContext().set_forkserver_preload([*modules])
        self.count = count
        self._over = False
        self._workers = [_Worker(timeout_s, initializer, initargs) for _ in range(count)]
        # The last one given back is the next one taken: few calls keep few processes warm.
        self._free: queue.LifoQueue[_Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._free.put(worker)

    def begin(self) -> None:
        """Begin what all workers come from, before the first of them is needed; asks for nothing.

        While this process goes on, another imports what they will need. Without it the first call
        waits for that.
        """
        if self.count and sys.platform != "win32":
            # The first call tells what is wrong.
            with suppress(OSError), _script_out_of_sight(), _out_of_earshot():
                _shorten_addresses()
                forkserver.ensure_running()

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
            self._refuse_when_over()
            return worker.do(function, args, kwargs)
        except CancelledError as error:
            self._refuse_when_over(error)
            raise
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """Wait for the calls that are in progress, then end the workers."""
        self._over = True
        for worker in [self._free.get() for _ in self._workers]:
            worker.end(at_once=False)
            self._free.put(worker)

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

    def _refuse_when_over(self, cause: BaseException | None = None) -> None:
        if self._over:
            raise GessoError(
                "The work was given up, because the workers were stopped.",
                "Resume the run to do it again.",
            ) from cause


class _Worker:
    """One process, and another in its place when it is gone.

    Each has a pool of its own: workers of one pebble pool share a pipe and its lock, and one that
    is killed while idle breaks them all.
    """

    def __init__(
        self,
        timeout_s: float | None,
        initializer: Callable[..., None] | None,
        initargs: tuple[Any, ...],
    ) -> None:
        self._timeout_s = timeout_s
        self._settling = (initializer, initargs)
        self._pool = self._new_pool()
        self._lock = threading.Lock()
        self._ended = False
        self._in_progress: ProcessFuture[Any] | None = None

    def do(
        self, function: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Result:
        name = _name_of(function)
        try:
            return self._do_even_if_it_died_idle(function, args, kwargs)
        except ProcessExpired as error:
            raise WorkerLost(
                f"The worker that did '{name}' died ({_how_it_died(error.exitcode)}).",
                "The other work goes on. If it was short of memory, use fewer workers.",
            ) from error
        except BrokenProcessPool as error:
            raise NoWorker(
                f"A worker for '{name}' could not be started.",
                "Its own message stands above, in the terminal.",
            ) from error
        except TimeoutError as error:
            if not _is_pools_own(error):
                raise
            raise WorkerLost(
                f"'{name}' took longer than {self._timeout_s:g} s and was ended.",
                "The other work goes on; a smaller picture may help.",
            ) from error

    def end(self, *, at_once: bool) -> None:
        with self._lock:
            self._ended = True
            if at_once and self._in_progress is not None:
                # A pool that is stopped may forget who waits for a result.
                self._in_progress.cancel()  # type: ignore[no-untyped-call]  # pebble's
        _end(self._pool, at_once=at_once)

    def _do_even_if_it_died_idle(
        self, function: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Result:
        try:
            return self._sent(function, args, kwargs)
        except BrokenProcessPool:
            # It was gone before it took the call up, so the call can be given to another.
            self._replace()
            return self._sent(function, args, kwargs)

    def _replace(self) -> None:
        _end(self._pool, at_once=True)
        with self._lock:
            if not self._ended:
                self._pool = self._new_pool()

    def _sent(
        self, function: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Result:
        with self._lock:
            if self._ended:
                raise CancelledError
            try:
                pool = self._pool
                future = pool.schedule(function, args=args, kwargs=kwargs, timeout=self._timeout_s)
            except RuntimeError as error:  # the pool has noticed that its process is gone
                raise BrokenProcessPool(str(error)) from error
            self._in_progress = future
        return _result(future, pool)

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(
            max_workers=1,
            initializer=_settle_in,
            initargs=self._settling,
            context=WorkerContext(),
        )


if sys.platform == "win32":
    from multiprocessing.context import SpawnContext as CleanContext
    from multiprocessing.context import SpawnProcess as CleanProcess
else:
    from multiprocessing.context import ForkServerContext as CleanContext
    from multiprocessing.context import ForkServerProcess as CleanProcess


class WorkerProcess(CleanProcess):
    """A process that starts clean, and without the script that runs this one.

    A fork of a process with threads may inherit a lock that nobody will ever open, so workers
    come from the fork server where there is one, else they start anew. Either way Python would
    run the caller's script once more in every worker, to find functions there; a script of five
    lines without the usual `__main__` idiom would then begin its work again, and again. Ours
    are found in their modules, so the script is kept out of sight while a worker starts.
    """

    @staticmethod
    def _Popen(process: Any) -> Any:  # noqa: N802 - multiprocessing's own name
        with _script_out_of_sight(), _out_of_earshot():
            _shorten_addresses()
            return CleanProcess._Popen(process)


class WorkerContext(CleanContext):
    """Makes worker processes."""

    Process = WorkerProcess


_SIGHT = threading.Lock()


@contextmanager
def _script_out_of_sight() -> Iterator[None]:
    script = sys.modules["__main__"]
    names: dict[str, Any] = vars(script)
    with _SIGHT:
        hidden: dict[str, Any] = {n: names[n] for n in ("__spec__", "__file__") if n in names}
        names["__spec__"] = None
        names.pop("__file__", None)
        try:
            yield
        finally:
            names.update(hidden)


@contextmanager
def _out_of_earshot() -> Iterator[None]:
    """Let what begins meanwhile never hear Ctrl-C, which is the owner's word to this process.

    The fork server turns deaf by itself, but only once it has imported what workers need.
    """
    if sys.platform == "win32":
        yield
        return
    resource_tracker.ensure_running()  # it begins with the fork server, and would undo the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_LOOK_EVERY_S = 1.0

# A socket's path holds 104 bytes on some systems, and the fork server's adds 33 to its folder.
_LONGEST_FOLDER = 71


def _shorten_addresses() -> None:
    """Let the fork server listen in a folder whose path is short enough for a socket."""
    config: dict[str, Any] = multiprocessing.current_process()._config  # type: ignore[attr-defined]  # where Python keeps it
    if "tempdir" in config or len(os.fsencode(tempfile.gettempdir())) <= _LONGEST_FOLDER:
        return
    for place in ("/tmp", "/var/tmp"):  # noqa: S108 - what is made there is made with mkdtemp
        if not Path(place).is_dir() or not os.access(place, os.W_OK | os.X_OK):
            continue
        folder = tempfile.mkdtemp(prefix="pymp-", dir=place)
        Finalize(None, shutil.rmtree, args=(folder, True), exitpriority=-100)
        config["tempdir"] = folder
        return


def _result(future: ProcessFuture[Result], pool: ProcessPool) -> Result:
    """What a call gave. A pool that breaks while it is handed one may forget it altogether.

    Raises:
        BrokenProcessPool: the pool is over, and nobody works on the call any more.
    """
    while True:
        try:
            return future.result(_LOOK_EVERY_S)
        except TimeoutError:
            is_over = not pool.active  # asked first: what it gave before its end is there by then
            if future.done():
                return future.result()
            if is_over:
                raise BrokenProcessPool("The pool is over.") from None


def _end(pool: Any, *, at_once: bool) -> None:  # Any: pebble leaves close and stop untyped
    if at_once:
        pool.stop()
    else:
        pool.close()
    pool.join()


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


def _name_of(function: Any) -> str:
    """What a person would call it, also when it is wrapped or has arguments bound to it."""
    inner = getattr(function, "__wrapped__", getattr(function, "func", None))
    if inner is not None and inner is not function:
        return _name_of(inner)
    return str(getattr(function, "__qualname__", type(function).__name__))


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
