"""Whose turn it is to write, among the threads of one process."""

from __future__ import annotations

from threading import Lock


class Turn:
    """Whose turn it is to write: one at a time, and who holds up a call before all others.

    The others stand in a line of their own, and only its first waits at the door. Nobody gives up
    while those before him get through: a long line is not another program.

    Attributes:
        through: how many have written.
    """

    def __init__(self) -> None:
        self.through = 0
        self._line, self._door = Lock(), Lock()

    def take(self, timeout_s: float, *, ahead: bool = False) -> bool:
        """Wait for it; False once nobody got through for so long."""
        if ahead:
            return self._wait(self._door, timeout_s)
        if not self._wait(self._line, timeout_s):
            return False
        try:
            return self._wait(self._door, timeout_s)
        finally:
            self._line.release()

    def give_back(self) -> None:
        """Let the next one in."""
        self._door.release()

    def _wait(self, lock: Lock, timeout_s: float) -> bool:
        while True:
            through = self.through
            if lock.acquire(timeout=timeout_s):
                return True
            if through == self.through:
                return False
