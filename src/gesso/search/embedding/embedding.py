"""Works into vectors: those that are missing, or all; what fails fails alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from gesso.core.catalogue.catalogue import Catalogue
from gesso.core.catalogue.store.rows import WORK_COLUMNS, work_of
from gesso.core.catalogue.store.tables import works
from gesso.core.encoders.encoder import Encoder
from gesso.core.errors import GessoError
from gesso.core.pixels.decode import decode
from gesso.core.pixels.picture import Picture
from gesso.core.records.calls import Trouble
from gesso.core.records.works import Work
from gesso.core.runner.engine import Done, Engine
from gesso.search.columns.rows import Ids
from gesso.search.embedding.spaces import OpenSpace
from gesso.search.looks.pictures import SIDE, small

Task = tuple[int, bytes]
"""A work's number and its thumbnail."""
Vector = NDArray[np.float32]
Came = tuple[Vector | Exception, ...]
"""Of each task its vector, or why there is none."""

_KEPT_AT_ONCE = 256
_READ_AT_ONCE = 200


@dataclass(frozen=True)
class Embedded:
    """What became of some works.

    Attributes:
        done: works that have a vector now.
        failed: works whose picture could not be embedded, with the reason.
        left: works that nobody came to, because the owner stopped.
        removed: vectors of works that are gone.
    """

    done: int
    failed: tuple[tuple[int, str], ...] = ()
    left: int = 0
    removed: int = 0


@dataclass(frozen=True)
class Encoding:
    """Thumbnails into vectors, some at a time; travels to a worker process.

    Attributes:
        encoder: makes the vectors.
    """

    encoder: Encoder

    def __call__(self, tasks: Sequence[Task]) -> Came:
        """The vector of each task's picture; one that has none costs no other its own."""
        opened = [_tried(_opened, data) for _, data in tasks]
        pictures = [each for each in opened if isinstance(each, Picture)]
        made = iter(self._vectors(pictures))
        return tuple(next(made) if isinstance(each, Picture) else each for each in opened)

    def _vectors(self, pictures: Sequence[Picture]) -> Came:
        together = _tried(self.encoder.pictures, pictures) if pictures else ()
        if not isinstance(together, Exception):
            return tuple(together)
        if len(pictures) == 1:
            return (together,)
        return tuple(vector for each in pictures for vector in self._vectors([each]))


def _opened(data: bytes) -> Picture:
    return small(decode(data).picture)


def _tried(work: Callable[[Any], Any], given: Any) -> Any:
    try:
        return work(given)
    except Exception as error:  # noqa: BLE001 - what is wrong with one picture is told of that one
        return error


Seen = Callable[[int, int], None]
"""Told (works that are through, works in all) as it goes on."""


class Embedding:
    """Embeds works. What was embedded stays so, whenever it ends.

    Args:
        catalogue: whose works.
        stop: set by an owner who wants to stop.
    """

    def __init__(self, catalogue: Catalogue, stop: threading.Event) -> None:
        self._catalogue = catalogue
        self._stop = stop

    def embed(
        self,
        space: OpenSpace,
        ids: Ids,
        engine: Engine,
        seen: Seen = lambda _done, _all: None,
        *,
        together: int = 1,
    ) -> Embedded:
        """Embed works; one that cannot be is passed over, and told in the error log.

        Args:
            space: where their vectors go.
            ids: works with a picture.
            engine: does the work.
            seen: told as it goes on.
            together: how many pictures the encoder is shown at a time; a worker that dies costs
                as many.

        Raises:
            StorageError: the disk would not.
        """
        keeper = _Keeper(space, self._catalogue, len(ids), seen)
        tasks = self._tasks(ids.tolist(), keeper)
        for done in engine.run(Encoding(space.encoder), _gathered(tasks, together)):
            _took(keeper, done)
        keeper.keep()
        return Embedded(keeper.done, tuple(keeper.failed), max(0, keeper.left))

    def without_gone(self, space: OpenSpace, there: Ids) -> int:
        """Remove vectors of works that are gone; how many.

        Args:
            space: from where.
            there: all works with a picture that the catalogue has.
        """
        gone = np.setdiff1d(space.index.known(), there)
        if len(gone):
            space.index.remove(gone)
        return len(gone)

    def _tasks(self, numbers: Sequence[int], keeper: _Keeper) -> Iterator[Task]:
        for work in self._works(numbers):
            if self._stop.is_set():
                return
            try:
                yield work.id, self._catalogue.thumbnail(work, SIDE)
            except GessoError as error:
                keeper.fail(work.id, error)

    def _works(self, numbers: Sequence[int]) -> Iterable[Work]:
        for start in range(0, len(numbers), _READ_AT_ONCE):
            some = numbers[start : start + _READ_AT_ONCE]
            wanted = select(*WORK_COLUMNS).where(works.c.id.in_(some)).order_by(works.c.id)
            with self._catalogue.database.read() as connection:
                found = [work_of(row) for row in connection.execute(wanted).mappings()]
            yield from found


def _gathered(tasks: Iterator[Task], together: int) -> Iterator[tuple[Task, ...]]:
    while some := tuple(islice(tasks, together)):
        yield some


def _took(keeper: _Keeper, done: Done[tuple[Task, ...], Came]) -> None:
    lost = done.error or GessoError("nothing came back")
    came = (lost,) * len(done.item) if done.result is None else done.result
    for (number, _), each in zip(done.item, came, strict=True):
        if isinstance(each, Exception):
            keeper.fail(number, each)
        else:
            keeper.take(number, each)


class _Keeper:
    """Keeps vectors by the hundred, so that a kill costs no more than the last ones.

    What a work has met stands once in the error log, however often it is tried, until its vector
    is there.
    """

    def __init__(self, space: OpenSpace, catalogue: Catalogue, total: int, seen: Seen) -> None:
        self._space = space
        self._catalogue = catalogue
        self._run = f"encode {space.index.space.id}"
        self._slate = catalogue.troubles.slate_of_runs(self._run)
        self._total = total
        self._seen = seen
        self._waiting: list[tuple[int, Any]] = []
        self._unlogged: list[Trouble] = []
        self.done = 0
        self.failed: list[tuple[int, str]] = []

    @property
    def left(self) -> int:
        return self._total - self.done - len(self.failed)

    def take(self, number: int, vector: Any) -> None:
        if not np.isfinite(vector).all() or not np.any(vector):
            # A space takes a batch whole or not at all: one picture must not cost the others.
            self.fail(number, GessoError("the encoder makes no vector of it: not finite, or zero"))
            return
        self._waiting.append((number, vector))
        if len(self._waiting) >= _KEPT_AT_ONCE:
            self.keep()

    def fail(self, number: int, error: Exception) -> None:
        ours = (
            error
            if isinstance(error, GessoError)
            else GessoError(f"{type(error).__name__}: {error}")
        )
        self.failed.append((number, ours.message))
        self._unlogged.append(
            Trouble(self._run, _item(number), ours.kind, ours.message, "skipped", False)
        )
        if len(self._unlogged) >= _KEPT_AT_ONCE:
            self.keep()
        self._seen(self.done + len(self.failed) + len(self._waiting), self._total)

    def keep(self) -> None:
        numbers = [number for number, _ in self._waiting]
        if numbers:
            ids = np.array(numbers, dtype=np.int64)
            self._space.index.add(ids, np.stack([vector for _, vector in self._waiting]))
            self._catalogue.finds.embedded(numbers)
        self._log([item for number in numbers if (item := _item(number)) in self._slate])
        self.done += len(numbers)
        self._waiting.clear()
        if numbers:
            self._seen(self.done + len(self.failed), self._total)

    def _log(self, recovered: Sequence[str]) -> None:
        if recovered or self._unlogged:
            with self._catalogue.database.write() as connection:
                self._slate.recover_in(connection, recovered)
                self._slate.note_in(connection, self._unlogged)
            self._unlogged.clear()


def _item(number: int) -> str:
    return f"work {number}"
