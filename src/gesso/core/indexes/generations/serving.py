"""Which generation answers: the one in service, an older one when it is damaged, or none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from gesso.core.errors import DamageError, GessoError
from gesso.core.indexes.generations.generation import Generation, Service, read_through
from gesso.core.indexes.generations.shelf import Marks, Shelf, Sign
from gesso.core.indexes.truth.breaking import IsOver

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


@dataclass(frozen=True)
class Word:
    """What is known of who answers, told without opening anything.

    Attributes:
        number: of the generation, None where every vector is compared.
        trouble: why it is not the one that should; "" when it is, or when there is none at all.
    """

    number: int | None
    trouble: str


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
        # Each beside the sign that it holds for, so that who takes no lock reads both at once.
        self._held: tuple[Sign, Served] = _UNREAD, Served(None)
        self._checked: tuple[Sign, Word] = _UNREAD, Word(None, "")
        self._marks: tuple[Sign, Marks] = _UNREAD, ()
        self._asking = 0
        self._retired: list[Generation] = []

    @contextmanager
    def asked(self) -> Iterator[Served]:
        """What answers now; it stays open until the end, whatever takes over meanwhile."""
        with self._lock:
            self._look()
            _, served = self._held
            self._asking += 1
        try:
            yield served
        finally:
            with self._lock:
                self._asking -= 1
                self._close_retired()

    def known(self) -> Word:
        """Who answers, as the last search found it, or else the last check.

        Where nobody has searched or checked since the one in service took over, it is taken at
        its word. Waits for no lock.
        """
        sign = self._shelf.sign()
        found, served = self._held
        if found == sign:
            return _word_of(served)
        checked, word = self._checked
        return word if checked == sign else Word(*self._shelf.current())

    def check(self, is_over: IsOver, *, again: bool = False) -> bool:
        """Read the files of the one in service, and of older ones where it is damaged.

        Once for each that takes over, and not where a search has read them already; once more when
        one of its files has changed. Holds no lock and opens no index: searches go on meanwhile.
        Where the one that searches ask went bad, the next search opens another. Returns whether
        anything was read.

        Args:
            is_over: asked between pieces, whether to break off.
            again: read also what was read before.

        Raises:
            BrokenOff: it was over before the end.
        """
        sign, (found, served), (checked, _) = self._shelf.sign(), self._held, self._checked
        marks = sign, self._shelf.marks(self._shelf.current()[0] or 0)
        is_read = sign in (found, checked) and self._marks in (marks, (_UNREAD, ()))
        if is_read and not again:
            self._marks = marks
            return False
        tried: list[int] = []

        def read(number: int) -> None:
            tried.append(number)
            read_through(self._shelf.place(number), self._service.truth, is_over)

        word, _ = self._first(read)
        self._checked, self._marks = (sign, word), marks
        asks = served.generation.manifest.number if served.generation else None
        if found == sign and asks in tried and asks != word.number:
            self.forget()
        return True

    def forget(self) -> None:
        """Open it anew at the next search; close it as soon as nobody asks it."""
        with self._lock:
            self._put(Served(None), _UNREAD)

    def _look(self) -> None:
        sign, (found, served) = self._shelf.sign(), self._held
        again = served.again_at
        if sign == found and not (again is not None and time.monotonic() > again):
            return
        self._put(self._open(), sign)

    def _put(self, served: Served, sign: Sign) -> None:
        _, before = self._held
        if before.generation is not None:
            self._retired.append(before.generation)
        self._held = sign, served
        self._close_retired()

    def _close_retired(self) -> None:
        if self._asking == 0:
            while self._retired:
                self._retired.pop().close()

    def _open(self) -> Served:
        opened: list[Generation] = []
        word, again = self._first(
            lambda number: opened.append(Generation.open(self._shelf.place(number), self._service))
        )
        return Served(opened[0] if opened else None, word.trouble, again)

    def _first(self, attempt: Callable[[int], object]) -> tuple[Word, float | None]:
        """The first that an attempt does not fail with, and when to attempt it again."""
        wanted, said = self._shelf.current()
        troubles, again = [said] if said else [], None
        for number in self._in_turn(wanted):
            try:
                attempt(number)
            except GessoError as error:
                troubles.append(f"generation {number} cannot answer: {error.message.rstrip('.')}")
                if not isinstance(error, DamageError):
                    again = time.monotonic() + _AGAIN_S
            else:
                if number != wanted:
                    troubles.append(f"generation {number} answers")
                return Word(number, "; ".join(troubles)), again
        if troubles:
            troubles.append("every vector is compared")
        return Word(None, "; ".join(troubles)), again

    def _in_turn(self, wanted: int | None) -> list[int]:
        """The one in service, then older ones, then those it was rolled back from."""
        if wanted is None:
            return []
        others = [number for number in self._shelf.numbers() if number != wanted]
        return [wanted, *sorted(others, key=lambda number: (number > wanted, -number))]


def _word_of(served: Served) -> Word:
    generation = served.generation
    if generation is None:
        return Word(None, served.trouble)
    troubles = filter(None, (served.trouble, generation.silence))
    return Word(generation.manifest.number, "; ".join(troubles))
