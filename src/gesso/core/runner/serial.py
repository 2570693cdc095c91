"""One item after the other, in the thread that asks: for debugging, and where nothing may fork."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

from gesso.core.runner.engine import Done, EngineOptions, Item, Result


class SerialEngine:
    """Works here; no time limit and no memory limit holds, for this process is the caller's."""

    Options = EngineOptions

    def __init__(self, options: EngineOptions) -> None:
        self._options = options

    def run(
        self, function: Callable[[Item], Result], items: Iterable[Item]
    ) -> Iterator[Done[Item, Result]]:
        """Do every item when it is asked for; see `Engine`."""
        for item in items:
            try:
                result = function(item)
            except Exception as error:  # noqa: BLE001 - one item's failure is its own
                yield Done(item, None, error)
            else:
                yield Done(item, result, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None
