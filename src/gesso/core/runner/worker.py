"""One process that is given one call after the other, and another in its place when it is gone."""

from __future__ import annotations

import gc
import os
import pickle
import select
import signal
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple, TypeVar

from gesso.core.errors import GessoError, NoWorker, WorkerLost
from gesso.core.runner.clean import WorkerContext

Result = TypeVar("Result")
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_TAKEN_UP = b"taken up"
# One that died before it took a call up did nothing of it, so another is given the call.
_TRIES = 2
_LEAVES_IN_S = 5.0


class Stopped(Exception):
    """The worker was ended while it worked, or before."""


class _Elsewhere(Exception):
    """Where an exception was raised in the other process: its traceback as text."""


_Ready = Callable[[float | None], list[Any]]
"""Which of its pipe and its sentinel have something to say, none where the time ran out."""


class _Running(NamedTuple):
    process: BaseProcess
    pipe: Connection
    ready: _Ready


class Worker:
    """One process at a time, with one call at a time; it starts with its first.

    Caller and process share a pipe and nothing else: no thread of ours stands between them, and
    a process that is killed at any moment leaves no lock behind.

    Args:
        timeout_s: how long one call may take once it was taken up; None for no limit.
        initializer: called with `initargs` in each process before its first call.
    """

    def __init__(
        self,
        timeout_s: float | None,
        initializer: Callable[..., None] | None,
        initargs: tuple[Any, ...],
    ) -> None:
        self._timeout_s = timeout_s
        self._settling = (initializer, initargs)
        self._calling, self._lock = threading.Lock(), threading.Lock()
        self._running: _Running | None = None
        self._ended = False

    def do(
        self, function: Callable[..., Result], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Result:
        """Do `function(*args, **kwargs)` there; what it raises is raised here.

        Raises:
            Stopped: the worker was ended.
            WorkerLost: its process died, or took too long and was killed.
            NoWorker: no process could be started.
        """
        message = ForkingPickler.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        with self._calling:
            try:
                answer = self._asked(message, name_of(function))
            except BaseException:
                # Who was interrupted has not heard it out: what it says later answers nobody.
                self._end_running()
                raise
        found: Result = _found(answer)
        return found

    def end(self, *, at_once: bool) -> None:
        """End it: killed in the middle of a call, or by a word once there is none."""
        if at_once:
            self._ended = True
            self._end_running()
            return
        with self._calling:
            self._ended = True
            self._end_running(waits_s=_LEAVES_IN_S)

    def _end_running(self, waits_s: float = 0.0) -> None:
        with self._lock:
            running, self._running = self._running, None
        if running is None:
            return
        if waits_s:
            running.pipe.close()
            running.process.join(waits_s)
        running.process.kill()
        running.process.join()

    def _asked(self, message: Any, name: str) -> bytes:
        for _ in range(_TRIES):
            running = self._begun(name)
            if _is_taken_up(running, message):
                return self._answered(running, name)
            self._buried(running)
        raise _none_starts(name)

    def _begun(self, name: str) -> _Running:
        with self._lock:
            if self._ended:
                raise Stopped
            if self._running is None:
                try:
                    self._running = _started(*self._settling)
                except (OSError, EOFError) as error:
                    raise _none_starts(name) from error
            return self._running

    def _answered(self, running: _Running, name: str) -> bytes:
        try:
            answer = _heard(running, self._timeout_s)
        except TimeoutError:
            running.process.kill()
            self._buried(running)
            raise WorkerLost(
                f"'{name}' took longer than {self._timeout_s:g} s and was ended.",
                "The other work goes on; a smaller picture may help.",
            ) from None
        if answer is None:
            exit_code = self._buried(running)
            raise WorkerLost(
                f"The worker that did '{name}' died ({_how_it_died(exit_code)}).",
                "The other work goes on. If it was short of memory, use fewer workers.",
            )
        return answer

    def _buried(self, running: _Running) -> int | None:
        """Forget a process that is gone, or going, and tell its exit code.

        Raises:
            Stopped: it was ended by us.
        """
        running.pipe.close()
        running.process.join()
        with self._lock:
            self._running = None
            if self._ended:
                raise Stopped
        return running.process.exitcode


def _started(initializer: Callable[..., None] | None, initargs: tuple[Any, ...]) -> _Running:
    context = WorkerContext()
    ours, theirs = context.Pipe()
    with theirs:
        process = context.Process(target=_serve, args=(theirs, initializer, initargs), daemon=True)
        process.start()
    return _Running(process, ours, _watch(ours, process.sentinel))


def _watch(pipe: Connection, sentinel: int) -> _Ready:
    """Waits until a process has said something, or is gone; the system is told once of whom."""
    if not hasattr(select, "poll"):
        return partial(wait, [pipe, sentinel])
    known: dict[int, Any] = {pipe.fileno(): pipe, sentinel: sentinel}
    watched = select.poll()
    for descriptor in known:
        watched.register(descriptor, select.POLLIN)

    def ready(timeout_s: float | None) -> list[Any]:
        found = watched.poll(None if timeout_s is None else timeout_s * 1e3)
        return [known[descriptor] for descriptor, _ in found]

    return ready


def _is_taken_up(running: _Running, message: Any) -> bool:
    try:
        running.pipe.send_bytes(message)
    except OSError:  # it is gone, and nobody reads any more
        return False
    return _heard(running, None) is not None


def _heard(running: _Running, timeout_s: float | None) -> bytes | None:
    """The next that it says; None when it is gone without a word.

    Raises:
        TimeoutError: it said nothing in that time.
    """
    ready = running.ready(timeout_s)
    if not ready:
        raise TimeoutError
    with suppress(EOFError, OSError):
        # What it said last and its end may come between the looks at one and at the other.
        if running.pipe in ready or running.pipe.poll():
            return running.pipe.recv_bytes()
    return None


def _found(answer: bytes) -> Any:
    is_done, found, trace = pickle.loads(answer)  # noqa: S301 - our own process sent it
    if is_done:
        return found
    raise found from _Elsewhere(trace)


# In the other process ------------------------------------------------------------------------


def _serve(
    pipe: Connection, initializer: Callable[..., None] | None, initargs: tuple[Any, ...]
) -> None:
    """Be a worker: deaf to Ctrl-C, and gone when the parent is, or wants no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, name="gesso-parent-watch", daemon=True).start()
    if initializer is not None:
        initializer(*initargs)
    # Modules stay as long as the process does: nobody looks through them for what could go, which
    # takes as long as a picture, and they stay shared with the process that this one is a copy of.
    gc.freeze()
    with suppress(EOFError, OSError):
        while True:
            message = pipe.recv_bytes()
            pipe.send_bytes(_TAKEN_UP)
            pipe.send_bytes(_answer(message))


def _answer(message: bytes) -> Any:
    try:
        function, args, kwargs = pickle.loads(message)  # noqa: S301 - our own parent sent it
        return _packed((True, function(*args, **kwargs), ""))
    except Exception as error:  # noqa: BLE001 - whatever it is, whoever called wants to know
        trace = "".join(traceback.format_exception(error))
        return _packed((False, _that_travels(error), trace))


def _packed(answer: tuple[bool, Any, str]) -> Any:
    return ForkingPickler.dumps(answer, pickle.HIGHEST_PROTOCOL)


def _that_travels(error: Exception) -> Exception:
    """The exception itself, or what can be said of it where it does not come through whole."""
    try:
        pickle.loads(_packed((False, error, "")))  # noqa: S301 - made in this line
    except Exception:  # noqa: BLE001 - its own way of being taken apart may raise anything
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


# What is said of it --------------------------------------------------------------------------


def name_of(function: Any) -> str:
    """What a person would call it, also when it is wrapped or has arguments bound to it."""
    inner = getattr(function, "__wrapped__", getattr(function, "func", None))
    if inner is not None and inner is not function:
        return name_of(inner)
    return str(getattr(function, "__qualname__", type(function).__name__))


def _none_starts(name: str) -> GessoError:
    return NoWorker(
        f"A worker for '{name}' could not be started.",
        "Its own message stands above, in the terminal.",
    )


def _how_it_died(exit_code: int | None) -> str:
    if exit_code is None or exit_code >= 0:
        return f"exit code {exit_code}"
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"
