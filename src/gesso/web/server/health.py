"""How the studio is: worked out in the background, so that asking costs nothing."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

from gesso._version import __version__
from gesso.core.errors import GessoError

log = logging.getLogger(__name__)

EVERY_S = 5.0
_CHECK_EVERY_S = 1.0
_CHECK_AGAIN_S = 60.0
_REST_S = 0.005
"""Between two pieces of a check, each of which takes a millisecond or two."""
_STANDS_BACK = 10


@dataclass
class Health:
    """What is told of the studio.

    Attributes:
        status: "ok", or "degraded" where something answers worse than it should.
        index_size: works that can be found by their looks.
        metadata_count: works in the catalogue.
        cache_size, cache_max: answers that are kept, and how many may be.
        generation: of the index that answers, None where every vector is compared.
        degraded: what is worse, one sentence each.
        version: of gesso.
    """

    status: str = "ok"
    index_size: int = 0
    metadata_count: int = 0
    cache_size: int = 0
    cache_max: int = 0
    generation: int | None = None
    degraded: list[str] = field(default_factory=list)
    version: str = __version__


Look = Callable[[Health], None]
"""Writes what it knows into a health; called in a thread, and raises nothing but our errors."""

Check = Callable[[Callable[[], bool]], bool]
"""Reads one thing that no look may wait for; returns whether it did, False where all was read.

Called again and again, in a thread that stands back for all others; it asks between whiles whether
it is over, and ends soon where it is."""


class Watch:
    """Looks at the studio every few seconds, and at once when a check has found something out.

    Args:
        looks: who knows something.
        checks: who finds something out.
    """

    def __init__(self, looks: Sequence[Look], checks: Sequence[Check] = ()) -> None:
        self._looks = tuple(looks)
        self._checks = tuple(checks)
        self.now = Health()
        self.is_ready = False
        self._tasks: list[asyncio.Task[None]] = []
        self._is_over = threading.Event()

    async def start(self) -> None:
        """Look once, and go on looking."""
        self._tasks = [asyncio.create_task(self._go_on())]
        if self._checks:
            self._tasks.append(asyncio.create_task(self._go_through()))

    async def stop(self) -> None:
        """Stop looking; a check that is under way ends soon."""
        self._is_over.set()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def look(self) -> Health:
        """Look now."""
        seen = Health()
        for look in self._looks:
            try:
                look(seen)
            except GessoError as error:
                seen.degraded.append(error.message)
            except Exception as error:
                log.exception("a look at the studio's health failed")
                seen.degraded.append(f"A look at the studio failed: {type(error).__name__}.")
        seen.status = "degraded" if seen.degraded else "ok"
        return seen

    async def _go_on(self) -> None:
        while True:
            self.now = await asyncio.to_thread(self.look)
            self.is_ready = True
            await asyncio.sleep(EVERY_S)

    async def _go_through(self) -> None:
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "check", initializer=_stand_back) as aside:
            while True:
                await asyncio.sleep(_CHECK_EVERY_S)
                try:
                    has_news = await loop.run_in_executor(aside, self._check)
                except Exception:
                    log.exception("a check of the studio failed")
                    await asyncio.sleep(_CHECK_AGAIN_S)
                else:
                    if has_news:
                        self.now = await asyncio.to_thread(self.look)

    def _check(self) -> bool:
        return any(check(self._rests) for check in self._checks)

    def _rests(self) -> bool:
        return self._is_over.wait(_REST_S)


def _stand_back() -> None:
    """Let every other thread go first; only Linux has a niceness for each of them."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _STANDS_BACK)
