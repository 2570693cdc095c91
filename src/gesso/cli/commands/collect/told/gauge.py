"""How work on the collection is shown while it goes on: drawn on a terminal, lines elsewhere."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

from rich.console import Console, RenderableType
from rich.live import Live

from gesso.cli.progress import PLAIN_EVERY_S

State = TypeVar("State")


class Gauge(ABC, Generic[State]):
    """Shows how work stands; each kind says it in its own words.

    Args:
        console: where.
        stop: set when the owner asked to stop.
    """

    def __init__(self, console: Console, stop: threading.Event) -> None:
        self._console = console
        self._stop = stop
        self._began = self._told_at = time.monotonic()
        self._now: State | None = None

    @contextmanager
    def shown(self) -> Iterator[None]:
        """Show it while the work goes on."""
        if not self._console.is_terminal:
            yield
            return
        with Live(
            get_renderable=self.drawn, console=self._console, refresh_per_second=4, transient=True
        ):
            yield

    def see(self, state: State) -> None:
        """Take in how the work stands."""
        self._changed(self._now, state)
        self._now = state
        now = time.monotonic()
        if not self._console.is_terminal and now - self._told_at >= PLAIN_EVERY_S:
            self._told_at = now
            self._console.print(self._line(state))

    @abstractmethod
    def drawn(self) -> RenderableType:
        """What a terminal shows."""

    @abstractmethod
    def _line(self, state: State) -> str:
        """What is written elsewhere, now and then."""

    @abstractmethod
    def _changed(self, before: State | None, state: State) -> None:
        """Take note of what is new; `before` is None the first time."""
