"""A desk whose books can be read, and an order."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gesso.core.outside.accounts.budget import Budget
from gesso.core.outside.accounts.ledger import MemoryLedger, MemoryTroubles
from gesso.core.outside.desk import Desk, DeskOptions
from gesso.core.outside.waiting.limits import Limits
from gesso.core.outside.waiting.retry import RetryOptions
from gesso.core.records.calls import Call, Errand
from gesso.make.painters.painter import Order

ORDER = Order("A stone bridge at night.", width=96, height=64, seed=7, errand=Errand("run", "p1"))


class Office:
    """A desk with its books; `restart` is what a new process of the same studio would build."""

    def __init__(self) -> None:
        self.ledger = MemoryLedger()
        self.troubles = MemoryTroubles()
        self.limits = Limits()
        self.restart()

    def restart(self) -> None:
        """Leave the running desk to its fate and build another on the same books."""
        self.stop = threading.Event()
        self.budget = Budget(None, self.ledger.spent())
        retry = RetryOptions(attempts=3, wait_initial_s=0.02, wait_max_s=0.1, wait_jitter_s=0.0)
        self.desk = Desk(
            self.ledger,
            self.troubles,
            self.budget,
            self.limits,
            DeskOptions(retry=retry),
            stop=self.stop,
        )

    @property
    def calls(self) -> list[Call]:
        """All rows of the ledger."""
        return self.ledger.calls()

    def rows(self) -> list[tuple[str, str]]:
        """The state and the error of every row."""
        return [(call.state, call.error) for call in self.calls]


@pytest.fixture
def office() -> Office:
    return Office()


class Teller:
    """Remembers what a painter told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, float | None]] = []
        self.heard: Callable[[str], None] = lambda _line: None

    def __call__(self, line: str, share: float | None) -> None:
        self.told.append((line, share))
        self.heard(line)


@pytest.fixture
def teller() -> Teller:
    return Teller()
