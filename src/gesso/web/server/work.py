"""Work that takes a core: so much at once, so much waiting; who comes later is told when to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import to_thread

from gesso.web.server.problems import Halt

Result = TypeVar("Result")
_AGAIN_S = 2


class Desk:
    """Runs calls in threads, `at_once` of them.

    Args:
        at_once: calls that run.
        waiting: calls that may wait for a thread.
    """

    def __init__(self, at_once: int, waiting: int) -> None:
        self._limiter = anyio.CapacityLimiter(max(1, at_once))
        self._most = max(1, at_once) + waiting
        self._here = 0

    @property
    def here(self) -> int:
        """Calls that run or wait."""
        return self._here

    async def run(self, call: Callable[[], Result]) -> Result:
        """Run a call in a thread and wait for it.

        Raises:
            Halt: too many wait already (503).
        """
        if self._here >= self._most:
            raise Halt(
                503,
                "busy",
                "The studio has its hands full.",
                f"Call again in {_AGAIN_S} s.",
                {"Retry-After": str(_AGAIN_S)},
            )
        self._here += 1
        try:
            return await to_thread.run_sync(call, limiter=self._limiter)
        finally:
            self._here -= 1
