"""Calls outside any run: which process still waits for their answers, and which are nobody's."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from threading import Lock

from gesso.core.catalogue.calls.ledger import CallLedger
from gesso.core.catalogue.runs.claims import claim, is_held

OUTSIDE_RUNS = ""
"""The run that calls outside runs are booked under."""


class Alone:
    """Tells calls that somebody still waits for from those that a dead process left behind.

    A run has one lock for all who might work on it. Single steps may be at work in many processes
    at once, so each process holds a lock of its own, which the system drops when it dies.

    Args:
        locks: where lock files live.
        calls: the ledger of this process.
    """

    def __init__(self, locks: Path, calls: CallLedger) -> None:
        self._locks = locks
        self._calls = calls
        self._guard = Lock()
        self._held: dict[str, ExitStack] = {}

    def vouch(self) -> None:
        """Hold this process's lock until its end; to be said before its first call leaves.

        Raises:
            StorageError: the lock file cannot be made.
        """
        with self._guard:
            name = _name(self._calls.owner)
            if name not in self._held:
                stack = ExitStack()
                stack.enter_context(claim(self._locks, name))
                self._held[name] = stack

    def abandon_dead(self) -> int:
        """Turn open calls whose process is dead into calls of unknown outcome; says how many."""
        turned = 0
        for owner in self._calls.owners_of_open(OUTSIDE_RUNS):
            name = _name(owner)
            if not is_held(self._locks, name):
                turned += self._calls.abandon_open(OUTSIDE_RUNS, owner)
                (self._locks / f"{name}.lock").unlink(missing_ok=True)
        return turned


def _name(owner: str) -> str:
    return f".alone-{owner.rpartition('/')[2]}"
