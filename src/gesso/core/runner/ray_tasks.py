"""Ray core tasks: the same bulk work on a cluster, or on this machine as a rehearsal for one."""

from __future__ import annotations

import pickle
import signal
from collections.abc import Callable, Iterable, Iterator
from threading import Lock
from types import TracebackType
from typing import Any, Generic, Self

import ray
from ray._common.usage import usage_lib

from gesso.core.errors import GessoError, WorkerLost
from gesso.core.runner.engine import Done, EngineOptions, Item, Result, bounded
from gesso.core.runner.limits import Limited

_RETRIES = 1
"""A node may be lost with a healthy item on it, so an item whose worker died is tried once more;
Ray's own data layers try a poison item for ever."""


class RayEngine:
    """Does items as Ray tasks, one core each.

    Each node needs gesso and whatever the function needs. Usage statistics are switched off. A
    cluster that is running already is joined; without an address one is started on this machine
    at the first run and ended with the engine.

    Args:
        options: `address` names the cluster: "auto", or "ray://host:10001".
    """

    Options = EngineOptions

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._started = False
        self._joining = Lock()

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Done[Item, Result]]:
        """Do the items as tasks; see `Engine`.

        Raises:
            WorkerLost: no cluster could be joined or started.
        """
        self._join()
        task: Any = ray.remote(_attempt).options(
            max_retries=_RETRIES, retry_exceptions=False, num_cpus=1
        )
        limited = Limited(function, self._options.limits)
        flight: _Flight[Item, Result] = _Flight(
            lambda item: task.remote(limited, item, self._options.timeout_s)
        )
        try:
            yield from bounded(
                items,
                self._options.window or 4 * int(ray.cluster_resources().get("CPU", 1)),
                begin=flight.begin,
                is_ready=flight.is_ready,
                wait=flight.wait,
            )
        finally:
            flight.cancel()

    def _join(self) -> None:
        with self._joining:
            if not ray.is_initialized():
                self._init()

    def _init(self) -> None:
        usage_lib.set_usage_stats_enabled_via_env_var(False)
        try:
            ray.init(
                address=self._options.address or "local",
                num_cpus=None if self._options.address else self._options.workers,
                include_dashboard=None if self._options.address else False,
                log_to_driver=False,
                logging_level="error",
            )
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise WorkerLost(
                f"Ray could not be reached or started: {str(error).splitlines()[0][:200]}.",
                "Look whether the cluster runs with: ray status. The engine 'process' needs none.",
            ) from error
        self._started = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._started:
            ray.shutdown()
            self._started = False


class _Flight(Generic[Item, Result]):
    """The tasks that are on their way, each with its item."""

    def __init__(self, send: Callable[[Item], Any]) -> None:
        self._send = send
        self._items: dict[Any, Item] = {}

    def begin(self, item: Item) -> None:
        self._items[self._send(item)] = item

    def is_ready(self) -> bool:
        ready, _ = ray.wait(list(self._items), num_returns=1, timeout=0)
        return bool(ready)

    def wait(self) -> Done[Item, Result]:
        (first, *_), _ = ray.wait(list(self._items), num_returns=1)
        item = self._items.pop(first)
        try:
            result, error = ray.get(first)
        except ray.exceptions.RayError as lost:
            return Done(item, None, _lost(lost))
        return Done(item, result, error)

    def cancel(self) -> None:
        """Let go of what nobody waits for any more."""
        for reference in self._items:
            ray.cancel(reference, force=True)


def _attempt(
    function: Callable[[Item], Result], item: Item, timeout_s: float | None
) -> tuple[Result | None, Exception | None]:
    """One item, in Ray's worker: what it raises comes back as a value, so that Ray never retries.

    An item that hangs is ended by the system's own timer, which asks no lock of Python's; Ray
    starts another worker.
    """
    if timeout_s is not None:
        signal.setitimer(signal.ITIMER_REAL, timeout_s)
    try:
        return function(item), None
    except Exception as error:  # noqa: BLE001 - one item's failure is its own
        return None, _portable(error)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _portable(error: Exception) -> Exception:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes, of a moment ago
    except Exception:  # noqa: BLE001 - whatever it is, it does not travel
        return GessoError(f"{type(error).__name__}: {error}")
    return error


def _lost(error: Exception) -> WorkerLost:
    lost = WorkerLost(
        f"The worker of one item died or took too long, {_RETRIES + 1} times over "
        f"({type(error).__name__}).",
        "The other work goes on. If it was short of memory, use fewer workers.",
    )
    lost.__cause__ = error
    return lost
