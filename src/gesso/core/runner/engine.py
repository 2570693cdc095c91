"""The shelf of engines: what an engine of bulk work owes its caller, and who stands there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, ClassVar, Generic, NamedTuple, Protocol, Self, TypeVar

from gesso.core.registry import Entry, Registry
from gesso.core.runner.limits import Limits

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class EngineOptions:
    """How much an engine does at a time, and what one item may use.

    Attributes:
        workers: processes; None for one per core that this process may use.
        window: items that are taken up and not yet handed back; None for four per worker.
        timeout_s: how long one item may take once a worker has begun it; None for no limit.
        limits: what one item may use.
        address: of a cluster that is there already, for engines that know clusters; "" for this
            machine.

    Raises:
        ValueError: a number that makes no sense.
    """

    workers: int | None = None
    window: int | None = None
    timeout_s: float | None = 120.0
    limits: Limits = field(default=Limits())
    address: str = ""

    def __post_init__(self) -> None:
        for name in ("workers", "window", "timeout_s"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise ValueError(f"an engine's {name} is above zero, not {value}")


class Done(NamedTuple, Generic[Item, Result]):
    """One item that came back.

    Attributes:
        item: as it was handed in.
        result: what the function returned; None where it failed.
        error: what it raised, or `WorkerLost` where its worker died or hung; None where all
            went well.
    """

    item: Item
    result: Result | None
    error: Exception | None


class Engine(Protocol):
    """Does one function over many items.

    What every engine owes its caller: each item comes back exactly once, in the order in which
    items are done; an item that raises, dies or hangs fails alone and the rest completes; no more
    items are taken from `items` than the window holds, however many there are; an exception of
    `items` itself is raised after everything that was in flight has come back.

    Many threads may call `run` at once; all their runs share the same workers.

    To stop early, end `items`: what is in flight is still handed back. Who leaves the loop
    instead lets go of it, and the work in flight is waited for. Leaving the `with` block by an
    exception ends it at once.

    What it will never be asked: to retry, to remember, to keep an order.
    """

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Done[Item, Result]]:
        """Do `function(item)` for every item.

        Args:
            function: stands in a module, and pickles with what is bound to it; so do items and
                results.
            items: taken up one by one as there is room.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


class EngineFactory(Protocol):
    """How an engine is built: mostly its class itself."""

    Options: ClassVar[type]

    def __call__(self, options: Any) -> Engine:
        """Build it from its options; it starts nothing before its first run."""
        ...


def bounded(
    items: Iterable[Item],
    window: int,
    *,
    begin: Callable[[Item], None],
    is_ready: Callable[[], bool],
    wait: Callable[[], Done[Item, Result]],
) -> Iterator[Done[Item, Result]]:
    """The loop that engines share: at most `window` items are in flight.

    What is done is handed on before the window is full, so that a slow list of items holds
    back no result.

    Args:
        items: what is to be done.
        window: how many may be in flight.
        begin: takes one item up.
        is_ready: whether `wait` would return at once.
        wait: waits for any item in flight, and hands it back.
    """
    source = iter(items)
    flying, trouble, more = 0, None, True
    while more or flying:
        if more and flying < window:
            try:
                item = next(source)
            except StopIteration:
                more = False
            except Exception as error:  # noqa: BLE001 - raised below, when nothing is in flight
                more, trouble = False, error
            else:
                begin(item)
                flying += 1
        if flying and (not more or flying == window or is_ready()):
            flying -= 1
            yield wait()
    if trouble is not None:
        raise trouble


ENGINES: Registry[EngineFactory] = Registry(
    "engine",
    "engines",
    {
        "serial": Entry(
            "gesso.core.runner.serial", "SerialEngine", summary="one item after the other, here"
        ),
        "process": Entry(
            "gesso.core.runner.pool", "ProcessEngine", summary="worker processes on this machine"
        ),
        "ray": Entry(
            "gesso.core.runner.ray_tasks",
            "RayEngine",
            extra="ray",
            summary="Ray tasks, on this machine or a cluster",
        ),
    },
)
