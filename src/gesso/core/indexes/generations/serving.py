"""Which generation answers: the one in service, an older one when it is damaged, or none."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gesso.core.errors import DamageError, GessoError
from gesso.core.indexes.generations.generation import Generation, Service
from gesso.core.indexes.generations.shelf import Shelf, Sign

_AGAIN_S = 30.0
_UNREAD: Sign = (-1, -1, -1)


@dataclass(frozen=True)
class Served:
    """What answers now.

    Attributes:
        generation: opened, None where every vector is compared.
        trouble: why it is not the one that should; "" when it is, or when there is none at all.
        again_at: when to look again, on the monotonic clock; None for when another is put there.
    """

    generation: Generation | None
    trouble: str = ""
    again_at: float | None = None


class Serving:
    """The generation in service, opened at the first search and again when another takes over.

    Args:
        shelf: where generations stand.
        service: what they are opened with.
    """

    def __init__(self, shelf: Shelf, service: Service) -> None:
        self._shelf = shelf
        self._service = service
        self._lock = threading.RLock()
        self._sign: Sign = _UNREAD
        self._served = Served(None)
        self._asking = 0
        self._retired: list[Generation] = []

    @contextmanager
    def asked(self) -> Iterator[Served]:
        """What answers now; it stays open until the end, whatever takes over meanwhile."""
        with self._lock:
            self._look()
            served = self._served
            self._asking += 1
        try:
            yield served
        finally:
            with self._lock:
                self._asking -= 1
                self._close_retired()

    def known_trouble(self) -> str:
        """What was wrong when it was opened; "" also when it was not opened yet."""
        return self._served.trouble

    def known_number(self) -> int | None:
        """Which one answers, None also when none was opened yet."""
        generation = self._served.generation
        return generation.manifest.number if generation else None

    def forget(self) -> None:
        """Open it anew at the next search; close it as soon as nobody asks it."""
        with self._lock:
            self._put(Served(None), _UNREAD)

    def _look(self) -> None:
        sign, again = self._shelf.sign(), self._served.again_at
        if sign == self._sign and not (again is not None and time.monotonic() > again):
            return
        self._put(self._open(), sign)

    def _put(self, served: Served, sign: Sign) -> None:
        if self._served.generation is not None:
            self._retired.append(self._served.generation)
        self._served, self._sign = served, sign
        self._close_retired()

    def _close_retired(self) -> None:
        if self._asking == 0:
            while self._retired:
                self._retired.pop().close()

    def _open(self) -> Served:
        wanted, said = self._shelf.current()
        troubles, again = [said] if said else [], None
        for number in self._in_turn(wanted):
            try:
                generation = Generation.open(self._shelf.place(number), self._service)
            except GessoError as error:
                troubles.append(f"generation {number} cannot answer: {error.message.rstrip('.')}")
                if not isinstance(error, DamageError):
                    again = time.monotonic() + _AGAIN_S
            else:
                if number != wanted:
                    troubles.append(f"generation {number} answers")
                return Served(generation, "; ".join(troubles), again)
        if troubles:
            troubles.append("every vector is compared")
        return Served(None, "; ".join(troubles), again)

    def _in_turn(self, wanted: int | None) -> list[int]:
        """The one in service, then older ones, then those it was rolled back from."""
        if wanted is None:
            return []
        others = [number for number in self._shelf.numbers() if number != wanted]
        return [wanted, *sorted(others, key=lambda number: (number > wanted, -number))]
