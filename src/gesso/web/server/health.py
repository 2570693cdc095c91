"""How the studio is: worked out in the background, so that asking costs nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from gesso._version import __version__
from gesso.core.errors import GessoError

log = logging.getLogger(__name__)

EVERY_S = 5.0


@dataclass
class Health:
    """What is told of the studio.

    Attributes:
        status: "ok", or "degraded" where something answers worse than it should.
        index_size: works that can be found by their looks.
        metadata_count: works in the catalogue.
        cache_size, cache_max: answers that are kept, and how many may be.
        generation: of the index, None where there is none.
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


class Watch:
    """Looks at the studio every few seconds.

    Args:
        looks: who knows something.
    """

    def __init__(self, looks: Sequence[Look]) -> None:
        self._looks = tuple(looks)
        self.now = Health()
        self.is_ready = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Look once, and go on looking."""
        self._task = asyncio.create_task(self._go_on())

    async def stop(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

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
